#include "cli/run-command.h"
#include "cli/run-options.h"

static int
run (const Invocation *invocation)
{
  return run_command_files (invocation, REPORT_RUN);
}

extern const CommandType command_run;
const CommandType command_run = {
  .name = "run",
  .synopsis = "PIPELINE…",
  .summary = "Make what is missing or out of date",
  .details = "Originals that are not in the cache are made or read first; outputs that are up to "
             "date are left "
             "alone. Every output appears whole or not at all.",
  .example = "  peel run shop.yaml\n"
             "  peel run shop.yaml --only '*.avif' -j 2\n"
             "  peel run shop.yaml --var photo=me.jpg",
  .shared = &shared_run_options,
  .least_arguments = 1,
  .run = run,
};
