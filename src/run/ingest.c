#include "run/ingest.h"

#include <glib-object.h>

#include "base/path.h"
#include "image/decode.h"
#include "image/encode.h"
#include "image/painter.h"
#include "metadata/png.h"
#include "run/task.h"

static bool
make_record (GBytes *bytes, const char *name, Cache *cache, bool store, const ImageLimits *limits,
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
  record->format = g_strdup (image_format_type (facts.format)->name);
  record->width = facts.width;
  record->height = facts.height;
  record->orientation = facts.orientation;
  record->has_alpha = facts.has_alpha;
  record->bit_depth = facts.bit_depth;
  record->n_channels = facts.n_channels;
  record->has_icc = facts.has_icc;
  record->source_type = metadata_find_source_type (data, length);
  *out_record = g_steal_pointer (&record);
  return true;
}

bool
ingest_task (const Node *task, Cache *cache, const ImageLimits *limits, CacheRecord **out_record,
             GError **error)
{
  const Node *store = node_get (task, "store");
  char *text = NULL;
  size_t length;
  if (!path_read_file (task_text (task, "path"), limits->most_bytes, &text, &length, error))
    return false;
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, length);
  return make_record (bytes, task_text (task, "name"), cache, store != NULL && store->boolean,
                      limits, out_record, error);
}

/* The label that a drawing carries in its own bytes, so that it has one outside the cache too. */
static const char drawing_label[] = "algorithmicMedia";

/* Fast deflate: the file is compressed for speed, since nothing is shipped of it. */
static const EncodeOptions drawing_encoding = {
  .format = IMAGE_FORMAT_PNG,
  .compression_level = 1,
  .filter = IMAGE_PNG_FILTER_SUB,
};

static bool
label (GBytes *png, GBytes **out_png, GError **error)
{
  g_auto (MetadataBlobs) none = { NULL };
  g_auto (MetadataBlobs) composed = { NULL };
  const MetadataOptions options = { .policy = METADATA_STRIP };
  const MetadataFacts facts = { .source_type = drawing_label };
  return metadata_compose (&options, &none, &facts, 0, 0, 0, &composed, NULL, error) &&
         metadata_png_put (png, &composed, out_png, error);
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
  return ok && make_record (labelled, "the drawing", cache, true, limits, out_record, error);
}
