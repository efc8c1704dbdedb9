/* peel.lock: which original each generated image is made of, kept in version control beside the
 * pipelines of a folder (docs/formats/lock.md).
 *
 *     {"peel-lock":1}
 *     {"image":"watch@front","request":"9c1e…","original":"3f9a…"}
 *     {"image":"watch@side","variant":2,"picked":true,"request":"04b2…","original":"b04c…"}
 *
 * JSON Lines, an entry a line in order of name, so that version control merges entries and knows no
 * commas. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

#include "base/digest.h"

/* One pin: what was asked, and the original that answers it. */
typedef struct {
  char *image;    /* its id */
  char *pipeline; /* NULL: the id begins with its name (lock_file_owner) */
  int variant;    /* from 1 */
  bool is_picked; /* of the image's variants only this one is made */
  Digest request, original;
} LockEntry;

typedef struct LockFile LockFile;

LockFile *lock_file_new (void);
void lock_file_free (LockFile *lock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LockFile, lock_file_free)

/* What `pipeline` of an entry is: NULL where the image's id is the pipeline's name, or begins with it
 * and '@'. The rows of a table have ids of their own, which two pipelines of a folder may share. */
const char *lock_file_owner (const char *pipeline_name, const char *image_id);
/* Is it an entry of an image of that pipeline, one that may be gone by now? */
bool lock_entry_is_of (const LockEntry *entry, const char *pipeline_name);

/* Everything wrong with the text is told in one RUN_ERROR_INVALID; `shown` is its name there. */
LockFile *lock_file_read (const char *shown, const char *text, size_t length, GError **error);
/* The file; empty if there is none. */
LockFile *lock_file_load (const char *path, GError **error);

unsigned lock_file_length (const LockFile *lock);
/* NULL: there is none. `pipeline` as in LockEntry. */
const LockEntry *lock_file_find (const LockFile *lock, const char *pipeline, const char *image,
                                 int variant);
/* The picked entry of an image, or NULL. */
const LockEntry *lock_file_find_picked (const LockFile *lock, const char *pipeline,
                                        const char *image);
/* All in order of image, pipeline and variant: const LockEntry*, borrowed. */
GPtrArray *lock_file_list (const LockFile *lock);
/* Copies it in the place of an entry of the same image, pipeline and variant. */
void lock_file_put (LockFile *lock, const LockEntry *entry);
void lock_file_remove (LockFile *lock, const LockEntry *entry);

char *lock_file_format (const LockFile *lock, size_t *out_length);

/* Reads the file, has `edit` change what it holds, and writes it if that changed anything; nobody
 * else's edit comes between. An empty lock is not begun. */
bool lock_file_edit (const char *path, bool (*edit) (void *data, LockFile *lock, GError **error),
                     void *data, GError **error);
