#include "cli/project-config.h"

#include "cli/run-events.h"
#include "cli/terminal.h"
#include "pipeline/project.h"

void
project_notes_clear (ProjectNotes *notes)
{
  g_free (notes->told);
}

/* The folder as an argument that can be pasted. */
static char *
quote_folder (const char *folder)
{
  bool is_plain = folder[0] != '-' && strspn (folder, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS
                                              "_-./") == strlen (folder);
  if (is_plain)
    return g_strdup (folder);
  g_autofree char *quoted = g_shell_quote (folder);
  return g_strconcat (folder[0] == '-' ? "-- " : "", quoted, NULL);
}

static char *
describe (const Project *project, const char *folder)
{
  if (project->state == PROJECT_REFUSED)
    return g_strdup_printf (PROJECT_NAME " is not used: %s", project->problem);
  g_autofree char *quoted = quote_folder (folder);
  return g_strdup_printf ("%s is not used: %s; to see what it would allow: peel trust %s",
                          project->path,
                          project->state == PROJECT_CHANGED ? "it has changed since you trusted it"
                                                            : "you have not trusted it",
                          quoted);
}

static void
warn (const Project *project, const char *folder, const GlobalOptions *global, ProjectNotes *notes)
{
  if (g_strcmp0 (notes->told, project->path) == 0)
    return;
  g_free (notes->told);
  notes->told = g_strdup (project->path);
  g_autofree char *message = describe (project, folder);
  if (global->json)
    run_events_warning (message);
  else
    terminal_note ("peel: %s", message);
}

/* The error about a profile says itself that a file is not used. */
static bool
check_profile (const Config *config, const Project *project, const char *folder, Problems *problems)
{
  bool is_unused = project->state != PROJECT_NONE && project->state != PROJECT_TRUSTED;
  g_autofree char *unused = is_unused ? describe (project, folder) : NULL;
  return config_check_profile (config, unused, problems);
}

/* `folder` is that of the project as it was typed. */
static Config *
load (const Project *project, const char *folder, const char *profile, const GlobalOptions *global,
      ProjectNotes *notes, Problems *problems)
{
  g_autoptr (Config) config = config_load (profile, problems);
  bool is_trusted = project->state == PROJECT_TRUSTED;
  if (config != NULL && is_trusted && project_add_to (project, config, problems) == NULL)
    return NULL;
  if (config != NULL && !check_profile (config, project, folder, problems))
    return NULL;
  if (project->state != PROJECT_NONE && !is_trusted)
    warn (project, folder, global, notes);
  return g_steal_pointer (&config);
}

Config *
project_config_load (const char *pipeline, const char *profile, const GlobalOptions *global,
                     ProjectNotes *notes, Problems *problems)
{
  g_autoptr (Project) project = project_open_beside (pipeline);
  g_autofree char *folder = g_path_get_dirname (pipeline);
  return load (project, folder, profile, global, notes, problems);
}

Config *
project_config_load_here (const char *profile, const GlobalOptions *global, Problems *problems)
{
  if (profile == NULL)
    return config_load (NULL, problems);
  g_auto (ProjectNotes) notes = { NULL };
  g_autofree char *current = g_get_current_dir ();
  g_autoptr (Project) project = project_open (current);
  return load (project, ".", profile, global, &notes, problems);
}

Config *
project_config_load_user (const char *profile, Problems *problems)
{
  g_autoptr (Config) config = config_load (profile, problems);
  return config != NULL && config_check_profile (config, NULL, problems) ? g_steal_pointer (&config)
                                                                         : NULL;
}
