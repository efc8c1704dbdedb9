#include "cli/exit-code.h"

#include "option/option.h"
#include "run/run-error.h"

ExitCode
exit_code_of (const GError *error)
{
  if (error->domain == OPTION_ERROR)
    return EXIT_USAGE;
  switch (run_error_class (error)) {
  case RUN_ERROR_INVALID:
    return EXIT_USAGE;
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
