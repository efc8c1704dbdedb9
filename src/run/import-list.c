/* The files that an import takes. All of them are known before the first is read, so that a mistyped
 * name stops nothing half-way and progress knows where it ends. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/base-error.h"
#include "run/import.h"

static int
compare_paths (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* A name in a folder: a file to take, a folder to look into, or nothing. */
static void
take_entry (const char *folder, int fd, const char *name, GPtrArray *folders, GPtrArray *files)
{
  struct stat status;
  if (name[0] == '.' || fstatat (fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  if (S_ISDIR (status.st_mode))
    g_ptr_array_add (folders, g_build_filename (folder, name, NULL));
  else if (S_ISREG (status.st_mode))
    g_ptr_array_add (files, g_build_filename (folder, name, NULL));
}

static bool
list_folder (const char *folder, GPtrArray *folders, GPtrArray *files, GError **error)
{
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return base_error_set_errno (error, errno, "cannot list the folder %s", folder);
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;)
    take_entry (folder, dirfd (listing), entry->d_name, folders, files);
  closedir (listing);
  return true;
}

static bool
list_tree (const char *top, GPtrArray *out_files, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (folders, g_strdup (top));
  while (folders->len > 0) {
    g_autofree char *folder = g_ptr_array_steal_index_fast (folders, folders->len - 1);
    if (!list_folder (folder, folders, files, error))
      return false;
  }
  g_ptr_array_sort (files, compare_paths);
  g_ptr_array_extend_and_steal (out_files, g_steal_pointer (&files));
  return true;
}

bool
import_list_files (const char *path, GPtrArray *out_files, GError **error)
{
  struct stat status;
  bool is_there = stat (path, &status) == 0;
  if (!is_there && errno != ENOENT)
    return base_error_set_errno (error, errno, "cannot import %s", path);
  if (is_there && S_ISDIR (status.st_mode))
    return list_tree (path, out_files, error);
  if (!is_there || !S_ISREG (status.st_mode)) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 is_there ? "%s is neither a file nor a folder, and nothing else is imported"
                          : "there is no file or folder %s",
                 path);
    return false;
  }
  g_ptr_array_add (out_files, g_strdup (path));
  return true;
}
