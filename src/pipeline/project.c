#include "pipeline/project.h"

#include "base/base-error.h"
#include "base/path.h"
#include "document/document.h"
#include "pipeline/trust.h"

void
project_free (Project *project)
{
  if (project == NULL)
    return;
  g_free (project->path);
  g_free (project->text);
  g_free (project->problem);
  g_free (project);
}

static Project *
refuse (Project *project, const GError *error)
{
  project->state = PROJECT_REFUSED;
  project->problem = g_strdup (error->message);
  return project;
}

static ProjectState
compare (const Project *project, const GPtrArray *trusted)
{
  const TrustEntry *entry = trust_find (trusted, project->path);
  if (entry == NULL)
    return PROJECT_UNKNOWN;
  return digest_equal (&entry->digest, &project->digest) ? PROJECT_TRUSTED : PROJECT_CHANGED;
}

Project *
project_open (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, PROJECT_NAME, NULL);
  return project_open_file (path);
}

Project *
project_open_file (const char *path)
{
  Project *project = g_new0 (Project, 1);
  g_autoptr (GError) error = NULL;
  project->path = path_real (path);
  if (!path_read_own_file (project->path, DOCUMENT_MOST_BYTES, &project->text, &project->length,
                           &error))
    return g_error_matches (error, BASE_ERROR, BASE_ERROR_NOT_FOUND) ? project
                                                                     : refuse (project, error);
  project->digest = digest_of (project->text, project->length);
  g_autoptr (GPtrArray) trusted = trust_load (&error);
  if (trusted == NULL)
    return refuse (project, error);
  project->state = compare (project, trusted);
  return project;
}

Project *
project_open_beside (const char *pipeline)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *full = path_resolve (current, pipeline);
  g_autofree char *folder = g_path_get_dirname (full);
  g_autofree char *real = path_real (full);
  Project *project = project_open (folder);
  /* A pipeline that has the name. */
  if (strcmp (real, project->path) == 0)
    project->state = PROJECT_NONE;
  return project;
}

const Node *
project_add_to (const Project *project, Config *config, Problems *problems)
{
  g_autofree char *folder = g_path_get_dirname (project->path);
  return config_add (config, folder, project->path, project->text, project->length, problems);
}

const char *
project_state_word (ProjectState state)
{
  switch (state) {
  case PROJECT_NONE:
    return "gone";
  case PROJECT_TRUSTED:
    return "trusted";
  case PROJECT_UNKNOWN:
    return "unknown";
  case PROJECT_CHANGED:
    return "changed";
  case PROJECT_REFUSED:
    return "refused";
  }
  return "";
}
