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

/* ---- the dead ---- */

typedef struct {
  int fd;
  char *name;
} Mark;

static void
clear_mark (void *data)
{
  Mark *mark = data;
  close (mark->fd);
  g_free (mark->name);
}

/* Takes the mark if nobody else has it, and adds what it names to `is_named`. */
static void
take_mark (DIR *listing, const char *name, GArray *marks, bool *is_named)
{
  char bytes[WRITER_N_MARKS];
  int fd = openat (dirfd (listing), name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return;
  ssize_t n_bytes = flock (fd, LOCK_EX | LOCK_NB) == 0 ? pread (fd, bytes, sizeof bytes, 0) : -1;
  if (n_bytes < 0) {
    close (fd);
    return;
  }
  for (unsigned i = 0; i < (unsigned)n_bytes; i++)
    is_named[i] |= bytes[i] != '\0';
  Mark mark = { fd, g_strdup (name) };
  g_array_append_val (marks, mark);
}

static bool
sweep_shelves (const char *home, const bool *is_named, bool (*mend) (void *data, unsigned shelf),
               void *data)
{
  bool ok = true;
  for (unsigned i = 0; ok && i < WRITER_N_MARKS; i++) {
    if (!is_named[i])
      continue;
    bool is_shelf = i < WRITER_N_SHELVES;
    g_autofree char *folder = is_shelf ? home_shelf_path (home, i)
                                       : g_build_filename (home, "originals", NULL);
    atomic_file_sweep (folder);
    ok = !is_shelf || mend (data, i);
  }
  return ok;
}

static bool
sweep (const char *home, DIR *listing, bool (*mend) (void *data, unsigned shelf), void *data)
{
  bool is_named[WRITER_N_MARKS] = { false };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  g_array_set_clear_func (marks, clear_mark);
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;)
    if (entry->d_name[0] != '.')
      take_mark (listing, entry->d_name, marks, is_named);
  if (marks->len == 0 || !sweep_shelves (home, is_named, mend, data))
    return false;
  for (unsigned i = 0; i < marks->len; i++)
    unlinkat (dirfd (listing), g_array_index (marks, Mark, i).name, 0);
  return true;
}

bool
writer_sweep (const char *home, bool (*mend) (void *data, unsigned shelf), void *data)
{
  g_autofree char *folder = g_build_filename (home, "writers", NULL);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return false;
  int result;
  while ((result = flock (dirfd (listing), LOCK_EX)) != 0 && errno == EINTR)
    continue;
  bool is_mended = result == 0 && sweep (home, listing, mend, data);
  closedir (listing);
  return is_mended;
}
