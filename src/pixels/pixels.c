#include "pixels/pixels.h"

G_DEFINE_QUARK (peel_pixels_error, pixels_error)

#undef pixels_set_error
bool
pixels_set_error (GError **error, PixelsErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, PIXELS_ERROR, (int)code, text);
  return false;
}
/* As the header has it, for what follows. */
#define pixels_set_error(...) ALWAYS_FALSE (pixels_set_error (__VA_ARGS__))

bool
pixel_shape_check (const PixelShape *shape, GError **error)
{
  if (shape->width < 1 || shape->height < 1)
    return pixels_set_error (error, PIXELS_ERROR_DAMAGED, "%d x %d px is no size for a picture",
                             shape->width, shape->height);
  if (shape->n_channels < 1 || shape->n_channels > 4 ||
      (shape->bit_depth != 8 && shape->bit_depth != 16))
    return pixels_set_error (error, PIXELS_ERROR_UNSUITABLE,
                             "%d channels of %d bits are not handled row by row; 1 to 4 channels "
                             "of 8 or 16 bits are",
                             shape->n_channels, shape->bit_depth);
  if (shape->width > PIXELS_MOST_SIDE || shape->height > PIXELS_MOST_SIDE)
    return pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                             "%d x %d px is over the limit of %d px a side", shape->width,
                             shape->height, PIXELS_MOST_SIDE);
  if ((int64_t)pixel_shape_row_bytes (shape) * shape->height > PIXELS_MOST_BYTES)
    return pixels_set_error (error, PIXELS_ERROR_TOO_LARGE,
                             "%d x %d px are over the limit of %" G_GINT64_FORMAT
                             " bytes of pixels",
                             shape->width, shape->height, PIXELS_MOST_BYTES);
  return true;
}

bool
pixel_shape_equal (const PixelShape *a, const PixelShape *b)
{
  return a->width == b->width && a->height == b->height && a->n_channels == b->n_channels &&
         a->bit_depth == b->bit_depth;
}

size_t
pixel_shape_pixel_bytes (const PixelShape *shape)
{
  return (size_t)shape->n_channels * (size_t)(shape->bit_depth / 8);
}

size_t
pixel_shape_row_bytes (const PixelShape *shape)
{
  return (size_t)shape->width * pixel_shape_pixel_bytes (shape);
}
