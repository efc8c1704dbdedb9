/* Draws a deterministic, photographic-looking picture from a text: what the synthetic provider
 * and the simulator return. Gradients, texture, soft light and edges, so that resizing, encoding
 * and metrics behave as they do on real pictures; no network, no model, no asset files. */
#pragma once

#include "image/image.h"

enum { PAINTER_MOST_EDGE = 8192 };

typedef struct {
  const char *prompt; /* UTF-8; every byte counts */
  int64_t seed;
  int variant;       /* from 1 */
  int width, height; /* px, 1 to PAINTER_MOST_EDGE */
} PainterSpec;

/* 8-bit sRGB, three bands. Pixels depend on the spec alone (not on threads, machine, compiler
 * flags: integer arithmetic or carefully ordered floats). Lazily computed by libvips threads. */
bool painter_draw (const PainterSpec *spec, VipsImage **out_image, GError **error);
