/* A counter for each possible sum: 4 x 255 + 1 of them, or 4 x 65535 + 1. Each thread that computes pixels has counters
 * of its own, which are added up when it lets go of the picture. */
#include "image/ink.h"

#include <vips/vips.h>

enum { N_INKS = 4 };

struct InkMeter {
  GMutex mutex;
  unsigned full;      /* of one ink: 255 or 65535 */
  uint64_t *n_pixels; /* by their sum */
  uint64_t sums[N_INKS];
};

typedef struct {
  VipsRegion *in;
  uint32_t *n_pixels;
  uint64_t sums[N_INKS];
} Counter;

InkMeter *
ink_meter_new (void)
{
  InkMeter *meter = g_new0 (InkMeter, 1);
  g_mutex_init (&meter->mutex);
  return meter;
}

void
ink_meter_free (InkMeter *meter)
{
  if (meter == NULL)
    return;
  g_mutex_clear (&meter->mutex);
  g_free (meter->n_pixels);
  g_free (meter);
}

static void *
start (VipsImage *out, void *image, void *data)
{
  const InkMeter *meter = data;
  Counter *counter = g_new0 (Counter, 1);
  counter->in = vips_region_new (image);
  counter->n_pixels = g_new0 (uint32_t, (size_t)N_INKS * meter->full + 1);
  return counter;
}

static int
stop (void *sequence, void *image, void *data)
{
  Counter *counter = sequence;
  InkMeter *meter = data;
  g_mutex_lock (&meter->mutex);
  for (unsigned i = 0; i <= N_INKS * meter->full; i++)
    meter->n_pixels[i] += counter->n_pixels[i];
  for (unsigned i = 0; i < N_INKS; i++)
    meter->sums[i] += counter->sums[i];
  g_mutex_unlock (&meter->mutex);
  g_object_unref (counter->in);
  g_free (counter->n_pixels);
  g_free (counter);
  return 0;
}

#define COUNT(Type)                                                                                \
  static void count_##Type (Counter *counter, const Type *pixels, int n)                           \
  {                                                                                                \
    uint64_t sums[N_INKS] = { 0 };                                                                 \
    for (int i = 0; i < n; i++, pixels += N_INKS) {                                                \
      counter->n_pixels[(unsigned)pixels[0] + pixels[1] + pixels[2] + pixels[3]]++;                \
      for (int k = 0; k < N_INKS; k++)                                                             \
        sums[k] += pixels[k];                                                                      \
    }                                                                                              \
    for (int k = 0; k < N_INKS; k++)                                                               \
      counter->sums[k] += sums[k];                                                                 \
  }
COUNT (uint8_t)
COUNT (uint16_t)

static int
generate (VipsRegion *out, void *sequence, void *image, void *data, gboolean *stops)
{
  Counter *counter = sequence;
  const InkMeter *meter = data;
  const VipsRect *area = &out->valid;
  if (vips_region_prepare (counter->in, area) != 0 ||
      vips_region_region (out, counter->in, area, area->left, area->top) != 0)
    return -1;
  for (int y = area->top; y < VIPS_RECT_BOTTOM (area); y++) {
    const void *row = VIPS_REGION_ADDR (out, area->left, y);
    if (meter->full == UINT8_MAX)
      count_uint8_t (counter, row, area->width);
    else
      count_uint16_t (counter, row, area->width);
  }
  return 0;
}

bool
ink_meter_watch (InkMeter *meter, VipsImage *image, VipsImage **out_image, GError **error)
{
  VipsBandFormat format = vips_image_get_format (image);
  g_return_val_if_fail (vips_image_get_bands (image) == N_INKS, false);
  g_return_val_if_fail (format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_USHORT, false);
  g_return_val_if_fail (meter->n_pixels == NULL, false);
  meter->full = format == VIPS_FORMAT_UCHAR ? UINT8_MAX : UINT16_MAX;
  meter->n_pixels = g_new0 (uint64_t, (size_t)N_INKS * meter->full + 1);
  g_autoptr (VipsImage) out = vips_image_new ();
  if (vips_image_pipelinev (out, VIPS_DEMAND_STYLE_THINSTRIP, image, NULL) != 0 ||
      vips_image_generate (out, start, generate, stop, image, meter) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "measuring the ink");
  g_object_set_data_full (G_OBJECT (out), "peel-in", g_object_ref (image), g_object_unref);
  *out_image = g_steal_pointer (&out);
  return true;
}

void
ink_meter_read (InkMeter *meter, Ink *out_ink)
{
  uint64_t n_all = 0, n_below = 0;
  unsigned max = 0, p99 = 0, n_sums = meter->n_pixels != NULL ? N_INKS * meter->full + 1 : 0;
  *out_ink = (Ink){ 0 };
  for (unsigned i = 0; i < n_sums; i++) {
    n_all += meter->n_pixels[i];
    if (meter->n_pixels[i] > 0)
      max = i;
  }
  if (n_all == 0)
    return;
  while (p99 < max && (n_below += meter->n_pixels[p99]) * 100 < n_all * 99)
    p99++;
  out_ink->is_known = true;
  out_ink->max = 100.0 * max / meter->full;
  out_ink->p99 = 100.0 * p99 / meter->full;
  for (int k = 0; k < N_INKS; k++)
    out_ink->mean[k] = 100.0 * (double)meter->sums[k] / meter->full / (double)n_all;
}
