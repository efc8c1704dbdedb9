#include "run/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
  LOOK_MS = 100, /* how soon it is seen that nobody wants it any more */
  WAIT_MS = 5,   /* between looks whether it has ended, which is soon after its output */
};

static bool
is_in_time (const ProgramCall *call, int64_t end_us)
{
  return clock_monotonic_us () < end_us &&
         (call->is_ending == NULL || !g_atomic_int_get (call->is_ending));
}

/* All that it prints, until its end or ours. False: it took too long, or printed too much. */
static bool
read_output (const ProgramCall *call, int fd, int64_t end_us, GString *output)
{
  while (is_in_time (call, end_us) && output->len <= call->most_output_bytes) {
    char piece[4096];
    struct pollfd polled = { .fd = fd, .events = POLLIN };
    if (poll (&polled, 1, LOOK_MS) <= 0)
      continue;
    ssize_t got = read (fd, piece, sizeof piece);
    if (got == 0)
      return true;
    if (got < 0 && errno != EINTR)
      return false;
    if (got > 0)
      g_string_append_len (output, piece, got);
  }
  return false;
}

/* Its output may be closed long before its end. */
static int
wait_for_end (const ProgramCall *call, GPid pid, int64_t end_us)
{
  int status;
  pid_t ended = 0;
  while (ended == 0 && is_in_time (call, end_us)) {
    ended = waitpid (pid, &status, WNOHANG);
    if (ended == 0)
      g_usleep (WAIT_MS * 1000);
  }
  if (ended == pid)
    return WIFEXITED (status) ? WEXITSTATUS (status) : PROGRAM_SIGNALLED;
  kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  return PROGRAM_ENDED;
}

static char *
read_complaint (int fd)
{
  char text[4096];
  ssize_t length = pread (fd, text, sizeof text, 0);
  return g_strndup (text, length > 0 ? (size_t)length : 0);
}

/* A file without a name, ready to be read: a pipe would be full if the program does not read it. -1: none. */
static int
open_input (const ProgramCall *call)
{
  int fd = memfd_create ("input", MFD_CLOEXEC);
  bool ok = fd >= 0 &&
            (call->input_length == 0 ||
             write (fd, call->input, call->input_length) == (ssize_t)call->input_length) &&
            lseek (fd, 0, SEEK_SET) == 0;
  if (ok || fd < 0)
    return fd;
  close (fd);
  return -1;
}

static int
run_to_end (const ProgramCall *call, int input, int complaint, GString *output)
{
  GPid pid;
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return PROGRAM_NOT_STARTED;
  bool is_started = g_spawn_async_with_fds (NULL, (char **)call->arguments, NULL,
                                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                            NULL, &pid, input, ends[1], complaint, NULL);
  close (ends[1]);
  int64_t end_us = clock_monotonic_us () + call->timeout_ms * 1000;
  bool is_whole = is_started && read_output (call, ends[0], end_us, output);
  close (ends[0]);
  return is_started ? wait_for_end (call, pid, is_whole ? end_us : 0) : PROGRAM_NOT_STARTED;
}

int
program_run (const ProgramCall *call, GString *output, char **out_complaint)
{
  int input = call->input != NULL ? open_input (call) : -1;
  int complaint = memfd_create ("complaint", MFD_CLOEXEC);
  bool is_ready = complaint >= 0 && (input >= 0 || call->input == NULL);
  int status = is_ready ? run_to_end (call, input, complaint, output) : PROGRAM_NOT_STARTED;
  *out_complaint = read_complaint (complaint);
  if (complaint >= 0)
    close (complaint);
  if (input >= 0)
    close (input);
  return status;
}
