/* Two passes, along the rows and along the columns, each a weighted sum of a few neighbours. The
 * weights of every column (or row) are computed once: a kernel's values at the distances from the
 * new pixel's centre to the old ones', scaled to a sum of 1.
 *
 * Centres: pixel i of n covers [i, i + 1) of [0, n), so that the picture does not shift. Kernels:
 * Lanczos is sinc(x) sinc(x / a); the cubics are Mitchell and Netravali's (Reconstruction Filters in
 * Computer Graphics, 1988) with B, C = 0, 1/2 (Catmull-Rom) and 1/3, 1/3. */
#include "stages/enlarge.h"

#include <math.h>

typedef struct {
  bool is_horizontal;
  int n_taps;
  int old_length; /* px along the pass */
  int *first;     /* of each new pixel: the old one that weight 0 belongs to; may be outside */
  float *weights; /* n_taps for each new pixel */
} Pass;

static double
sinc (double x)
{
  return x == 0 ? 1 : sin (G_PI * x) / (G_PI * x);
}

static double
cubic (double x, double b, double c)
{
  if (x < 1)
    return ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6;
  if (x < 2)
    return ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x +
            (8 * b + 24 * c)) /
           6;
  return 0;
}

static int
kernel_reach (VipsKernel kernel)
{
  switch (kernel) {
  case VIPS_KERNEL_LINEAR:
    return 1;
  case VIPS_KERNEL_LANCZOS3:
    return 3;
  default:
    return 2;
  }
}

static double
kernel_value (VipsKernel kernel, double distance)
{
  double x = fabs (distance);
  int reach = kernel_reach (kernel);
  if (x >= reach)
    return 0;
  switch (kernel) {
  case VIPS_KERNEL_LINEAR:
    return 1 - x;
  case VIPS_KERNEL_CUBIC:
    return cubic (x, 0, 0.5);
  case VIPS_KERNEL_MITCHELL:
    return cubic (x, 1.0 / 3, 1.0 / 3);
  default:
    return sinc (x) * sinc (x / reach);
  }
}

static void
pass_free (gpointer data)
{
  Pass *pass = data;
  g_free (pass->first);
  g_free (pass->weights);
  g_free (pass);
}

static Pass *
pass_new (bool is_horizontal, int old_length, int new_length, VipsKernel kernel)
{
  Pass *pass = g_new0 (Pass, 1);
  int reach = kernel_reach (kernel);
  pass->is_horizontal = is_horizontal;
  pass->n_taps = 2 * reach;
  pass->old_length = old_length;
  pass->first = g_new (int, new_length);
  pass->weights = g_new (float, (size_t)new_length * pass->n_taps);
  for (int i = 0; i < new_length; i++) {
    double centre = (i + 0.5) * old_length / new_length - 0.5;
    double values[2 * 3], sum = 0;
    pass->first[i] = (int)floor (centre) - reach + 1;
    for (int k = 0; k < pass->n_taps; k++)
      sum += values[k] = kernel_value (kernel, centre - (pass->first[i] + k));
    for (int k = 0; k < pass->n_taps; k++)
      pass->weights[(size_t)i * pass->n_taps + k] = (float)(values[k] / sum);
  }
  return pass;
}

/* The old pixels that new ones from `start` on need, within the picture. */
static void
needed (const Pass *pass, int start, int length, int *out_start, int *out_length)
{
  int first = CLAMP (pass->first[start], 0, pass->old_length - 1);
  int last = CLAMP (pass->first[start + length - 1] + pass->n_taps - 1, 0, pass->old_length - 1);
  *out_start = first;
  *out_length = last - first + 1;
}

static void
sum_row (const Pass *pass, VipsRegion *old, const VipsRect *area, int y, int n_bands, float *out)
{
  for (int x = area->left; x < VIPS_RECT_RIGHT (area); x++) {
    int at = pass->is_horizontal ? x : y;
    const float *weights = pass->weights + (size_t)at * pass->n_taps;
    for (int b = 0; b < n_bands; b++)
      out[b] = 0;
    for (int k = 0; k < pass->n_taps; k++) {
      int from = CLAMP (pass->first[at] + k, 0, pass->old_length - 1);
      const float *pixel = (const float *)(pass->is_horizontal ? VIPS_REGION_ADDR (old, from, y)
                                                               : VIPS_REGION_ADDR (old, x, from));
      for (int b = 0; b < n_bands; b++)
        out[b] += weights[k] * pixel[b];
    }
    out += n_bands;
  }
}

static int
generate (VipsRegion *out, void *sequence, void *unused, void *data, gboolean *stop)
{
  const Pass *pass = data;
  const VipsRect *area = &out->valid;
  VipsRegion *old = sequence;
  VipsRect wanted = *area;
  if (pass->is_horizontal)
    needed (pass, area->left, area->width, &wanted.left, &wanted.width);
  else
    needed (pass, area->top, area->height, &wanted.top, &wanted.height);
  if (vips_region_prepare (old, &wanted) != 0)
    return -1;
  for (int y = area->top; y < VIPS_RECT_BOTTOM (area); y++)
    sum_row (pass, old, area, y, out->im->Bands, (float *)VIPS_REGION_ADDR (out, area->left, y));
  return 0;
}

/* `in` is float. The result keeps what it is computed from alive. */
static bool
add_pass (VipsImage *in, bool is_horizontal, int new_length, VipsKernel kernel,
          VipsImage **out_image)
{
  int old_length = is_horizontal ? vips_image_get_width (in) : vips_image_get_height (in);
  if (new_length == old_length)
    return pixels_give (in, out_image);
  g_autoptr (VipsImage) out = vips_image_new ();
  if (vips_image_pipelinev (out, VIPS_DEMAND_STYLE_SMALLTILE, in, NULL) != 0)
    return false;
  if (is_horizontal)
    out->Xsize = new_length;
  else
    out->Ysize = new_length;
  Pass *pass = pass_new (is_horizontal, old_length, new_length, kernel);
  g_object_set_data_full (G_OBJECT (out), "peel-pass", pass, pass_free);
  g_object_set_data_full (G_OBJECT (out), "peel-in", g_object_ref (in), g_object_unref);
  if (vips_image_generate (out, vips_start_one, generate, vips_stop_one, in, pass) != 0)
    return false;
  *out_image = g_steal_pointer (&out);
  return true;
}

bool
enlarge (VipsImage *in, int width, int height, VipsKernel kernel, const char *stage,
         VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (3);
  if (vips_cast (in, &t[0], VIPS_FORMAT_FLOAT, NULL) != 0 ||
      !add_pass (t[0], true, width, kernel, &t[1]) ||
      !add_pass (t[1], false, height, kernel, &t[2]))
    return pixels_fail (error, stage);
  return pixels_round (t[2], in, stage, out_image, error);
}
