/* What the user's configuration says of the `command` provider. */
#pragma once

#include "option/option.h"

typedef struct {
  char **program; /* its absolute path and its arguments, with {placeholders} */
  double cost;    /* USD a picture */
  int jobs;       /* at most so many at a time */
  int64_t timeout_ms;
  char *model;
} CommandConfig;

extern const OptionTable command_config;
