/* The reference: Markdown pages made from the tables of stages, presets, keys and commands. */
#pragma once

#include "base/problems.h"

/* Writes every page into `folder` (made if it is not there). */
bool reference_write (const char *folder, const char *preset_folder, GError **error);
/* A completion script for bash. New string. */
char *reference_bash_completion (void);
