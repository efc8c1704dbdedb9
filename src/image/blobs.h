/* The one blob that travels on a VipsImage to a file: all other metadata are written into it by
 * container_put. */
#pragma once

#include "image/image.h"

typedef enum { IMAGE_BLOB_ICC, IMAGE_N_BLOBS } ImageBlob;

/* A copy, or NULL if the picture has none. */
GBytes *image_dup_blob (VipsImage *image, ImageBlob blob);

/* A shallow copy of `image` that carries no metadata at all but what is given (NULL entries:
 * none), and the density (dots per inch; 0: none). Everything libvips would otherwise pass on
 * (EXIF fields, thumbnails, PNG text, IPTC, history) is taken off: never by its own "strip". */
bool image_with_blobs (VipsImage *image, GBytes *const blobs[IMAGE_N_BLOBS], double density_dpi,
                       VipsImage **out_image, GError **error);
