#include "image/encode.h"

#include <math.h>

int
image_quality_number (ImageFormat format, const NumberOrWord *quality)
{
  static const int jpeg[] = { 20, 38, 56, 70, 92, 98 };
  static const int webp[] = { 20, 34, 53, 76, 93, 98 };
  static const int avif[] = { 20, 34, 44, 55, 75, 90 };
  const int *numbers = format == IMAGE_FORMAT_JPEG   ? jpeg
                       : format == IMAGE_FORMAT_WEBP ? webp
                       : format == IMAGE_FORMAT_AVIF ? avif
                                                     : NULL;
  if (numbers == NULL)
    return 0;
  if (quality->is_word)
    return numbers[CLAMP (quality->word, IMAGE_QUALITY_LOW, IMAGE_QUALITY_HIGHEST)];
  return (int)CLAMP (rint (quality->number), 1, 100);
}
