#include "run/call-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/path.h"

#define PAID_PREFIX "paid-"
/* Programs choose a format by the extension; what they write is looked at all the same. */
#define OUTPUT_NAME "picture.png"

static char *
calls_path (const char *home)
{
  return g_build_filename (home, "calls", NULL);
}

char *
call_folder_path (const char *home, const char *id, bool is_paid)
{
  return g_strdup_printf ("%s/calls/%s%s", home, is_paid ? PAID_PREFIX : "", id);
}

char *
call_folder_output_path (const char *folder)
{
  return g_build_filename (folder, OUTPUT_NAME, NULL);
}

static char *
keep_output (const char *home, const char *folder)
{
  g_autofree char *output = call_folder_output_path (folder);
  g_autofree char *name = g_path_get_basename (folder);
  char *kept = g_strdup_printf ("%s/quarantine/%s.png", home, name);
  struct stat status;
  if (lstat (output, &status) == 0 && S_ISREG (status.st_mode) && status.st_size > 0 &&
      rename (output, kept) == 0)
    return kept;
  g_free (kept);
  return NULL;
}

static int
remove_entry (const char *path, const struct stat *status, int kind, struct FTW *walk)
{
  (void)!remove (path);
  return 0;
}

static void
remove_tree (const char *path)
{
  enum { MOST_OPEN = 16 };
  nftw (path, remove_entry, MOST_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static int
open_locked (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = -1;
  while (fd >= 0 && (result = flock (fd, LOCK_EX)) != 0 && errno == EINTR)
    continue;
  if (fd >= 0 && result == 0)
    return fd;
  base_error_set_errno (error, errno, "cannot lock %s", path);
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
sweep_folder (const char *home, const char *path, void (*tell) (void *data, const char *kept),
              void *data)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0) {
    g_autofree char *name = g_path_get_basename (path);
    g_autofree char *kept = g_str_has_prefix (name, PAID_PREFIX) ? keep_output (home, path) : NULL;
    if (kept != NULL)
      tell (data, kept);
    remove_tree (path);
  }
  close (fd);
}

void
call_folder_sweep (const char *home, void (*tell) (void *data, const char *kept), void *data)
{
  g_autofree char *calls = calls_path (home);
  g_autoptr (GDir) listing = g_dir_open (calls, 0, NULL);
  /* The lock on all of them, so that none is swept between its making and its own lock. */
  int lock = listing != NULL ? open_locked (calls, NULL) : -1;
  if (lock < 0)
    return;
  for (const char *name; (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (calls, name, NULL);
    sweep_folder (home, path, tell, data);
  }
  close (lock);
}

bool
call_folder_open (CallFolder *folder, const char *home, const char *path, GError **error)
{
  g_autofree char *calls = calls_path (home);
  if (!path_make_folder (calls, error))
    return false;
  int lock = open_locked (calls, error);
  if (lock < 0)
    return false;
  int fd = -1;
  if (mkdir (path, 0700) != 0)
    base_error_set_errno (error, errno, "cannot make the folder %s", path);
  else
    fd = open_locked (path, error);
  close (lock);
  if (fd < 0)
    return false;
  folder->fd = fd;
  folder->path = g_strdup (path);
  folder->home = g_strdup (home);
  return true;
}

char *
call_folder_keep_output (CallFolder *folder)
{
  return keep_output (folder->home, folder->path);
}

void
call_folder_clear (CallFolder *folder)
{
  if (folder->fd < 0)
    return;
  remove_tree (folder->path);
  close (folder->fd);
  folder->fd = -1;
  g_clear_pointer (&folder->path, g_free);
  g_clear_pointer (&folder->home, g_free);
}
