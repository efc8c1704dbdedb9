#include "cache/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "base/base-error.h"

struct Flight {
  int fd;
};

static int
open_flights (const char *home, int flags, char **out_path)
{
  *out_path = g_build_filename (home, "flights", NULL);
  return open (*out_path, flags | O_CLOEXEC, 0666);
}

/* 62 bits: off_t has 63, and the end of the range must fit as well. Two requests that share an
 * offset wait for each other, which harms neither. */
static struct flock
lock_of (const Digest *request)
{
  uint64_t offset = 0;
  for (unsigned i = 0; i < sizeof offset; i++)
    offset = offset << 8 | request->bytes[i];
  return (struct flock){
    .l_type = F_WRLCK,
    .l_whence = SEEK_SET,
    .l_start = (off_t)(offset & (UINT64_MAX >> 2)),
    .l_len = 1,
  };
}

bool
flight_try (const char *home, const Digest *request, Flight **out_flight, GError **error)
{
  g_autofree char *path = NULL;
  int fd = open_flights (home, O_RDWR | O_CREAT, &path);
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open %s", path);
  struct flock lock = lock_of (request);
  if (fcntl (fd, F_OFD_SETLK, &lock) != 0) {
    int why = errno;
    close (fd);
    if (why != EAGAIN && why != EACCES)
      return base_error_set_errno (error, why, "cannot lock a byte of %s", path);
    *out_flight = NULL;
    return true;
  }
  *out_flight = g_new0 (Flight, 1);
  (*out_flight)->fd = fd;
  return true;
}

void
flight_free (Flight *flight)
{
  if (flight == NULL)
    return;
  close (flight->fd);
  g_free (flight);
}

bool
flight_is_busy (const char *home, const Digest *request)
{
  g_autofree char *path = NULL;
  int fd = open_flights (home, O_RDWR, &path);
  if (fd < 0)
    return false;
  struct flock lock = lock_of (request);
  bool is_busy = fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close (fd);
  return is_busy;
}
