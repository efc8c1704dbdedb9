/* Presets: named fragments of the pipeline language, found in folders. */
#pragma once

#include "base/problems.h"
#include "document/document.h"
#include "pipeline/rules.h"

/* Folders in order of precedence; the last one holds the built-in presets. */
typedef struct {
  char **folders; /* absolute, NULL-terminated; they need not exist */
} PresetPath;

/* The user's config folder, then the installed (or source tree's) presets. */
PresetPath *preset_path_new (const char *installed_folder);
void preset_path_free (PresetPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PresetPath, preset_path_free)

typedef struct {
  char *name; /* "web/responsive" */
  char *path;
  char *folder; /* of the file */
  bool shadows; /* hides a built-in one */
  bool is_builtin;
  Document *document; /* root is a map with keys of preset_keys only */
  PresetRules *rules; /* NULL: it has none */
} Preset;

void preset_free (Preset *preset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Preset, preset_free)

/* Looks in `own_folder`/presets (NULL: skip), then along the path. NULL after adding to `problems`
 * at `mark`: unknown (with the nearest name), or wrong in itself. */
Preset *preset_load (const PresetPath *path, const char *own_folder, const char *name,
                     const Mark *mark, Problems *problems);

/* All names, sorted, nearest folder first where two have one: "web/hero". New array of char*. */
GPtrArray *preset_list (const PresetPath *path, const char *own_folder);
