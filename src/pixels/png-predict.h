/* Inside png-filter and png-choose: what PNG guesses a byte from, one at a time and 16 at a time.
 * Putting filters on carries nothing from pixel to pixel, so that bytes stay bytes all the way and
 * the vectors of every x86-64 and every aarch64 suffice. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PNG_INLINED static inline __attribute__ ((always_inline))

PNG_INLINED uint8_t
png_paeth (int left, int above, int corner)
{
  int to_left = abs (above - corner), to_above = abs (left - corner);
  int to_corner = abs (left + above - 2 * corner);
  int best = to_left <= to_above ? left : above;
  int least = to_left <= to_above ? to_left : to_above;
  return (uint8_t)(least <= to_corner ? best : corner);
}

typedef uint8_t PngBytes __attribute__ ((vector_size (16)));
enum { PNG_N_LANES = 16 };

PNG_INLINED PngBytes
png_load (const uint8_t *from)
{
  PngBytes v;
  memcpy (&v, from, sizeof v);
  return v;
}

PNG_INLINED void
png_store (uint8_t *to, PngBytes v)
{
  memcpy (to, &v, sizeof v);
}

/* `a` where the mask is set, else `b`. */
PNG_INLINED PngBytes
png_either (PngBytes mask, PngBytes a, PngBytes b)
{
  return (a & mask) | (b & ~mask);
}

PNG_INLINED PngBytes
png_least (PngBytes a, PngBytes b)
{
  return png_either ((PngBytes)(a < b), a, b);
}

/* Half of the sum, rounded down, without the bit that would not fit. */
PNG_INLINED PngBytes
png_means (PngBytes a, PngBytes b)
{
  return (a & b) + ((a ^ b) >> 1);
}

/* The distances of Paeth's a + b - c from b, a and c need nine bits and a sign; what is asked is
 * only which is least. If a and b lie on the same side of c, that from c is the sum of the two
 * others and never the least; else it is their difference. */
PNG_INLINED PngBytes
png_paeths (PngBytes a, PngBytes b, PngBytes c)
{
  PngBytes is_b_over = (PngBytes)(b > c), is_a_over = (PngBytes)(a > c);
  PngBytes to_a = png_either (is_b_over, b - c, c - b);
  PngBytes to_b = png_either (is_a_over, a - c, c - a);
  PngBytes is_a_nearer = (PngBytes)(to_a <= to_b);
  PngBytes nearer = png_either (is_a_nearer, a, b);
  PngBytes least = png_either (is_a_nearer, to_a, to_b);
  PngBytes most = png_either (is_a_nearer, to_b, to_a);
  /* c, if they lie on different sides and most - least < least. */
  PngBytes is_c = (is_a_over ^ is_b_over) & (PngBytes)(most - least < least);
  return png_either (is_c, c, nearer);
}
