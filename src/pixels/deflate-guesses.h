/* What may have deflated a stream, the likely first. */
#pragma once

#include "pixels/png-deflate.h"

/* An array of PngDeflateWay, all of zlib, fed by rows. `header` is the zlib stream's, `first` the
 * first byte behind it, `n_raw` how long it is inflated. */
GArray *deflate_guesses_new (const uint8_t header[2], uint8_t first, int64_t n_raw);
