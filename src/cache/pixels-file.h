/* The .pix of an original. It stands alone only when it was proven that the exact bytes can be
 * rebuilt from it; beside the .zst it may also be one that only saves decoding. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

#include "base/digest.h"
#include "pixels/frame.h"

typedef struct {
  char *path;
  int fd; /* -1: not open */
  PixelFrame *frame;
} PixelsFile;

#define PIXELS_FILE_INIT                                                                           \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

/* Opens it and checks its header. False without an error: there is none. CACHE_ERROR_CORRUPT: it is
 * damaged or of another original; path and fd are set then, for quarantine. CACHE_ERROR_FAILED: it
 * cannot be read, or a newer Peel wrote it. */
bool pixels_file_open (PixelsFile *file, const char *home, const Digest *digest, GError **error);
/* The same with a file that is open already, whose fd is taken. */
bool pixels_file_take (PixelsFile *file, int fd, const char *path, const Digest *digest,
                       GError **error);
void pixels_file_clear (PixelsFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PixelsFile, pixels_file_clear)

/* The exact bytes, hashed on the way. CACHE_ERROR_CORRUPT: the file is damaged.
 * CACHE_ERROR_OTHER_ZLIB: it is whole. An error of the sink comes back as it is. */
bool pixels_file_rebuild (PixelsFile *file, const PixelSink *sink, GError **error);
/* Every byte against the checksum of the file. CACHE_ERROR_CORRUPT: damaged. */
bool pixels_file_check (PixelsFile *file, GError **error);

/* Sets the code of this room for what went wrong with a file: damage is CACHE_ERROR_CORRUPT. */
void pixels_file_translate (GError *problem);
