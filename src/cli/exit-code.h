/* The codes that peel ends with (product.md): what a script may branch on. */
#pragma once

#include <glib.h>

typedef enum {
  EXIT_OK = 0,
  EXIT_FAILED = 1,      /* a stage failed */
  EXIT_USAGE = 2,       /* usage, or an invalid pipeline */
  EXIT_SOME_FAILED = 3, /* under --keep-going */
  EXIT_CORRUPT = 8,     /* the cache is damaged */
  EXIT_TARGET = 9,      /* a quality, size or dpi target cannot be met */
  EXIT_INTERRUPTED = 130,
} ExitCode;

ExitCode exit_code_of (const GError *error);
