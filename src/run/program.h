/* Runs a small program to its end: one that prints a token, or signs something. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

typedef struct {
  const char *const *arguments; /* the program is looked for in PATH unless it is absolute */
  const void *input;            /* on its standard input; NULL: none */
  size_t input_length;
  size_t most_output_bytes;
  int64_t timeout_ms;
  const int *is_ending; /* atomic, looked at now and then: not 0 ends it. NULL: never */
} ProgramCall;

typedef enum {
  PROGRAM_NOT_STARTED = -1,
  PROGRAM_ENDED = -2, /* by us: it took too long, or printed too much, or nobody waits any more */
  PROGRAM_SIGNALLED = -3, /* by somebody else */
} ProgramFate;

/* Appends what it prints to `output`, which its caller wipes if that is a secret. Its exit status, or a
 * ProgramFate. *out_complaint: the beginning of what it printed beside its output (new string). Any thread. */
int program_run (const ProgramCall *call, GString *output, char **out_complaint);
