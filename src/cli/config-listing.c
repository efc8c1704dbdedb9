#include "cli/config-listing.h"

#include "cli/event.h"
#include "cli/project-config.h"
#include "run/run-error.h"

static const Option rows[] = { PROFILE_ROW (ConfigListingOptions, profile), { 0 } };
const OptionTable config_listing_options = { rows, sizeof (ConfigListingOptions), NULL };

int
config_listing_run (const ConfigListing *listing, const Invocation *invocation)
{
  g_autoptr (Problems) problems = problems_new ();
  const ConfigListingOptions *options = invocation->options;
  g_autoptr (Config)
    config = project_config_load_here (options->profile, invocation->global, problems);
  g_autoptr (GError) error = NULL;
  bool is_json = invocation->global->json;
  unsigned n = 0;
  if (config == NULL)
    (void)problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, &error);
  else if (invocation->n_arguments == 0)
    n = listing->list (config, invocation);
  else
    n = listing->show (config, invocation->arguments[0], invocation, &error);
  cJSON *summary = event_begin ("summary");
  cJSON_AddNumberToObject (summary, listing->what, n);
  if (is_json && config != NULL && listing->summarize != NULL)
    listing->summarize (config, invocation, summary);
  return event_end (is_json, summary, error);
}
