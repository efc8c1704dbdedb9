#include "cache/writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"
#include "cache/home.h"

enum { MOST_TRIES = 100 };

/* Where a folder cannot be synced, the mark outlives the process but not the machine. */
static void
sync_folder_of_marks (const char *home)
{
  g_autofree char *folder = g_build_filename (home, "writers", NULL);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void)fsync (fd);
  close (fd);
}

/* A sweeper may lock the file between its making and our lock; then it is gone, and we make
 * another. */
static bool
open_mark (Writer *writer, const char *home, GError **error)
{
  for (int i = 0; i < MOST_TRIES; i++) {
    g_autofree char *path = g_strdup_printf ("%s/writers/%ld-%08x", home, (long)getpid (),
                                             g_random_int ());
    int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
      continue;
    if (fd < 0)
      return base_error_set_errno (error, errno, "cannot create %s", path);
    struct stat status;
    if (flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &status) == 0 && status.st_nlink > 0) {
      sync_folder_of_marks (home);
      writer->fd = fd;
      writer->path = g_steal_pointer (&path);
      return true;
    }
    close (fd);
  }
  return base_error_set_errno (error, EEXIST, "cannot keep a lock in %s/writers", home);
}

static bool
set_mark (Writer *writer, const char *home, unsigned index, GError **error)
{
  if (writer->is_marked[index])
    return true;
  if (writer->fd < 0 && !open_mark (writer, home, error))
    return false;
  if (pwrite (writer->fd, "x", 1, index) != 1 || fdatasync (writer->fd) != 0)
    return base_error_set_errno (error, errno, "cannot write %s", writer->path);
  writer->is_marked[index] = true;
  return true;
}

bool
writer_mark (Writer *writer, const char *home, unsigned shelf, GError **error)
{
  if (!set_mark (writer, home, shelf, error))
    return false;
  g_autofree char *folder = home_shelf_path (home, shelf);
  return path_make_folder (folder, error);
}

bool
writer_mark_originals (Writer *writer, const char *home, GError **error)
{
  return set_mark (writer, home, WRITER_N_SHELVES, error);
}

void
writer_clear (Writer *writer)
{
  if (writer->fd >= 0) {
    if (!writer->is_unfinished)
      unlink (writer->path);
    close (writer->fd);
  }
  writer->fd = -1;
  g_clear_pointer (&writer->path, g_free);
}

static bool
sweep_shelves (const char *home, int fd, bool (*mend) (void *data, unsigned shelf), void *data)
{
  char marks[WRITER_N_MARKS];
  ssize_t n_marks = pread (fd, marks, sizeof marks, 0);
  bool ok = n_marks >= 0;
  for (unsigned i = 0; ok && i < (unsigned)n_marks; i++) {
    if (marks[i] == '\0')
      continue;
    bool is_shelf = i < WRITER_N_SHELVES;
    g_autofree char *folder = is_shelf ? home_shelf_path (home, i)
                                       : g_build_filename (home, "originals", NULL);
    atomic_file_sweep (folder);
    ok = !is_shelf || mend (data, i);
  }
  return ok;
}

void
writer_sweep (const char *home, bool (*mend) (void *data, unsigned shelf), void *data)
{
  g_autofree char *folder = g_build_filename (home, "writers", NULL);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;) {
    if (entry->d_name[0] == '.')
      continue;
    int fd = openat (dirfd (listing), entry->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
      continue;
    if (flock (fd, LOCK_EX | LOCK_NB) == 0 && sweep_shelves (home, fd, mend, data))
      unlinkat (dirfd (listing), entry->d_name, 0);
    close (fd);
  }
  closedir (listing);
}
