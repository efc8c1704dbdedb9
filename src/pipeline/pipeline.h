/* A checked pipeline: what a pipeline file says once `extends`, presets and variables are in place.
 *
 * Stages stay nodes here, since ${…} differs from image to image; chain.h turns them into steps. */
#pragma once

#include "document/document.h"
#include "pipeline/config.h"
#include "pipeline/matrix.h"
#include "pipeline/preset.h"
#include "pipeline/scope.h"

typedef enum { PIPELINE_ERROR_INVALID } PipelineErrorCode;
#define PIPELINE_ERROR (pipeline_error_quark ())
GQuark pipeline_error_quark (void);

/* Beside the pipelines of a folder: which originals their images are made of. */
#define PIPELINE_LOCK_NAME "peel.lock"

/* What a run hands in beside the file. */
typedef struct {
  char **variables;          /* --var name=value, or NULL */
  const Config *config;      /* the user's, or NULL. Must outlive the pipeline */
  const PresetPath *presets; /* where presets are looked for after the pipeline's own folder */
  bool allow_outside;        /* outputs may leave the pipeline's folder, references lie outside */
  bool follow_links;         /* a link in the place of an output stays: what it leads to is made */
} PipelineSettings;

/* One entry of `outputs`. */
typedef struct {
  Mark mark;
  Preset *preset;      /* NULL: none */
  Node *preset_stages; /* list, or NULL */
  Scope *scope;        /* of a preset: its vars, and nothing of the pipeline's; else NULL */
  Node *stages;        /* the output's own list, or NULL */
  Matrix *matrix;      /* the preset's with its overrides, or the output's own */
  Node *to;            /* text with {…}; NULL: the default */
} OutputRule;

typedef struct {
  char *name;
  char *path;                  /* absolute; NULL for a pipeline made in memory (derive) */
  char *file_stem;             /* of `path` */
  char *folder;                /* absolute: outputs and the manifest start here */
  GPtrArray *documents;        /* Document*: marks borrow from them */
  GPtrArray *document_folders; /* char*, one for each */
  Node *root;                  /* the file with what it extends */
  Scope *scope;                /* vars and --var */
  Matrix *matrix;
  Node *stage_list;   /* the shared chain */
  GPtrArray *outputs; /* OutputRule* */
  const Config *config;
  char *manifest;  /* absolute, or NULL: none */
  char *lock;      /* peel.lock beside `path`; NULL for one made in memory */
  bool is_partial; /* while it is read: some key, variable or matrix is wrong */
  bool allow_outside, follow_links;
} Pipeline;

/* Reads and resolves the file. NULL after adding to `problems` (everything that can be found before
 * images are expanded, in one go). */
Pipeline *pipeline_load (const char *path, const PipelineSettings *settings, Problems *problems);
/* The same from a tree made in memory; takes over `document`. Relative paths start at `folder`. */
Pipeline *pipeline_from_document (Document *document, const char *folder, const char *name,
                                  const PipelineSettings *settings, Problems *problems);
/* The folder of the document that `node` was written in: its file options start there. */
const char *pipeline_folder_of (const Pipeline *pipeline, const Node *node);
/* Fills `vars` (a map or NULL) into `scope`, those named in `overrides` with the values there. */
bool pipeline_read_vars (Scope *scope, const Node *vars, const Scope *overrides,
                         Problems *problems);
void pipeline_free (Pipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pipeline, pipeline_free)
