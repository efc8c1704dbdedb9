#include "image/blobs.h"

#include <vips/vips.h>

static const char *const blob_fields[IMAGE_N_BLOBS] = {
  [IMAGE_BLOB_ICC] = VIPS_META_ICC_NAME,
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
