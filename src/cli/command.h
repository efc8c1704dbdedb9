/* A command: one file that ends with its CommandType; commands.c lists them. One that holds others
 * (`peel cache ls`) lists those in its own file.
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

/* A table that several commands take beside their own. */
typedef struct {
  const OptionTable *table;
  const char *title;     /* "Options of a run" */
  bool tells_exit_codes; /* in --help */
} SharedOptions;

typedef struct {
  const GlobalOptions *global;
  void *options;    /* the command's own struct, or NULL */
  void *shared;     /* the struct of its shared options, or NULL */
  char **arguments; /* positionals, NULL-terminated */
  unsigned n_arguments;
} Invocation;

typedef struct CommandType CommandType;
struct CommandType {
  const char *name;            /* what follows "peel": "run", "cache ls" */
  const char *synopsis;        /* "PIPELINE…": what follows the name in the usage line */
  const char *summary;         /* one line, a capital, no full stop */
  const char *details;         /* a paragraph or more for --help and the reference, or NULL */
  const char *example;         /* command lines, one a line, or NULL */
  const OptionTable *options;  /* its own, or NULL */
  const SharedOptions *shared; /* taken too, or NULL */
  unsigned least_arguments, most_arguments; /* most 0: as many as given, or with least 0 none */
  int (*run) (const Invocation *invocation);
  /* The commands it holds, as below; then options, arguments and `run` are theirs, not its own. */
  const CommandType *const *parts;
};

/* Lists of commands are in order of name and end with NULL. */
extern const CommandType *const command_types[];
/* The last word of its name: "ls". */
const char *command_word (const CommandType *type);
/* By its word, or NULL. */
const CommandType *command_find (const CommandType *const *types, const char *word);
/* The word nearest to what was typed, or NULL. */
const char *command_nearest (const CommandType *const *types, const char *word);
