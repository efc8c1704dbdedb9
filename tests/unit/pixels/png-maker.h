/* PNGs made for one test, by zlib and a straight reading of the standard: nothing of src/pixels
 * but the shape goes into them. */
#pragma once

#include "pixels/pixels.h"

typedef enum {
  PICTURE_SMOOTH, /* gradients with a little noise, like a photograph */
  PICTURE_NOISE,
  PICTURE_FLAT,
  PICTURE_PATTERN, /* repeats, like text */
} PictureKind;

enum { FILTERS_MIXED = 5 };

typedef struct {
  PixelShape shape;
  PictureKind kind;
  int filter; /* of all rows, or FILTERS_MIXED */
  int level, mem_level, strategy, window_bits;
  bool is_fed_whole;      /* deflate is called once, not for each row */
  int header_window_bits; /* what the zlib header says, as libpng patches it; 0: the same */
  size_t idat_bytes;      /* 0: a single IDAT */
} PngMaking;

/* 64 x 48 RGB, smooth, mixed filters, as libpng writes by default. */
extern const PngMaking png_making_default;

/* Rows without a filter, 16 bits big-endian. */
GByteArray *make_rows (const PixelShape *shape, PictureKind kind);
/* A filter byte and the row with its filter, row by row. */
GByteArray *make_filtered (const GByteArray *rows, const PixelShape *shape, int filter);
GByteArray *make_stream (const GByteArray *filtered, const PngMaking *making);

void put_signature (GByteArray *out);
void put_header (GByteArray *out, const PixelShape *shape);
void put_chunk (GByteArray *out, const char *type, const void *bytes, size_t length);
/* The stream in IDATs of idat_bytes. */
void put_data (GByteArray *out, const GByteArray *stream, size_t idat_bytes);

GByteArray *make_png (const PngMaking *making);
/* The same with a zlib stream of one's own. */
GByteArray *make_png_around (const PixelShape *shape, const GByteArray *stream, size_t idat_bytes);
