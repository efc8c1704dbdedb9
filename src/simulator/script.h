/* A script: rules that say which requests get which fault. */
#pragma once

#include "simulator/simulator.h"

Script *script_load (const char *path, GError **error);
/* From a text; `name` is what errors show. */
Script *script_read (const char *name, const char *text, size_t length, GError **error);
void script_free (Script *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Script, script_free)

/* Sets exchange->fault and ->rule by the first rule that fires. Counts, so call it once. */
void script_apply (Simulator *simulator, Exchange *exchange);

/* What `--help-script` prints: Markdown. New string. */
char *script_help (void);
