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
  PROGRAM_TOO_LONG = -2,  /* ended by us, also when nobody waits for it any more */
  PROGRAM_TOO_MUCH = -3,  /* ended by us: it printed more than `most_output_bytes` */
  PROGRAM_SIGNALLED = -4, /* ended by somebody else */
} ProgramFate;

/* Appends what it prints to `output`, which its caller wipes if that is a secret. Its exit status, or a
 * ProgramFate; what is ended by us is ended with its children. *out_complaint: the beginning of what it printed beside its output (new string). Any thread. */
int program_run (const ProgramCall *call, GString *output, char **out_complaint);
