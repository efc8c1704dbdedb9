/* A PNG of rows, not interlaced:
 *
 *     signature  IHDR  [iCCP]  [pHYs]  IDAT …  IEND
 *
 * The rows are filtered as they come and deflated at the end, in one go, by libdeflate, which packs
 * as zlib does in a quarter of its time but wants all of its input at once. So memory is the
 * filtered rows and the file; pictures of more than `most_whole` bytes are deflated by zlib as the
 * rows come, and memory is the file alone. Equal rows and options give equal bytes. */
#pragma once

#include "pixels/png-filter.h"
#include "pixels/pixels.h"

enum {
  PNG_WRITE_ADAPTIVE = PNG_N_FILTERS, /* for each row the filter that seems best */
  PNG_WRITE_MOST_LEVEL = 12,
};

typedef struct {
  int level;            /* 0 stored, 1 fastest, to PNG_WRITE_MOST_LEVEL */
  int filter;           /* 0 to 4 for all rows, or PNG_WRITE_ADAPTIVE */
  uint32_t dots_per_m;  /* for pHYs; 0: none is written */
  GBytes *icc;          /* a profile, borrowed; NULL: none */
  const char *icc_name; /* 1 to 79 letters of Latin-1 */
  size_t most_whole;    /* bytes of filtered rows; 0: PNG_WRITE_MOST_WHOLE */
} PngWriteOptions;

#define PNG_WRITE_MOST_WHOLE ((size_t)512 << 20)

/* Of the libdeflate that this was built with: it tells no other. Borrowed. */
const char *png_write_version (void);

typedef struct PngWriter PngWriter;

/* The shape: 1 to 4 channels of 8 or 16 bits and sides of 1 to 2^31 - 1. Out of memory is an error,
 * not an end. */
PngWriter *png_writer_new (const PixelShape *shape, const PngWriteOptions *options, GError **error);
/* The next row, from the top; 16 bits in the machine's order. */
bool png_writer_add_row (PngWriter *writer, const void *row, GError **error);
/* After the last row: the file. The writer is then good for png_writer_free only. */
GBytes *png_writer_finish (PngWriter *writer, GError **error);
void png_writer_free (PngWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PngWriter, png_writer_free)
