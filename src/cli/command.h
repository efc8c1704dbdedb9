/* A subcommand: one file that ends with its CommandType; commands.c lists them.
 *
 * Results go to stdout, everything else to stderr. A command returns an exit code (exit-code.h). */
#pragma once

#include "option/option.h"

typedef enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorChoice;

/* Options that every command takes. */
typedef struct {
  bool quiet, verbose, json, help, version;
  int color; /* ColorChoice */
  char *home;
} GlobalOptions;

extern const OptionTable global_options;

typedef struct {
  const GlobalOptions *global;
  void *options;    /* the command's own struct, or NULL */
  void *run;        /* RunOptions, when the command takes them */
  char **arguments; /* positionals, NULL-terminated */
  unsigned n_arguments;
} Invocation;

typedef struct {
  const char *name;
  const char *synopsis;       /* "PIPELINE…": what follows the name in the usage line */
  const char *summary;        /* one line, a capital, no full stop */
  const char *details;        /* a paragraph or more for --help and the reference, or NULL */
  const char *example;        /* command lines, one a line, or NULL */
  const OptionTable *options; /* its own, or NULL */
  bool takes_run_options;     /* those of run-options.h too */
  unsigned least_arguments, most_arguments; /* most 0: as many as given */
  int (*run) (const Invocation *invocation);
} CommandType;

/* In order of name. */
extern const CommandType *const command_types[];
unsigned command_n_types (void);
const CommandType *command_find (const char *name);
