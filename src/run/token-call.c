/* Getting tokens: small calls of the same lane, and programs that print one. */
#include "base/clock.h"
#include "providers/verdict.h"
#include "run/network-private.h"
#include "run/program.h"

enum {
  MOST_ANSWER_BYTES = 256 * 1024,
  TIMEOUT_MS = 60 * 1000, /* of a program that prints a token */
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

/* The beginning of what it printed beside its output, where a token may stand, too: it is told only when
 * the program failed, and then without what looks like one. */
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

static gpointer
run_program (gpointer data)
{
  TokenCall *call = data;
  const ProgramCall program = {
    .arguments = (const char *const *)call->program,
    .most_output_bytes = MOST_ANSWER_BYTES,
    .timeout_ms = TIMEOUT_MS,
    .is_ending = &call->network->is_ending,
  };
  int status = program_run (&program, call->body, &call->why);
  call->status = status >= 0 ? status : -1;
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
