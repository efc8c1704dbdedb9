/* A stream cut into IDAT chunks again. The lengths are known before the bytes, so nothing waits but
 * for one buffer. */
#pragma once

#include "pixels/pixels.h"

typedef struct PngIdat PngIdat;

/* `lengths`: runs of chunk lengths. Both are borrowed. */
PngIdat *png_idat_new (const GArray *lengths, const PixelSink *sink);
bool png_idat_add (PngIdat *idat, const void *bytes, size_t length, GError **error);
/* The stream must have filled its chunks exactly. */
bool png_idat_finish (PngIdat *idat, GError **error);
void png_idat_free (PngIdat *idat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PngIdat, png_idat_free)
