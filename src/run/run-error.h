/* What can go wrong while a plan is carried out, by what the caller does about it (exit codes). */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/always-false.h"

typedef enum {
  RUN_ERROR_FAILED,        /* a stage, a codec, a file: exit 1 */
  RUN_ERROR_INVALID,       /* the pipeline is wrong: exit 2 */
  RUN_ERROR_PROVIDER,      /* who was asked for an original did not give one: exit 4 */
  RUN_ERROR_MAYBE_CHARGED, /* the same, and nobody knows whether money was taken: exit 4 */
  RUN_ERROR_REFUSED,       /* by the provider's safety policy: exit 5 */
  RUN_ERROR_BUDGET,        /* more would be spent than is allowed: exit 6 */
  RUN_ERROR_MISS,          /* an original is not there, and may not be made: exit 7 */
  RUN_ERROR_CORRUPT,       /* the cache is damaged: exit 8 */
  RUN_ERROR_TARGET,        /* a size, quality, dpi or ink that cannot be met: exit 9 */
  RUN_ERROR_INTERRUPTED,   /* exit 130 */
} RunErrorCode;
#define RUN_ERROR (run_error_quark ())
GQuark run_error_quark (void);

/* Sets the error. Always false. */
bool run_fail (GError **error, RunErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);
#define run_fail(...) ALWAYS_FALSE (run_fail (__VA_ARGS__))

/* Which of the above an error of any lower room is. */
RunErrorCode run_error_class (const GError *error);
