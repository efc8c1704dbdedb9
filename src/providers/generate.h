/* The options of the `generate` stage, which are what a provider is asked. They stand here so that
 * providers/ need not look into stages/. */
#pragma once

#include "option/option.h"

typedef struct {
  char **provider; /* in order of preference */
  char *model;
  char *prompt;
  Ratio aspect_ratio;
  char *resolution; /* "1K", "2K", "4K" or "WIDTHxHEIGHT" */
  int seed;
  int variants; /* 1 to 16: one image each */
} GenerateOptions;

extern const OptionTable generate_options;
