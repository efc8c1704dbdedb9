#include "stages/profiles.h"

#include <string.h>

#include "base/install.h"
#include "base/nearest.h"
#include "base/path.h"
#include "image/color.h"
#include "stages/stage.h"

enum {
  MOST_DEPTH = 4,
  MOST_FILES = 2000,
  HEADER_BYTES = 128,
  MOST_BYTES = 16 * 1024 * 1024, /* large press profiles have 3 MB */
};

/* How the names of those begin that scripts/build-profiles builds: presets ask for them. */
#define BUILT_PREFIX "peel-"

/* The user's come first, as the freedesktop base directories say. */
static char **
profile_folders (void)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_autofree char *local = g_build_filename (g_get_user_data_dir (), "icc", NULL);
  g_autofree char *dot = g_build_filename (g_get_home_dir (), ".color", "icc", NULL);
  g_strv_builder_add (folders, local);
  g_strv_builder_add (folders, dot);
  g_strv_builder_add (folders, "/usr/local/share/color/icc");
  g_strv_builder_add (folders, "/usr/share/color/icc");
  return g_strv_builder_end (folders);
}

char *
profiles_describe_folders (void)
{
  g_auto (GStrv) folders = profile_folders ();
  return g_strjoinv (", ", folders);
}

static bool
is_profile_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  return g_str_has_suffix (lower, ".icc") || g_str_has_suffix (lower, ".icm");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Files below `folder` in order of name, so that the same one is found everywhere. */
static void
list_profiles (const char *folder, int depth, GPtrArray *paths)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  if (listing == NULL)
    return;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const char *name; (name = g_dir_read_name (listing)) != NULL && names->len < MOST_FILES;)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (unsigned i = 0; i < names->len && paths->len < MOST_FILES; i++) {
    const char *name = g_ptr_array_index (names, i);
    char *path = g_build_filename (folder, name, NULL);
    if (is_profile_name (name)) {
      g_ptr_array_add (paths, path);
      continue;
    }
    if (depth < MOST_DEPTH && g_file_test (path, G_FILE_TEST_IS_DIR))
      list_profiles (path, depth + 1, paths);
    g_free (path);
  }
}

static bool
answers_to (const char *path, const char *name)
{
  g_autofree char *base = g_path_get_basename (path);
  if (g_ascii_strcasecmp (base, name) == 0)
    return true;
  base[strlen (base) - strlen (".icc")] = '\0';
  return g_ascii_strcasecmp (base, name) == 0;
}

static bool
fail_not_built (const char *name, const char *folders, GError **error)
{
  g_autofree char *builder = install_dup_profile_builder (NULL);
  return stage_fail (error, STAGE_ERROR_FAILED,
                     "there is no profile '%s' in %s; '%s' builds it from free measurements in a "
                     "few minutes, or name the one that your printer gave you: 'profile' takes a "
                     "name or an absolute path",
                     name, folders, builder);
}

static bool
fail_not_found (const char *name, GPtrArray *paths, GError **error)
{
  g_autofree char *folders = profiles_describe_folders ();
  if (g_str_has_prefix (name, BUILT_PREFIX))
    return fail_not_built (name, folders, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = 0; i < paths->len; i++)
    g_ptr_array_add (names, g_path_get_basename (g_ptr_array_index (paths, i)));
  const char *nearest = names->len > 0
                          ? nearest_name (name, (const char *const *)names->pdata, names->len)
                          : NULL;
  if (nearest != NULL)
    return stage_fail (error, STAGE_ERROR_FAILED,
                       "there is no profile '%s' in %s; did you mean '%s'?", name, folders,
                       nearest);
  return stage_fail (error, STAGE_ERROR_FAILED,
                     "there is no profile '%s' in %s; copy it into one of them, or give its path "
                     "as 'profile-file'",
                     name, folders);
}

static GPtrArray *
list_all (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) folders = profile_folders ();
  for (char **folder = folders; *folder != NULL; folder++)
    list_profiles (*folder, 0, paths);
  return paths;
}

char *
profiles_find (const char *name, GError **error)
{
  if (g_path_is_absolute (name)) {
    if (g_file_test (name, G_FILE_TEST_IS_REGULAR))
      return g_strdup (name);
    stage_fail (error, STAGE_ERROR_FAILED, "there is no profile '%s'", name);
    return NULL;
  }
  g_autoptr (GPtrArray) paths = list_all ();
  for (unsigned i = 0; i < paths->len; i++)
    if (answers_to (g_ptr_array_index (paths, i), name))
      return g_strdup (g_ptr_array_index (paths, i));
  fail_not_found (name, paths, error);
  return NULL;
}

/* ICC.1, 7.2: the size at 0, the class at 12, the signature "acsp" at 36; then from 128 on the number of tags and for
 * each its name, place and length. */
static bool
check_whole (const char *path, const char *text, size_t length, GError **error)
{
  static const char *const devices[] = { "prtr", "mntr", "scnr", "spac" };
  if (length < HEADER_BYTES + 4 || memcmp (text + 36, "acsp", 4) != 0)
    return stage_fail (error, STAGE_ERROR_FAILED, "'%s' is not an ICC profile", path);
  bool is_device = false;
  for (unsigned i = 0; i < G_N_ELEMENTS (devices); i++)
    is_device = is_device || memcmp (text + 12, devices[i], 4) == 0;
  if (!is_device)
    return stage_fail (
      error, STAGE_ERROR_FAILED,
      "'%s' is a profile of class '%.4s', which says nothing of a device's colours; "
      "give the profile of a press or a screen",
      path, text + 12);
  GBytes *profile = g_bytes_new_static (text, length);
  bool is_whole = image_is_whole_profile (profile);
  g_bytes_unref (profile);
  return is_whole || stage_fail (error, STAGE_ERROR_FAILED,
                                 "the profile '%s' is damaged: it ends before its tags do", path);
}

bool
profiles_read_channels (const char *path, int *out_n_channels, GError **error)
{
  g_autofree char *text = NULL;
  size_t length = 0;
  /* A pipe would be waited for. */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return stage_fail (error, STAGE_ERROR_FAILED, "'%s' is no regular file", path);
  if (!path_read_file (path, MOST_BYTES, &text, &length, error) ||
      !check_whole (path, text, length, error))
    return false;
  const char *space = text + 16;
  *out_n_channels = memcmp (space, "RGB ", 4) == 0   ? 3
                    : memcmp (space, "CMYK", 4) == 0 ? 4
                    : memcmp (space, "GRAY", 4) == 0 ? 1
                                                     : 0;
  return true;
}

unsigned
profiles_count (int n_channels)
{
  g_autoptr (GPtrArray) paths = list_all ();
  unsigned n = 0;
  for (unsigned i = 0; i < paths->len; i++) {
    int channels;
    if (profiles_read_channels (g_ptr_array_index (paths, i), &channels, NULL))
      n += channels == n_channels;
  }
  return n;
}
