/* Hidden names are ".peel-" + 12 random characters + ".part". Every writer holds an exclusive
 * flock on its file until commit, so "no lock" means "no writer". A file without a name is locked
 * before it gets one. Where there are none, a sweeper may see the name before the writer has its
 * lock; the writer then finds the lock taken or the name gone (link count 0) and makes another.
 * A file system without flock gives a sweeper none either: nothing is swept there. */
#include "base/atomic-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/path.h"

#define HIDDEN_PREFIX ".peel-"
#define HIDDEN_SUFFIX ".part"

enum { MOST_TRIES = 100 };

static char *
dup_hidden_name (const char *path)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  char random[13];
  for (int i = 0; i < 12; i++)
    random[i] = letters[g_random_int_range (0, sizeof letters - 1)];
  random[12] = '\0';
  g_autofree char *folder = g_path_get_dirname (path);
  return g_strdup_printf ("%s/" HIDDEN_PREFIX "%s" HIDDEN_SUFFIX, folder, random);
}

/* False: a sweeper has the lock. Without flock (some network file systems) there is no sweeper. */
static bool
lock (int fd)
{
  return flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Where O_TMPFILE is missing. */
static bool
open_named (AtomicFile *file, GError **error)
{
  for (int i = 0; i < MOST_TRIES; i++) {
    g_autofree char *name = dup_hidden_name (file->path);
    int fd = open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
      continue;
    if (fd < 0)
      return base_error_set_errno (error, errno, "cannot create %s", file->path);
    struct stat status;
    if (lock (fd) && fstat (fd, &status) == 0 && status.st_nlink > 0) {
      file->fd = fd;
      file->hidden = g_steal_pointer (&name);
      return true;
    }
    close (fd);
    unlink (name);
  }
  return base_error_set_errno (error, EEXIST, "cannot create a temporary file for %s", file->path);
}

/* A rename replaces a pipe or a device as readily as a file, and whoever writes to one means what is
 * behind it. A link passes: that it is replaced, and not what it leads to, harms nothing. */
static bool
check_target (const char *path, GError **error)
{
  struct stat status;
  if (lstat (path, &status) != 0 || S_ISREG (status.st_mode) || S_ISLNK (status.st_mode))
    return true;
  g_set_error (error, BASE_ERROR, BASE_ERROR_SYSTEM,
               S_ISDIR (status.st_mode)
                 ? "%s is a folder: name a file in it, or move the folder away"
                 : "%s is no regular file, and is not replaced by one: name another, or move it "
                   "away",
               path);
  return false;
}

bool
atomic_file_open (AtomicFile *file, const char *path, GError **error)
{
  *file = (AtomicFile){ .fd = -1, .path = g_strdup (path) };
  if (!check_target (path, error)) {
    atomic_file_clear (file);
    return false;
  }
  g_autofree char *folder = g_path_get_dirname (path);
  /* A file without a name gets one through /proc, which a bare chroot may lack. */
  int fd = -1, why = EOPNOTSUPP;
  if (access ("/proc/self/fd", X_OK) == 0) {
    fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    why = errno;
  }
  if (fd >= 0) {
    /* Cannot be refused: nobody else sees the file yet. */
    lock (fd);
    file->fd = fd;
    return true;
  }
  /* EISDIR is what a kernel without O_TMPFILE answers; the others come from file systems. */
  bool ok = why == EOPNOTSUPP || why == EISDIR || why == EINVAL
              ? open_named (file, error)
              : base_error_set_errno (error, why, "cannot create %s", path);
  if (!ok)
    atomic_file_clear (file);
  return ok;
}

bool
atomic_file_open_linked (AtomicFile *file, const char *path, GError **error)
{
  g_autofree char *target = path_follow_links (path, error);
  *file = (AtomicFile)ATOMIC_FILE_INIT;
  return target != NULL && atomic_file_open (file, target, error);
}

bool
atomic_file_write (AtomicFile *file, const void *data, size_t length, GError **error)
{
  const char *at = data;
  while (length > 0) {
    ssize_t written = write (file->fd, at, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return base_error_set_errno (error, errno, "cannot write %s (%zu bytes left to write)",
                                   file->path, length);
    at += written;
    length -= (size_t)written;
  }
  return true;
}

void
atomic_file_set_path (AtomicFile *file, const char *path)
{
  g_free (file->path);
  file->path = g_strdup (path);
}

static int
link_unnamed (int fd, const char *path)
{
  char self[64];
  snprintf (self, sizeof self, "/proc/self/fd/%d", fd);
  return linkat (AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static bool
give_hidden_name (AtomicFile *file, GError **error)
{
  for (int i = 0; i < MOST_TRIES && file->hidden == NULL; i++) {
    g_autofree char *name = dup_hidden_name (file->path);
    if (link_unnamed (file->fd, name) == 0)
      file->hidden = g_steal_pointer (&name);
    else if (errno != EEXIST)
      return base_error_set_errno (error, errno, "cannot name %s", file->path);
  }
  if (file->hidden == NULL)
    return base_error_set_errno (error, EEXIST, "cannot name %s", file->path);
  return true;
}

/* The one step that does not replace: rename where it can be told not to, else a second link
 * (file systems without RENAME_NOREPLACE have links, those without links have it). */
static int
rename_new (const char *from, const char *to)
{
  int result = renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
  if (result == 0 || (errno != EINVAL && errno != ENOSYS))
    return result;
  result = link (from, to);
  if (result == 0)
    unlink (from);
  return result;
}

/* The name appears here. With `out_exists` NULL whatever has it is replaced. */
static bool
give_final_name (AtomicFile *file, bool *out_exists, GError **error)
{
  if (file->hidden == NULL) {
    if (link_unnamed (file->fd, file->path) == 0)
      return true;
    if (errno != EEXIST)
      return base_error_set_errno (error, errno, "cannot name %s", file->path);
    if (out_exists != NULL) {
      *out_exists = true;
      return true;
    }
    if (!give_hidden_name (file, error))
      return false;
  }
  /* Again: what is written may take long, and a name that is given late was not looked at. */
  if (out_exists == NULL && !check_target (file->path, error))
    return false;
  int result = out_exists != NULL ? rename_new (file->hidden, file->path)
                                  : rename (file->hidden, file->path);
  if (result == 0) {
    g_clear_pointer (&file->hidden, g_free);
    return true;
  }
  if (errno == EEXIST && out_exists != NULL) {
    *out_exists = true;
    return true;
  }
  return base_error_set_errno (error, errno, "cannot replace %s", file->path);
}

static bool
commit (AtomicFile *file, bool *out_exists, GError **error)
{
  bool ok = true;
  if (fsync (file->fd) != 0)
    ok = base_error_set_errno (error, errno, "cannot write %s", file->path);
  ok = ok && give_final_name (file, out_exists, error) && path_sync_folder_of (file->path, error);
  atomic_file_clear (file);
  return ok;
}

bool
atomic_file_commit (AtomicFile *file, GError **error)
{
  return commit (file, NULL, error);
}

bool
atomic_file_commit_new (AtomicFile *file, bool *out_exists, GError **error)
{
  *out_exists = false;
  return commit (file, out_exists, error);
}

void
atomic_file_clear (AtomicFile *file)
{
  if (file->hidden != NULL)
    unlink (file->hidden);
  if (file->fd >= 0)
    close (file->fd);
  file->fd = -1;
  g_clear_pointer (&file->hidden, g_free);
  g_clear_pointer (&file->path, g_free);
}

bool
atomic_file_put (const char *path, const void *data, size_t length, GError **error)
{
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  return atomic_file_open_linked (&file, path, error) &&
         atomic_file_write (&file, data, length, error) && atomic_file_commit (&file, error);
}

static bool
remove_if_abandoned (int folder_fd, const char *name)
{
  /* O_NONBLOCK: somebody may have put a pipe there. */
  int fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return false;
  bool removed = flock (fd, LOCK_EX | LOCK_NB) == 0 && unlinkat (folder_fd, name, 0) == 0;
  close (fd);
  return removed;
}

unsigned
atomic_file_sweep (const char *folder)
{
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return 0;
  unsigned n_removed = 0;
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;)
    if (g_str_has_prefix (entry->d_name, HIDDEN_PREFIX) &&
        g_str_has_suffix (entry->d_name, HIDDEN_SUFFIX) &&
        remove_if_abandoned (dirfd (listing), entry->d_name))
      n_removed++;
  closedir (listing);
  return n_removed;
}
