/* Commands that list what the configuration knows, or show one of it by name. */
#pragma once

#include "cli/command.h"
#include "pipeline/config.h"

/* Both return how many they told of. */
typedef struct {
  const char *what; /* "models": the member of the summary */
  unsigned (*list) (const Config *config, bool is_json);
  unsigned (*show) (const Config *config, const char *name, bool is_json, GError **error);
} ConfigListing;

/* Theirs, all of them. */
extern const OptionTable config_listing_options;

/* The exit code. */
int config_listing_run (const ConfigListing *listing, const Invocation *invocation);
