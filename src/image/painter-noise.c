#include "image/painter-noise.h"

#include <glib.h>

/* Beyond this many cells a pixel an octave is pure aliasing. */
#define FINEST 0.75f

PaintRow
painter_row_part (const PaintRow *row, int from, int to)
{
  PaintRow part = *row;
  part.left += from;
  part.n = MAX (0, to - from);
  part.x += from;
  part.red += from;
  part.green += from;
  part.blue += from;
  return part;
}

static inline int
floor_of (float t)
{
  int i = (int)t;
  return i - (t < (float)i);
}

static inline float
lattice_value (uint32_t row_key, int ix)
{
  return (float)(int32_t)painter_mix ((uint32_t)ix * 0x9e3779b1u ^ row_key) * 0x1p-31f;
}

static inline float
ease (float f)
{
  return f * f * (3.f - 2.f * f);
}

/* Two ways to one result, bit for bit: a look-up a pixel, or, where a cell is many pixels wide, a
 * loop a cell, which the compiler turns into vectors. `lattice` begins at cell `first`. */
static void
add_by_pixel (const PaintRow *row, NoiseLine line, int first, float *out)
{
  const float *lattice = row->lattice;
  for (int i = 0; i < row->n; i++) {
    float t = line.offset + line.scale * row->x[i];
    int cell = floor_of (t);
    float a = lattice[cell - first], b = lattice[cell - first + 1];
    out[i] += a + (b - a) * ease (t - (float)cell);
  }
}

static void
add_by_cell (const PaintRow *row, NoiseLine line, int first, float *restrict out)
{
  const float *restrict x = row->x, *lattice = row->lattice;
  const float per_pixel = line.scale * row->pixel, offset = line.offset, scale = line.scale;
  int i = 0;
  for (int cell = first; i < row->n; cell++) {
    /* An estimate of where the cell ends, then the place itself. */
    int end = (int)((float)(cell + 1 - first) / per_pixel) - 1;
    end = CLAMP (end, i, row->n - 1);
    while (end > i && floor_of (offset + scale * x[end - 1]) > cell)
      end--;
    while (end < row->n && floor_of (offset + scale * x[end]) <= cell)
      end++;
    const float a = lattice[cell - first], rise = lattice[cell - first + 1] - a;
    const float from = (float)cell;
    for (; i < end; i++)
      out[i] += a + rise * ease (offset + scale * x[i] - from);
  }
}

void
painter_noise_add (const PaintRow *row, NoiseLine line, float amplitude, float *out)
{
  const int n = row->n;
  if (n <= 0 || line.scale * row->pixel > FINEST)
    return;
  int iy = floor_of (line.y);
  float sy = ease (line.y - (float)iy);
  uint32_t upper = painter_mix ((uint32_t)iy * 0x85ebca77u ^ line.seed);
  uint32_t lower = painter_mix ((uint32_t)(iy + 1) * 0x85ebca77u ^ line.seed);

  /* The two lattice rows are joined first: a lattice point serves many pixels. */
  int first = floor_of (line.offset + line.scale * row->x[0]);
  int last = floor_of (line.offset + line.scale * row->x[n - 1]) + 1;
  float *lattice = row->lattice;
  for (int i = 0; i <= last - first; i++) {
    float a = lattice_value (upper, first + i), b = lattice_value (lower, first + i);
    lattice[i] = amplitude * (a + (b - a) * sy);
  }
  if (line.scale * row->pixel < 0.125f)
    add_by_cell (row, line, first, out);
  else
    add_by_pixel (row, line, first, out);
}

void
painter_noise_fbm (const PaintRow *row, NoiseLine line, int octaves, float gain, float *out)
{
  for (int i = 0; i < row->n; i++)
    out[i] = 0.f;
  float amplitude = 1.f;
  for (int octave = 0; octave < octaves; octave++) {
    float cells = MAX (line.scale * row->pixel, line.footprint_y);
    float fade = CLAMP ((FINEST - cells) / (0.5f * FINEST), 0.f, 1.f);
    if (fade <= 0.f)
      return;
    painter_noise_add (row, line, amplitude * fade, out);
    amplitude *= gain;
    line.seed = painter_mix (line.seed + 0x68e31da4u);
    line.offset = line.offset * 2.f + 17.31f;
    line.scale *= 2.f;
    line.y = line.y * 2.f + 5.17f;
    line.footprint_y *= 2.f;
  }
}

float
painter_noise_at (uint32_t seed, float x, float y)
{
  int ix = floor_of (x), iy = floor_of (y);
  float sx = ease (x - (float)ix), sy = ease (y - (float)iy);
  uint32_t upper = painter_mix ((uint32_t)iy * 0x85ebca77u ^ seed);
  uint32_t lower = painter_mix ((uint32_t)(iy + 1) * 0x85ebca77u ^ seed);
  float a = lattice_value (upper, ix), b = lattice_value (upper, ix + 1);
  float c = lattice_value (lower, ix), d = lattice_value (lower, ix + 1);
  float top = a + (b - a) * sx, bottom = c + (d - c) * sx;
  return top + (bottom - top) * sy;
}
