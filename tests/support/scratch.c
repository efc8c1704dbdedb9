#include "support/scratch.h"

#include <glib/gstdio.h>

static GPtrArray *paths; /* handed-out strings, freed with the last Scratch */

static void
remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
    GDir *listing = g_dir_open (path, 0, NULL);
    for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
    g_clear_pointer (&listing, g_dir_close);
  }
  g_remove (path);
}

Scratch *
scratch_new (void)
{
  g_autoptr (GError) error = NULL;
  Scratch *scratch = g_new0 (Scratch, 1);
  scratch->folder = g_dir_make_tmp ("peel-test-XXXXXX", &error);
  g_assert_no_error (error);
  return scratch;
}

void
scratch_free (Scratch *scratch)
{
  if (scratch == NULL)
    return;
  remove_tree (scratch->folder);
  g_free (scratch->folder);
  g_free (scratch);
  g_clear_pointer (&paths, g_ptr_array_unref);
}

const char *
scratch_path (Scratch *scratch, const char *name)
{
  if (paths == NULL)
    paths = g_ptr_array_new_with_free_func (g_free);
  char *path = g_build_filename (scratch->folder, name, NULL);
  g_ptr_array_add (paths, path);
  return path;
}

const char *
scratch_write (Scratch *scratch, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  const char *path = scratch_path (scratch, name);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}
