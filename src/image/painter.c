/* From a scene's linear light to 8-bit pixels, drawn row by row in libvips's threads.
 *
 * Nothing in the pixels may depend on the machine: IEEE + - * / and sqrt only (the build forbids
 * contraction), no libm, no order that depends on the tile. */
#include "image/painter.h"

#include <float.h>
#include <math.h>
#include <vips/vips.h>

#include "image/painter-scene.h"

#if FLT_EVAL_METHOD != 0
#error "floats are widened here: the painter's pixels would differ from other machines'"
#endif

/* Film grain, in 8-bit steps, standard deviation 0.41 of it. Measured: a 4096x4096 PNG at
 * deflate level 1 is then 17 to 19 MB, as the originals of image models are. */
#define GRAIN 1.75f
#define GRAIN_CHROMA 0.5f

enum { ROW_BUFFERS = 8 };

/* One thread's scratch. */
typedef struct {
  float *memory;
  int width;
} PainterScratch;

static void *
start_scratch (VipsImage *out, void *a, void *b)
{
  PainterScratch *scratch = g_new0 (PainterScratch, 1);
  return scratch;
}

static int
stop_scratch (void *seq, void *a, void *b)
{
  PainterScratch *scratch = seq;
  g_free (scratch->memory);
  g_free (scratch);
  return 0;
}

static void
reserve_row (PainterScratch *scratch, int width, PaintRow *row)
{
  if (scratch->width < width) {
    g_free (scratch->memory);
    scratch->memory = g_new (float, (size_t)width *ROW_BUFFERS + PAINTER_LATTICE_EXTRA);
    scratch->width = width;
  }
  float *next = scratch->memory;
  float **const parts[] = { &row->x,        &row->red,      &row->green,    &row->blue,
                            &row->spare[0], &row->spare[1], &row->spare[2], &row->lattice };
  G_STATIC_ASSERT (G_N_ELEMENTS (parts) == ROW_BUFFERS);
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++) {
    *parts[i] = next;
    next += width;
  }
}

/* A film's shoulder (Narkowicz's fit of ACES) and gamma 2, which sRGB is near enough to. */
static inline float
develop (float light)
{
  float x = light < 0.f ? 0.f : light;
  float y = (x * (2.51f * x + 0.03f)) / (x * (2.43f * x + 0.59f) + 0.14f);
  y = y > 1.f ? 1.f : y;
  return sqrtf (y) * 255.f;
}

static inline uint8_t
to_byte (float value)
{
  value += 0.5f;
  value = value < 0.f ? 0.f : value > 255.f ? 255.f : value;
  return (uint8_t)(int)value;
}

static void
develop_row (const PaintScene *scene, const PaintRow *row, uint8_t *out)
{
  const float edge_x = 1.f / scene->half_width, v = row->y / scene->half_height;
  for (int i = 0; i < row->n; i++) {
    float u = row->x[i] * edge_x;
    float far = u * u + v * v;
    float vignette = 1.f - 0.07f * far * far;
    row->red[i] = develop (row->red[i] * vignette);
    row->green[i] = develop (row->green[i] * vignette);
    row->blue[i] = develop (row->blue[i] * vignette);
  }
  const uint32_t key = painter_mix ((uint32_t)row->top * 0x85ebca77u ^ scene->seed);
  for (int i = 0; i < row->n; i++) {
    uint32_t h = painter_mix ((uint32_t)(row->left + i) * 0x9e3779b1u ^ key);
    float a = (float)(int)(h & 255), b = (float)(int)(h >> 8 & 255);
    float c = (float)(int)(h >> 16 & 255), d = (float)(int)(h >> 24);
    float grain = (a + b - 255.f) * (GRAIN / 255.f);
    float warm = (c - 127.5f) * (GRAIN_CHROMA / 127.5f),
          cold = (d - 127.5f) * (GRAIN_CHROMA / 127.5f);
    out[3 * i] = to_byte (row->red[i] + grain + warm);
    out[3 * i + 1] = to_byte (row->green[i] + grain);
    out[3 * i + 2] = to_byte (row->blue[i] + grain + cold);
  }
}

static int
draw_region (VipsRegion *out, void *seq, void *a, void *b, gboolean *stop)
{
  const PaintScene *scene = b;
  const VipsRect *area = &out->valid;
  PaintRow row = { .left = area->left, .n = area->width, .pixel = scene->pixel };
  reserve_row (seq, area->width, &row);
  const float half = 0.5f * scene->pixel;
  for (int i = 0; i < row.n; i++)
    row.x[i] = (float)(2 * (row.left + i) + 1 - scene->width) * half;
  for (int y = 0; y < area->height; y++) {
    row.top = area->top + y;
    row.y = (float)(2 * row.top + 1 - scene->height) * half;
    if (scene->is_landscape)
      painter_landscape_row (scene, &row);
    else
      painter_studio_row (scene, &row);
    develop_row (scene, &row, VIPS_REGION_ADDR (out, area->left, row.top));
  }
  return 0;
}

static void
free_scene (void *scene)
{
  painter_scene_free (scene);
}

bool
painter_draw (const PainterSpec *spec, VipsImage **out_image, GError **error)
{
  if (MIN (spec->width, spec->height) < 1 || MAX (spec->width, spec->height) > PAINTER_MOST_EDGE) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT,
                 "cannot draw %dx%d px: the painter takes 1 to %d px a side", spec->width,
                 spec->height, PAINTER_MOST_EDGE);
    return false;
  }
  PaintScene *scene = painter_scene_new (spec);
  VipsImage *image = vips_image_new ();
  /* The scene goes with the image, whatever becomes of it. */
  g_object_set_data_full (G_OBJECT (image), "peel-scene", scene, free_scene);
  vips_image_init_fields (image, spec->width, spec->height, 3, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE,
                          VIPS_INTERPRETATION_sRGB, 1.0, 1.0);
  if (vips_image_pipelinev (image, VIPS_DEMAND_STYLE_FATSTRIP, NULL) != 0 ||
      vips_image_generate (image, start_scratch, draw_region, stop_scratch, NULL, scene) != 0) {
    g_object_unref (image);
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "drawing a picture");
  }
  *out_image = image;
  return true;
}
