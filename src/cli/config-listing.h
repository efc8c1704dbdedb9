/* Commands that list what the configuration knows, or show one of it by name. */
#pragma once

#include <cjson/cJSON.h>

#include "cli/command.h"
#include "pipeline/config.h"

/* Both return how many they told of. */
typedef struct {
  const char *what; /* "models": the member of the summary */
  unsigned (*list) (const Config *config, const Invocation *invocation);
  unsigned (*show) (const Config *config, const char *name, const Invocation *invocation,
                    GError **error);
  /* Adds more members to the summary of --json; or NULL. */
  void (*summarize) (const Config *config, const Invocation *invocation, cJSON *summary);
} ConfigListing;

/* The begin of their options. */
typedef struct {
  char *profile;
} ConfigListingOptions;

/* Of those that have no more. */
extern const OptionTable config_listing_options;

/* The exit code. */
int config_listing_run (const ConfigListing *listing, const Invocation *invocation);
