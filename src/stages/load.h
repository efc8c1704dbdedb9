/* The options of the `load` stage: pictures that are already there. */
#pragma once

#include "option/option.h"

typedef struct {
  char **files; /* paths and globs, relative to the pipeline's folder */
  bool keep;    /* copy into the cache of originals */
} LoadOptions;

extern const OptionTable load_options;
