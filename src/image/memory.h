/* Pictures between threads, for rooms that do not see libvips. */
#pragma once

#include "image/image.h"

/* Computes a lazy picture into memory, where any thread and any number of chains can read it. A
 * new reference (of `image` itself if it is in memory already). */
bool image_to_memory (VipsImage *image, VipsImage **out_image, GError **error);

/* To be called by a thread of one's own when it is done with libvips: frees what libvips keeps for
 * it. */
void image_thread_end (void);
