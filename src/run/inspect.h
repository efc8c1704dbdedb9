/* Looking at pictures: what one is, its metadata, where it came from. The bytes are foreign, so that a
 * pixel worker looks at them; it answers with one JSON object (docs/inspect.md lists its members). */
#pragma once

#include "document/node.h"
#include "image/image.h"
#include "run/task.h"

typedef struct {
  const char *home;    /* of the cache; NULL: no original of it is looked at */
  bool isolate;        /* in a process of its own */
  bool is_quick;       /* the pixels are not decoded */
  int64_t most_bytes;  /* of a file */
  const char *anchors; /* path of PEM certificates that are trusted, or NULL */
} InspectSettings;

/* Borrows `settings`. */
typedef struct Inspector Inspector;
Inspector *inspector_new (const InspectSettings *settings);
void inspector_free (Inspector *inspector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inspector, inspector_free)

/* What to look at: path or original, name, declared type and sidecar of `inspect` are set. *out_json: an
 * object; new string. False: it is no picture (RUN_ERROR_INVALID), or cannot be read, or the work is to end
 * (RUN_ERROR_INTERRUPTED). A codec that takes the
 * worker down is told of among the picture's troubles. */
bool inspector_look (Inspector *inspector, const TaskInspect *inspect, char **out_json,
                     GError **error);

/* "exif", "xmp", "iptc", "icc", "c2pa": what `extract` may be; then the object has the members "kind", "bytes"
 * and "data" (base64). Ends with NULL. */
extern const char *const inspect_extract_words[];

/* The task, inside a worker. `home` may be "". */
bool inspect_task (const Node *task, const char *home, const ImageLimits *limits, char **out_json,
                   GError **error);
