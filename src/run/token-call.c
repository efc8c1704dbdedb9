/* Getting tokens: small calls of the same lane, and programs that print one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "providers/verdict.h"
#include "run/network-private.h"

enum {
  MOST_ANSWER_BYTES = 256 * 1024,
  TIMEOUT_MS = 60 * 1000, /* of a program that prints a token */
  LOOK_MS = 100,          /* how soon it is seen that nobody wants it any more */
  WAIT_MS = 5,            /* between looks whether it has ended, which is soon after its output */
};

typedef struct {
  Network *network;
  Credential *credential;
  int status;
  GPtrArray *headers; /* char*, ends with NULL when it is handed on */
  GString *body;
  char *why;            /* there is no answer, or what a program complained of */
  HttpRequest *request; /* not sent yet */
  char **program;       /* not started yet */
  int64_t due_us;
} TokenCall;

static TokenCall *
token_call_new (Network *network, Credential *credential)
{
  TokenCall *call = g_new0 (TokenCall, 1);
  call->network = network;
  call->credential = credential;
  call->headers = g_ptr_array_new_with_free_func (g_free);
  call->body = g_string_new (NULL);
  return call;
}

void
token_call_free (void *data)
{
  TokenCall *call = data;
  explicit_bzero (call->body->str, call->body->allocated_len);
  g_string_free (call->body, TRUE);
  g_ptr_array_unref (call->headers);
  http_request_free (call->request);
  g_strfreev (call->program);
  g_free (call->why);
  g_free (call);
}

static int64_t
now_s (void)
{
  return clock_now_us () / G_USEC_PER_SEC;
}

/* ---- by the network ---- */

static void
take_answer (Run *run, void *data)
{
  TokenCall *call = data;
  g_autoptr (GError) error = NULL;
  if (call->why != NULL) {
    credential_take_silence (call->credential, call->why, now_s (), &error);
  } else {
    g_ptr_array_add (call->headers, NULL);
    const CredentialAnswer answer = {
      .status = call->status,
      .headers = (const char *const *)call->headers->pdata,
      .body = call->body->str,
      .length = call->body->len,
    };
    credential_take_answer (call->credential, &answer, now_s (), &error);
  }
  /* The next step would ask anew, and those who wait would wait without end. */
  if (error != NULL)
    network_fail_waiting (run, call->credential, error);
  token_call_free (call);
}

static bool
begin (void *data, int status, const HttpHeaders *headers, GError **error)
{
  TokenCall *call = data;
  call->status = status;
  for (unsigned i = 0; i < headers->lines->len; i++)
    g_ptr_array_add (call->headers, g_strdup (headers->lines->pdata[i]));
  return true;
}

static bool
take_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  g_string_append_len (((TokenCall *)data)->body, bytes, (gssize)length);
  return true;
}

static void
ended (void *data, const LaneEnd *end)
{
  TokenCall *call = data;
  call->why = end->error != NULL ? g_strdup (end->error->message) : NULL;
  const NetworkEvent event = { take_answer, token_call_free, call };
  network_post (call->network, &event);
}

/* ---- by a program ---- */

static void
take_output (Run *run, void *data)
{
  TokenCall *call = data;
  credential_take_output (call->credential, call->status, call->body->str, call->body->len,
                          now_s (), NULL);
  if (call->status != 0 && call->why[0] != '\0') {
    g_autofree char *words = service_words (call->why);
    g_autofree char *message = g_strdup_printf ("the token command said: %s", words);
    run->listener->warning (run->listener->data, message);
  }
  token_call_free (call);
}

/* Is there still somebody who waits for it? */
static bool
is_in_time (const TokenCall *call, int64_t end_us)
{
  return clock_monotonic_us () < end_us && !g_atomic_int_get (&call->network->is_ending);
}

/* All that it prints, until its end or ours. False: it took too long, or printed too much. */
static bool
read_output (const TokenCall *call, int fd, int64_t end_us)
{
  while (is_in_time (call, end_us) && call->body->len <= MOST_ANSWER_BYTES) {
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
      g_string_append_len (call->body, piece, got);
  }
  return false;
}

/* What it exited with; -1: it was killed. Its output may be closed long before its end. */
static int
wait_for_end (const TokenCall *call, GPid pid, int64_t end_us)
{
  int status;
  pid_t ended = 0;
  while (ended == 0 && is_in_time (call, end_us)) {
    ended = waitpid (pid, &status, WNOHANG);
    if (ended == 0)
      g_usleep (WAIT_MS * 1000);
  }
  if (ended == 0) {
    kill (pid, SIGKILL);
    while ((ended = waitpid (pid, &status, 0)) < 0 && errno == EINTR)
      continue;
  }
  return ended == pid && WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

/* The beginning of what it printed beside its output, where a token may stand, too: it is told only when
 * the program failed, and then without what looks like one. */
static char *
read_complaint (int fd)
{
  char text[4096];
  ssize_t length = pread (fd, text, sizeof text, 0);
  return g_strndup (text, length > 0 ? (size_t)length : 0);
}

/* The exit status; -1: it could not be started, or was ended. */
static int
run_to_end (const TokenCall *call, int complaint)
{
  GPid pid;
  int ends[2];
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return -1;
  bool is_started = g_spawn_async_with_fds (NULL, call->program, NULL,
                                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                            NULL, &pid, -1, ends[1], complaint, NULL);
  close (ends[1]);
  int64_t end_us = clock_monotonic_us () + (int64_t)TIMEOUT_MS * 1000;
  bool is_whole = is_started && read_output (call, ends[0], end_us);
  close (ends[0]);
  return is_started ? wait_for_end (call, pid, is_whole ? end_us : 0) : -1;
}

static gpointer
run_program (gpointer data)
{
  TokenCall *call = data;
  int complaint = memfd_create ("complaint", MFD_CLOEXEC);
  call->status = run_to_end (call, complaint);
  call->why = read_complaint (complaint);
  if (complaint >= 0)
    close (complaint);
  const NetworkEvent event = { take_output, token_call_free, call };
  network_post (call->network, &event);
  return NULL;
}

/* ---- both ---- */

static void
begin_call (Network *network, TokenCall *call)
{
  if (call->request == NULL) {
    g_ptr_array_add (network->threads, g_thread_new ("token", run_program, call));
    return;
  }
  const LaneReceiver receiver = { call, begin, take_bytes, ended };
  lane_send (network->lane, g_steal_pointer (&call->request), &receiver);
}

void
token_call_add (Run *run, Credential *credential, CredentialStep *step)
{
  TokenCall *call = token_call_new (run->network, credential);
  call->due_us = clock_monotonic_us () + step->wait_ms * 1000;
  if (step->kind == CREDENTIAL_SEND) {
    call->request = g_steal_pointer (&step->request);
    call->request->most_answer_bytes = MOST_ANSWER_BYTES;
  } else {
    call->program = g_strdupv ((char **)step->program);
  }
  g_ptr_array_add (run->network->token_calls, call);
  token_calls_begin (run);
}

void
token_calls_begin (Run *run)
{
  GPtrArray *calls = run->network->token_calls;
  int64_t now_us = clock_monotonic_us ();
  for (unsigned i = calls->len; i > 0; i--) {
    TokenCall *call = calls->pdata[i - 1];
    if (call->due_us <= now_us)
      begin_call (run->network, g_ptr_array_steal_index (calls, i - 1));
  }
}
