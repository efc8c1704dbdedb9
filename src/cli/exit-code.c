#include "cli/exit-code.h"

#include "option/option.h"
#include "run/run-error.h"

const ExitCodeRow exit_code_rows[] = {
  { EXIT_OK, "all went well" },
  { EXIT_FAILED, "a stage failed" },
  { EXIT_USAGE, "wrong usage, or an invalid pipeline" },
  { EXIT_SOME_FAILED, "some outputs failed under --keep-going; the others are made" },
  { EXIT_PROVIDER, "a provider or the network failed" },
  { EXIT_REFUSED, "a provider refused for reasons of safety" },
  { EXIT_BUDGET, "the budget would be exceeded; nothing was spent" },
  { EXIT_MISS, "an original is not in the cache, and may not be made" },
  { EXIT_CORRUPT, "the cache is damaged" },
  { EXIT_TARGET, "a quality, size or dpi target cannot be met, or a file breaks a rule" },
  { EXIT_INTERRUPTED, "interrupted" },
  { 0, NULL },
};

ExitCode
exit_code_of (const GError *error)
{
  if (error->domain == OPTION_ERROR)
    return EXIT_USAGE;
  switch (run_error_class (error)) {
  case RUN_ERROR_INVALID:
    return EXIT_USAGE;
  case RUN_ERROR_PROVIDER:
  case RUN_ERROR_MAYBE_CHARGED:
    return EXIT_PROVIDER;
  case RUN_ERROR_REFUSED:
    return EXIT_REFUSED;
  case RUN_ERROR_BUDGET:
    return EXIT_BUDGET;
  case RUN_ERROR_MISS:
    return EXIT_MISS;
  case RUN_ERROR_CORRUPT:
    return EXIT_CORRUPT;
  case RUN_ERROR_TARGET:
    return EXIT_TARGET;
  case RUN_ERROR_INTERRUPTED:
    return EXIT_INTERRUPTED;
  case RUN_ERROR_FAILED:
    break;
  }
  return EXIT_FAILED;
}
