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

typedef struct {
  GPtrArray *folders; /* still to be looked into */
  GPtrArray *files;
  ImportUnreadable *unreadable;
  void *data;
} Listing;

static void
tell (const Listing *listing, const char *path, int error_number, const char *what)
{
  g_autoptr (GError) error = NULL;
  base_error_set_errno (&error, error_number, "cannot %s %s", what, path);
  listing->unreadable (listing->data, path, error);
}

/* A name in a folder: a file to take, a folder to look into, or nothing. */
static void
take_entry (Listing *listing, const char *folder, int fd, const char *name)
{
  struct stat status;
  if (name[0] == '.')
    return;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  if (fstatat (fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) /* gone meanwhile */
      tell (listing, path, errno, "read");
  } else if (S_ISDIR (status.st_mode)) {
    g_ptr_array_add (listing->folders, g_steal_pointer (&path));
  } else if (S_ISREG (status.st_mode)) {
    g_ptr_array_add (listing->files, g_steal_pointer (&path));
  }
}

/* 0, or why it ended early: what came before that is taken. */
static int
list_folder (Listing *listing, const char *folder)
{
  DIR *entries = opendir (folder);
  if (entries == NULL)
    return errno;
  struct dirent *entry;
  while (errno = 0, (entry = readdir (entries)) != NULL)
    take_entry (listing, folder, dirfd (entries), entry->d_name);
  int why = errno;
  closedir (entries);
  return why;
}

/* A folder below that cannot be read keeps out no other. */
static bool
list_tree (Listing *listing, const char *top, GError **error)
{
  int why = list_folder (listing, top);
  if (why != 0)
    return base_error_set_errno (error, why, "cannot list the folder %s", top);
  while (listing->folders->len > 0) {
    g_autofree char *folder = g_ptr_array_steal_index_fast (listing->folders,
                                                            listing->folders->len - 1);
    why = list_folder (listing, folder);
    if (why != 0)
      tell (listing, folder, why, "list the folder");
  }
  g_ptr_array_sort (listing->files, compare_paths);
  return true;
}

static bool
list_tree_into (GPtrArray *out_files, const char *top, ImportUnreadable *unreadable, void *data,
                GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  Listing listing = { folders, files, unreadable, data };
  if (!list_tree (&listing, top, error))
    return false;
  g_ptr_array_extend_and_steal (out_files, g_steal_pointer (&files));
  return true;
}

bool
import_list_files (const char *path, GPtrArray *out_files, ImportUnreadable *unreadable, void *data,
                   GError **error)
{
  struct stat status;
  bool is_there = stat (path, &status) == 0;
  if (!is_there && errno != ENOENT)
    return base_error_set_errno (error, errno, "cannot import %s", path);
  if (is_there && S_ISDIR (status.st_mode))
    return list_tree_into (out_files, path, unreadable, data, error);
  if (!is_there || !S_ISREG (status.st_mode)) {
    g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID,
                 is_there ? "%s is neither a file nor a folder" : "there is no file or folder %s",
                 path);
    return false;
  }
  g_ptr_array_add (out_files, g_strdup (path));
  return true;
}
