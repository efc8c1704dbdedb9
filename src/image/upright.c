#include "image/upright.h"

#include <vips/vips.h>

/* A turn reads columns: done lazily it would be done again by each reader. */
static bool
turn (VipsImage *image, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) turned = NULL;
  if (vips_autorot (image, &turned, NULL) != 0 ||
      (*out_image = vips_image_copy_memory (turned)) == NULL)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "turning the picture upright");
  return true;
}

bool
image_make_upright (VipsImage *image, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) turned = NULL;
  g_autoptr (VipsImage) upright = NULL;
  if (vips_image_get_orientation (image) > 1) {
    if (!turn (image, &turned, error))
      return false;
  } else {
    turned = g_object_ref (image);
  }
  /* Fields may be shared with others' images; a copy's are its own. */
  if (vips_copy (turned, &upright, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "turning the picture upright");
  vips_autorot_remove_angle (upright);
  /* Whoever set the block again would have its orientation back. */
  vips_image_remove (upright, VIPS_META_EXIF_NAME);
  *out_image = g_steal_pointer (&upright);
  return true;
}
