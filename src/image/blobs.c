#include "image/blobs.h"

#include <vips/vips.h>

enum { MOST_PNG_TEXTS = 50 };

static const char *const blob_fields[IMAGE_N_BLOBS] = {
  [IMAGE_BLOB_EXIF] = VIPS_META_EXIF_NAME,
  [IMAGE_BLOB_XMP] = VIPS_META_XMP_NAME,
  [IMAGE_BLOB_ICC] = VIPS_META_ICC_NAME,
  [IMAGE_BLOB_IPTC] = VIPS_META_IPTC_NAME,
};

GBytes *
image_dup_blob (VipsImage *image, ImageBlob blob)
{
  const void *data;
  size_t length;
  if (vips_image_get_typeof (image, blob_fields[blob]) == 0)
    return NULL;
  if (vips_image_get_blob (image, blob_fields[blob], &data, &length) != 0) {
    vips_error_clear ();
    return NULL;
  }
  return g_bytes_new (data, length);
}

/* Everything that is not pixels. Fields of the image struct itself (width, bands …) refuse to go. */
static void
remove_all_fields (VipsImage *image)
{
  g_auto (GStrv) fields = vips_image_get_fields (image);
  for (size_t i = 0; fields != NULL && fields[i] != NULL; i++)
    vips_image_remove (image, fields[i]);
}

bool
image_with_blobs (VipsImage *image, GBytes *const blobs[IMAGE_N_BLOBS], double density_dpi,
                  VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) copy = NULL;
  bool has_density = density_dpi > 0;
  /* Pixels per mm, computed: 11.811 would give 299.999 dpi. Without a density EXIF wants 72. */
  double per_mm = (has_density ? density_dpi : 72.0) / 25.4;

  if (vips_copy (image, &copy, "xres", per_mm, "yres", per_mm, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "taking the metadata off");
  remove_all_fields (copy);
  for (int i = 0; i < IMAGE_N_BLOBS; i++)
    if (blobs[i] != NULL)
      vips_image_set_blob_copy (copy, blob_fields[i], g_bytes_get_data (blobs[i], NULL),
                                g_bytes_get_size (blobs[i]));
  /* The unit's presence is how image_encode knows that the density is meant. */
  if (has_density)
    vips_image_set_string (copy, VIPS_META_RESOLUTION_UNIT, "in");
  *out_image = g_steal_pointer (&copy);
  return true;
}

/* libvips names them "png-comment-<n>-<keyword>". */
static const char *
keyword_of (const char *field)
{
  static const char prefix[] = "png-comment-";
  if (!g_str_has_prefix (field, prefix))
    return NULL;
  const char *c = field + sizeof prefix - 1;
  while (g_ascii_isdigit (*c))
    c++;
  return *c == '-' ? c + 1 : NULL;
}

GHashTable *
image_dup_png_text (VipsImage *image)
{
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) fields = vips_image_get_fields (image);
  for (size_t i = 0; fields != NULL && fields[i] != NULL; i++) {
    const char *keyword = keyword_of (fields[i]);
    const char *text;
    if (keyword == NULL || g_hash_table_size (texts) >= MOST_PNG_TEXTS)
      continue;
    if (vips_image_get_string (image, fields[i], &text) != 0)
      vips_error_clear ();
    else
      g_hash_table_insert (texts, g_utf8_make_valid (keyword, -1), g_utf8_make_valid (text, -1));
  }
  return g_hash_table_size (texts) > 0 ? g_steal_pointer (&texts) : NULL;
}
