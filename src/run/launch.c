#include "run/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Time for a program to take leave: of a service that it called, say. */
enum { GRACE_MS = 1000 };

static void
say (const char *word, int number)
{
  char line[64];
  int length = snprintf (line, sizeof line, "%s %d\n", word, number);
  (void)!send (LAUNCH_FD, line, (size_t)length, MSG_NOSIGNAL);
}

/* As from a shell: in a group of its own, no signal blocked or ignored. 0, or errno. */
static int
start (char **program, pid_t *out_pid)
{
  static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGXFSZ };
  sigset_t usual, none;
  posix_spawnattr_t attributes;
  sigemptyset (&none);
  sigemptyset (&usual);
  for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++)
    sigaddset (&usual, ours[i]);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setsigdefault (&attributes, &usual);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setflags (&attributes,
                            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  int why = posix_spawn (out_pid, program[0], NULL, &attributes, program, environ);
  posix_spawnattr_destroy (&attributes);
  return why;
}

/* Until the program has ended, `timeout_ms` have passed (-1: never), or the worker is gone. */
static bool
wait_for_end (int ended_fd, int worker_fd, int timeout_ms)
{
  struct pollfd polled[] = { { .fd = ended_fd, .events = POLLIN },
                             { .fd = worker_fd, .events = POLLIN } };
  int n;
  do
    n = poll (polled, 2, timeout_ms);
  while (n < 0 && errno == EINTR);
  return n > 0 && (polled[0].revents & POLLIN) != 0;
}

/* Not reaped before the last signal, so that its number is still its own. */
static void
end_group (pid_t pid, int ended_fd)
{
  kill (-pid, SIGTERM);
  wait_for_end (ended_fd, -1, GRACE_MS);
  kill (-pid, SIGKILL);
}

static int
watch (pid_t pid, int ended_fd)
{
  if (!wait_for_end (ended_fd, LAUNCH_FD, -1))
    end_group (pid, ended_fd);
  int status = 0;
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  if (WIFSIGNALED (status))
    say ("signal", WTERMSIG (status));
  else
    say ("exit", WEXITSTATUS (status));
  return 0;
}

int
launch_main (const char *folder, char **program)
{
  sigset_t ended;
  pid_t pid = 0;
  signal (SIGINT, SIG_IGN);
  signal (SIGTERM, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  sigemptyset (&ended);
  sigaddset (&ended, SIGCHLD);
  sigprocmask (SIG_BLOCK, &ended, NULL);
  int ended_fd = signalfd (-1, &ended, SFD_CLOEXEC);
  /* Without the socket nobody started this but a person at a terminal. */
  if (ended_fd < 0 || fcntl (LAUNCH_FD, F_SETFD, FD_CLOEXEC) != 0)
    return 1;
  int why = chdir (folder) != 0 ? errno : start (program, &pid);
  if (why == 0)
    return watch (pid, ended_fd);
  say ("errno", why);
  return 1;
}
