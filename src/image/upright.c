#include "image/upright.h"

#include <string.h>
#include <vips/vips.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3 };

static uint32_t
number_at (const uint8_t *at, unsigned n_bytes, bool is_big)
{
  uint32_t value = 0;
  for (unsigned i = 0; i < n_bytes; i++)
    value = value << 8 | at[is_big ? i : n_bytes - 1 - i];
  return value;
}

/* "Exif\0\0", then a TIFF: "II" or "MM", 42(2), offset of IFD0(4);
 * an IFD: count(2), entries of tag(2) type(2) n(4) value(4). Offsets count from the TIFF. */
void
image_exif_set_upright (uint8_t *exif, size_t length)
{
  uint8_t *tiff = exif;
  if (length >= 6 && memcmp (exif, "Exif\0\0", 6) == 0) {
    tiff += 6;
    length -= 6;
  }
  if (length < 8 || (memcmp (tiff, "II", 2) != 0 && memcmp (tiff, "MM", 2) != 0))
    return;
  bool is_big = tiff[0] == 'M';
  size_t ifd = number_at (tiff + 4, 4, is_big);
  if (ifd > length - 2)
    return;

  unsigned n_entries = number_at (tiff + ifd, 2, is_big);
  for (unsigned i = 0; i < n_entries; i++) {
    size_t at = ifd + 2 + (size_t)i * 12;
    if (at + 12 > length)
      return;
    uint8_t *entry = tiff + at;
    if (number_at (entry, 2, is_big) == TAG_ORIENTATION &&
        number_at (entry + 2, 2, is_big) == TYPE_SHORT) {
      entry[8] = is_big ? 0 : 1;
      entry[9] = is_big ? 1 : 0;
    }
  }
}

static void
straighten_exif (VipsImage *image)
{
  const void *data;
  size_t length;
  if (vips_image_get_typeof (image, VIPS_META_EXIF_NAME) == 0 ||
      vips_image_get_blob (image, VIPS_META_EXIF_NAME, &data, &length) != 0)
    return;
  g_autofree uint8_t *exif = g_memdup2 (data, length);
  image_exif_set_upright (exif, length);
  vips_image_set_blob_copy (image, VIPS_META_EXIF_NAME, exif, length);
}

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
  straighten_exif (upright);
  *out_image = g_steal_pointer (&upright);
  return true;
}
