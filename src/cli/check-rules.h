/* `peel check --preset-rules PRESET FILE…`: finished files against the rules of a preset. */
#pragma once

#include "cli/command.h"

/* Tells of every rule and file. Returns the exit code. */
int check_rules (const Invocation *invocation, const char *preset_name);
