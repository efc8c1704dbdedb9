/* Recognising sRGB in an ICC profile by its numbers: descriptions differ ("sRGB IEC61966-2.1",
 * "sRGB built-in", "c2") and lie ("linear sRGB").
 *
 *     header(128): … colour space at 16, "acsp" at 36
 *     n(4), then n tags of signature(4) offset(4) length(4)
 *     XYZ:  "XYZ " 0(4) x(4) y(4) z(4)            s15Fixed16, relative to D50
 *     curv: "curv" 0(4) n(4) values(2 each)       n = 1: a gamma in u8Fixed8
 *     para: "para" 0(4) kind(2) 0(2) g a b c d …  s15Fixed16 */
#include "image/color.h"

#include <math.h>
#include <string.h>

enum { HEADER = 128, MOST_TAGS = 100 };

typedef struct {
  const uint8_t *data;
  size_t length;
} Span;

static uint32_t
u32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static double
fixed (const uint8_t *at)
{
  return (int32_t)u32 (at) / 65536.0;
}

static bool
find_tag (Span profile, const char *signature, Span *out_tag)
{
  uint32_t n_tags = MIN (u32 (profile.data + HEADER), MOST_TAGS);
  for (uint32_t i = 0; i < n_tags; i++) {
    size_t at = HEADER + 4 + (size_t)i * 12;
    if (at + 12 > profile.length)
      return false;
    uint64_t offset = u32 (profile.data + at + 4);
    uint64_t length = u32 (profile.data + at + 8);
    if (memcmp (profile.data + at, signature, 4) == 0 && offset + length <= profile.length) {
      *out_tag = (Span){ profile.data + offset, (size_t)length };
      return true;
    }
  }
  return false;
}

static bool
primary_is (Span profile, const char *signature, const double expected[3])
{
  Span tag;
  if (!find_tag (profile, signature, &tag) || tag.length < 20 || memcmp (tag.data, "XYZ ", 4) != 0)
    return false;
  for (int i = 0; i < 3; i++)
    if (fabs (fixed (tag.data + 8 + i * 4) - expected[i]) > 0.002)
      return false;
  return true;
}

/* Where the curve takes half: sRGB's is 0.2140, a plain gamma of 2.2 gives 0.2176, linear 0.5. */
static bool
curve_at_half (Span tag, double *out_value)
{
  if (tag.length >= 14 && memcmp (tag.data, "curv", 4) == 0) {
    uint64_t n = u32 (tag.data + 8);
    if (n < 2 || 12 + n * 2 > tag.length)
      return false;
    const uint8_t *low = tag.data + 12 + (n - 1) / 2 * 2;
    const uint8_t *high = tag.data + 12 + n / 2 * 2;
    *out_value = ((low[0] << 8 | low[1]) + (high[0] << 8 | high[1])) / 2.0 / 65535.0;
    return true;
  }
  if (tag.length >= 24 && memcmp (tag.data, "para", 4) == 0 && tag.data[9] >= 3) {
    double gamma = fixed (tag.data + 12);
    double base = fixed (tag.data + 16) * 0.5 + fixed (tag.data + 20);
    *out_value = base > 0 ? pow (base, gamma) : 0;
    return true;
  }
  return false;
}

bool
image_is_srgb_profile (GBytes *profile)
{
  static const double red[] = { 0.4361, 0.2225, 0.0139 };
  static const double green[] = { 0.3851, 0.7169, 0.0971 };
  static const double blue[] = { 0.1431, 0.0606, 0.7141 };
  Span span, curve;
  double half;

  span.data = g_bytes_get_data (profile, &span.length);
  return span.length >= HEADER + 4 && memcmp (span.data + 16, "RGB ", 4) == 0 &&
         memcmp (span.data + 36, "acsp", 4) == 0 && primary_is (span, "rXYZ", red) &&
         primary_is (span, "gXYZ", green) && primary_is (span, "bXYZ", blue) &&
         find_tag (span, "gTRC", &curve) && curve_at_half (curve, &half) &&
         fabs (half - 0.2140) < 0.002;
}

bool
image_is_whole_profile (GBytes *profile)
{
  size_t length;
  const uint8_t *data = g_bytes_get_data (profile, &length);
  if (length < HEADER + 4 || u32 (data) > length || memcmp (data + 36, "acsp", 4) != 0)
    return false;
  uint64_t n_tags = u32 (data + HEADER);
  if (n_tags == 0 || n_tags > MOST_TAGS || HEADER + 4 + n_tags * 12 > length)
    return false;
  for (uint64_t i = 0; i < n_tags; i++) {
    const uint8_t *tag = data + HEADER + 4 + i * 12;
    if ((uint64_t)u32 (tag + 4) + u32 (tag + 8) > length)
      return false;
  }
  return true;
}
