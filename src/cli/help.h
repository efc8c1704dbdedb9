/* What --help and --version print, made from the command tables. */
#pragma once

#include "cli/command.h"

/* The whole program: commands and global options. New string. */
char *help_program (void);
/* One command. New string. */
char *help_command (const CommandType *command);
/* "libvips 8.14.1, zstd 1.5.4, …". New string. */
char *help_libraries (void);
/* Peel's version and the libraries'. New string. */
char *help_versions (void);
