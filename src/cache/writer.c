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

enum { N_SHELVES = 256, MOST_TRIES = 100 };

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
      writer->fd = fd;
      writer->path = g_steal_pointer (&path);
      return true;
    }
    close (fd);
  }
  return base_error_set_errno (error, EEXIST, "cannot keep a lock in %s/writers", home);
}

bool
writer_mark (Writer *writer, const char *home, unsigned shelf, GError **error)
{
  if (writer->fd < 0 && !open_mark (writer, home, error))
    return false;
  if (pwrite (writer->fd, "x", 1, shelf) != 1)
    return base_error_set_errno (error, errno, "cannot write %s", writer->path);
  g_autofree char *folder = home_shelf_path (home, shelf);
  return path_make_folder (folder, error);
}

void
writer_clear (Writer *writer)
{
  if (writer->fd >= 0) {
    unlink (writer->path);
    close (writer->fd);
  }
  writer->fd = -1;
  g_clear_pointer (&writer->path, g_free);
}

static unsigned
sweep_after (const char *home, int folder_fd, const char *name)
{
  int fd = openat (folder_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return 0;
  unsigned n_removed = 0;
  if (flock (fd, LOCK_EX | LOCK_NB) == 0) {
    char shelves[N_SHELVES];
    ssize_t n_shelves = pread (fd, shelves, sizeof shelves, 0);
    for (ssize_t i = 0; i < n_shelves; i++) {
      if (shelves[i] == '\0')
        continue;
      g_autofree char *shelf = home_shelf_path (home, (unsigned)i);
      n_removed += atomic_file_sweep (shelf);
    }
    unlinkat (folder_fd, name, 0);
  }
  close (fd);
  return n_removed;
}

unsigned
writer_sweep (const char *home)
{
  g_autofree char *folder = g_build_filename (home, "writers", NULL);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return 0;
  unsigned n_removed = 0;
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;)
    if (entry->d_name[0] != '.')
      n_removed += sweep_after (home, dirfd (listing), entry->d_name);
  closedir (listing);
  return n_removed;
}
