/* The options of the `recall` stage: originals that are in the cache. */
#pragma once

#include "option/option.h"

/* All that is given must fit. At least one is. */
typedef struct {
  char *
    *hash; /* of the originals' bytes: all of it or its first digits, 8 at least; any of these */
} RecallOptions;

extern const OptionTable recall_options;
