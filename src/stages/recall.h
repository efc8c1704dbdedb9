/* The options of the `recall` stage: originals that are in the cache. */
#pragma once

#include "option/option.h"

/* All that is given must fit. At least one is. */
typedef struct {
  char **hash;                               /* whole or its first digits; any of these */
  char *text;                                /* words that must all be told of it */
  char **tag;                                /* all of these */
  char *provider, *model, *pipeline, *image; /* names, or globs with * and ? */
  char *since, *until;                       /* of the last time it came; clock_parse_moment */
  int limit;                                 /* the newest so many; 0: all */
} RecallOptions;

extern const OptionTable recall_options;
