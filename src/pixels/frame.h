/* Pixel frames: the `.pix` files of the cache. Pixels in bands that zstd has made small and that
 * can be read each by itself, and what it takes to make of them the very PNG that they came
 * from. The layout is in docs/formats/blob.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "base/digest.h"
#include "pixels/pixels.h"

/* Reads anywhere in a file; may be called by several threads at once. */
typedef struct {
  void *data;
  int64_t size_bytes;
  /* Exactly `length` bytes, which are all within the size. */
  bool (*read_at) (void *data, int64_t offset, void *out, size_t length, GError **error);
} PixelSource;

enum { PIXEL_FRAME_DEFLATE_CHARACTERS = 16 };

typedef struct {
  PixelShape shape;
  bool is_exact;   /* the very bytes of the PNG can be rebuilt */
  Digest original; /* SHA-256 of the PNG */
  int64_t original_bytes;
  /* png_deflate_version of the writer: another one has not shown that it rebuilds this. */
  char deflate_version[PIXEL_FRAME_DEFLATE_CHARACTERS];
} PixelFrameInfo;

/* Makes a frame of a PNG whose hash is `original`. As many bands as threads are in memory, about
 * 4 MB each. PIXELS_ERROR_UNSUITABLE when png.h does not read such a PNG.
 * With `want_exact` it looks for a recipe, which costs one deflate or more; when there is none,
 * *out_info says that the frame is not exact. Whether the bytes come out right is proven by
 * pixel_frame_rebuild alone. */
bool pixel_frame_write (const void *png, size_t length, const Digest *original, bool want_exact,
                        int n_threads, const PixelSink *sink, PixelFrameInfo *out_info,
                        GError **error);

typedef struct PixelFrame PixelFrame;
/* Reads the header and the table of bands. PIXELS_ERROR_DAMAGED: no frame, or not as it was
 * written. PIXELS_ERROR_UNSUITABLE: whole, but of a version or with a flag that is not known. */
PixelFrame *pixel_frame_open (const PixelSource *source, GError **error);
void pixel_frame_free (PixelFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PixelFrame, pixel_frame_free)
const PixelFrameInfo *pixel_frame_info (const PixelFrame *frame);
/* Rows of width * n_channels samples, 8 bit or 16 bit in the machine's order, into `out`, each
 * `stride_bytes` after the last (16 bit: both even). Bands are checked as they are read. */
bool pixel_frame_read (PixelFrame *frame, void *out, size_t stride_bytes, int n_threads,
                       GError **error);
/* The PNG without its pixels (png_recipe_head). */
GBytes *pixel_frame_head (PixelFrame *frame, GError **error);
/* The exact bytes of the PNG in order, a band in memory at a time. The caller hashes them. */
bool pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
/* Every byte of the file against its checksum. */
bool pixel_frame_check (PixelFrame *frame, GError **error);
