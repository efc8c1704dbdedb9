/* Which libraries make the pixels and the files. */
#pragma once

/* "libvips 8.14.1": recorded with every output, so that a newer library is seen as drift. Does not
 * start libvips. New string. */
char *image_library_versions (void);
