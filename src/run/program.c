#include "run/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum {
  LOOK_MS = 100, /* how soon it is seen that nobody wants it any more */
  WAIT_MS = 5,   /* between looks whether it has ended, which is soon after its output */
  MOST_COMPLAINT_BYTES = 4096,
};

/* What it prints, and where. */
typedef struct {
  int fd; /* -1: its end was read */
  GString *text;
  size_t most_bytes; /* no more is read, for who looks at it */
} Stream;

static bool
is_in_time (const ProgramCall *call, int64_t end_us)
{
  return clock_monotonic_us () < end_us &&
         (call->is_ending == NULL || !g_atomic_int_get (call->is_ending));
}

static void
end_stream (Stream *stream)
{
  if (stream->fd >= 0)
    close (stream->fd);
  stream->fd = -1;
}

/* What is there to be read now, up to a piece over the limit. */
static void
read_stream (Stream *stream)
{
  char piece[4096];
  while (stream->fd >= 0 && stream->text->len <= stream->most_bytes) {
    ssize_t got = read (stream->fd, piece, sizeof piece);
    if (got > 0)
      g_string_append_len (stream->text, piece, got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
      end_stream (stream);
    else if (errno == EAGAIN)
      return;
  }
}

/* Until it has ended, or is to be: its exit status, or what it is to be ended for. Its end is its own,
 * though something that it started may still hold its output. */
static int
follow (const ProgramCall *call, GPid pid, Stream *output, Stream *complaint)
{
  int64_t end_us = clock_monotonic_us () + call->timeout_ms * 1000;
  while (is_in_time (call, end_us)) {
    struct pollfd polled[] = { { .fd = output->fd, .events = POLLIN },
                               { .fd = complaint->fd, .events = POLLIN } };
    int status;
    poll (polled, 2, output->fd >= 0 ? LOOK_MS : WAIT_MS);
    bool has_ended = waitpid (pid, &status, WNOHANG) == pid;
    read_stream (output);
    read_stream (complaint);
    g_string_truncate (complaint->text, MIN (complaint->text->len, MOST_COMPLAINT_BYTES));
    if (has_ended)
      return WIFEXITED (status) ? WEXITSTATUS (status) : PROGRAM_SIGNALLED;
    if (output->text->len > call->most_output_bytes)
      return PROGRAM_TOO_MUCH;
  }
  return PROGRAM_TOO_LONG;
}

/* With all that it started, unless that went its own way. */
static void
end_program (GPid pid)
{
  kill (-pid, SIGKILL);
  kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
}

/* In the program, before it begins: a group of its own, so that it can be ended with its children, and
 * Ctrl-C is for us alone; and it does not outlive us. */
static void
prepare_program (gpointer data)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
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

/* A pipe whose reading end is ours, and does not wait. */
static bool
open_stream (Stream *stream, int *out_writing)
{
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return false;
  fcntl (ends[0], F_SETFL, O_NONBLOCK);
  stream->fd = ends[0];
  *out_writing = ends[1];
  return true;
}

static int
run_to_end (const ProgramCall *call, int input, Stream *output, Stream *complaint)
{
  int printed = -1, complained = -1;
  GPid pid;
  bool is_started = open_stream (output, &printed) && open_stream (complaint, &complained) &&
                    g_spawn_async_with_fds (NULL, (char **)call->arguments, NULL,
                                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                            prepare_program, NULL, &pid, input, printed, complained,
                                            NULL);
  if (printed >= 0)
    close (printed);
  if (complained >= 0)
    close (complained);
  if (!is_started)
    return PROGRAM_NOT_STARTED;
  int status = follow (call, pid, output, complaint);
  if (status == PROGRAM_TOO_LONG || status == PROGRAM_TOO_MUCH)
    end_program (pid);
  return status;
}

int
program_run (const ProgramCall *call, GString *output, char **out_complaint)
{
  int input = call->input != NULL ? open_input (call) : -1;
  Stream printed = { -1, output, call->most_output_bytes };
  Stream complaint = { -1, g_string_new (NULL), MOST_COMPLAINT_BYTES };
  bool is_ready = input >= 0 || call->input == NULL;
  int status = is_ready ? run_to_end (call, input, &printed, &complaint) : PROGRAM_NOT_STARTED;
  end_stream (&printed);
  end_stream (&complaint);
  *out_complaint = g_string_free (complaint.text, FALSE);
  if (input >= 0)
    close (input);
  return status;
}
