#include "run/worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/units.h"
#include "document/document.h"
#include "image/image.h"
#include "run/ingest.h"
#include "run/inspect.h"
#include "run/render.h"
#include "run/spawn.h"
#include "run/task.h"

/* A render task of some thousand derivatives; more is a fault. */
enum { MOST_LINE_BYTES = DOCUMENT_MOST_BYTES };

typedef struct {
  int fd;
  GAsyncQueue *lines; /* char*; an empty one: the other side is gone */
  int is_stopped;     /* atomic */
  char *home;
  Cache *cache; /* opened by the first task that stores something */
  ImageLimits limits;
  unsigned id; /* of the task at hand */
} Worker;

/* ---- the socket ---- */

static void
send_answer (Worker *worker, Answer *answer)
{
  answer->id = worker->id;
  g_autofree char *line = answer_write (answer);
  g_autofree char *framed = g_strconcat (line, "\n", NULL);
  size_t left = strlen (framed);
  for (const char *at = framed; left > 0;) {
    ssize_t sent = send (worker->fd, at, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0)
      return; /* nobody listens any more: the reader notices too */
    at += sent;
    left -= (size_t)sent;
  }
}

static void
take_line (Worker *worker, GString *buffer, size_t length)
{
  char *line = g_strndup (buffer->str, length);
  g_string_erase (buffer, 0, (gssize)length + 1);
  g_autofree char *stop = task_write_stop ();
  if (strcmp (line, stop) == 0) {
    g_atomic_int_set (&worker->is_stopped, 1);
    g_free (line);
  } else {
    g_async_queue_push (worker->lines, line);
  }
}

/* A thread of its own, so that "stop" is heard while encoders run. */
static gpointer
read_lines (gpointer data)
{
  Worker *worker = data;
  g_autoptr (GString) buffer = g_string_new (NULL);
  char chunk[16384];
  while (buffer->len < MOST_LINE_BYTES) {
    ssize_t got = recv (worker->fd, chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    g_string_append_len (buffer, chunk, got);
    for (char *end; (end = memchr (buffer->str, '\n', buffer->len)) != NULL;)
      take_line (worker, buffer, (size_t)(end - buffer->str));
  }
  g_atomic_int_set (&worker->is_stopped, 1);
  g_async_queue_push (worker->lines, g_strdup (""));
  return NULL;
}

/* ---- tasks ---- */

static void
answer_error (Worker *worker, const GError *error)
{
  Answer answer = {
    .kind = ANSWER_ERROR,
    .error_class = run_error_class (error),
    .message = error->message,
  };
  send_answer (worker, &answer);
}

static void
on_made (void *data, unsigned index, const Delivered *delivered)
{
  Answer answer = {
    .kind = ANSWER_MADE,
    .derivative = index,
    .content = delivered->content,
    .stamp = delivered->stamp,
    .facts = delivered->facts,
    .metadata = delivered->metadata,
  };
  send_answer (data, &answer);
}

static void
on_failed (void *data, unsigned index, const GError *error)
{
  Answer answer = {
    .kind = ANSWER_FAILED,
    .derivative = index,
    .error_class = run_error_class (error),
    .message = error->message,
  };
  send_answer (data, &answer);
}

static bool
is_stopped (void *data)
{
  return g_atomic_int_get (&((Worker *)data)->is_stopped) != 0;
}

static bool
start (Worker *worker, const Node *task, GError **error)
{
  const Node *bounds = node_get (task, "limits");
  const Node *home = node_get (task, "home");
  g_free (worker->home);
  worker->home = g_strdup (home != NULL ? home->text : "");
  worker->limits.most_bytes = task_integer (bounds, "bytes");
  worker->limits.most_pixels = task_integer (bounds, "pixels");
  worker->limits.most_edge = (int)task_integer (bounds, "edge");
  worker->limits.most_pages = (int)task_integer (bounds, "pages");
  worker->limits.most_exif_bytes = task_integer (bounds, "exif");
  worker->limits.most_xmp_bytes = task_integer (bounds, "xmp");
  worker->limits.most_icc_bytes = task_integer (bounds, "icc");
  worker->limits.allow_damaged = task_flag (bounds, "allow-damaged");
  /* OpenSSL is begun here, in the thread that outlives the others: what it keeps for an encoder's
   * thread that began it would stay behind at the end. */
  (void)digest_of ("", 0);
  return image_start ((int)task_integer (task, "threads"), error);
}

static bool
carry_out (Worker *worker, const char *kind, const Node *task, GError **error)
{
  if (strcmp (kind, "start") == 0)
    return start (worker, task, error);
  g_auto (Answer) answer = { .kind = ANSWER_FACTS };
  if (strcmp (kind, "render") == 0) {
    const RenderListener listener = { worker, on_made, on_failed, is_stopped };
    if (!render_task (task, worker->home, &worker->limits, &listener, error))
      return false;
    answer.kind = ANSWER_END;
  } else if (strcmp (kind, "inspect") == 0) {
    if (!inspect_task (task, worker->home, &worker->limits, &answer.facts, error))
      return false;
    answer.kind = ANSWER_SEEN;
  } else if (worker->cache == NULL && (worker->cache = cache_open (worker->home, error)) == NULL) {
    return false;
  } else if (strcmp (kind, "draw") == 0) {
    if (!draw_task (task, worker->cache, &worker->limits, &answer.record, error))
      return false;
  } else if (strcmp (kind, "import") == 0) {
    if (!import_task (task, worker->cache, &worker->limits, &answer.record, &answer.was_there,
                      error))
      return false;
  } else if (strcmp (kind, "spawn") == 0) {
    if (!spawn_task (task, worker->cache, &worker->limits, is_stopped, worker, &answer.record,
                     error))
      return false;
  } else if (!ingest_task (task, worker->cache, &worker->limits, &answer.record, error)) {
    return false;
  }
  send_answer (worker, &answer);
  return true;
}

static void
handle_line (Worker *worker, const char *line)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("task.json", line, strlen (line), problems);
  g_autoptr (GError) error = NULL;
  const Node *kind = document != NULL ? node_get (document->root, "task") : NULL;
  worker->id = document != NULL ? (unsigned)task_integer (document->root, "id") : 0;
  bool ok = problems_raise (problems, RUN_ERROR, RUN_ERROR_FAILED, &error);
  if (ok && kind == NULL) {
    g_set_error_literal (&error, RUN_ERROR, RUN_ERROR_FAILED,
                         "the worker was given a task without a name");
    ok = false;
  }
  if (!ok || !carry_out (worker, kind->text, document->root, &error))
    answer_error (worker, error);
}

int
worker_serve (int fd)
{
  Worker worker = { .fd = fd, .limits = image_limits_default };
  worker.lines = g_async_queue_new_full (g_free);
  GThread *reader = g_thread_new ("tasks", read_lines, &worker);
  for (;;) {
    g_autofree char *line = g_async_queue_pop (worker.lines);
    if (line[0] == '\0')
      break;
    handle_line (&worker, line);
  }
  g_thread_join (reader);
  g_async_queue_unref (worker.lines);
  cache_close (worker.cache);
  g_free (worker.home);
  return 0;
}

int
worker_main (const char *parent)
{
  /* Ctrl-C reaches the whole terminal group; the run decides what becomes of its workers. */
  sigset_t blocked;
  signal (SIGINT, SIG_IGN);
  signal (SIGTERM, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  sigemptyset (&blocked);
  sigaddset (&blocked, SIGINT);
  sigaddset (&blocked, SIGTERM);
  sigprocmask (SIG_UNBLOCK, &blocked, NULL);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* The run may have ended before that took hold. */
  int64_t parent_pid;
  if (!units_parse_integer (parent, &parent_pid) || getppid () != parent_pid)
    return 1;
  int result = worker_serve (WORKER_FD);
  image_stop ();
  return result;
}
