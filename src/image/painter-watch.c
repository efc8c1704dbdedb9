/* A wrist watch on its closed strap, seen from the front: what the word "watch" brings.
 *
 * Places are in radii of the case, (0, 0) its middle, v up:
 *     1.00 to 0.87  polished rim    0.87 to 0.70  bezel with minute marks
 *     0.70 to 0     dial: hour marks, hands, a glass that mirrors the window faintly */
#include <math.h>

#include <glib.h>

#include "image/painter-scene.h"

/* sin of 0, 6, … 90 degrees. */
static const float sines[] = { 0.f,         0.10452846f, 0.20791169f, 0.30901699f,
                               0.40673664f, 0.5f,        0.58778525f, 0.66913061f,
                               0.74314483f, 0.80901699f, 0.86602540f, 0.91354546f,
                               0.95105652f, 0.97814760f, 0.99452190f, 1.f };

typedef struct {
  const PaintStudio *studio;
  const PaintSolid *solid;
  float soft; /* half-width of edges, in radii */
} Watch;

static float
absolute (float x)
{
  return x < 0.f ? -x : x;
}

/* 1 within half a width of 0. */
static float
band (const Watch *w, float distance, float half)
{
  return painter_ramp (half + w->soft, half - w->soft, absolute (distance));
}

/* A hand or mark along (dx, dy), from `from` to `to`, tapering to a point by `taper`. */
static float
bar (const Watch *w, float u, float v, float dx, float dy, float from, float to, float half,
     float taper)
{
  float along = u * dx + v * dy, across = u * dy - v * dx;
  float t = (along - from) / (to - from);
  float width = half * (1.f - taper * (t < 0.f ? 0.f : t > 1.f ? 1.f : t));
  return band (w, across, width) * band (w, along - 0.5f * (from + to), 0.5f * (to - from));
}

static void
lay (PaintColor *under, PaintColor over, float cover)
{
  under->red += (over.red - under->red) * cover;
  under->green += (over.green - under->green) * cover;
  under->blue += (over.blue - under->blue) * cover;
}

/* Polished metal whose surface leans by (nx, ny): dark floor, bright room, the window's glare. */
static PaintColor
metal (const Watch *w, float nx, float ny)
{
  const PaintColor c = w->solid->color;
  float toward = 0.72f * nx * w->studio->light_side + 0.66f * ny;
  float shine = 0.10f + 0.45f * painter_ramp (-0.5f, 0.6f, ny) +
                1.7f * painter_ramp (0.55f, 0.95f, toward) +
                0.25f * painter_ramp (0.55f, 0.9f, -toward);
  return (PaintColor){ c.red * shine, c.green * shine, c.blue * shine };
}

/* Marks every 6 (step 1) or 30 (step 5) degrees: the circle folded to its first eighth. */
static float
marks (const Watch *w, float u, float v, float r, int step, float from, float to, float half)
{
  if (r < from - 2.f * w->soft || r > to + half + 2.f * w->soft)
    return 0.f;
  float a = absolute (u), b = absolute (v), x = MAX (a, b), y = MIN (a, b), in = 0.f;
  for (int k = 0; k <= 7; k += step)
    in = MAX (in, bar (w, x, y, sines[15 - k], sines[k], from, to, half, 0.f));
  return in;
}

static PaintColor
face (const Watch *w, float u, float v, float r)
{
  const PaintColor white = { 0.80f, 0.78f, 0.70f };
  const PaintColor dark = { 0.012f, 0.014f, 0.018f };
  /* Brushed from the middle: brightest along the window's direction. */
  float ray = (u * 0.72f * w->studio->light_side + v * 0.69f) / (r + 0.02f);
  const PaintColor b = w->studio->dial;
  float brushed = 0.35f + 0.75f * ray * ray * ray * ray;
  PaintColor c = { b.red * brushed, b.green * brushed, b.blue * brushed };
  lay (&c, dark, painter_ramp (0.62f, 0.70f, r) * 0.6f);
  lay (&c, white, marks (w, u, v, r, 5, 0.47f, 0.60f, 0.026f));
  lay (&c, white, marks (w, u, v, r, 1, 0.625f, 0.655f, 0.006f));
  /* Ten past ten, as in every advertisement; the hands' shadows first. */
  const float sx = 0.018f * w->studio->light_side, sy = 0.022f;
  const struct {
    float dx, dy, length, half, taper;
  } hands[] = {
    { -sines[9], sines[6], 0.36f, 0.036f, 0.7f },
    { sines[10], sines[5], 0.56f, 0.028f, 0.8f },
    { -sines[4], -sines[11], 0.60f, 0.007f, 0.f },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (hands); i++) {
    float shadow = bar (w, u + sx, v + sy, hands[i].dx, hands[i].dy, -0.08f, hands[i].length,
                        hands[i].half, hands[i].taper);
    lay (&c, dark, 0.55f * shadow);
    float in = bar (w, u, v, hands[i].dx, hands[i].dy, -0.08f, hands[i].length, hands[i].half,
                    hands[i].taper);
    lay (&c, metal (w, 0.3f * hands[i].dy, 0.55f), in);
  }
  lay (&c, metal (w, u * 8.f, 0.4f + v * 8.f), band (w, r, 0.035f));
  return c;
}

static PaintColor
watch_at (const Watch *w, float u, float v, float r)
{
  PaintColor c = { 0 };
  if (r < 0.72f + 2.f * w->soft)
    c = face (w, u, v, r);
  PaintColor bezel = w->studio->dial;
  bezel.red = 0.006f + 0.16f * bezel.red;
  bezel.green = 0.006f + 0.16f * bezel.green;
  bezel.blue = 0.006f + 0.16f * bezel.blue;
  float sheen = 0.10f * painter_ramp (0.2f, 0.9f, u * w->studio->light_side * 0.7f + v * 0.7f);
  bezel.red += sheen;
  bezel.green += sheen;
  bezel.blue += sheen;
  lay (&bezel, (PaintColor){ 0.50f, 0.48f, 0.44f }, marks (w, u, v, r, 1, 0.79f, 0.835f, 0.006f));
  lay (&bezel, (PaintColor){ 0.62f, 0.60f, 0.54f }, marks (w, u, v, r, 5, 0.735f, 0.835f, 0.016f));
  lay (&c, bezel, painter_ramp (0.70f - w->soft, 0.70f + w->soft, r));
  /* Two polished rings: round, so they lean inwards and outwards. */
  const float rings[][2] = { { 0.705f, 0.018f }, { 0.935f, 0.068f } };
  for (unsigned i = 0; i < G_N_ELEMENTS (rings); i++) {
    float lean = (r - rings[i][0]) / rings[i][1];
    lean = CLAMP (lean, -1.f, 1.f) / (r + 1e-6f);
    lay (&c, metal (w, u * lean, v * lean), band (w, r - rings[i][0], rings[i][1]));
  }
  /* The glass: a slanted window, faint. */
  float slant = u * w->studio->light_side + 0.35f * v;
  float pane = painter_ramp (0.08f, 0.10f, slant) * painter_ramp (0.46f, 0.43f, slant) *
               painter_ramp (0.05f, 0.09f, v) * painter_ramp (0.66f, 0.60f, r);
  c.red += 0.07f * pane;
  c.green += 0.075f * pane;
  c.blue += 0.085f * pane;
  return c;
}

static PaintColor
strap_at (const Watch *w, float u, float v, float texture)
{
  const PaintColor s = w->studio->strap;
  float bend = v / 1.42f, facing = 1.f - bend * bend;
  float light = (0.16f + 0.75f * facing) * (0.75f + 0.25f * painter_ramp (-1.4f, 1.2f, v));
  float rim = absolute (u) - 0.47f;
  light *= (1.f + texture) * (1.f - 0.45f * painter_ramp (0.f, 0.07f, rim));
  PaintColor c = { s.red * light, s.green * light, s.blue * light };
  float along = v * 14.f, stitch = along - (float)(int)(along + 64.f) + 64.f;
  float thread = band (w, absolute (u) - 0.44f, 0.012f) *
                 painter_ramp (0.30f, 0.22f, absolute (stitch - 0.5f));
  lay (&c, (PaintColor){ 0.55f * light, 0.50f * light, 0.40f * light }, thread * 0.8f);
  /* The case shades it where they meet. */
  float dark = painter_ramp (1.32f, 0.95f, sqrtf (u * u + v * v));
  lay (&c, (PaintColor){ 0.f, 0.f, 0.f }, 0.75f * dark);
  return c;
}

void
painter_watch_row (const PaintScene *scene, const PaintRow *row, const PaintSolid *solid, float y,
                   float blur, float strength, const float *texture)
{
  const float scale = 1.f / solid->rx, tall = solid->ry * scale;
  const Watch watch = { &scene->studio, solid, MAX (blur, 0.8f * row->pixel) * scale };
  const Watch *w = &watch;
  const float v = (solid->y - y) * scale;
  const float ends = painter_ramp (tall + w->soft, tall - w->soft, absolute (v));
  for (int i = 0; i < row->n; i++) {
    float u = (row->x[i] - solid->x) * scale, r = sqrtf (u * u + v * v);
    float round = tall - absolute (v), half = 0.54f - 0.06f * (1.f - MIN (round * 5.f, 1.f));
    float strap = band (w, u, half) * ends;
    float crown = band (w, u - 1.04f, 0.075f) * band (w, v, 0.13f);
    float body = painter_ramp (1.f + w->soft, 1.f - w->soft, r);
    float cover = strength * MAX (MAX (strap, crown), body);
    if (cover <= 0.f)
      continue;
    PaintColor c = { 0 };
    if (body < 1.f) {
      c = strap_at (w, u, v, texture[i]);
      lay (&c, metal (w, 0.35f, v * 6.f), crown);
    }
    if (body > 0.f)
      lay (&c, watch_at (w, u, v, r), body);
    row->red[i] += (c.red - row->red[i]) * cover;
    row->green[i] += (c.green - row->green[i]) * cover;
    row->blue[i] += (c.blue - row->blue[i]) * cover;
  }
}
