#include "pipeline/preset.h"

#include <sys/stat.h>

#include "base/nearest.h"
#include "base/path.h"
#include "pipeline/keys.h"
#include "pipeline/secrets.h"

/* The models table stands beside the presets, and is none. */
#define MODELS_FILE "models.yaml"

PresetPath *
preset_path_new (const char *installed_folder)
{
  PresetPath *path = g_new0 (PresetPath, 1);
  path->folders = g_new0 (char *, 3);
  path->folders[0] = g_build_filename (g_get_user_config_dir (), "peel", "presets", NULL);
  path->folders[1] = g_strdup (installed_folder);
  return path;
}

void
preset_path_free (PresetPath *path)
{
  if (path == NULL)
    return;
  g_strfreev (path->folders);
  g_free (path);
}

void
preset_free (Preset *preset)
{
  if (preset == NULL)
    return;
  g_free (preset->name);
  g_free (preset->path);
  g_free (preset->folder);
  preset_rules_free (preset->rules);
  document_free (preset->document);
  g_free (preset);
}

/* Every folder to look in, nearest first. New array of char*. */
static GPtrArray *
all_folders (const PresetPath *path, const char *own_folder)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  if (own_folder != NULL)
    g_ptr_array_add (folders, g_build_filename (own_folder, "presets", NULL));
  for (char **folder = path->folders; *folder != NULL; folder++)
    g_ptr_array_add (folders, g_strdup (*folder));
  return folders;
}

/* A name is a relative path of plain words: it cannot leave its folder. */
static bool
is_name (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);
  for (char **part = parts; *part != NULL; part++)
    if ((*part)[0] == '\0' || (*part)[0] == '.')
      return false;
  return parts[0] != NULL && strcmp (name, "models") != 0;
}

static char *
find_file (const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".yaml", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  struct stat status;
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return NULL;
  return g_steal_pointer (&path);
}

/* As seen from where the user stands, if it is below. */
static char *
shown_path (const char *file)
{
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *full = path_resolve (current, file);
  return path_is_within (full, current) ? path_relative (full, current) : g_strdup (file);
}

static Preset *
complain_unknown (const PresetPath *path, const char *own_folder, const char *name,
                  const Mark *mark, Problems *problems)
{
  g_autoptr (GPtrArray) names = preset_list (path, own_folder);
  const char *near = nearest_name (name, (const char *const *)names->pdata, names->len);
  if (near != NULL)
    problems_add (problems, mark, "there is no preset '%s'; did you mean '%s'?", name, near);
  else
    problems_add (problems, mark, "there is no preset '%s'; 'peel presets' lists them", name);
  return NULL;
}

Preset *
preset_load (const PresetPath *path, const char *own_folder, const char *name, const Mark *mark,
             Problems *problems)
{
  if (!is_name (name))
    return complain_unknown (path, own_folder, name, mark, problems);
  g_autoptr (GPtrArray) folders = all_folders (path, own_folder);
  g_autofree char *builtin = find_file (folders->pdata[folders->len - 1], name);
  g_autofree char *file = NULL;
  for (unsigned i = 0; file == NULL && i < folders->len; i++)
    file = find_file (folders->pdata[i], name);
  if (file == NULL)
    return complain_unknown (path, own_folder, name, mark, problems);

  g_autofree char *shown = shown_path (file);
  g_autoptr (Document) document = document_load (file, shown, mark, problems);
  if (document == NULL || !secrets_check (document->root, problems))
    return NULL;
  keys_check (document->root, preset_keys, "a preset", problems);
  if (document->root->kind != NODE_MAP)
    return NULL;
  const Node *rules = node_get (document->root, "rules");
  Preset *preset = g_new0 (Preset, 1);
  preset->rules = rules != NULL ? preset_rules_read (rules, problems) : NULL;
  preset->name = g_strdup (name);
  preset->folder = g_path_get_dirname (file);
  preset->is_builtin = g_strcmp0 (file, builtin) == 0;
  preset->shadows = builtin != NULL && !preset->is_builtin;
  preset->path = g_steal_pointer (&file);
  preset->document = g_steal_pointer (&document);
  return preset;
}

static void
collect (GHashTable *found, const char *root, const char *below, int depth)
{
  g_autofree char *folder = below[0] != '\0' ? g_build_filename (root, below, NULL)
                                             : g_strdup (root);
  GDir *listing = depth > 4 ? NULL : g_dir_open (folder, 0, NULL);
  for (const char *entry; listing != NULL && (entry = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *child = below[0] != '\0' ? g_build_filename (below, entry, NULL)
                                              : g_strdup (entry);
    g_autofree char *full = g_build_filename (root, child, NULL);
    if (entry[0] == '.')
      continue;
    if (g_file_test (full, G_FILE_TEST_IS_DIR))
      collect (found, root, child, depth + 1);
    else if (g_str_has_suffix (entry, ".yaml") && strcmp (child, MODELS_FILE) != 0)
      g_hash_table_add (found, g_strndup (child, strlen (child) - strlen (".yaml")));
  }
  g_clear_pointer (&listing, g_dir_close);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

GPtrArray *
preset_list (const PresetPath *path, const char *own_folder)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) folders = all_folders (path, own_folder);
  for (unsigned i = 0; i < folders->len; i++)
    collect (found, folders->pdata[i], "", 0);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iterator;
  gpointer key;
  g_hash_table_iter_init (&iterator, found);
  while (g_hash_table_iter_next (&iterator, &key, NULL))
    g_ptr_array_add (names, g_strdup (key));
  g_ptr_array_sort (names, compare_names);
  return names;
}
