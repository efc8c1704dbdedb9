/* What the configurations of all services have in common. It is the first member of each. */
#pragma once

#include "providers/provider.h"

typedef struct {
  char *base_url;
  char *model;
  double cost;
  int jobs;
  int64_t timeout_ms;
  char **requests, **spend; /* limits as pace.h reads them */
  bool shared_quota;
  int64_t backoff_ms, most_wait_ms;
  int retries, retries_billed;
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
      .help =                                                                                      \
        "How many requests are under way at a time for each key, of all processes together" },     \
    { OPTION_TEXTS (Struct, service.requests), .name = "requests", .value_name = "N/WINDOW",       \
      .help = "How many requests each key may make of a model, as in 60/60s or 250/day; unset: "   \
              "what the models table says, or else fewer at a time whenever the service has "      \
              "enough" },                                                                          \
    { OPTION_TEXTS (Struct, service.spend), .name = "spend", .value_name = "USD/WINDOW",           \
      .help = "How much each key may cost, in USD, as in 10/10m or 40/day" },                      \
    { OPTION_BOOL (Struct, service.shared_quota), .name = "shared-quota", .fallback = "false",     \
      .help = "The keys are of one project or account: their requests count together" },           \
    { OPTION_DURATION (Struct, service.backoff_ms), .name = "backoff", .min = 10,                  \
      .fallback = "1s",                                                                            \
      .help =                                                                                      \
        "How long to wait at least after trouble when the service does not say how long; each "    \
        "time in a row up to twice as long as the last" },                                         \
    { OPTION_DURATION (Struct, service.most_wait_ms), .name = "most-wait", .fallback = "120s",     \
      .help = "How long the service may ask to wait; more is a failure, or the turn of the next "  \
              "key or provider" },                                                                 \
    { OPTION_INT (Struct, service.retries), .name = "retries", .max = 20, .fallback = "2",         \
      .help = "How often a request is asked again after trouble that costs nothing: no room, no "  \
              "connection" },                                                                      \
    { OPTION_INT (Struct, service.retries_billed), .name = "retries-billed", .max = 10,            \
      .fallback = "1",                                                                             \
      .help =                                                                                      \
        "How often a request is asked again that may be charged already: no answer in time, "      \
        "an error of the server, no picture" },                                                    \
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
