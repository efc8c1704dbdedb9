/* What a word means to each codec.
 *
 * JPEG's numbers are those that reach the words' SSIMULACRA2 aims of 30, 50, 60, 70, 85 and 90 in a
 * published run of libjpeg-turbo over 502 pictures (imageflow, 4:2:0 Q 60, 75, 80, 85, 90 have medians of 66,
 * 73, 76, 79, 82), with full chroma from 90 on. WebP's and AVIF's are those with the same median
 * score as JPEG's in a measurement of our own: ten pictures of 1000 px (photographs reduced from 2
 * to 18 megapixels, and a rendering), eighteen qualities, libvips 8.14, libwebp 1.2.4 effort 4,
 * libaom 3.6 effort 3 8 bit, scored by the reference SSIMULACRA2:
 *
 *                  low  medium-low  medium  good  high  highest
 *     JPEG score    31          55      66    76    90       93
 *     WebP score    30          55      66    76    86       89
 *     AVIF score    30          54      66    76    86       91
 *
 * Above 80 WebP and AVIF stay behind on purpose: WebP cannot pass 89 (its chroma is halved), and
 * AVIF doubles its bytes at 90, where chroma becomes full, for 3 points. At "good" the median file
 * is 58 KB as JPEG, 34 KB as WebP, 22 KB as AVIF. */
#include "image/encode.h"

#include <math.h>

int
image_quality_number (ImageFormat format, const NumberOrWord *quality)
{
  static const int jpeg[] = { 20, 36, 50, 70, 90, 96 };
  static const int webp[] = { 10, 36, 58, 80, 94, 98 };
  static const int avif[] = { 22, 37, 48, 60, 86, 92 };
  bool is_jpeg = format == IMAGE_FORMAT_JPEG || format == IMAGE_FORMAT_PDF; /* which packs one */
  const int *numbers = is_jpeg                       ? jpeg
                       : format == IMAGE_FORMAT_WEBP ? webp
                       : format == IMAGE_FORMAT_AVIF ? avif
                                                     : NULL;
  if (numbers == NULL)
    return 0;
  if (quality->is_word)
    return numbers[CLAMP (quality->word, IMAGE_QUALITY_LOW, IMAGE_QUALITY_HIGHEST)];
  return (int)CLAMP (rint (quality->number), 1, 100);
}
