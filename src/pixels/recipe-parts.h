/* What a PngRecipe is made of, for the files recipe*.c. */
#pragma once

#include "pixels/png-deflate.h"
#include "pixels/png-runs.h"
#include "pixels/recipe.h"

struct PngRecipe {
  GBytes *head; /* all before the first IDAT */
  PixelShape shape;
  GBytes *tail;  /* all behind the last IDAT */
  bool is_exact; /* and if so: */
  PngDeflateWay way;
  GArray *blocks;   /* runs of stored blocks; NULL: zlib */
  GArray *idats;    /* runs of IDAT lengths */
  uint8_t *filters; /* one per row */
};
