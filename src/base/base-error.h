/* The error domain of base/: what the operating system refused. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/always-false.h"

typedef enum {
  BASE_ERROR_SYSTEM,    /* a call failed; the text says which and why */
  BASE_ERROR_NO_SPACE,  /* the disk or the quota is full */
  BASE_ERROR_NOT_FOUND, /* no such file or folder */
  BASE_ERROR_TOO_LARGE, /* over a limit of ours */
  BASE_ERROR_UNSAFE,    /* somebody else could have written it */
} BaseErrorCode;

#define BASE_ERROR (base_error_quark ())
GQuark base_error_quark (void);

/* Sets "<format>: <what errno means>"; a full disk says so and what to do. Always false. */
bool base_error_set_errno (GError **error, int error_number, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* The compiler and the analyser see the false, and so that no out is read after it. */
#define base_error_set_errno(...) ALWAYS_FALSE (base_error_set_errno (__VA_ARGS__))
