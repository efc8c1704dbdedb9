/* Which libraries make the pixels and the files. None of these starts libvips. New strings. */
#pragma once

#include "image/format.h"

/* "libvips 8.14.1, libdeflate 1.14, …": all of them. */
char *image_library_versions (void);

/* "libvips 8.14.1, libdeflate 1.14" for a PNG: recorded with every output, so that a newer library is seen as drift of
 * those files that it writes. */
char *image_versions_of_format (ImageFormat format);
