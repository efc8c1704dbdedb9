/* Lengths in order, equal neighbours counted: how a stream is cut into IDAT chunks or into stored
 * blocks ("2514 of 8192, 1 of 1023"). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

/* More pieces than this are not recorded: four million chunks, or the same of deflate's blocks. */
enum { PNG_MOST_PIECES = 1 << 22 };

typedef struct {
  uint32_t count, length;
} PngRun;

GArray *png_runs_new (void);
void png_runs_add (GArray *runs, uint32_t length);

/* Goes through the lengths one by one. Begin with zeros. */
typedef struct {
  unsigned run;
  uint32_t taken;
} PngRunsWalk;
bool png_runs_next (const GArray *runs, PngRunsWalk *walk, uint32_t *out_length);
bool png_runs_are_at_end (const GArray *runs, const PngRunsWalk *walk);
