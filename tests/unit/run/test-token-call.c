#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "run/network-private.h"
#include "support/scratch.h"

enum { SOON_US = 5 * 1000 * 1000 };

/* A run of which nothing is there but its network. */
typedef struct {
  Run run;
  Credential *credential;
} Asking;

static void
asking_init (Asking *asking, const char *script)
{
  g_autoptr (GError) error = NULL;
  const char *const program[] = { "sh", "-c", script, NULL };
  *asking = (Asking){ .run.network = network_new (),
                      .credential = credential_new_command (program) };
  asking->run.network->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  asking->run.network->lane = lane_new (&error);
  g_assert_no_error (error);
}

static void
asking_clear (Asking *asking)
{
  network_free (asking->run.network);
  credential_free (asking->credential);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asking, asking_clear)

static int64_t
now_s (void)
{
  return clock_now_us () / G_USEC_PER_SEC;
}

static void
ask (Asking *asking)
{
  g_autoptr (GError) error = NULL;
  g_auto (CredentialStep) step = { 0 };
  assert_ok (credential_step (asking->credential, now_s (), &step, &error), error);
  g_assert_cmpint (step.kind, ==, CREDENTIAL_SPAWN);
  token_call_add (&asking->run, asking->credential, &step);
}

/* Until the credential has something to say. */
static bool
wait_for_token (Asking *asking, GError **error)
{
  for (;;) {
    g_auto (CredentialStep) step = { 0 };
    network_work (&asking->run);
    if (!credential_step (asking->credential, now_s (), &step, error))
      return false;
    if (step.kind == CREDENTIAL_READY)
      return true;
    g_assert_cmpint (step.kind, ==, CREDENTIAL_PENDING);
    g_usleep (1000);
  }
}

static void
a_program_prints_a_token (void)
{
  /* The second one closes its output before its end. */
  static const char *const scripts[] = { "echo CANARY-1", "echo CANARY-1; exec >&-; sleep 0.2" };
  for (unsigned i = 0; i < G_N_ELEMENTS (scripts); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (Asking) asking;
    asking_init (&asking, scripts[i]);
    ask (&asking);
    assert_ok (wait_for_token (&asking, &error), error);
    g_autoptr (HttpRequest) request = http_request_new ("GET", "https://example.com/");
    credential_add_headers (asking.credential, request);
    g_assert_cmpstr (request->headers->pdata[0], ==, "Authorization: Bearer CANARY-1");
  }
}

static void
a_program_that_fails_gives_none (void)
{
  static const char *const scripts[] = { "echo CANARY-1; exit 3", "echo CANARY-1; kill -9 $$",
                                         "yes CANARY-1" /* without end */ };
  for (unsigned i = 0; i < G_N_ELEMENTS (scripts); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (Asking) asking;
    asking_init (&asking, scripts[i]);
    ask (&asking);
    g_assert_false (wait_for_token (&asking, &error));
    g_assert_nonnull (error);
    g_assert_null (strstr (error->message, "CANARY"));
  }
}

/* Nobody waits for a program that nobody needs any more. */
static void
a_program_ends_with_the_network (void)
{
  static const char *const scripts[] = { "exec sleep 600", "exec >&-; exec sleep 600" };
  for (unsigned i = 0; i < G_N_ELEMENTS (scripts); i++) {
    Asking asking;
    asking_init (&asking, scripts[i]);
    ask (&asking);
    g_usleep (200 * 1000);
    int64_t begun_us = clock_monotonic_us ();
    asking_clear (&asking);
    g_assert_cmpint (clock_monotonic_us () - begun_us, <, SOON_US);
  }
}

/* What came and was not looked at, and what was not begun. */
static void
what_is_left_is_freed (void)
{
  g_auto (Asking) asking;
  asking_init (&asking, "echo CANARY-1");
  ask (&asking);
  CredentialStep later = { .kind = CREDENTIAL_SEND, .wait_ms = 600 * 1000 };
  CredentialStep now = { .kind = CREDENTIAL_SEND };
  later.request = http_request_new ("GET", "http://localhost:1/");
  now.request = http_request_new ("GET", "ftp://localhost/");
  token_call_add (&asking.run, asking.credential, &later);
  token_call_add (&asking.run, asking.credential, &now);
  g_assert_cmpuint (asking.run.network->token_calls->len, ==, 1);
  while (g_async_queue_length (asking.run.network->events) < 2)
    g_usleep (1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/token-call/a-program-prints-a-token", a_program_prints_a_token);
  g_test_add_func ("/run/token-call/a-program-that-fails-gives-none",
                   a_program_that_fails_gives_none);
  g_test_add_func ("/run/token-call/a-program-ends-with-the-network",
                   a_program_ends_with_the_network);
  g_test_add_func ("/run/token-call/what-is-left-is-freed", what_is_left_is_freed);
  return g_test_run ();
}
