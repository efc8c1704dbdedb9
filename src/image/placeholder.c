#include "image/placeholder.h"

#include <math.h>
#include <string.h>
#include <vips/vips.h>

#include "image/blobs.h"
#include "image/color.h"
#include "image/encode.h"

/* As much as ThumbHash takes; more pixels change no digit that is kept. */
enum { MOST_EDGE = 100, LQIP_MOST_CHARACTERS = 600 };

/* A small picture as RGBA, 8 bits, straight alpha. */
typedef struct {
  int width, height;
  uint8_t *pixels;
} Small;

static void
small_clear (Small *small)
{
  g_clear_pointer (&small->pixels, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Small, small_clear)

static bool
fail (GError **error)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "making a placeholder");
}

/* sRGB with alpha, 8 bits, at most `most_edge` on its longer side. */
static bool
shrink (VipsImage *image, int most_edge, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) srgb = NULL, with_alpha = NULL, weighed = NULL, resized = NULL;
  g_autoptr (VipsImage) straight = NULL, rounded = NULL;
  if (!image_to_srgb (image, 8, &srgb, error))
    return false;
  int width = vips_image_get_width (srgb), height = vips_image_get_height (srgb);
  double scale = fmin (1, (double)most_edge / MAX (width, height));
  /* A long thin picture keeps a pixel of its thin side. */
  double hscale = fmax (scale, 1.0 / width), vscale = fmax (scale, 1.0 / height);
  bool is_opaque = !vips_image_hasalpha (srgb);
  if (is_opaque ? vips_bandjoin_const1 (srgb, &with_alpha, 255, NULL)
                : vips_copy (srgb, &with_alpha, NULL))
    return fail (error);
  if (vips_premultiply (with_alpha, &weighed, NULL) ||
      vips_resize (weighed, &resized, hscale, "vscale", vscale, NULL) ||
      vips_unpremultiply (resized, &straight, NULL) || vips_rint (straight, &rounded, NULL) ||
      vips_cast (rounded, out_image, VIPS_FORMAT_UCHAR, NULL))
    return fail (error);
  return true;
}

static bool
read_small (VipsImage *image, int most_edge, Small *out_small, GError **error)
{
  g_autoptr (VipsImage) shrunk = NULL;
  size_t length = 0;
  if (!shrink (image, most_edge, &shrunk, error))
    return false;
  uint8_t *pixels = vips_image_write_to_memory (shrunk, &length);
  if (pixels == NULL)
    return fail (error);
  *out_small = (Small){ vips_image_get_width (shrunk), vips_image_get_height (shrunk), pixels };
  return true;
}

/* ---- ThumbHash ----
 *
 *     bits  0-23   L dc 6, P dc 6, Q dc 6, L scale 5, has alpha 1
 *     bits 24-39   L components of the shorter side 3, P scale 6, Q scale 6, is landscape 1
 *     with alpha   A dc 4, A scale 4
 *     then         the other terms of L, P, Q (and A), 4 bits each
 *
 * L is the mean of red, green and blue; P yellow against blue; Q red against green. */

enum { THUMBHASH_MOST_TERMS = 64 };

typedef struct {
  double dc, scale;
  double ac[THUMBHASH_MOST_TERMS]; /* 0 to 1; 0.5 is none */
  int n_ac;
} Terms;

/* `phase` says where in a pixel its value stands: ThumbHash takes the middle, BlurHash the left. */
static double
cosine_sum (const double *channel, int width, int height, int cx, int cy, double phase)
{
  double sum = 0, along[MOST_EDGE];
  for (int x = 0; x < width; x++)
    along[x] = cos (G_PI / width * cx * (x + phase));
  /* In this order and no other: terms that are nothing but rounding fall to either side of a step,
   * and every implementation should give the same hash. */
  for (int y = 0; y < height; y++) {
    double down = cos (G_PI / height * cy * (y + phase));
    for (int x = 0; x < width; x++)
      sum += channel[y * width + x] * along[x] * down;
  }
  return sum / ((double)width * height);
}

/* The terms of the triangle below nx, ny. */
static void
transform (const double *channel, int width, int height, int nx, int ny, Terms *out_terms)
{
  Terms *terms = out_terms;
  memset (terms, 0, sizeof *terms);
  for (int cy = 0; cy < ny; cy++)
    for (int cx = 0; cx * ny < nx * (ny - cy); cx++) {
      double term = cosine_sum (channel, width, height, cx, cy, 0.5);
      if (cx == 0 && cy == 0)
        terms->dc = term;
      else
        terms->ac[terms->n_ac++] = term;
      if (cx > 0 || cy > 0)
        terms->scale = fmax (terms->scale, fabs (term));
    }
  for (int i = 0; i < terms->n_ac && terms->scale > 0; i++)
    terms->ac[i] = 0.5 + 0.5 / terms->scale * terms->ac[i];
}

/* Half up, as the format's definition rounds. */
static unsigned
steps (double value, double most)
{
  return (unsigned)CLAMP (floor (value * most + 0.5), 0, most);
}

typedef struct {
  double *l, *p, *q, *a;
  bool has_alpha;
} Channels;

/* Colours are laid on the picture's mean, so that what is transparent adds no edge. */
static void
split_channels (const Small *small, Channels *channels)
{
  int n = small->width * small->height;
  double mean[3] = { 0 }, alpha_sum = 0;
  for (int i = 0; i < n; i++) {
    const uint8_t *pixel = small->pixels + 4 * i;
    double alpha = pixel[3] / 255.0;
    for (int band = 0; band < 3; band++)
      mean[band] += alpha * pixel[band] / 255;
    alpha_sum += alpha;
  }
  for (int band = 0; band < 3 && alpha_sum > 0; band++)
    mean[band] /= alpha_sum;
  channels->has_alpha = alpha_sum < n;
  for (int i = 0; i < n; i++) {
    const uint8_t *pixel = small->pixels + 4 * i;
    double alpha = pixel[3] / 255.0, rgb[3];
    for (int band = 0; band < 3; band++)
      rgb[band] = mean[band] * (1 - alpha) + alpha * pixel[band] / 255;
    channels->l[i] = (rgb[0] + rgb[1] + rgb[2]) / 3;
    channels->p[i] = (rgb[0] + rgb[1]) / 2 - rgb[2];
    channels->q[i] = rgb[0] - rgb[1];
    channels->a[i] = alpha;
  }
}

static void
append_terms (GByteArray *bytes, const Terms *terms, unsigned *n_nibbles)
{
  for (int i = 0; i < terms->n_ac; i++, (*n_nibbles)++) {
    uint8_t nibble = (uint8_t)steps (terms->ac[i], 15);
    if (*n_nibbles % 2 == 0)
      g_byte_array_append (bytes, &nibble, 1);
    else
      bytes->data[bytes->len - 1] |= (uint8_t)(nibble << 4);
  }
}

static char *
hash_channels (const Channels *channels, int width, int height)
{
  Terms l, p, q, a;
  int most = channels->has_alpha ? 5 : 7, longer = MAX (width, height);
  int lx = (int)fmax (1, floor ((double)most * width / longer + 0.5));
  int ly = (int)fmax (1, floor ((double)most * height / longer + 0.5));
  transform (channels->l, width, height, MAX (3, lx), MAX (3, ly), &l);
  transform (channels->p, width, height, 3, 3, &p);
  transform (channels->q, width, height, 3, 3, &q);

  unsigned is_landscape = width > height;
  unsigned head = steps (l.dc, 63) | steps (0.5 + 0.5 * p.dc, 63) << 6 |
                  steps (0.5 + 0.5 * q.dc, 63) << 12 | steps (l.scale, 31) << 18 |
                  (unsigned)channels->has_alpha << 23;
  unsigned tail = (unsigned)(is_landscape ? ly : lx) | steps (p.scale, 63) << 3 |
                  steps (q.scale, 63) << 9 | is_landscape << 15;
  const uint8_t fixed[] = { (uint8_t)head, (uint8_t)(head >> 8), (uint8_t)(head >> 16),
                            (uint8_t)tail, (uint8_t)(tail >> 8) };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  unsigned n_nibbles = 0;
  g_byte_array_append (bytes, fixed, sizeof fixed);
  if (channels->has_alpha) {
    transform (channels->a, width, height, 5, 5, &a);
    uint8_t both = (uint8_t)(steps (a.dc, 15) | steps (a.scale, 15) << 4);
    g_byte_array_append (bytes, &both, 1);
  }
  append_terms (bytes, &l, &n_nibbles);
  append_terms (bytes, &p, &n_nibbles);
  append_terms (bytes, &q, &n_nibbles);
  if (channels->has_alpha)
    append_terms (bytes, &a, &n_nibbles);
  return g_base64_encode (bytes->data, bytes->len);
}

char *
placeholder_thumbhash (VipsImage *image, GError **error)
{
  g_auto (Small) small = { 0 };
  if (!read_small (image, MOST_EDGE, &small, error))
    return NULL;
  size_t n = (size_t)small.width * small.height;
  g_autofree double *values = g_new (double, 4 * n);
  Channels channels = { values, values + n, values + 2 * n, values + 3 * n, false };
  split_channels (&small, &channels);
  return hash_channels (&channels, small.width, small.height);
}

/* ---- BlurHash ---- */

static void
append_base83 (GString *out, unsigned value, int n_digits)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "#$%*+,-.:;=?@[]^_{|}~";
  unsigned divisor = 1;
  for (int i = 1; i < n_digits; i++)
    divisor *= 83;
  for (; divisor > 0; divisor /= 83)
    g_string_append_c (out, digits[value / divisor % 83]);
}

static double
linear_of (double srgb)
{
  return srgb <= 0.04045 ? srgb / 12.92 : pow ((srgb + 0.055) / 1.055, 2.4);
}

static unsigned
srgb_of (double linear)
{
  double v = CLAMP (linear, 0, 1);
  double srgb = v <= 0.0031308 ? v * 12.92 : 1.055 * pow (v, 1 / 2.4) - 0.055;
  return (unsigned)(srgb * 255 + 0.5);
}

/* Light, on white; three channels one after the other. */
static double *
light_of (const Small *small)
{
  size_t n = (size_t)small->width * small->height;
  double *light = g_new (double, 3 * n);
  for (size_t i = 0; i < n; i++) {
    const uint8_t *pixel = small->pixels + 4 * i;
    double alpha = pixel[3] / 255.0;
    for (int band = 0; band < 3; band++)
      light[band * n + i] = linear_of (pixel[band] / 255.0 * alpha + 1 - alpha);
  }
  return light;
}

/* -1 to 1 in 19 steps, finer around none. */
static unsigned
signed_root_steps (double value)
{
  double root = copysign (sqrt (fabs (value)), value);
  return (unsigned)CLAMP (floor (root * 9 + 9.5), 0, 18);
}

char *
placeholder_blurhash (VipsImage *image, GError **error)
{
  enum { MOST_TERMS = 12 };
  g_auto (Small) small = { 0 };
  if (!read_small (image, MOST_EDGE, &small, error))
    return NULL;
  g_autofree double *light = light_of (&small);
  size_t n = (size_t)small.width * small.height;
  int nx = small.width >= small.height ? 4 : 3, ny = small.width >= small.height ? 3 : 4;
  double terms[MOST_TERMS][3], most = 0;
  for (int i = 0; i < nx * ny; i++)
    for (int band = 0; band < 3; band++) {
      double sum = cosine_sum (light + band * n, small.width, small.height, i % nx, i / nx, 0);
      terms[i][band] = i == 0 ? sum : 2 * sum;
      most = i == 0 ? most : fmax (most, fabs (terms[i][band]));
    }
  /* The largest term in 82 steps; all others are told as parts of it. */
  unsigned scale = (unsigned)CLAMP (floor (most * 166 - 0.5), 0, 82);
  double real = (scale + 1) / 166.0;
  GString *hash = g_string_new (NULL);
  append_base83 (hash, (unsigned)(nx - 1 + (ny - 1) * 9), 1);
  append_base83 (hash, scale, 1);
  append_base83 (
    hash, srgb_of (terms[0][0]) << 16 | srgb_of (terms[0][1]) << 8 | srgb_of (terms[0][2]), 4);
  for (int i = 1; i < nx * ny; i++)
    append_base83 (hash,
                   signed_root_steps (terms[i][0] / real) * 19 * 19 +
                     signed_root_steps (terms[i][1] / real) * 19 +
                     signed_root_steps (terms[i][2] / real),
                   2);
  return g_string_free (hash, FALSE);
}

/* ---- a tiny file ---- */

char *
placeholder_lqip (VipsImage *image, GError **error)
{
  /* From what looks best down to what fits whatever the picture is. */
  static const struct {
    int edge, quality;
  } tries[] = { { 32, 40 }, { 32, 20 }, { 24, 20 }, { 16, 20 }, { 12, 10 }, { 8, 5 }, { 4, 1 } };
  GBytes *const no_blobs[IMAGE_N_BLOBS] = { NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (tries); i++) {
    g_autoptr (VipsImage) shrunk = NULL, bare = NULL;
    g_autoptr (GBytes) bytes = NULL;
    EncodeResult result;
    const EncodeOptions options = {
      .format = IMAGE_FORMAT_WEBP,
      .quality = { .number = tries[i].quality },
      .effort = { .number = 6 },
      .alpha_quality = tries[i].quality,
    };
    if (!shrink (image, tries[i].edge, &shrunk, error) ||
        !image_with_blobs (shrunk, no_blobs, 0, &bare, error) ||
        !image_encode (bare, &options, &bytes, &result, error))
      return NULL;
    size_t length;
    const void *data = g_bytes_get_data (bytes, &length);
    g_autofree char *base64 = g_base64_encode (data, length);
    char *uri = g_strconcat ("data:image/webp;base64,", base64, NULL);
    if (strlen (uri) <= LQIP_MOST_CHARACTERS)
      return uri;
    g_free (uri);
  }
  g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FAILED,
               "no WebP of the picture is small enough for a placeholder; take thumbhash");
  return NULL;
}

/* ---- colour ---- */

char *
placeholder_color (VipsImage *image, GError **error)
{
  enum { CELLS = 16 * 16 * 16 };
  g_auto (Small) small = { 0 };
  if (!read_small (image, MOST_EDGE, &small, error))
    return NULL;
  /* Per cell: how much of the picture, and the sums of red, green, blue, weighed by alpha. */
  g_autofree uint64_t *cells = g_new0 (uint64_t, 4 * CELLS);
  size_t n = (size_t)small.width * small.height, fullest = 0;
  for (size_t i = 0; i < n; i++) {
    const uint8_t *pixel = small.pixels + 4 * i;
    size_t cell = 4 * ((size_t)(pixel[0] >> 4) << 8 | (size_t)(pixel[1] >> 4) << 4 | pixel[2] >> 4);
    cells[cell] += pixel[3];
    for (int band = 0; band < 3; band++)
      cells[cell + 1 + band] += (uint64_t)pixel[3] * pixel[band];
  }
  for (size_t cell = 0; cell < 4 * CELLS; cell += 4)
    if (cells[cell] > cells[fullest])
      fullest = cell;
  uint64_t weight = cells[fullest];
  if (weight == 0)
    return g_strdup ("#ffffff");
  const uint64_t *sums = cells + fullest + 1;
  return g_strdup_printf ("#%02x%02x%02x", (unsigned)((sums[0] + weight / 2) / weight),
                          (unsigned)((sums[1] + weight / 2) / weight),
                          (unsigned)((sums[2] + weight / 2) / weight));
}
