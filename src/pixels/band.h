/* Bands of a pixel frame: some rows of pixels, stored so that each can be read without the
 * others.
 *
 *     predictors      a byte for each segment of each row (planes.h)
 *     9 bytes a plane of bytes: its packing (plane-kernels.h), the number of its escapes, the length
 *                     of its zstd frame
 *     zstd frames     one for each plane: all its rows as they are packed, then its escapes
 * */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

#include "pixels/planes.h"

/* Rows of a band that this program writes: a plane of bytes has about 256 KiB. */
int band_rows_for (const PixelShape *shape);
/* Bytes of the smallest band of `n_rows` that there may be: a claim of less is a lie. */
size_t band_least_bytes (const PixelShape *shape, int n_rows);

/* What storing takes, to be used again for each band. One thread. */
typedef struct BandWriter BandWriter;
BandWriter *band_writer_new (const PixelShape *shape, int most_rows);
void band_writer_free (BandWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BandWriter, band_writer_free)
/* Rows as a PNG holds them, close together. Puts the band in place of what `out` holds. */
void band_writer_store (BandWriter *writer, const uint8_t *rows, int n_rows, GByteArray *out);

typedef struct BandReader BandReader;
BandReader *band_reader_new (const PixelShape *shape, int most_rows, const PlaneKernels *kernels);
void band_reader_free (BandReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BandReader, band_reader_free)
/* Exactly `n_rows` rows, 16 bit in the machine's order; else PIXELS_ERROR_DAMAGED. */
bool band_reader_load (BandReader *reader, const uint8_t *stored, size_t length, int n_rows,
                       void *out, size_t stride_bytes, GError **error);
