/* The scene that a prompt becomes, before a pixel is drawn. Private to the painter's files:
 *
 *     painter-theme.c      prompt -> PaintTheme: a few words steer, the hash decides the rest
 *     painter-scene.c      theme, seed, variant -> PaintScene
 *     painter-studio.c     draws a row of a table-top scene
 *     painter-watch.c      draws a row of a watch in it
 *     painter-landscape.c  draws a row of hills, sky and water
 *     painter.c            tone, grain, libvips
 *
 * Picture units: the origin is the middle, x to the right, y down, 1 is half the short side (half a
 * third of the long side in banners thinner than 1:3), so a scene is the same at every size. */
#pragma once

#include "image/painter.h"
#include "image/painter-noise.h"

enum { PAINT_MOST_SOLIDS = 9, PAINT_MOST_LIGHTS = 40, PAINT_MOST_RIDGES = 6 };

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
  bool is_watch;  /* see painter-watch.c; rx is its case, ry half its strap */
  bool is_raised; /* upon another: casts no shadow of its own */
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
  PaintColor dial, strap; /* of a watch */
} PaintStudio;

typedef struct {
  float base, height; /* y of its feet; how far it rises */
  float coarse;       /* features a unit */
  float rugged;       /* gain of its outline's octaves */
  float trees;        /* height of what grows on its crest */
  uint32_t seed;
  PaintColor top, foot;
} PaintRidge;

typedef struct {
  PaintRidge ridges[PAINT_MOST_RIDGES]; /* far to near */
  int n_ridges;
  float horizon;
  float sun_x, sun_y;
  float clouds; /* 0 clear to 1 overcast */
  bool has_water;
  PaintColor zenith, low, sun, water;
} PaintLandscape;

typedef struct {
  bool is_landscape;
  uint32_t seed;
  int width, height; /* px */
  float pixel;       /* in picture units */
  float half_width, half_height;
  union {
    PaintStudio studio;
    PaintLandscape landscape;
  };
  float *outlines; /* the ridges' crests, `width` each; NULL in the studio */
} PaintScene;

/* Composes the scene; free with painter_scene_free. */
PaintScene *painter_scene_new (const PainterSpec *spec);
void painter_scene_free (PaintScene *scene);

/* Makes the outlines of a landscape's ridges. */
void painter_landscape_prepare (PaintScene *scene);

/* Fill the row's red, green and blue. Called from several threads at a time. */
void painter_studio_row (const PaintScene *scene, const PaintRow *row);
void painter_landscape_row (const PaintScene *scene, const PaintRow *row);

/* Part of painter_studio_row: one body. `texture` has a number for each pixel. */
void painter_watch_row (const PaintScene *scene, const PaintRow *row, const PaintSolid *solid,
                        float y, float blur, float strength, const float *texture);

/* 0 up to `from`, 1 beyond `to`, smooth between; `from` may be the greater. */
static inline float
painter_ramp (float from, float to, float x)
{
  float t = (x - from) / (to - from);
  t = t < 0.f ? 0.f : t > 1.f ? 1.f : t;
  return t * t * (3.f - 2.f * t);
}
