/* A table-top scene: a lit backdrop out of focus, a table in perspective, turned bodies upon it.
 *
 * The camera looks level, so a pixel row lies at one depth of the table and every noise field on
 * it runs straight along the row. Bodies are ellipses with the normals of ellipsoids; their soft
 * shadows and contact shadows are closed forms of a sphere on a plane. */
#include <math.h>

#include <glib.h>

#include "image/painter-scene.h"

/* Towards the window: across, up, to the camera. Length 1; x is turned to the scene's side. */
static const float light_x = 0.70f, light_y = 0.62f, light_z = 0.354f;

/* The window as bodies mirror it: its direction, and two axes across it. */
typedef struct {
  float x, y, z;
  float across_x, across_z;
  float along_x, along_y, along_z;
} Window;

static Window
window_of (const PaintStudio *studio)
{
  Window w = { .x = 0.55f * studio->light_side, .y = 0.52f, .z = 0.6536f };
  float flat = sqrtf (w.x * w.x + w.z * w.z);
  w.across_x = w.z / flat;
  w.across_z = -w.x / flat;
  w.along_x = w.y * w.across_z;
  w.along_y = w.z * w.across_x - w.x * w.across_z;
  w.along_z = -w.y * w.across_x;
  return w;
}

static float
absolute (float x)
{
  return x < 0.f ? -x : x;
}

/* The part of the row within `reach` of `center`, a little wider. */
static PaintRow
row_part (const PaintScene *scene, const PaintRow *row, float center, float reach)
{
  float middle = 0.5f * (float)scene->width;
  float from = (center - reach) / row->pixel + middle - 2.f - (float)row->left;
  float to = (center + reach) / row->pixel + middle + 2.f - (float)row->left;
  return painter_row_part (row, (int)CLAMP (from, 0.f, (float)row->n),
                           (int)CLAMP (to, 0.f, (float)row->n));
}

static void
backdrop (const PaintScene *scene, const PaintRow *row)
{
  const PaintStudio *studio = &scene->studio;
  const PaintColor c = studio->backdrop;
  painter_noise_fbm (row, (NoiseLine){ scene->seed ^ 0x51u, 40.f, 0.9f, row->y * 0.9f + 31.f, 0.f },
                     3, 0.5f, row->spare[0]);
  const float dy = row->y - studio->glow_y;
  for (int i = 0; i < row->n; i++) {
    float dx = row->x[i] - studio->glow_x;
    float glow = 1.f / (1.f + 0.9f * (dx * dx + dy * dy));
    float light = (0.12f + 0.95f * glow * glow) * (1.f + 0.12f * row->spare[0][i]);
    row->red[i] = c.red * light;
    row->green[i] = c.green * light;
    row->blue[i] = c.blue * light;
  }
  for (int k = 0; k < studio->n_lights; k++) {
    const PaintLight *light = &studio->lights[k];
    float reach = light->radius + light->edge, ly = row->y - light->y;
    if (absolute (ly) > reach)
      continue;
    PaintRow part = row_part (scene, row, light->x, reach);
    for (int i = 0; i < part.n; i++) {
      float lx = part.x[i] - light->x, d = sqrtf (lx * lx + ly * ly);
      float in = painter_ramp (reach, light->radius - light->edge, d);
      in *= 0.75f + 0.25f * d / light->radius;
      part.red[i] += light->color.red * in;
      part.green[i] += light->color.green * in;
      part.blue[i] += light->color.blue * in;
    }
  }
}

/* What a body leaves of the window's light (multiplied into `key`) and of the room's (`room`). */
static void
shade_table (const PaintStudio *studio, const PaintRow *row, const PaintSolid *solid, float depth,
             float *key, float *room)
{
  const float radius = solid->rx * solid->depth, tall = solid->ry * solid->depth;
  const float toward_x = light_x * studio->light_side, toward_z = -light_z;
  const float flat2 = toward_x * toward_x + toward_z * toward_z, flat = sqrtf (flat2);
  const float ax = -toward_x / flat, az = -toward_z / flat; /* the way the shadow falls */
  const float throw = tall * flat / light_y;
  const float half_length = sqrtf (radius * radius + throw *throw);
  const float x0 = solid->x * solid->depth;
  const float dz = (depth - solid->depth) * PAINT_LENS;
  for (int i = 0; i < row->n; i++) {
    float dx = row->x[i] * depth - x0;
    float along = dx * ax + dz * az, across = dx * az - dz * ax;
    float p = (along - throw) / half_length, q = across / radius;
    float d = sqrtf (p * p + q * q);
    float far = along / (throw +half_length);
    far = far < 0.f ? 0.f : far > 1.f ? 1.f : far;
    float soft = 0.12f + 0.5f * far;
    key[i] *= 1.f - (0.92f - 0.35f * far) * painter_ramp (1.f + soft, 1.f - soft, d);
    /* A sphere hides (1 + d^2)^(-3/2) of the sky of a point at distance d radii from its foot. */
    float near = 1.f / (1.f + (dx * dx + dz * dz) / (radius * radius));
    room[i] *= 1.f - 0.9f * near * sqrtf (near);
  }
}

static void
table (const PaintScene *scene, const PaintRow *row)
{
  const PaintStudio *studio = &scene->studio;
  const float cover = painter_ramp (-studio->edge_blur, studio->edge_blur, row->y - studio->edge);
  if (cover <= 0.f)
    return;
  const float below = MAX (row->y - studio->eye, 0.05f), depth = studio->height / below;
  const float far = depth * PAINT_LENS,
              foot = far / below * row->pixel; /* how far the row reaches in depth */
  float *key = row->spare[0], *room = row->spare[1], *vein = row->spare[2];

  for (int i = 0; i < row->n; i++) {
    float dx = row->x[i] - 0.45f * studio->light_side, dy = row->y - 0.25f;
    float pool = 1.f / (1.f + 0.45f * dx * dx + 0.30f * dy * dy);
    key[i] = pool;
    room[i] = 1.f;
  }
  for (int k = 0; k < studio->n_solids; k++)
    if (!studio->solids[k].is_raised)
      shade_table (studio, row, &studio->solids[k], depth, key, room);

  painter_noise_fbm (row,
                     (NoiseLine){ scene->seed ^ 0xa7u, 300.f, depth * studio->vein_x,
                                  far * studio->vein_y + 9.f, foot * studio->vein_y },
                     9, 0.62f, vein);
  const float sheen = studio->gloss * (0.25f + 0.75f * painter_ramp (1.0f, -0.1f, row->y));
  const PaintColor t = studio->table, w = studio->vein_color, b = studio->backdrop, k = studio->key;
  for (int i = 0; i < row->n; i++) {
    float v = vein[i] * studio->vein;
    float mixed = v < 0.f ? 0.f : v > 1.f ? 1.f : v, grain = 1.f + 0.45f * v;
    float lit = 1.05f * key[i], dim = 0.22f * room[i];
    float shine = sheen * (0.35f + 0.65f * room[i]) * (1.f + 0.5f * v);
    float red = (t.red + (w.red - t.red) * mixed) * grain * (lit * k.red + dim) + b.red * shine;
    float green = (t.green + (w.green - t.green) * mixed) * grain * (lit * k.green + dim) +
                  b.green * shine;
    float blue = (t.blue + (w.blue - t.blue) * mixed) * grain * (lit * k.blue + dim * 1.1f) +
                 b.blue * shine;
    row->red[i] += (red - row->red[i]) * cover;
    row->green[i] += (green - row->green[i]) * cover;
    row->blue[i] += (blue - row->blue[i]) * cover;
  }
}

/* How much of the window (and of the strip light opposite) a mirrored ray meets. */
static inline float
window_light (const Window *w, float rx, float ry, float rz, float rough)
{
  float p = rx * w->x + ry * w->y + rz * w->z;
  float q = p < 0.1f ? 0.1f : p;
  float a = absolute ((rx * w->across_x + rz * w->across_z) / q);
  float b = absolute ((rx * w->along_x + ry * w->along_y + rz * w->along_z) / q);
  float soft = 0.025f + rough;
  float pane = painter_ramp (0.42f + soft, 0.42f - soft, a) *
               painter_ramp (0.55f + soft, 0.55f - soft, b);
  float bars = painter_ramp (0.02f, 0.02f + soft, a) * painter_ramp (0.02f, 0.02f + soft, b);
  float strip = painter_ramp (0.80f - rough, 0.86f + rough, -rx * (w->x < 0.f ? -1.f : 1.f)) *
                painter_ramp (0.75f + rough, 0.55f, absolute (ry - 0.1f));
  float face = painter_ramp (0.1f, 0.3f, p);
  return face * pane * (0.25f + 0.75f * bars) * 4.2f / (1.f + 3.f * rough) + strip * 0.35f;
}

typedef struct {
  const PaintScene *scene;
  const PaintSolid *solid;
  Window window;
  float v;        /* height within the body, -1 to 1 */
  float strength; /* 1, or what the table mirrors of it */
  float blur;
} Shading;

static void
shade_solid (const Shading *s, const PaintRow *row, const float *texture)
{
  const PaintStudio *studio = &s->scene->studio;
  const PaintSolid *o = s->solid;
  const PaintColor c = o->color, t = studio->table, b = studio->backdrop, k = studio->key;
  const float v = s->v, flatten = o->rx / o->ry, lx = light_x * studio->light_side;
  const float to_u = 1.f / o->rx, to_v = 1.f / o->ry;
  const float contact = 0.30f + 0.70f * painter_ramp (-1.05f, 0.1f, v);
  const float shine = 1.f - o->metal;
  for (int i = 0; i < row->n; i++) {
    float u = (row->x[i] - o->x) * to_u;
    float f = sqrtf (u * u + v * v) + 1e-6f;
    float slope = sqrtf (u * u * to_u * to_u + v * v * to_v * to_v) + 1e-6f;
    float cover = s->strength * painter_ramp (-s->blur, s->blur, f * (1.f - f) / slope);
    float in = f > 0.9999f ? 0.9999f / f : 1.f;
    float nx = u * in, ny = v * in * flatten;
    float nz = sqrtf (1.f - (u * u + v * v) * in * in);
    float size = 1.f / sqrtf (nx * nx + ny * ny + nz * nz);
    nx *= size;
    ny *= size;
    nz *= size;
    float bump = texture[i];
    float facing = (nx * lx + ny * light_y + nz * light_z + 0.12f) * (1.f / 1.12f);
    facing = facing < 0.f ? 0.f : facing * (1.f + 0.4f * bump);
    float up = (0.5f + 0.5f * ny) * contact;
    float grain = 1.f + bump;
    float mx = 2.f * nz * nx, my = 2.f * nz * ny, mz = 2.f * nz * nz - 1.f;
    float sky = painter_ramp (-0.12f - o->rough, 0.10f + o->rough, my);
    float window = window_light (&s->window, mx, my, mz, o->rough) * (1.f + 0.5f * bump);
    float edge = 1.f - nz, edge2 = edge * edge;
    float mirror = o->mirror + (1.f - o->mirror) * 0.55f * edge2 * edge2 * edge * (1.f - o->rough);
    float body = shine * (1.f - mirror) * grain;
    float below = contact * (0.15f + 0.75f * painter_ramp (0.05f, -0.85f, my));
    float haze = 0.25f + 0.75f * painter_ramp (-1.f, 0.9f, my);

#define CHANNEL(channel)                                                                           \
  do {                                                                                             \
    float room = t.channel * 0.40f * contact +                                                     \
                 (b.channel * 0.45f + 0.22f - t.channel * 0.30f) * up;                             \
    float floor = t.channel * below;                                                               \
    float around = floor + (b.channel * haze + 0.06f - floor) * sky;                               \
    float color = c.channel * (1.25f * k.channel * facing + room) * body +                         \
                  (around + window * k.channel) * mirror *                                         \
                    (shine + o->metal * c.channel * (1.f + 0.6f * bump));                          \
    row->channel[i] += (color - row->channel[i]) * cover;                                          \
  } while (0)
    CHANNEL (red);
    CHANNEL (green);
    CHANNEL (blue);
#undef CHANNEL
  }
}

static void
solid (const PaintScene *scene, const PaintRow *row, const PaintSolid *o, bool mirrored)
{
  const PaintStudio *studio = &scene->studio;
  float y = row->y, blur = MAX (o->blur, 0.8f * row->pixel), strength = 1.f;
  if (mirrored) {
    float foot = o->y + o->ry;
    if (y < foot - blur)
      return;
    strength = studio->gloss * painter_ramp (foot + 1.6f * o->ry, foot, y);
    blur += 0.06f * (y - foot) + 0.004f;
    y = 2.f * foot - y;
  }
  float v = (o->y - y) / o->ry;
  if (absolute (o->y - y) > o->ry + blur || strength <= 0.f)
    return;
  float half = o->is_watch ? 1.2f * o->rx
                           : sqrtf (MAX (0.f, 1.f - v * v)) * o->rx + blur + blur * o->rx / o->ry;
  PaintRow part = row_part (scene, row, o->x, MIN (half, 1.2f * o->rx + blur));
  if (part.n == 0)
    return;
  float *texture = row->spare[0];
  painter_noise_fbm (&part,
                     (NoiseLine){ o->seed, 200.f - o->x * o->fineness, o->fineness,
                                  (y - o->y) * o->fineness + 77.f, blur * o->fineness * 0.5f },
                     7, 0.6f, texture);
  for (int i = 0; i < part.n; i++)
    texture[i] *= o->speckle;
  if (o->is_watch) {
    painter_watch_row (scene, &part, o, y, blur, strength, texture);
    return;
  }
  Shading shading = { scene, o, window_of (studio), v, strength, blur };
  shade_solid (&shading, &part, texture);
}

void
painter_studio_row (const PaintScene *scene, const PaintRow *row)
{
  const PaintStudio *studio = &scene->studio;
  if (row->y < studio->edge + studio->edge_blur)
    backdrop (scene, row);
  else
    for (int i = 0; i < row->n; i++)
      row->red[i] = row->green[i] = row->blue[i] = 0.f;
  table (scene, row);
  for (int k = 0; k < studio->n_solids; k++)
    solid (scene, row, &studio->solids[k], true);
  for (int k = 0; k < studio->n_solids; k++)
    solid (scene, row, &studio->solids[k], false);
}
