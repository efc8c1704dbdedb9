/* What a pixel worker is asked to do and what it answers: one line of JSON each, over a socket.
 *
 * Tasks are data, not shared memory, so that a worker is a fresh process (a codec that aborts takes
 * down one image, not the run) and the same loop runs in a thread when isolation is off.
 *
 *     {"task":"start","home":…,"threads":2,"limits":{…}}       once, first
 *     {"task":"ingest","id":1,"path":…,"name":…,"store":true}  → facts
 *     {"task":"ingest","id":1,"original":…,"name":…}           → facts of what is stored
 *     {"task":"import","id":1,"path":…,"compression":…,…}     → facts
 *     {"task":"inspect","id":1,"path":…,"name":…,"pixels":true} → seen
 *     {"task":"draw","id":2,"prompt":…,"seed":…,…}             → facts
 *     {"task":"spawn","id":2,"program":[…],"input":…,…}        → facts
 *     {"task":"render","id":3,"original":…,"derivatives":[…]}  → made or failed for each, then end
 *     {"task":"stop"}                                          begin no further derivative
 */
#pragma once

#include "base/digest.h"
#include "cache/compression.h"
#include "cache/state.h"
#include "image/painter.h"
#include "plan/plan.h"
#include "providers/provider.h"
#include "run/run-error.h"

typedef enum { TASK_INGEST, TASK_DRAW, TASK_SPAWN, TASK_RENDER } TaskKind;

/* The original that a render task reads: a blob of the cache, or a file that is not kept there. */
typedef struct {
  Digest digest;
  const char *path;                             /* NULL: from the cache */
  const char *name;                             /* for messages */
  const char *source_type, *prompt, *ai_system; /* facts beside the bytes, or NULL */
  const char *credentials;                      /* of CacheRecord */
  const Signing *signing;                       /* NULL: nobody signs */
} TaskOriginal;

/* A file that is stored whatever it is. */
typedef struct {
  const char *path;
  const char *name; /* for messages */
  CacheCompression compression;
  bool with_facts; /* looks whether it is a picture, and tells what of */
  bool is_picture; /* nothing is stored if it is none */
} TaskImport;

/* What is looked at, and how closely. NULL: there is no such thing. */
typedef struct {
  const char *path, *name;   /* `name` is for messages */
  const Digest *original;    /* of the cache instead of a path */
  const char *declared_type; /* "image/png", as who gave it said */
  const char *sidecar;       /* the path of Content Credentials that stand beside it */
  const char *anchors;       /* the path of PEM certificates that are trusted */
  const char *extract;       /* "exif": only the bytes of this block are wanted */
  bool with_pixels;          /* asks libvips what the pixels are */
  bool with_check;           /* and decodes them, to see whether they are whole */
} TaskInspect;

char *task_write_start (const char *home, int n_threads, const ImageLimits *limits);
char *task_write_ingest (unsigned id, const char *path, const char *name, bool store);
/* What facts there are of an original that is in the cache; nothing is stored. */
char *task_write_look (unsigned id, const Digest *original, const char *name);
char *task_write_import (unsigned id, const TaskImport *import);
char *task_write_inspect (unsigned id, const TaskInspect *inspect);
char *task_write_draw (unsigned id, const PainterSpec *spec);
/* `folder` is where the program works, see call-folder.h. */
char *task_write_spawn (unsigned id, const ProviderStep *step, const char *folder, bool is_paid);
/* `chosen` are indexes into `derivatives`; answers speak of them by these indexes. `with_proofs`: those that are
 * for print get one. */
char *task_write_render (unsigned id, const TaskOriginal *original, const GPtrArray *derivatives,
                         const GArray *chosen, bool with_proofs, int n_threads);
char *task_write_stop (void);

/* What a worker reads of a task: the text of a member or NULL, its whole number or 0, whether it is
 * set. */
const char *task_text (const Node *task, const char *key);
bool task_flag (const Node *task, const char *key);
int64_t task_integer (const Node *task, const char *key);

/* Who signs, of a render task's "signing": new, freed with options_free. */
Signing *task_dup_signing (const Node *map);

/* ---- answers ---- */

typedef enum {
  ANSWER_FACTS,  /* the original is durable (if it was to be stored) */
  ANSWER_MADE,   /* a derivative is whole on disk */
  ANSWER_FAILED, /* a derivative could not be made */
  ANSWER_END,    /* of render: every derivative has been answered, or skipped after stop */
  ANSWER_ERROR,  /* the whole task failed */
  ANSWER_SEEN,   /* of inspect: what there is to tell */
} AnswerKind;

typedef struct {
  AnswerKind kind;
  unsigned id;
  CacheRecord *record; /* FACTS: without acquisitions; an import may have no format and no size */
  bool was_there;      /* FACTS of import: equal bytes were stored already */
  unsigned derivative; /* MADE, FAILED */
  Digest content;      /* MADE: SHA-256 of the file */
  FileStamp stamp;     /* MADE: of the file */
  char *facts;         /* MADE: JSON object for the manifest (width, height, bytes, quality, …);
                          SEEN: what was found */
  char *metadata;      /* MADE: JSON array of what was found, kept and dropped */
  RunErrorCode error_class; /* FAILED, ERROR */
  char *message;
} Answer;

void answer_clear (Answer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

char *answer_write (const Answer *answer);
/* False: not an answer (a worker gone mad). */
bool answer_read (const char *line, Answer *out_answer);
