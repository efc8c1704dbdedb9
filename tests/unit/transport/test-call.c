/* Where a request may go, and to whom. The linker lets this file say that 127.0.0.2 is public, and which
 * certificate is trusted (--wrap). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <curl/curl.h>

#include "base/secret.h"
#include "loopback.h"
#include "support/scratch.h"
#include "taker.h"
#include "transport/address.h"

#define PUBLIC_IP "127.0.0.2"
#define PRIVATE_IP "127.0.0.1"

static const char *trusted_path;

bool __real_address_is_public (const struct sockaddr *address);
bool __wrap_address_is_public (const struct sockaddr *address);
bool __real_address_is_public_text (const char *text);
bool __wrap_address_is_public_text (const char *text);
CURL *__real_curl_easy_init (void);
CURL *__wrap_curl_easy_init (void);

bool
__wrap_address_is_public (const struct sockaddr *address)
{
  const struct sockaddr_in *four = (const void *)address;
  return __real_address_is_public (address) ||
         (address->sa_family == AF_INET && four->sin_addr.s_addr == inet_addr (PUBLIC_IP));
}

bool
__wrap_address_is_public_text (const char *text)
{
  return __real_address_is_public_text (text) || strcmp (text, PUBLIC_IP) == 0;
}

CURL *
__wrap_curl_easy_init (void)
{
  CURL *handle = __real_curl_easy_init ();
  if (trusted_path != NULL)
    curl_easy_setopt (handle, CURLOPT_CAINFO, trusted_path);
  return handle;
}

/* ---- what the server answers ---- */

static bool
whole (Peer *peer, const Asked *asked)
{
  return peer_answer (peer, "whole", 5);
}

static bool
lead (Peer *peer, const Asked *asked, const char *start, const char *path)
{
  const char *port = strstr (asked->head, "\r\nHost: ");
  port = strchr (port + strlen ("\r\nHost: "), ':') + 1;
  g_autofree char *answer = g_strdup_printf (
    "HTTP/1.1 302 Found\r\nLocation: %s:%.*s%s\r\nContent-Length: 5\r\n\r\nmoved", start,
    (int)strcspn (port, "\r"), port, path);
  return peer_say (peer, answer);
}

static bool
to_public (Peer *peer, const Asked *asked)
{
  return lead (peer, asked, "https://" PUBLIC_IP, "/whole");
}

static bool
to_private (Peer *peer, const Asked *asked)
{
  return lead (peer, asked, "https://" PRIVATE_IP, "/whole");
}

static bool
to_http (Peer *peer, const Asked *asked)
{
  return lead (peer, asked, "http://" PUBLIC_IP, "/whole");
}

static bool
to_file (Peer *peer, const Asked *asked)
{
  return peer_say (peer, "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n"
                         "Content-Length: 0\r\n\r\n");
}

static bool
to_itself (Peer *peer, const Asked *asked)
{
  return lead (peer, asked, "https://" PUBLIC_IP, "/to-itself");
}

/* A proxy that lets nobody through. */
static bool
forbid (Peer *peer, const Asked *asked)
{
  peer_say (peer, "HTTP/1.1 403 CANARY\r\nContent-Length: 0\r\nX-Peel: proxy\r\n\r\n");
  return false;
}

static const Page pages[] = {
  { "/whole", whole },     { "/to-public", to_public }, { "/to-private", to_private },
  { "/to-http", to_http }, { "/to-file", to_file },     { "/to-itself", to_itself },
  { NULL, whole },
};
static const Page proxy_pages[] = { { NULL, forbid } };

/* ---- a server with TLS and a lane ---- */

typedef struct {
  Scratch *scratch;
  SSL_CTX *tls;
  Loopback *server;
  Lane *lane;
  Taker taker;
} Line;

static void
line_clear (Line *line)
{
  lane_free (line->lane);
  loopback_free (line->server);
  SSL_CTX_free (line->tls);
  scratch_free (line->scratch);
  taker_clear (&line->taker);
  trusted_path = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static void
line_init (Line *line, bool is_trusted)
{
  g_autoptr (GError) error = NULL;
  line->scratch = scratch_new ();
  const char *path = scratch_path (line->scratch, "certificate.pem");
  line->tls = loopback_tls_new (path);
  trusted_path = is_trusted ? path : NULL;
  line->server = loopback_new (pages, line->tls);
  line->lane = lane_new (&error);
  g_assert_no_error (error);
  taker_init (&line->taker);
}

static Taker *
ask_request (Line *line, HttpRequest *request)
{
  taker_clear (&line->taker);
  taker_init (&line->taker);
  request->timeout_ms = 20 * 1000;
  http_request_add_header (request, "Authorization", "Bearer CANARY-0123456789abcdef");
  taker_ask (&line->taker, line->lane, request);
  if (line->taker.error != NULL)
    g_assert_null (strstr (line->taker.error->message, "CANARY"));
  return &line->taker;
}

typedef enum { ORDINARY, FOREIGN, DIRECT } Manner;

static Taker *
ask (Line *line, Manner manner, const char *url)
{
  HttpRequest *request = http_request_new ("GET", url);
  request->is_foreign = manner == FOREIGN;
  request->is_direct = manner == DIRECT;
  return ask_request (line, request);
}

/* At the server's port. */
static Taker *
ask_at (Line *line, Manner manner, const char *start, const char *path)
{
  g_autofree char *url = g_strdup_printf ("%s:%d%s", start, loopback_port (line->server), path);
  return ask (line, manner, url);
}

static void
check_refused (const Taker *taker, const char *says)
{
  assert_failed (taker, ADDRESS);
  assert_says (taker, says);
  g_assert_cmpuint (taker->n_begun, ==, 0);
}

/* ---- the policy ---- */

#define ONLY_HTTPS "only https:// is asked, but for this machine itself"
#define GIVEN_HTTPS "an address that a service gives must begin with https://"
#define LEADS_ASTRAY "the address leads to this machine or a private network"

static void
some_addresses_are_never_asked (void)
{
  static const struct {
    Manner manner;
    const char *url, *says;
  } cases[] = {
    { ORDINARY, "http://example.com/", ONLY_HTTPS },
    { ORDINARY, "http://localhost.example.com/", ONLY_HTTPS },
    { ORDINARY, "http://localhost@example.com/", ONLY_HTTPS },
    { ORDINARY, "http://127.0.0.1@example.com:80/", ONLY_HTTPS },
    { ORDINARY, "http://[::ffff:127.0.0.1]/", ONLY_HTTPS },
    { ORDINARY, "http://10.0.0.1/", ONLY_HTTPS },
    { ORDINARY, "ftp://localhost/", ONLY_HTTPS },
    { ORDINARY, "file:///etc/hostname", "the address is no URL" },
    { ORDINARY, "file://localhost/etc/hostname", "the address is no URL" },
    { DIRECT, "ftp://example.com/", ONLY_HTTPS },
    { ORDINARY, "example.com", "the address is no URL" },
    { ORDINARY, "", "the address is no URL" },
    { ORDINARY, "https://", "the address is no URL" },
    { FOREIGN, "http://example.com/", GIVEN_HTTPS },
    { FOREIGN, "http://localhost/", GIVEN_HTTPS },
    { FOREIGN, "ftp://example.com/", GIVEN_HTTPS },
  };
  g_auto (Line) line;
  line_init (&line, true);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    check_refused (ask (&line, cases[i].manner, cases[i].url), cases[i].says);
}

static void
given_addresses_do_not_lead_inside (void)
{
  static const char *const starts[] = {
    "https://127.0.0.1", "https://localhost",   "https://[::ffff:127.0.0.1]",
    "https://[::1]",     "https://2130706433",  "https://0x7f.1",
    "https://0.0.0.0",   "https://a.localhost", "https://x@127.0.0.1",
  };
  g_auto (Line) line;
  line_init (&line, true);
  for (unsigned i = 0; i < G_N_ELEMENTS (starts); i++)
    check_refused (ask_at (&line, FOREIGN, starts[i], "/whole"), LEADS_ASTRAY);
  check_refused (ask (&line, FOREIGN, "https://169.254.169.254/"), LEADS_ASTRAY);
  check_refused (ask (&line, FOREIGN, "https://[fd00:ec2::254]/"), LEADS_ASTRAY);
  g_assert_cmpuint (loopback_n_connections (line.server), ==, 0);
  assert_taken (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/whole"), 200, "whole");
}

static void
given_addresses_may_lead_on (void)
{
  g_auto (Line) line;
  line_init (&line, true);
  assert_taken (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-public"), 200, "whole");
  check_refused (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-private"), LEADS_ASTRAY);
  check_refused (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-itself"),
                 "the address leads on and on");
  check_refused (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-http"),
                 "the address leads on to one that does not begin with https://");
  check_refused (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-file"),
                 "the address leads on to one that does not begin with https://");
  /* Ordinary ones lead nowhere. */
  assert_taken (ask_at (&line, ORDINARY, "https://localhost", "/to-public"), 302, "moved");
}

/* One that another call opened, whose address nobody looked at. */
static void
nor_by_a_connection_that_is_open (void)
{
  g_auto (Line) line;
  line_init (&line, true);
  assert_taken (ask_at (&line, ORDINARY, "https://" PRIVATE_IP, "/whole"), 200, "whole");
  assert_taken (ask_at (&line, ORDINARY, "https://" PRIVATE_IP, "/whole"), 200, "whole");
  g_assert_cmpuint (loopback_n_connections (line.server), ==, 1);
  check_refused (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/to-private"), LEADS_ASTRAY);
  check_refused (ask_at (&line, FOREIGN, "https://" PRIVATE_IP, "/whole"), LEADS_ASTRAY);
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 3);
}

/* ---- TLS ---- */

static void
who_answers_must_prove_it (void)
{
  g_auto (Line) line;
  line_init (&line, false);
  const Taker *taker = ask_at (&line, ORDINARY, "https://localhost", "/whole");
  assert_failed (taker, CONNECT);
  assert_says (taker, "what answers cannot prove that it is localhost, and nothing was sent (");
  assert_says (taker, "self-signed certificate");
  g_assert_false (taker->was_sent);
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 0);
}

static void
the_name_must_be_right (void)
{
  g_auto (Line) line;
  line_init (&line, true);
  assert_taken (ask_at (&line, ORDINARY, "https://localhost", "/whole"), 200, "whole");
  const Taker *taker = ask_at (&line, ORDINARY, "https://other.localhost", "/whole");
  assert_failed (taker, CONNECT);
  assert_says (taker, "cannot prove that it is other.localhost");
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 1);
}

static void
who_speaks_no_tls_is_not_asked (void)
{
  g_auto (Line) line;
  line_init (&line, true);
  g_autoptr (Loopback) plain = loopback_new (pages, NULL);
  g_autofree char *url = g_strdup_printf ("https://localhost:%d/", loopback_port (plain));
  /* The server waits for the end of a line: it is the time that ends. */
  HttpRequest *request = http_request_new ("GET", url);
  taker_clear (&line.taker);
  taker_init (&line.taker);
  request->timeout_ms = 300;
  taker_ask (&line.taker, line.lane, request);
  assert_failed (&line.taker, CONNECT);
  g_assert_false (line.taker.was_sent);
  g_assert_cmpuint (loopback_n_requests (plain), ==, 0);
}

/* ---- proxies ---- */

typedef struct {
  Loopback *proxy;
} Proxied;

static void
proxied_clear (Proxied *proxied)
{
  g_unsetenv ("https_proxy");
  g_unsetenv ("http_proxy");
  loopback_free (proxied->proxy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proxied, proxied_clear)

static Proxied
proxied_new (void)
{
  Proxied proxied = { loopback_new (proxy_pages, NULL) };
  g_autofree char *url = g_strdup_printf ("http://CANARY:CANARY@127.0.0.1:%d",
                                          loopback_port (proxied.proxy));
  g_setenv ("https_proxy", url, TRUE);
  g_setenv ("http_proxy", url, TRUE);
  return proxied;
}

static void
a_proxy_is_asked_for_the_world (void)
{
  g_auto (Proxied) proxied = proxied_new ();
  g_auto (Line) line;
  line_init (&line, true);
  const Taker *taker = ask (&line, ORDINARY, "https://peel.invalid/");
  assert_failed (taker, CONNECT);
  assert_says (taker, "CONNECT tunnel failed, response 403");
  g_assert_cmpint (taker->end_status, ==, 0);
  g_assert_cmpuint (taker->n_begun, ==, 0);
  g_assert_false (taker->was_sent);
  g_assert_cmpuint (loopback_n_requests (proxied.proxy), ==, 1);
}

static void
a_proxy_is_not_asked_for_the_rest (void)
{
  g_auto (Proxied) proxied = proxied_new ();
  g_auto (Line) line;
  line_init (&line, true);
  g_autoptr (Loopback) plain = loopback_new (pages, NULL);
  g_autofree char *http = g_strdup_printf ("http://localhost:%d/whole", loopback_port (plain));
  g_autofree char *nobody = g_strdup_printf ("http://0.0.0.0:%d/whole", loopback_port (plain));
  assert_taken (ask_at (&line, ORDINARY, "https://localhost", "/whole"), 200, "whole");
  assert_taken (ask_at (&line, ORDINARY, "https://127.0.0.1", "/whole"), 200, "whole");
  assert_taken (ask (&line, ORDINARY, http), 200, "whole");
  /* No name of this machine, but it leads here. */
  assert_taken (ask (&line, DIRECT, nobody), 200, "whole");
  assert_taken (ask_at (&line, FOREIGN, "https://" PUBLIC_IP, "/whole"), 200, "whole");
  check_refused (ask_at (&line, FOREIGN, "https://" PRIVATE_IP, "/whole"), LEADS_ASTRAY);
  g_assert_cmpuint (loopback_n_connections (proxied.proxy), ==, 0);
}

/* The last one: what is remembered stays. */
static void
a_secret_in_an_address_is_hidden (void)
{
  g_auto (Line) line;
  line_init (&line, true);
  g_autofree char *url = g_strdup_printf ("https://canary-key.localhost:%d/",
                                          loopback_closed_port ());
  secret_remember ("canary-key");
  assert_says (ask (&line, ORDINARY, url), "Failed to connect to ...........localhost port");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/transport/call/some-addresses-are-never-asked",
                   some_addresses_are_never_asked);
  g_test_add_func ("/transport/call/given-addresses-do-not-lead-inside",
                   given_addresses_do_not_lead_inside);
  g_test_add_func ("/transport/call/given-addresses-may-lead-on", given_addresses_may_lead_on);
  g_test_add_func ("/transport/call/nor-by-a-connection-that-is-open",
                   nor_by_a_connection_that_is_open);
  g_test_add_func ("/transport/call/who-answers-must-prove-it", who_answers_must_prove_it);
  g_test_add_func ("/transport/call/the-name-must-be-right", the_name_must_be_right);
  g_test_add_func ("/transport/call/who-speaks-no-tls-is-not-asked",
                   who_speaks_no_tls_is_not_asked);
  g_test_add_func ("/transport/call/a-proxy-is-asked-for-the-world",
                   a_proxy_is_asked_for_the_world);
  g_test_add_func ("/transport/call/a-proxy-is-not-asked-for-the-rest",
                   a_proxy_is_not_asked_for_the_rest);
  g_test_add_func ("/transport/call/a-secret-in-an-address-is-hidden",
                   a_secret_in_an_address_is_hidden);
  return g_test_run ();
}
