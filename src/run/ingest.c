#include "run/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <glib-object.h>

#include "base/base-error.h"
#include "base/path.h"
#include "cache/blob.h"
#include "cache/state.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/painter.h"
#include "c2pa/c2pa.h"
#include "metadata/container.h"
#include "run/task.h"

/* Once, with all the bytes at hand: what holds of an original does not change. New string, or NULL. */
static char *
look_at_credentials (GBytes *bytes)
{
  g_autoptr (GPtrArray) blocks = container_list (bytes);
  const Block *store = container_find (blocks, BLOCK_C2PA);
  for (unsigned i = 0; store == NULL && i < blocks->len; i++) {
    const Block *block = blocks->pdata[i];
    if (block->kind == BLOCK_C2PA)
      return g_strdup (block->trouble);
  }
  if (store == NULL)
    return NULL;
  g_autoptr (C2paReport) report = c2pa_read (store->data, bytes, NULL);
  return c2pa_summary (report);
}

static void
add_facts (CacheRecord *record, const ImageFacts *facts, GBytes *bytes)
{
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  record->format = g_strdup (image_format_type (facts->format)->name);
  record->width = facts->width;
  record->height = facts->height;
  record->orientation = facts->orientation;
  record->has_alpha = facts->has_alpha;
  record->bit_depth = facts->bit_depth;
  record->n_channels = facts->n_channels;
  record->has_icc = facts->has_icc;
  record->source_type = metadata_find_source_type (data, length);
  record->credentials = look_at_credentials (bytes);
}

bool
ingest_bytes (GBytes *bytes, const char *name, Cache *cache, bool store, const ImageLimits *limits,
              CacheRecord **out_record, GError **error)
{
  ImageFacts facts;
  if (!image_probe (bytes, name, limits, &facts, error))
    return false;
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  g_autoptr (CacheRecord) record = cache_record_new ();
  if (!store)
    record->digest = digest_of (data, length);
  else if (!cache_put (cache, bytes, &record->digest, NULL, error))
    return false;
  record->size_bytes = (int64_t)length;
  add_facts (record, &facts, bytes);
  *out_record = g_steal_pointer (&record);
  return true;
}

static bool
look_at_stored (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
                GError **error)
{
  const char *hex = task_text (task, "original");
  Digest digest;
  GError *problem = NULL;
  g_autoptr (GBytes) bytes = digest_from_hex (hex, &digest)
                               ? cache_get (cache, &digest, limits->most_bytes, &problem)
                               : NULL;
  if (bytes != NULL)
    return ingest_bytes (bytes, task_text (task, "name"), cache, false, limits, out_record, error);
  if (problem == NULL)
    g_set_error (&problem, RUN_ERROR, RUN_ERROR_CORRUPT, "the original %s has just left the cache",
                 hex);
  g_propagate_error (error, problem);
  return false;
}

bool
ingest_task (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
             GError **error)
{
  char *text = NULL;
  size_t length;
  if (task_text (task, "original") != NULL)
    return look_at_stored (task, cache, limits, out_record, error);
  if (!path_read_file (task_text (task, "path"), limits->most_bytes, &text, &length, error))
    return false;
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);
  return ingest_bytes (bytes, task_text (task, "name"), cache, task_flag (task, "store"), limits,
                       out_record, error);
}

/* Mapped, so that of a large file only what the facts stand in is read. Another process that cuts the
 * file short meanwhile ends this worker, and the file is then taken without facts. */
static bool
find_facts (int fd, const char *path, const ImageLimits *limits, CacheRecord *record,
            GError **error)
{
  ImageFacts facts;
  g_autoptr (GMappedFile) map = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (map == NULL)
    return false;
  g_autoptr (GBytes) bytes = g_mapped_file_get_bytes (map);
  if (!image_probe (bytes, path, limits, &facts, error))
    return false;
  add_facts (record, &facts, bytes);
  return true;
}

static bool
import_open_file (int fd, const Node *task, Cache *cache, const ImageLimits *limits,
                  CacheRecord *record, bool *out_was_there, GError **error)
{
  const char *name = task_text (task, "name");
  g_autoptr (GError) complaint = NULL;
  FileStamp before, after;
  bool has_stamp = file_stamp_of_fd (fd, &before); /* regular files alone have one */
  if (has_stamp && before.size_bytes > limits->most_bytes) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "%s has %" G_GINT64_FORMAT " bytes, and %" G_GINT64_FORMAT
                 " are the most that is read",
                 name, before.size_bytes, limits->most_bytes);
    return false;
  }
  bool has_facts = task_flag (task, "with-facts") &&
                   find_facts (fd, name, limits, record, &complaint);
  if (!has_facts && task_flag (task, "is-picture")) {
    g_propagate_error (error, g_steal_pointer (&complaint));
    return false;
  }
  if (!blob_put_file (cache, fd, name, (CacheCompression)task_integer (task, "compression"),
                      limits->most_bytes, &record->digest, &record->size_bytes, out_was_there,
                      error))
    return false;
  if (!has_stamp || (file_stamp_of_fd (fd, &after) && file_stamp_equal (&before, &after)))
    return true;
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED,
               "%s changed while it was read: import it again when it is whole", name);
  return false;
}

bool
import_task (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
             bool *out_was_there, GError **error)
{
  int fd = open (task_text (task, "path"), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot read %s", task_text (task, "name"));
  g_autoptr (CacheRecord) record = cache_record_new ();
  bool ok = import_open_file (fd, task, cache, limits, record, out_was_there, error);
  close (fd);
  if (ok)
    *out_record = g_steal_pointer (&record);
  return ok;
}

/* The label that a drawing carries in its own bytes, so that it has one outside the cache too. */
static const char drawing_label[] = "algorithmicMedia";

/* Fast deflate: the file is compressed for speed, since nothing is shipped of it. By zlib: a pixel
 * frame, which takes two thirds of its place, must give its bytes back. */
static const EncodeOptions drawing_encoding = {
  .format = IMAGE_FORMAT_PNG,
  .compression_level = 1,
  .filter = IMAGE_PNG_FILTER_SUB,
  .zlib = true,
};

static bool
label (GBytes *png, GBytes **out_png, GError **error)
{
  g_auto (MetadataBlobs) none = { NULL };
  g_auto (MetadataBlobs) composed = { NULL };
  const MetadataOptions options = { .policy = METADATA_STRIP };
  const MetadataFacts facts = { .source_type = drawing_label };
  const MetadataCarrier carrier = { .container = CONTAINER_PNG };
  return metadata_compose (&options, &none, &facts, &carrier, &composed, NULL, error) &&
         container_put (png, &composed, out_png, error);
}

bool
draw_task (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
           GError **error)
{
  const PainterSpec spec = {
    .prompt = task_text (task, "prompt"),
    .seed = task_integer (task, "seed"),
    .variant = (int)task_integer (task, "variant"),
    .width = (int)task_integer (task, "width"),
    .height = (int)task_integer (task, "height"),
  };
  VipsImage *picture = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) labelled = NULL;
  EncodeResult result;
  bool ok = painter_draw (&spec, &picture, error) &&
            image_encode (picture, &drawing_encoding, &bytes, &result, error) &&
            label (bytes, &labelled, error);
  g_clear_object (&picture);
  return ok && ingest_bytes (labelled, "the drawing", cache, true, limits, out_record, error);
}
