/* A project's own configuration: peel.yaml beside its pipelines, in the language of the user's
 * (config.h). It comes with the project, from wherever that comes, so that it counts only when the user
 * has seen what it holds and said so. What is not trusted is not even parsed. */
#pragma once

#include "base/digest.h"
#include "pipeline/config.h"

#define PROJECT_NAME "peel.yaml"

typedef enum {
  PROJECT_NONE,    /* there is no such file */
  PROJECT_TRUSTED, /* with this content */
  PROJECT_UNKNOWN, /* the user has never said so */
  PROJECT_CHANGED, /* trusted once, with another content */
  PROJECT_REFUSED, /* whatever the user says: `problem` tells why */
} ProjectState;

typedef struct {
  ProjectState state;
  char *path;    /* absolute, without links: what is trusted */
  char *text;    /* read once: what is hashed is what is shown and what is used */
  size_t length; /* bytes */
  Digest digest; /* of them */
  char *problem; /* REFUSED */
} Project;

/* Of the pipelines in `folder`. */
Project *project_open (const char *folder);
/* The same by its path; a link may give it another name. */
Project *project_open_file (const char *path);
/* Of a pipeline, whose file it is not itself. */
Project *project_open_beside (const char *pipeline);
void project_free (Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Project, project_free)

/* Lays it over the user's configuration, whoever trusts it; see config_add. */
const Node *project_add_to (const Project *project, Config *config, Problems *problems);
/* "trusted", "changed", …: for lists. */
const char *project_state_word (ProjectState state);
