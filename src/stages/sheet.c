#include "stages/sheet.h"

#include <vips/vips.h>

#define FIELD "peel-sheet"

const char *const sheet_bleed_words[SHEET_BLEED_EDGE + 1] = {
  [SHEET_BLEED_PIXELS] = "pixels",
  [SHEET_BLEED_MIRROR] = "mirror",
  [SHEET_BLEED_EDGE] = "edge",
};

void
sheet_put (VipsImage *image, const Sheet *sheet)
{
  vips_image_set_blob_copy (image, FIELD, sheet, sizeof *sheet);
}

Sheet
sheet_of (VipsImage *image)
{
  Sheet sheet = { 0 };
  const void *data;
  size_t length;
  if (vips_image_get_typeof (image, FIELD) != 0 &&
      vips_image_get_blob (image, FIELD, &data, &length) == 0 && length == sizeof sheet)
    memcpy (&sheet, data, sizeof sheet);
  return sheet;
}
