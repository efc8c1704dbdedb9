/* Frames in memory. */
#pragma once

#include "pixels/frame.h"

/* A sink that appends to `bytes`. */
PixelSink sink_to (GByteArray *bytes);
/* A source of what `bytes` holds. A read outside of it fails the test. */
PixelSource source_of (const GByteArray *bytes);

GByteArray *make_frame (const GByteArray *png, bool want_exact, int n_threads,
                        PixelFrameInfo *out_info);
