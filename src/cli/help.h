/* What --help and --version print, made from the command tables. */
#pragma once

#include "cli/command.h"

/* The whole program: commands and global options. New string. */
char *help_program (void);
/* One command. New string. */
char *help_command (const CommandType *command);
/* Peel's version and the libraries'. New string. */
char *help_versions (void);
