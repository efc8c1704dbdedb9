#include "image/painter-noise.h"

#include <glib.h>

/* Beyond this many cells a pixel an octave is pure aliasing. */
#define FINEST 0.75f

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
  for (int i = 0; i < n; i++) {
    float t = line.offset + line.scale * row->x[i];
    int cell = floor_of (t);
    float a = lattice[cell - first], b = lattice[cell - first + 1];
    out[i] += a + (b - a) * ease (t - (float)cell);
  }
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
