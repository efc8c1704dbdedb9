/* The codes that peel ends with (product.md): what a script may branch on. */
#pragma once

#include <glib.h>

typedef enum {
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_SOME_FAILED = 3,
  EXIT_PROVIDER = 4,
  EXIT_REFUSED = 5,
  EXIT_BUDGET = 6,
  EXIT_MISS = 7,
  EXIT_CORRUPT = 8,
  EXIT_TARGET = 9,
  EXIT_INTERRUPTED = 130,
} ExitCode;

/* What each of them means, for people; ends with a row whose meaning is NULL. */
typedef struct {
  ExitCode code;
  const char *meaning;
} ExitCodeRow;
extern const ExitCodeRow exit_code_rows[];

ExitCode exit_code_of (const GError *error);
