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

/* The row of --profile, for commands that read a configuration. */
#define PROFILE_ROW(Struct, field)                                                                 \
  {                                                                                                \
    OPTION_TEXT (Struct, field),                                                                   \
      .name = "profile", .value_name = "NAME",                                                     \
      .help = "Use this profile of the configuration, too: dev, staging, production"               \
  }

/* `pipeline` is a path as it was typed, `profile` NULL or one that some file must have. NULL after adding to
 * `problems`. */
Config *project_config_load (const char *pipeline, const char *profile, const GlobalOptions *global,
                             ProjectNotes *notes, Problems *problems);
/* For commands without a pipeline that show what one would see: the user's alone; and with a profile, which
 * a project may have, as if a pipeline lay in the working folder. */
Config *project_config_load_here (const char *profile, const GlobalOptions *global,
                                  Problems *problems);
/* The user's alone. */
Config *project_config_load_user (const char *profile, Problems *problems);
