/* Colour on the way in and out: what a profile is, and the way to sRGB. */
#pragma once

#include "image/image.h"

/* libvips's built-in sRGB profile, to tag outputs with. image_start first. */
GBytes *image_srgb_profile (void);

/* The same colours in half a kilobyte (ICC version 4, the curve as a formula): for the web. Print
 * shops have readers that know version 2 only, so print files take the one above. */
GBytes *image_srgb_small_profile (void);

/* True when a profile's primaries and curve are sRGB's, whoever made it and whatever it is called;
 * pixels under it need no conversion. False for bytes that are no RGB matrix profile. */
bool image_is_srgb_profile (GBytes *profile);

/* Do all its tags lie inside of it? What they hold is for who uses it to see. */
bool image_is_whole_profile (GBytes *profile);

/* The profile that says what the picture's numbers are. NULL: it carries none, or one that says nothing of them, since it
 * is of another colour space (of gray, on ink) or cannot be read. */
GBytes *image_dup_profile (VipsImage *image);

/* Any colour space to sRGB, three bands and the alpha if there was one, of `depth` 8 or 16 bits a
 * channel. image_dup_profile says what the pixels mean; without one RGB and
 * gray are sRGB, CMYK is libvips's built-in press. The result carries the sRGB profile if the
 * picture carried one, else none. */
bool image_to_srgb (VipsImage *image, int depth, VipsImage **out_image, GError **error);

/* The same pixels in 8 or 16 bits a channel, rounded. 8-bit values v become 257 v, so that white
 * stays white. Floats are taken to be in the range of their interpretation. */
bool image_to_depth (VipsImage *image, int depth, VipsImage **out_image, GError **error);

/* RGB, gray or CMYK, whose numbers a profile explains; not Lab, XYZ, scRGB and their kin, which are
 * absolute, nor a packed coding. */
bool image_is_device_space (VipsImage *image);
