/* More pixels than there are, by the kernel that was asked for: libvips 8.14 enlarges by bicubic
 * interpolation at best. */
#pragma once

#include "stages/pixels.h"

/* `in` at width x height px, neither smaller than it is; lazily. The result has the format of `in`,
 * rounded and clipped. Edges are continued by their last pixel. Not for VIPS_KERNEL_NEAREST. */
bool enlarge (VipsImage *in, int width, int height, VipsKernel kernel, const char *stage,
              VipsImage **out_image, GError **error);
