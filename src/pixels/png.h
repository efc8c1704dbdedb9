/* A PNG, row by row. Memory: a few rows.
 *
 * Only what has its samples lying in whole bytes in the order of the picture is read: gray or RGB,
 * with or without alpha, 8 or 16 bits. Palettes, 1 to 4 bits, interlacing, a transparent colour
 * (tRNS) and animations are PIXELS_ERROR_UNSUITABLE, and so is what is not a PNG. */
#pragma once

#include "pixels/pixels.h"

typedef struct PngReader PngReader;

/* Checks the signature, IHDR, the chunks up to the first IDAT (lengths, CRCs) and the limits.
 * The bytes are borrowed until png_reader_free. */
PngReader *png_reader_new (const void *png, size_t length, PixelShape *out_shape, GError **error);
/* The next row without its filter, as PNG holds it (16 bits big-endian); *out_filter, which may be
 * NULL, is its filter byte, 0 to 4. */
bool png_reader_next_row (PngReader *reader, uint8_t *row, uint8_t *out_filter, GError **error);
/* After the last row: the zlib stream ends there and its Adler-32 is right, no bytes are left in
 * IDAT, all IDAT stand together, the chunks down to IEND are sound. */
bool png_reader_finish (PngReader *reader, GError **error);
void png_reader_free (PngReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PngReader, png_reader_free)
