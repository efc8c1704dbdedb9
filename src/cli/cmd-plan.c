#include "cli/run-command.h"
#include "cli/run-options.h"

static int
run (const Invocation *invocation)
{
  return run_command_files (invocation, REPORT_PLAN);
}

extern const CommandType command_plan;
const CommandType command_plan = {
  .name = "plan",
  .synopsis = "PIPELINE…",
  .summary = "Tell what a run would make, and make nothing",
  .details = "The same as 'peel run --dry-run'. Sizes of originals that are not there yet are the "
             "ones that are "
             "expected.",
  .example = "  peel plan shop.yaml\n"
             "  peel plan shop.yaml --json",
  .shared = &shared_run_options,
  .least_arguments = 1,
  .run = run,
};
