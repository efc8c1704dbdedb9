#include "image/rows.h"

#include <vips/vips.h>

typedef struct {
  ImageRowFunc func;
  void *data;
  GError *error;
} Rows;

/* Strips come over the whole width. */
static int
take_strip (VipsRegion *region, VipsRect *area, void *data)
{
  Rows *rows = data;
  for (int y = area->top; y < VIPS_RECT_BOTTOM (area); y++)
    if (!rows->func (rows->data, y, VIPS_REGION_ADDR (region, area->left, y), &rows->error))
      return -1;
  return 0;
}

bool
image_each_row (VipsImage *image, ImageRowFunc func, void *data, const char *what, GError **error)
{
  Rows rows = { .func = func, .data = data };
  bool is_done = vips_sink_disc (image, take_strip, &rows) == 0;
  /* libvips looks at how a strip went when it hands out the next but one: of the last it says that all is well. */
  if (rows.error != NULL) {
    vips_error_clear ();
    g_propagate_error (error, rows.error);
    return false;
  }
  return is_done || image_set_vips_error (error, IMAGE_ERROR_FAILED, "%s", what);
}
