/* What the configurations of all services have in common. It is the first member of each. */
#pragma once

#include "providers/provider.h"

typedef struct {
  char *base_url;
  char *model;
  double cost;
  int jobs;
  int64_t timeout_ms;
} ServiceConfig;

/* The rows of its options, for a struct whose first member is `service`. `where` is the help of
 * 'base-url', `usual` the model that is asked when nothing names one. */
#define SERVICE_ROWS(Struct, where, usual)                                                         \
  { OPTION_TEXT (Struct, service.base_url), .name = "base-url", .value_name = "URL",               \
    .help = where },                                                                               \
    { OPTION_TEXT (Struct, service.model), .name = "model", .value_name = "NAME",                  \
      .help = "The model that is asked when the pipeline names none", .fallback = usual },         \
    { OPTION_NUMBER (Struct, service.cost),                                                        \
      .name = "cost",                                                                              \
      .min = 0,                                                                                    \
      .max = 1000,                                                                                 \
      .unit = "USD",                                                                               \
      .help = "What a picture costs here, whatever the models table says" },                       \
    { OPTION_INT (Struct, service.jobs),                                                           \
      .name = "jobs",                                                                              \
      .min = 1,                                                                                    \
      .max = 256,                                                                                  \
      .fallback = "4",                                                                             \
      .help = "How many requests are under way at a time" },                                       \
  {                                                                                                \
    OPTION_DURATION (Struct, service.timeout_ms),                                                  \
      .name = "timeout", .fallback = "600s",                                                       \
      .help = "When a request is given up. Pictures in 4K take up to three minutes, and giving up" \
              " does not stop the bill"                                                            \
  }

/* ProviderType.model, .cost and .most_at_once */
const char *service_model (const GenerateOptions *options, const void *config);
double service_cost (const void *config);
int service_most_at_once (const void *config);
