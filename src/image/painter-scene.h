/* The scene that a prompt becomes, before a pixel is drawn. Private to the painter's files:
 *
 *     painter-scene.c      prompt, seed, variant -> PaintScene (words steer, hashes decide the rest)
 *     painter-studio.c     draws a row of a table-top scene
 *     painter.c            tone, grain, libvips
 *
 * Picture units: the origin is the middle, x to the right, y down, 1 is half the short side (half a
 * third of the long side in banners thinner than 1:3), so a scene is the same at every size. */
#pragma once

#include "image/painter.h"
#include "image/painter-noise.h"

enum { PAINT_MOST_SOLIDS = 9, PAINT_MOST_LIGHTS = 40 };

/* The focal length in picture units: one unit of the table's depth is so many across. */
#define PAINT_LENS 2.6f

typedef struct {
  float red, green, blue; /* linear light */
} PaintColor;

/* A turned body, seen as an ellipse that rests on the table. */
typedef struct {
  float x, y;              /* centre */
  float rx, ry;            /* radii */
  float depth;             /* distance along the table; sizes shrink with it */
  float blur;              /* half-width of its outline: out of focus */
  float mirror;            /* how much of the surroundings it shows, head on */
  float metal;             /* 1: colours its reflections and has no body colour */
  float rough;             /* softness of what it mirrors */
  float speckle, fineness; /* texture: strength, cells a unit */
  uint32_t seed;
  PaintColor color;
} PaintSolid;

/* A light far out of focus behind the scene. */
typedef struct {
  float x, y, radius, edge;
  PaintColor color;
} PaintLight;

typedef struct {
  PaintSolid solids[PAINT_MOST_SOLIDS]; /* far to near */
  int n_solids;
  PaintLight lights[PAINT_MOST_LIGHTS];
  int n_lights;
  float edge, edge_blur; /* where the table ends */
  float eye, height;     /* depth of the table at y: height / (y - eye) */
  float light_side;      /* -1: the window is on the left, 1: on the right */
  float glow_x, glow_y;  /* the bright spot of the backdrop */
  float gloss;           /* of the table */
  float vein_x, vein_y;  /* its texture's cells a unit, across and along */
  float vein;            /* its strength */
  PaintColor backdrop, table, vein_color, key;
} PaintStudio;

typedef struct {
  uint32_t seed;
  int width, height; /* px */
  float pixel;       /* in picture units */
  float half_width, half_height;
  PaintStudio studio;
} PaintScene;

/* Composes the scene; free with painter_scene_free. */
PaintScene *painter_scene_new (const PainterSpec *spec);
void painter_scene_free (PaintScene *scene);

/* Fills the row's red, green and blue. Called from several threads at a time. */
void painter_studio_row (const PaintScene *scene, const PaintRow *row);

static inline float
painter_ramp (float from, float to, float x)
{
  float t = (x - from) / (to - from);
  t = t < 0.f ? 0.f : t > 1.f ? 1.f : t;
  return t * t * (3.f - 2.f * t);
}
