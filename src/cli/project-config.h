/* The configuration of a pipeline: the user's, and over it that of the pipeline's project, if the user
 * trusts it. */
#pragma once

#include "cli/command.h"
#include "pipeline/config.h"

/* Of the last project whose configuration was not used: pipelines of one folder need one warning. */
typedef struct {
  char *told;
} ProjectNotes;

void project_notes_clear (ProjectNotes *notes);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ProjectNotes, project_notes_clear)

/* `pipeline` is a path as it was typed. NULL after adding to `problems`. */
Config *project_config_load (const char *pipeline, const GlobalOptions *global, ProjectNotes *notes,
                             Problems *problems);
