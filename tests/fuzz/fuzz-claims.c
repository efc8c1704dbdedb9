/* The look-ups of our own into foreign bytes: the format by magic, the size a header claims, a
 * profile's numbers. They stand before every library and must never read past the
 * end. The first byte chooses the format, so that every look-up meets every input. */
#include "image/claims.h"
#include "image/color.h"
#include "fuzz-target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int64_t width, height;
  if (size == 0)
    return 0;
  ImageFormat chosen = (ImageFormat)(data[0] % (IMAGE_FORMAT_HEIC + 1));
  /* A block of just that size. */
  g_autofree uint8_t *copy = g_memdup2 (data + 1, size - 1);
  g_autoptr (GBytes) bytes = g_bytes_new (data + 1, size - 1);

  image_format_of_bytes (copy, size - 1);
  image_claims (chosen, copy, size - 1, &width, &height);
  g_assert_cmpuint (image_count_jpeg_notes (copy, size - 1), <=, size / 4);
  image_is_srgb_profile (bytes);
  return 0;
}
