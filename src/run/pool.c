#include "run/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/worker.h"

extern char **environ;

typedef struct {
  pid_t pid; /* 0: a thread */
  GThread *thread;
  int fd;          /* -1: not running */
  PoolTask *task;  /* NULL: idle */
  GString *unsent; /* waits for room in the socket */
  GString *received;
} PoolWorker;

struct Pool {
  PoolWorker *workers;
  unsigned n_workers;
  char *start_line;
  bool isolate;
  const PoolListener *listener;
  void *data;
};

void
pool_task_free (PoolTask *task)
{
  if (task == NULL)
    return;
  g_free (task->line);
  if (task->pending != NULL)
    g_array_unref (task->pending);
  g_free (task);
}

Pool *
pool_new (const char *home, const ImageLimits *limits, int n_workers, int n_threads, bool isolate,
          const PoolListener *listener, void *data)
{
  Pool *pool = g_new0 (Pool, 1);
  /* libvips has one error buffer and one set of settings a process: one thread serves. */
  pool->n_workers = isolate ? (unsigned)n_workers : 1;
  pool->workers = g_new0 (PoolWorker, pool->n_workers);
  for (unsigned i = 0; i < pool->n_workers; i++)
    pool->workers[i].fd = -1;
  pool->start_line = task_write_start (home, n_threads, limits);
  pool->isolate = isolate;
  pool->listener = listener;
  pool->data = data;
  return pool;
}

/* ---- starting and ending ---- */

static bool
fail_to_start (GError **error, int why)
{
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED, "cannot start a pixel worker: %s",
               g_strerror (why));
  return false;
}

static gpointer
serve_in_thread (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  worker_serve (fd);
  close (fd);
  return NULL;
}

static int
spawn (PoolWorker *worker, int child_fd)
{
  static char program[] = "peel", task[] = "worker";
  g_autofree char *parent = g_strdup_printf ("%ld", (long)getpid ());
  char *const arguments[] = { program, task, parent, NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t blocked;
  /* A Ctrl-C must not find the worker before it knows what to do with it. */
  sigemptyset (&blocked);
  sigaddset (&blocked, SIGINT);
  sigaddset (&blocked, SIGTERM);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setsigmask (&attributes, &blocked);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  /* stdout belongs to the run's results; what a codec prints goes to stderr. */
  posix_spawn_file_actions_adddup2 (&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, child_fd, WORKER_FD);
  int why = posix_spawn (&worker->pid, "/proc/self/exe", &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return why;
}

static bool
start_worker (Pool *pool, PoolWorker *worker, GError **error)
{
  int ends[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail_to_start (error, errno);
  if (pool->isolate) {
    /* A descriptor that is dup2-ed onto itself would keep its close-on-exec flag. */
    int child_fd = ends[1] == WORKER_FD ? fcntl (ends[1], F_DUPFD_CLOEXEC, WORKER_FD + 1) : ends[1];
    int why = child_fd < 0 ? errno : spawn (worker, child_fd);
    if (child_fd >= 0 && child_fd != ends[1])
      close (child_fd);
    close (ends[1]);
    if (why != 0) {
      close (ends[0]);
      return fail_to_start (error, why);
    }
  } else {
    worker->thread = g_thread_new ("worker", serve_in_thread, GINT_TO_POINTER (ends[1]));
  }
  worker->fd = ends[0];
  fcntl (worker->fd, F_SETFL, O_NONBLOCK);
  worker->unsent = g_string_new (pool->start_line);
  g_string_append_c (worker->unsent, '\n');
  worker->received = g_string_new (NULL);
  return true;
}

/* Waits for its end. New string: how it ended, or NULL if in order. */
static char *
end_worker (PoolWorker *worker)
{
  if (worker->fd < 0)
    return NULL;
  close (worker->fd);
  worker->fd = -1;
  g_string_free (worker->unsent, TRUE);
  g_string_free (worker->received, TRUE);
  if (worker->thread != NULL)
    g_thread_join (worker->thread);
  worker->thread = NULL;
  if (worker->pid == 0)
    return NULL;
  int status = 0;
  while (waitpid (worker->pid, &status, 0) < 0 && errno == EINTR)
    continue;
  worker->pid = 0;
  if (WIFSIGNALED (status))
    return g_strdup_printf ("was ended by signal %d (%s)", WTERMSIG (status),
                            strsignal (WTERMSIG (status)));
  if (WIFEXITED (status) && WEXITSTATUS (status) != 0)
    return g_strdup_printf ("ended with code %d", WEXITSTATUS (status));
  return NULL;
}

void
pool_free (Pool *pool)
{
  if (pool == NULL)
    return;
  for (unsigned i = 0; i < pool->n_workers; i++) {
    g_free (end_worker (&pool->workers[i]));
    pool_task_free (pool->workers[i].task);
  }
  g_free (pool->workers);
  g_free (pool->start_line);
  g_free (pool);
}

void
pool_kill (Pool *pool)
{
  for (unsigned i = 0; i < pool->n_workers; i++) {
    PoolWorker *worker = &pool->workers[i];
    if (worker->pid > 0)
      kill (worker->pid, SIGKILL);
    if (worker->thread != NULL) {
      /* A thread cannot be ended: it is left to itself, and begins nothing more. */
      shutdown (worker->fd, SHUT_RDWR);
      g_thread_unref (worker->thread);
      worker->thread = NULL;
    }
    g_clear_pointer (&worker->task, pool_task_free);
  }
}

/* ---- tasks ---- */

static PoolWorker *
find_idle (const Pool *pool)
{
  PoolWorker *stopped = NULL;
  for (unsigned i = 0; i < pool->n_workers; i++) {
    PoolWorker *worker = &pool->workers[i];
    if (worker->task != NULL)
      continue;
    if (worker->fd >= 0)
      return worker;
    if (stopped == NULL)
      stopped = worker;
  }
  return stopped;
}

bool
pool_has_idle (const Pool *pool)
{
  return find_idle (pool) != NULL;
}

unsigned
pool_n_busy (const Pool *pool)
{
  unsigned n = 0;
  for (unsigned i = 0; i < pool->n_workers; i++)
    n += pool->workers[i].task != NULL;
  return n;
}

static void
send_some (PoolWorker *worker)
{
  while (worker->unsent->len > 0) {
    ssize_t sent = send (worker->fd, worker->unsent->str, worker->unsent->len, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return; /* full: poll tells when there is room; gone: the read end tells */
    g_string_erase (worker->unsent, 0, sent);
  }
}

bool
pool_give (Pool *pool, PoolTask *task, GError **error)
{
  PoolWorker *worker = find_idle (pool);
  if (worker->fd < 0 && !start_worker (pool, worker, error))
    return false;
  worker->task = task;
  g_string_append (worker->unsent, task->line);
  g_string_append_c (worker->unsent, '\n');
  g_clear_pointer (&task->line, g_free);
  send_some (worker);
  return true;
}

void
pool_stop (Pool *pool)
{
  g_autofree char *line = task_write_stop ();
  for (unsigned i = 0; i < pool->n_workers; i++) {
    PoolWorker *worker = &pool->workers[i];
    if (worker->fd < 0)
      continue;
    g_string_append_printf (worker->unsent, "%s\n", line);
    send_some (worker);
  }
}

/* ---- answers ---- */

static void
take_answer (Pool *pool, PoolWorker *worker, const char *line)
{
  g_auto (Answer) answer = { 0 };
  if (!answer_read (line, &answer) || worker->task == NULL)
    return;
  PoolTask *task = worker->task;
  bool is_start = answer.id == 0 && answer.kind == ANSWER_ERROR;
  if (!is_start && answer.id != task->id)
    return;
  bool is_last = answer.kind == ANSWER_END || answer.kind == ANSWER_FACTS ||
                 answer.kind == ANSWER_SEEN || answer.kind == ANSWER_ERROR;
  if (is_last)
    worker->task = NULL;
  pool->listener->answered (pool->data, task, &answer);
  if (is_last)
    pool_task_free (task);
}

static void
take_end (Pool *pool, PoolWorker *worker)
{
  PoolTask *task = g_steal_pointer (&worker->task);
  g_autofree char *how = end_worker (worker);
  if (task == NULL)
    return;
  pool->listener->crashed (pool->data, task, how != NULL ? how : "ended before it was done");
  pool_task_free (task);
}

static void
receive (Pool *pool, PoolWorker *worker)
{
  char chunk[16384];
  for (;;) {
    ssize_t got = recv (worker->fd, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && errno == EAGAIN)
      return;
    if (got <= 0) {
      take_end (pool, worker);
      return;
    }
    g_string_append_len (worker->received, chunk, got);
    for (char *end; (end = memchr (worker->received->str, '\n', worker->received->len)) != NULL;) {
      g_autofree char *line = g_strndup (worker->received->str,
                                         (size_t)(end - worker->received->str));
      g_string_erase (worker->received, 0, end - worker->received->str + 1);
      take_answer (pool, worker, line);
    }
  }
}

void
pool_wait (Pool *pool, const int *wake_fds, unsigned n_wake_fds, int timeout_ms)
{
  unsigned n_polled = pool->n_workers + n_wake_fds;
  g_autofree struct pollfd *all = g_new0 (struct pollfd, n_polled);
  struct pollfd *polled = all + n_wake_fds;
  for (unsigned i = 0; i < n_wake_fds; i++)
    all[i] = (struct pollfd){ .fd = wake_fds[i], .events = POLLIN };
  for (unsigned i = 0; i < pool->n_workers; i++) {
    const PoolWorker *worker = &pool->workers[i];
    short events = POLLIN;
    if (worker->fd >= 0 && worker->unsent->len > 0)
      events |= POLLOUT;
    polled[i] = (struct pollfd){ .fd = worker->fd, .events = events };
  }
  if (poll (all, n_polled, timeout_ms) <= 0)
    return;
  for (unsigned i = 0; i < pool->n_workers; i++) {
    PoolWorker *worker = &pool->workers[i];
    if (worker->fd >= 0 && (polled[i].revents & POLLOUT) != 0)
      send_some (worker);
    if (worker->fd >= 0 && (polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
      receive (pool, worker);
  }
}
