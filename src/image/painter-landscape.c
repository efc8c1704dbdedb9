/* Sky, sun, clouds, ridges behind ridges in haze, and water that mirrors them.
 *
 * Clouds and water lie on level planes, so a pixel row runs straight through their noise. Ridges
 * are outlines, one height a column, made once for the picture. */
#include <math.h>

#include <glib.h>

#include "image/painter-scene.h"

static float
clamped (float x)
{
  return x < 0.f ? 0.f : x > 1.f ? 1.f : x;
}

static PaintColor
mixed (PaintColor a, PaintColor b, float t)
{
  return (PaintColor){ a.red + (b.red - a.red) * t, a.green + (b.green - a.green) * t,
                       a.blue + (b.blue - a.blue) * t };
}

/* The crest above a column, y in picture units. */
static float
crest_at (const PaintRidge *ridge, float x, float pixel)
{
  float height = 0.f, gain = 0.6f, scale = ridge->coarse;
  uint32_t seed = ridge->seed;
  for (int octave = 0; octave < 10 && scale * pixel < 0.7f; octave++) {
    float n = painter_noise_at (seed, x * scale + 50.3f, (float)octave * 3.7f);
    height += gain * (octave == 0 ? n : 0.5f - fabsf (n) * 1.5f) * (octave == 0 ? 1.f : 0.7f);
    gain *= ridge->rugged;
    scale *= 2.1f;
    seed = painter_mix (seed + 1u);
  }
  if (ridge->trees > 0.f) {
    float n = painter_noise_at (seed, x * 22.f, 0.5f) + painter_noise_at (seed, x * 61.f, 7.5f);
    float fine = pixel < 0.004f ? painter_noise_at (seed, x * 170.f, 11.5f) : 0.f;
    height += ridge->trees * (0.6f * fabsf (n) + 0.5f * fabsf (fine)) / ridge->height;
  }
  return ridge->base - ridge->height * (0.55f + height);
}

void
painter_landscape_prepare (PaintScene *scene)
{
  const PaintLandscape *land = &scene->landscape;
  scene->outlines = g_new (float, (size_t)scene->width *PAINT_MOST_RIDGES);
  for (int k = 0; k < land->n_ridges; k++) {
    float *crests = scene->outlines + (size_t)k * (size_t)scene->width;
    for (int i = 0; i < scene->width; i++) {
      float x = (float)(2 * i + 1 - scene->width) * 0.5f * scene->pixel;
      crests[i] = crest_at (&land->ridges[k], x, scene->pixel);
    }
  }
}

static PaintColor
sky_at (const PaintLandscape *land, float above)
{
  float e = above < 0.f ? 0.f : above;
  return mixed (land->low, land->zenith, e / (e + 0.5f));
}

static void
sky (const PaintScene *scene, const PaintRow *row)
{
  const PaintLandscape *land = &scene->landscape;
  const float above = land->horizon - row->y, dy = row->y - land->sun_y;
  const PaintColor c = sky_at (land, above), s = land->sun;
  for (int i = 0; i < row->n; i++) {
    float dx = row->x[i] - land->sun_x, d2 = dx * dx + dy * dy;
    float glow = 0.20f / (1.f + 5.f * d2) + 0.45f / (1.f + 60.f * d2);
    glow += 2.5f * painter_ramp (0.078f, 0.066f, sqrtf (d2));
    row->red[i] = c.red + s.red * glow;
    row->green[i] = c.green + s.green * glow;
    row->blue[i] = c.blue + s.blue * glow;
  }
  if (land->clouds <= 0.f || above < -0.02f)
    return;

  /* Seen from below, a plane of clouds shrinks towards the horizon. */
  const float depth = 1.f / (above + 0.16f), reach = depth * depth * row->pixel * 2.2f;
  NoiseLine line = { scene->seed ^ 0xc1u, 90.f, depth * 0.8f, depth * 2.2f, reach };
  float *cloud = row->spare[0], *lit = row->spare[1];
  painter_noise_fbm (row, line, 7, 0.52f, cloud);
  /* The same clouds a step nearer the sun: the difference is their lit side. */
  line.offset += land->sun_x > 0.f ? 0.10f : -0.10f;
  line.y += 0.16f;
  painter_noise_fbm (row, line, 4, 0.52f, lit);
  const float least = 0.45f - 0.75f * land->clouds, thin = painter_ramp (-0.02f, 0.25f, above);
  const PaintColor shade = mixed (land->low, land->zenith, 0.55f);
  for (int i = 0; i < row->n; i++) {
    float cover = painter_ramp (least, least + 0.65f, cloud[i]) * (0.25f + 0.65f * thin);
    float dx = row->x[i] - land->sun_x, near = 1.f / (1.f + 1.6f * (dx * dx + dy * dy));
    float light = painter_ramp (-0.25f, 0.45f, cloud[i] - lit[i]) * (0.20f + 0.55f * near) + 0.10f;
    row->red[i] += (shade.red * 0.7f + s.red * light - row->red[i]) * cover;
    row->green[i] += (shade.green * 0.7f + s.green * light - row->green[i]) * cover;
    row->blue[i] += (shade.blue * 0.7f + s.blue * light - row->blue[i]) * cover;
  }
}

/* The stretch of the row where ridge k shows: under its crest and over those of nearer ones. */
static PaintRow
visible_part (const PaintScene *scene, const PaintRow *row, int k)
{
  const PaintLandscape *land = &scene->landscape;
  const float margin = 2.f * row->pixel;
  int from = row->n, to = 0;
  for (int i = 0; i < row->n; i++) {
    const float *crest = scene->outlines + (size_t)(row->left + i);
    bool shows = k < 0 || row->y > crest[(size_t)k * (size_t)scene->width] - margin;
    for (int nearer = k + 1; shows && nearer < land->n_ridges; nearer++)
      shows = row->y < crest[(size_t)nearer * (size_t)scene->width] + margin;
    if (shows) {
      from = MIN (from, i);
      to = i + 1;
    }
  }
  return painter_row_part (row, from, to);
}

static void
ridge (const PaintScene *scene, const PaintRow *whole, int k)
{
  const PaintLandscape *land = &scene->landscape;
  const PaintRidge *r = &land->ridges[k];
  if (land->has_water && whole->y > land->horizon + whole->pixel)
    return;
  const PaintRow part = visible_part (scene, whole, k), *row = &part;
  if (row->n == 0)
    return;
  const float *crests = scene->outlines + (size_t)k * (size_t)scene->width + row->left;
  float *rock = row->spare[0], *face = row->spare[1];
  const float near = (float)(k + 1) / (float)land->n_ridges;
  const float fine = 22.f + 50.f * near;
  painter_noise_fbm (row, (NoiseLine){ r->seed ^ 0x33u, 400.f, fine, row->y * fine * 1.3f, 0.f }, 5,
                     0.75f, rock);
  /* Gullies run down the slope: the field is slanted a little and stretched. */
  painter_noise_fbm (row,
                     (NoiseLine){ r->seed ^ 0x77u, 300.f + row->y * 5.f, 6.f + 4.f * near,
                                  row->y * 2.5f + 20.f, 0.f },
                     3, 0.6f, face);
  const float sharp = 1.f / row->pixel, texture = 0.08f + 0.30f * near;
  for (int i = 0; i < row->n; i++) {
    float cover = clamped ((row->y - crests[i]) * sharp + 0.5f);
    float down = painter_ramp (0.f, r->height * 1.15f, row->y - crests[i]);
    float light = 1.f + texture * (rock[i] + 0.6f * face[i]) * (1.f - 0.75f * down);
    PaintColor c = mixed (r->top, r->foot, down);
    /* Not a + (b - a) * t: where this covers all, nothing of what is below may be left, not even a
     * rounding, for a tile may have left that out. */
    float left = 1.f - cover;
    light *= cover;
    row->red[i] = row->red[i] * left + c.red * light;
    row->green[i] = row->green[i] * left + c.green * light;
    row->blue[i] = row->blue[i] * left + c.blue * light;
  }
}

/* What the water mirrors at a column, `above` the horizon. */
static inline PaintColor
mirrored_at (const PaintScene *scene, int column, float above)
{
  const PaintLandscape *land = &scene->landscape;
  PaintColor c = sky_at (land, above);
  for (int k = 0; k < land->n_ridges; k++) {
    float crest = scene->outlines[(size_t)k * (size_t)scene->width + (size_t)column];
    float in = painter_ramp (-0.02f, 0.02f, land->horizon - above - crest);
    c = mixed (c, land->ridges[k].top, in * 0.9f);
  }
  return c;
}

static void
water (const PaintScene *scene, const PaintRow *row)
{
  const PaintLandscape *land = &scene->landscape;
  const float below = row->y - land->horizon;
  const float cover = painter_ramp (-row->pixel, row->pixel, below);
  if (cover <= 0.f)
    return;
  const float depth = 1.f / (MAX (below, 0.f) + 0.045f), reach = depth * depth * row->pixel;
  float *swell = row->spare[0], *spark = row->spare[1];
  painter_noise_fbm (
    row, (NoiseLine){ scene->seed ^ 0x5eu, 200.f, depth * 1.7f, depth * 6.f, reach * 6.f * 0.4f },
    6, 0.62f, swell);
  painter_noise_fbm (
    row, (NoiseLine){ scene->seed ^ 0x9du, 600.f, depth * 11.f, depth * 30.f, reach * 30.f * 0.3f },
    3, 0.7f, spark);
  const float steep = 1.f - 0.75f * painter_ramp (0.f, 0.9f, below);
  const float width = 0.045f + 0.30f * below, glow = 1.f / (width * width);
  for (int i = 0; i < row->n; i++) {
    float tilt = swell[i] * (0.05f + 0.32f * below) + spark[i] * 0.02f;
    PaintColor c = mirrored_at (scene, row->left + i, below * 0.8f + tilt + 0.02f);
    float body = clamped (0.22f + 0.55f * (1.f - steep) - 0.25f * swell[i]);
    c = mixed (c, land->water, clamped (body));
    float dx = row->x[i] - land->sun_x, path = 1.f / (1.f + glow * dx * dx);
    float glint = painter_ramp (0.05f, 0.75f, swell[i] * 0.6f + spark[i]) * path * path * 1.8f +
                  0.14f * path;
    float red = c.red * 0.86f + land->sun.red * glint;
    float green = c.green * 0.88f + land->sun.green * glint;
    float blue = c.blue * 0.92f + land->sun.blue * glint;
    row->red[i] += (red - row->red[i]) * cover;
    row->green[i] += (green - row->green[i]) * cover;
    row->blue[i] += (blue - row->blue[i]) * cover;
  }
}

void
painter_landscape_row (const PaintScene *scene, const PaintRow *row)
{
  const PaintLandscape *land = &scene->landscape;
  /* Where the sky is hidden it is not drawn. */
  for (int i = 0; i < row->n; i++)
    row->red[i] = row->green[i] = row->blue[i] = 0.f;
  PaintRow open = land->has_water && row->y > land->horizon ? *row : visible_part (scene, row, -1);
  if (open.n > 0)
    sky (scene, &open);
  for (int k = 0; k < land->n_ridges; k++)
    ridge (scene, row, k);
  if (land->has_water)
    water (scene, row);
}
