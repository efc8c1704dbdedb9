#include "providers/size.h"

#include <math.h>

#include "base/units.h"
#include "providers/provider.h"

enum { SMALLEST_STEP = 16, BASE_EDGE = 1024 };

/* At 1K; 2K and 4K are twice and four times as much. These are the sizes of Gemini's image models
 * (Google, Gemini API, image generation); upright ratios are the same turned. */
static const struct {
  Ratio ratio;
  int width, height; /* px */
} sizes[] = {
  { { 1, 1 }, 1024, 1024 }, { { 3, 2 }, 1264, 848 },  { { 4, 3 }, 1200, 896 },
  { { 5, 4 }, 1152, 928 },  { { 16, 9 }, 1376, 768 }, { { 21, 9 }, 1584, 672 },
};

/* 1, 2 or 4; 0 when the word is not one. */
static int
scale_of (const char *resolution)
{
  static const struct {
    const char *word;
    int scale;
  } words[] = { { "1K", 1 }, { "2K", 2 }, { "4K", 4 } };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].word, resolution) == 0)
      return words[i].scale;
  return 0;
}

/* "1600x900". Numbers of any size; the caller checks the range. */
static bool
parse_size (const char *text, int64_t *out_width, int64_t *out_height)
{
  const char *x = strchr (text, 'x');
  if (x == NULL)
    return false;
  g_autofree char *left = g_strndup (text, (size_t)(x - text));
  int64_t width, height;
  if (!g_ascii_isdigit (left[0]) || !g_ascii_isdigit (x[1]) ||
      !units_parse_integer (left, &width) || !units_parse_integer (x + 1, &height))
    return false;
  *out_width = width;
  *out_height = height;
  return true;
}

static bool
same_ratio (Ratio a, int64_t width, int64_t height)
{
  return (int64_t)a.width * height == width * (int64_t)a.height;
}

/* The nearest multiple of 16 px, at least one. */
static int64_t
stepped (double edge)
{
  return MAX (1, (int64_t)(edge / SMALLEST_STEP + 0.5)) * SMALLEST_STEP;
}

/* At 1K: from the table, or with about as many pixels as a square. */
static void
size_of_ratio (Ratio ratio, int64_t *out_width, int64_t *out_height)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++) {
    if (same_ratio (sizes[i].ratio, ratio.width, ratio.height)) {
      *out_width = sizes[i].width;
      *out_height = sizes[i].height;
      return;
    }
    if (same_ratio (sizes[i].ratio, ratio.height, ratio.width)) {
      *out_width = sizes[i].height;
      *out_height = sizes[i].width;
      return;
    }
  }
  double wide = (double)ratio.width / ratio.height;
  *out_width = stepped (BASE_EDGE * sqrt (wide));
  *out_height = stepped (BASE_EDGE / sqrt (wide));
}

static bool
refuse_ratio (const GenerateOptions *options, GError **error)
{
  g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
               "resolution %s has not the aspect ratio %d:%d; leave 'aspect-ratio' out, or write "
               "1K, 2K or 4K",
               options->resolution, options->aspect_ratio.width, options->aspect_ratio.height);
  return false;
}

bool
size_of_answer (const GenerateOptions *options, const char *who, int most_edge, int *out_width,
                int *out_height, GError **error)
{
  const char *resolution = options->resolution;
  /* A table's default is always set; nothing given means a square. */
  Ratio ratio = options->aspect_ratio;
  if (ratio.width <= 0 || ratio.height <= 0)
    ratio = (Ratio){ 1, 1 };
  bool is_square = ratio.width == ratio.height;

  int64_t width, height;
  int scale = scale_of (resolution);
  if (scale > 0) {
    size_of_ratio (ratio, &width, &height);
    width *= scale;
    height *= scale;
  } else if (!parse_size (resolution, &width, &height)) {
    g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
                 "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not '%s'", resolution);
    return false;
  }
  if (MIN (width, height) < 1 || MAX (width, height) > most_edge) {
    if (scale > 0)
      g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
                   "%d:%d at %s is %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                   " px; %s 1 to %d px a side: choose a smaller resolution or a ratio nearer 1:1",
                   ratio.width, ratio.height, resolution, width, height, who, most_edge);
    else
      g_set_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED,
                   "%s 1 to %d px a side, not %s", who, most_edge, resolution);
    return false;
  }
  /* 1:1 is the default, so it cannot be told from silence. */
  if (scale == 0 && !is_square && !same_ratio (ratio, width, height))
    return refuse_ratio (options, error);
  *out_width = (int)width;
  *out_height = (int)height;
  return true;
}
