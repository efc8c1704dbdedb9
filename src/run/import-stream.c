/* Standard input, a pipe or a device is read once and by this process alone: a worker has another
 * standard input. What comes is saved to a temporary file, which a worker can open. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "run/import.h"
#include "run/interrupt.h"

enum { PIECE_BYTES = 64 * 1024, TICK_MS = 100 };

/* As the shell's here-documents are: /dev/stdin leads to a file that has no name any more. */
static bool
has_name (const char *path)
{
  char *real = realpath (path, NULL);
  bool has = real != NULL;
  free (real);
  return has;
}

bool
import_is_stream (const char *path)
{
  struct stat status;
  if (strcmp (path, "-") == 0)
    return true;
  if (stat (path, &status) != 0 || S_ISDIR (status.st_mode))
    return false;
  return !S_ISREG (status.st_mode) || !has_name (path);
}

/* False: the person pressed Ctrl-C, which a read that waits would not see. */
static bool
wait_for_bytes (int fd)
{
  struct pollfd in = { .fd = fd, .events = POLLIN };
  while (interrupt_count () == 0) {
    int n = poll (&in, 1, TICK_MS);
    if (n > 0 || (n < 0 && errno != EINTR))
      return true;
  }
  return false;
}

static bool
write_whole (int fd, const uint8_t *bytes, size_t length)
{
  while (length > 0) {
    ssize_t written = write (fd, bytes, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    bytes += written;
    length -= (size_t)written;
  }
  return true;
}

static bool
save (int fd, const char *name, int64_t most_bytes, int to, const char *to_name, GError **error)
{
  g_autofree uint8_t *piece = g_malloc (PIECE_BYTES);
  int64_t n_bytes = 0;
  for (;;) {
    if (!wait_for_bytes (fd))
      return base_error_set_errno (error, EINTR, "cannot read %s", name);
    ssize_t got = read (fd, piece, PIECE_BYTES);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", name);
    if (got == 0)
      return true;
    n_bytes += got;
    if (n_bytes > most_bytes) {
      g_set_error (error, BASE_ERROR, BASE_ERROR_TOO_LARGE,
                   "%s is larger than %" G_GINT64_FORMAT " bytes, the most that is read", name,
                   most_bytes);
      return false;
    }
    if (!write_whole (to, piece, (size_t)got))
      return base_error_set_errno (error, errno, "cannot write %s (TMPDIR)", to_name);
  }
}

static bool
save_to_temporary (int fd, const char *name, int64_t most_bytes, char **out_path, GError **error)
{
  g_autofree char *path = NULL;
  int to = g_file_open_tmp ("peel-import-XXXXXX", &path, error);
  if (to < 0)
    return false;
  bool ok = save (fd, name, most_bytes, to, path, error);
  close (to);
  if (!ok)
    unlink (path);
  else
    *out_path = g_steal_pointer (&path);
  return ok;
}

char *
import_save_stream (const char *path, int64_t most_bytes, GError **error)
{
  char *saved = NULL;
  if (strcmp (path, "-") == 0) {
    (void)save_to_temporary (STDIN_FILENO, "standard input", most_bytes, &saved, error);
    return saved;
  }
  /* Else the opening of a pipe waits for a writer, and no Ctrl-C ends that. */
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    (void)base_error_set_errno (error, errno, "cannot read %s", path);
    return NULL;
  }
  (void)save_to_temporary (fd, path, most_bytes, &saved, error);
  close (fd);
  return saved;
}
