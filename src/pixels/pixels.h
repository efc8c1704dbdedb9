/* Bytes ↔ plain buffers of pixels: no libvips, no files.
 *
 *     png.h      a PNG's rows as the file holds them
 *     recipe.h   what turns rows back into the very bytes of the PNG they came from
 *
 * Nothing here is shared between threads but constants. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "base/always-false.h"

typedef enum {
  PIXELS_ERROR_UNSUITABLE, /* sound perhaps, but not of a kind that is taken apart here */
  PIXELS_ERROR_DAMAGED,
  PIXELS_ERROR_FAILED, /* out of memory, another zlib, a sink or source that went wrong */
  PIXELS_ERROR_TOO_LARGE,
} PixelsErrorCode;
#define PIXELS_ERROR (pixels_error_quark ())
GQuark pixels_error_quark (void);

/* Sets the error; always false. */
bool pixels_set_error (GError **error, PixelsErrorCode code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define pixels_set_error(...) ALWAYS_FALSE (pixels_set_error (__VA_ARGS__))

enum { PIXELS_MOST_SIDE = 1000000 };
/* Of rows as a PNG holds them, in bytes: 4 GiB, a picture of 32768 x 32768 with alpha. */
#define PIXELS_MOST_BYTES (INT64_C (1) << 32)

typedef struct {
  int width, height; /* px */
  int n_channels;    /* 1 gray, 2 gray alpha, 3 RGB, 4 RGB alpha */
  int bit_depth;     /* 8 or 16 */
} PixelShape;

/* Sides of 1 to PIXELS_MOST_SIDE, channels and depth as above, at most PIXELS_MOST_BYTES of rows. */
bool pixel_shape_check (const PixelShape *shape, GError **error);
bool pixel_shape_equal (const PixelShape *a, const PixelShape *b);
/* Bytes of a pixel (1 to 8) and of a row. The shape is checked. */
size_t pixel_shape_pixel_bytes (const PixelShape *shape);
size_t pixel_shape_row_bytes (const PixelShape *shape);

/* What takes bytes in order; false stops the writer with the sink's error. */
typedef struct {
  void *data;
  bool (*write) (void *data, const void *bytes, size_t length, GError **error);
} PixelSink;
