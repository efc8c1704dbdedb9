/* Files that become originals as they are: pictures bought or made elsewhere, and any other bytes.
 * Pixel workers read and store them; one thread here hands out files and writes the sidecars. */
#pragma once

#include "cache/cache.h"
#include "cache/compression.h"
#include "image/image.h"
#include "pipeline/pipeline.h"
#include "run/run-error.h"

/* What is told of every file of an import. Strings may be NULL. */
typedef struct {
  const char *prompt, *provider, *model, *pipeline;
  const char *image_id;    /* NULL: the file's name without its extension */
  char *const *tags;       /* NULL-terminated, or NULL */
  double cost_usd;         /* of each file */
  const char *source_type; /* DigitalSourceType term of what does not declare one, or NULL */
  const Digest *request;   /* whose answer it is (then it must be a picture), or NULL */
  int variant;
} ImportFacts;

typedef struct {
  const char *home;   /* of the cache; NULL: the default place */
  int n_jobs;         /* at least 1 */
  bool isolate;       /* look at pictures in worker processes */
  int64_t most_bytes; /* of a file */
  CacheCompression compression;
  ImportFacts facts;
} ImportSettings;

typedef struct {
  unsigned n_files, n_done; /* done: imported or failed */
  unsigned n_new, n_known;  /* known: equal bytes were there */
  unsigned n_pictures, n_failed;
  int64_t bytes; /* of the files that were imported */
} ImportTotals;

/* Everything is borrowed for the call. */
typedef struct {
  void *data;
  void (*imported) (void *data, const char *path, const CacheRecord *record, bool was_there);
  void (*failed) (void *data, const char *path, RunErrorCode error_class, const char *message);
  /* A folder without files. */
  void (*warning) (void *data, const char *message);
  /* At least ten times a second. */
  void (*tick) (void *data, const ImportTotals *totals);
} ImportListener;

typedef struct {
  ImportTotals totals;
  bool is_interrupted;
  RunErrorCode first_failure; /* when n_failed > 0 */
} ImportResult;

/* `paths`: files, "-" for standard input, pipes and devices, which are read to their end before the
 * first file is imported, and folders whose files are taken with those of the folders below, in order of
 * name. Hidden names are passed over there, and links are not followed. A folder below one that
 * cannot be read is a failure among the files. False: a path is not there or cannot be read (nothing
 * was imported), or the cache cannot be used. */
bool import_files (char *const *paths, unsigned n_paths, const ImportSettings *settings,
                   const ImportListener *listener, ImportResult *out_result, GError **error);

/* What stands below a folder and cannot be looked into. */
typedef void ImportUnreadable (void *data, const char *path, const GError *error);

/* The files of one of `paths`, as above; new strings are added. */
bool import_list_files (const char *path, GPtrArray *out_files, ImportUnreadable *unreadable,
                        void *data, GError **error);

/* Standard input ("-"), a pipe, a device, a file without a name: what no worker can read. */
bool import_is_stream (const char *path);
/* All that comes from it, at most `most_bytes`: the name of a new temporary file. NULL: it cannot be
 * read, or there was an interrupt. */
char *import_save_stream (const char *path, int64_t most_bytes, GError **error);

/* A request that a pipeline makes: what an import may be the answer to. */
typedef struct {
  Digest fingerprint;
  int variant;
  char *image_id, *prompt, *model, *source_type;
} ImportRequest;

/* The request of an image that the pipeline generates. `home` of the cache, NULL: the default place.
 * `image_id` NULL: it has only one; `variant` 0: likewise. RUN_ERROR_INVALID says what there is to
 * choose from. */
bool import_find_request (const Pipeline *pipeline, const char *home, const char *image_id,
                          int variant, ImportRequest *out_request, GError **error);
void import_request_clear (ImportRequest *request);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportRequest, import_request_clear)
