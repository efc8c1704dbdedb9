#include "cli/run-command.h"

#include "cli/run-options.h"

/* `peel explain PIPELINE [OUTPUT]`: an output is chosen as --only does it. */
static int
run (const Invocation *invocation)
{
  RunOptions *options = invocation->shared;
  Invocation narrowed = *invocation;
  char *only[] = { invocation->n_arguments > 1 ? invocation->arguments[1] : NULL, NULL };
  char **given = options->only;
  if (only[0] != NULL) {
    options->only = only;
    narrowed.n_arguments = 1;
  }
  int code = run_command_files (&narrowed, REPORT_EXPLAIN);
  options->only = given;
  return code;
}

extern const CommandType command_explain;
const CommandType command_explain = {
  .name = "explain",
  .synopsis = "PIPELINE [OUTPUT]",
  .summary = "Tell why each output is up to date or not",
  .details = "OUTPUT is a glob on output paths or image ids, as for --only.",
  .example = "  peel explain shop.yaml\n"
             "  peel explain shop.yaml 'out/hero/*'",
  .shared = &shared_run_options,
  .least_arguments = 1,
  .most_arguments = 2,
  .run = run,
};
