#include "run/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "run/run-error.h"

enum { INTERRUPTED_CODE = 130 };

static volatile sig_atomic_t n_interrupts, may_exit;
static int wake_pipe[2] = { -1, -1 };

void
interrupt_raise (void)
{
  n_interrupts = n_interrupts + 1;
  if (may_exit && n_interrupts > 1)
    _exit (INTERRUPTED_CODE);
  if (wake_pipe[1] >= 0) {
    int kept = errno;
    ssize_t ignored = write (wake_pipe[1], "", 1);
    (void)ignored;
    errno = kept;
  }
}

int
interrupt_count (void)
{
  return n_interrupts;
}

const volatile int *
interrupt_flag (void)
{
  G_STATIC_ASSERT (sizeof (sig_atomic_t) == sizeof (int));
  return &n_interrupts;
}

bool
interrupt_begin (GError **error)
{
  if (pipe2 (wake_pipe, O_CLOEXEC | O_NONBLOCK) == 0)
    return true;
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED, "cannot make a pipe: %s", g_strerror (errno));
  return false;
}

void
interrupt_end (void)
{
  for (int i = 0; i < 2; i++) {
    if (wake_pipe[i] >= 0)
      close (wake_pipe[i]);
    wake_pipe[i] = -1;
  }
}

int
interrupt_fd (void)
{
  return wake_pipe[0];
}

int
interrupt_take (void)
{
  char drained[16];
  while (read (wake_pipe[0], drained, sizeof drained) > 0)
    continue;
  return n_interrupts;
}

void
interrupt_may_exit (bool may)
{
  may_exit = may;
}

void
interrupt_forget (void)
{
  n_interrupts = 0;
}
