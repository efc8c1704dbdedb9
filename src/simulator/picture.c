#include "simulator/picture.h"

#include "image/decode.h"
#include "image/encode.h"
#include "image/memory.h"
#include "image/painter.h"
#include "simulator/noise-png.h"

struct PictureStore {
  GMutex mutex;
  GCond changed;
  GHashTable *pictures; /* key -> Picture; of one being drawn, NULL */
  GQueue order;         /* keys, the one used last at the tail; borrowed from the table */
  int64_t bytes, most_bytes;
  int n_drawing;
};

/* Painting keeps all processors busy by itself; more at a time would only take memory. */
enum { MOST_DRAWING = 2 };

Picture *
picture_new (GBytes *bytes, ImageFormat format, int width, int height)
{
  Picture *picture = g_new0 (Picture, 1);
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  picture->bytes = bytes;
  picture->digest = digest_of (data, length);
  picture->format = format;
  picture->width = width;
  picture->height = height;
  g_atomic_ref_count_init (&picture->references);
  return picture;
}

Picture *
picture_ref (Picture *picture)
{
  g_atomic_ref_count_inc (&picture->references);
  return picture;
}

void
picture_unref (Picture *picture)
{
  if (picture == NULL || !g_atomic_ref_count_dec (&picture->references))
    return;
  g_bytes_unref (picture->bytes);
  g_free (picture);
}

PictureStore *
picture_store_new (int64_t most_bytes)
{
  PictureStore *store = g_new0 (PictureStore, 1);
  g_mutex_init (&store->mutex);
  g_cond_init (&store->changed);
  store->pictures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)picture_unref);
  g_queue_init (&store->order);
  store->most_bytes = most_bytes;
  return store;
}

void
picture_store_free (PictureStore *store)
{
  if (store == NULL)
    return;
  g_queue_clear (&store->order);
  g_hash_table_unref (store->pictures);
  g_cond_clear (&store->changed);
  g_mutex_clear (&store->mutex);
  g_free (store);
}

static bool
encode (VipsImage *image, const PictureSpec *spec, GBytes **out_bytes, GError **error)
{
  /* Deflate level 1: a picture of 4K is then as large as the models' PNGs are (see painter.c). */
  const EncodeOptions options = {
    .format = (int)spec->format,
    .quality = { .number = spec->quality },
    .effort = { .is_word = true, .word = IMAGE_EFFORT_AUTO },
    .alpha_quality = 100,
    .compression_level = 1,
    .filter = IMAGE_PNG_FILTER_SUB,
    .zlib = true, /* as theirs are: pixel frames can be made of them */
    .optimize_coding = spec->width < 2000,
  };
  EncodeResult result;
  return image_encode (image, &options, out_bytes, &result, error);
}

static bool
draw_noise (const PictureSpec *spec, GBytes **out_bytes, GError **error)
{
  g_autoptr (GBytes)
    png = noise_png (spec->prompt, spec->seed + spec->variant, spec->width, spec->height);
  if (spec->format == IMAGE_FORMAT_PNG) {
    *out_bytes = g_steal_pointer (&png);
    return true;
  }
  g_autoptr (VipsImage) image = NULL;
  return image_decode (png, "noise", &image_limits_default, &image, error) &&
         encode (image, spec, out_bytes, error);
}

static bool
draw_scene (const PictureSpec *spec, GBytes **out_bytes, GError **error)
{
  const PainterSpec scene = {
    .prompt = spec->prompt,
    .seed = spec->seed,
    .variant = spec->variant,
    .width = spec->width,
    .height = spec->height,
  };
  g_autoptr (VipsImage) image = NULL;
  return painter_draw (&scene, &image, error) && encode (image, spec, out_bytes, error);
}

static Picture *
draw (const PictureSpec *spec, GError **error)
{
  GBytes *bytes = NULL;
  /* The painter's scenes end at 8192 px; the tallest pictures of the models are 12288. */
  bool is_noise = spec->is_noise || MAX (spec->width, spec->height) > PAINTER_MOST_EDGE;
  bool ok = is_noise ? draw_noise (spec, &bytes, error) : draw_scene (spec, &bytes, error);
  image_thread_end ();
  return ok ? picture_new (bytes, spec->format, spec->width, spec->height) : NULL;
}

static void
drop_oldest (PictureStore *store)
{
  while (store->bytes > store->most_bytes && store->order.length > 1) {
    char *key = g_queue_pop_head (&store->order);
    const Picture *picture = g_hash_table_lookup (store->pictures, key);
    store->bytes -= (int64_t)g_bytes_get_size (picture->bytes);
    g_hash_table_remove (store->pictures, key);
  }
}

/* The table's own key, to be compared by address. */
static char *
move_to_tail (PictureStore *store, const char *key)
{
  gpointer own;
  if (!g_hash_table_lookup_extended (store->pictures, key, &own, NULL))
    return NULL;
  g_queue_remove (&store->order, own);
  g_queue_push_tail (&store->order, own);
  return own;
}

Picture *
picture_store_get (PictureStore *store, const PictureSpec *spec, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%dx%d %d %d %d %d %" G_GINT64_FORMAT " %s", spec->width,
                                          spec->height, (int)spec->format, spec->quality,
                                          spec->is_noise, spec->variant, spec->seed, spec->prompt);
  gpointer found = NULL;

  g_mutex_lock (&store->mutex);
  while (g_hash_table_lookup_extended (store->pictures, key, NULL, &found) && found == NULL)
    g_cond_wait (&store->changed, &store->mutex);
  if (found != NULL) {
    move_to_tail (store, key);
    Picture *picture = picture_ref (found);
    g_mutex_unlock (&store->mutex);
    return picture;
  }
  g_hash_table_insert (store->pictures, g_strdup (key), NULL);
  while (store->n_drawing >= MOST_DRAWING)
    g_cond_wait (&store->changed, &store->mutex);
  store->n_drawing++;
  g_mutex_unlock (&store->mutex);

  Picture *picture = draw (spec, error);

  g_mutex_lock (&store->mutex);
  store->n_drawing--;
  if (picture != NULL) {
    g_hash_table_insert (store->pictures, g_strdup (key), picture_ref (picture));
    move_to_tail (store, key);
    store->bytes += (int64_t)g_bytes_get_size (picture->bytes);
    drop_oldest (store);
  } else {
    g_hash_table_remove (store->pictures, key);
  }
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->mutex);
  return picture;
}

Picture *
picture_store_find (PictureStore *store, const Digest *digest)
{
  Picture *found = NULL;
  g_mutex_lock (&store->mutex);
  GHashTableIter each;
  gpointer value;
  g_hash_table_iter_init (&each, store->pictures);
  while (found == NULL && g_hash_table_iter_next (&each, NULL, &value))
    if (value != NULL && digest_equal (&((Picture *)value)->digest, digest))
      found = picture_ref (value);
  g_mutex_unlock (&store->mutex);
  return found;
}
