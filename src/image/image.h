/* libvips at arm's length: start-up, its error text, and what an image says of itself.
 * libvips keeps one error buffer per process; its words enter Peel through image_set_vips_error. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/always-false.h"
#include <glib-object.h>

#include "image/format.h"

typedef struct _VipsImage VipsImage;
/* libvips 8.14 declares no clean-up of its own: g_autoptr (VipsImage) is this one. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VipsImage, g_object_unref)

typedef enum {
  IMAGE_ERROR_FAILED,  /* libvips or a codec said no */
  IMAGE_ERROR_FORMAT,  /* not a format that is read, or not the one it claims */
  IMAGE_ERROR_LIMIT,   /* over a limit: pixels, edge, bytes, pages, metadata */
  IMAGE_ERROR_DAMAGED, /* truncated or corrupt (see allow_damaged) */
  IMAGE_ERROR_TARGET,  /* a size or byte target that cannot be met: exit 9 */
  IMAGE_ERROR_INK,     /* a page that gets more ink than it may: exit 9 */
} ImageErrorCode;
#define IMAGE_ERROR (image_error_quark ())
GQuark image_error_quark (void);

/* Starts libvips once (45 ms): blocks untrusted loaders, turns its cache off, sets its threads,
 * routes its log through ours with a rate limit. Later calls cost nothing. */
bool image_start (int n_threads, GError **error);
void image_stop (void);

/* Sets "<format>: <what libvips said, one line>" and empties libvips's buffer. Always false. */
bool image_set_vips_error (GError **error, ImageErrorCode code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define image_set_vips_error(...) ALWAYS_FALSE (image_set_vips_error (__VA_ARGS__))

/* Limits that hold before any pixel is decoded. Defaults: image_limits_default. */
typedef struct {
  int64_t most_bytes;  /* of the file */
  int64_t most_pixels; /* width x height */
  int most_edge;       /* px */
  int most_pages;
  int64_t most_exif_bytes, most_xmp_bytes, most_icc_bytes;
  bool allow_damaged; /* a truncated or corrupt picture is read as far as it goes */
} ImageLimits;
extern const ImageLimits
  image_limits_default; /* metadata-print 6.3: 256 MiB, 100 MP, 16384 px, … */

/* For work that reads headers alone, of any original: also of one that is too large for a run today. */
ImageLimits image_limits_widest (int64_t most_bytes);

/* What is known of an original without its pixels. Sizes are upright: after EXIF orientation. */
typedef struct {
  ImageFormat format;
  int width, height; /* px */
  int orientation;   /* 1 to 8 as stored; width and height have it applied */
  bool has_alpha;
  int bit_depth;  /* 8 or 16 (also 32 for float TIFF) */
  int n_channels; /* colour channels without alpha: 1, 3 or 4 (CMYK) */
  bool has_icc;
} ImageFacts;

/* What an open image says of itself; sizes as it stands, orientation as its tag says. */
void image_facts_of (VipsImage *image, ImageFormat format, ImageFacts *out_facts);
