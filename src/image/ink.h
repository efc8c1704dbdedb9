/* How much ink a page gets: of every pixel the sum of its four colours. Presses can dry so much and no more. */
#pragma once

#include "image/image.h"

/* Percent: 100 is one colour at its full. */
typedef struct {
  bool is_known;  /* else all is 0: the picture is no CMYK */
  double max;     /* of any pixel */
  double p99;     /* at most this much on 99 % of the pixels */
  double mean[4]; /* of cyan, magenta, yellow, black: what the press uses up */
} Ink;

typedef struct InkMeter InkMeter;
InkMeter *ink_meter_new (void);
void ink_meter_free (InkMeter *meter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InkMeter, ink_meter_free)

/* The same CMYK picture (8 or 16 bit, no alpha), measured as it is read: a stream is measured while it is written, and
 * computed once. `meter` must outlive it. */
bool ink_meter_watch (InkMeter *meter, VipsImage *image, VipsImage **out_image, GError **error);

/* Of all pixels that were read until now; call it when nobody reads any more. */
void ink_meter_read (InkMeter *meter, Ink *out_ink);
