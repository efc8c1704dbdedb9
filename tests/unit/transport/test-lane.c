#include "transport/lane.h"

#include <signal.h>
#include <string.h>
#include <zlib.h>

#include "loopback.h"
#include "support/scratch.h"
#include "taker.h"

enum { BIG_BYTES = 8 * 1024 * 1024, AT_ONCE = 20 };

/* ---- what the server answers ---- */

static bool
whole (Peer *peer, const Asked *asked)
{
  return peer_answer (peer, "whole", 5);
}

static bool
nothing (Peer *peer, const Asked *asked)
{
  return peer_say (peer, "HTTP/1.1 204 No Content\r\nX-Peel:  \t none \t\r\n\r\n");
}

static bool
not_found (Peer *peer, const Asked *asked)
{
  return peer_say (peer, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
}

static bool
chunked (Peer *peer, const Asked *asked)
{
  return peer_say (peer, "HTTP/1.1 100 Continue\r\nX-Peel: not this\r\n\r\n"
                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Peel: a\r\n\r\n"
                         "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nX-Trailer: t\r\n\r\n");
}

static bool
zipped (Peer *peer, const Asked *asked)
{
  g_autofree char *text = g_strnfill (100 * 1000, 'z');
  uint8_t packed[4096];
  z_stream stream = { 0 };
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  stream.next_in = (Bytef *)text;
  stream.avail_in = 100 * 1000;
  stream.next_out = packed;
  stream.avail_out = sizeof packed;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  deflateEnd (&stream);
  g_autofree char *head = g_strdup_printf (
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n", stream.total_out);
  return strcasestr (asked->head, "\r\naccept-encoding: ") != NULL && peer_say (peer, head) &&
         peer_send (peer, packed, stream.total_out);
}

static bool
big (Peer *peer, const Asked *asked)
{
  g_autofree char *bytes = g_strnfill (BIG_BYTES, 'b');
  return peer_answer (peer, bytes, BIG_BYTES);
}

/* What was sent, for a test to compare. */
static bool
tell (Peer *peer, const Asked *asked)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %s #%u", asked->body_bytes,
                                           asked->sha256, asked->n);
  return peer_answer (peer, text, strlen (text));
}

static bool
head (Peer *peer, const Asked *asked)
{
  return peer_answer (peer, asked->head, strlen (asked->head));
}

/* The first request of a connection is answered as if there would be more, and there are none. */
static bool
once (Peer *peer, const Asked *asked)
{
  tell (peer, asked);
  return false;
}

/* Reads the second request of a connection, and goes. */
static bool
swallow (Peer *peer, const Asked *asked)
{
  return asked->n == 1 && tell (peer, asked);
}

static bool
swallow_slowly (Peer *peer, const Asked *asked)
{
  if (asked->n == 1)
    return tell (peer, asked);
  g_usleep (1300 * 1000);
  return false;
}

static bool
cut (Peer *peer, const Asked *asked)
{
  peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  return false;
}

static bool
cut_chunks (Peer *peer, const Asked *asked)
{
  peer_say (peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nwor");
  return false;
}

static bool
closed (Peer *peer, const Asked *asked)
{
  return false;
}

static bool
babble (Peer *peer, const Asked *asked)
{
  peer_say (peer, "SSH-2.0-OpenSSH_9.2\r\n");
  return false;
}

static bool
silent (Peer *peer, const Asked *asked)
{
  peer_wait (peer);
  return false;
}

static bool
late (Peer *peer, const Asked *asked)
{
  g_usleep (300 * 1000);
  return peer_answer (peer, "late", 4);
}

/* Begins, and stops. */
static bool
stuck (Peer *peer, const Asked *asked)
{
  peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  peer_wait (peer);
  return false;
}

static bool
many_headers (Peer *peer, const Asked *asked)
{
  g_autofree char *value = g_strnfill (1000, 'v');
  peer_say (peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
  for (unsigned i = 0; i < 300; i++) {
    g_autofree char *line = g_strdup_printf ("X-%u: %s\r\n", i, value);
    if (!peer_say (peer, line))
      return false;
  }
  return peer_say (peer, "\r\n");
}

static bool
elsewhere (Peer *peer, const Asked *asked)
{
  return peer_say (peer,
                   "HTTP/1.1 302 Found\r\nLocation: /whole\r\nContent-Length: 5\r\n\r\nmoved");
}

static const Page pages[] = {
  { "/whole", whole },   { "/nothing", nothing },
  { "/404", not_found }, { "/chunked", chunked },
  { "/zipped", zipped }, { "/big", big },
  { "/tell", tell },     { "/head", head },
  { "/once", once },     { "/swallow", swallow },
  { "/cut", cut },       { "/cut-chunks", cut_chunks },
  { "/closed", closed }, { "/babble", babble },
  { "/silent", silent }, { "/late", late },
  { "/stuck", stuck },   { "/many-headers", many_headers },
  { "/302", elsewhere }, { "/swallow-slowly", swallow_slowly },
  { NULL, not_found },
};

/* ---- a server and a lane ---- */

typedef struct {
  Loopback *server;
  Lane *lane;
  Taker taker;
} Line;

static void
line_clear (Line *line)
{
  lane_free (line->lane);
  loopback_free (line->server);
  taker_clear (&line->taker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static void
line_init (Line *line)
{
  g_autoptr (GError) error = NULL;
  line->server = loopback_new (pages, NULL);
  line->lane = lane_new (&error);
  g_assert_no_error (error);
  taker_init (&line->taker);
}

static HttpRequest *
request_of (const Line *line, const char *method, const char *target)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%d%s", loopback_port (line->server),
                                          target);
  HttpRequest *request = http_request_new (method, url);
  request->timeout_ms = 20 * 1000;
  return request;
}

static HttpRequest *
post_of (const Line *line, const char *target, const char *body)
{
  HttpRequest *request = request_of (line, "POST", target);
  http_request_add_header (request, "Content-Type", "application/json");
  http_request_add_text (request, body, -1);
  return request;
}

/* The taker is as new afterwards, but for what came. */
static Taker *
ask (Line *line, HttpRequest *request)
{
  taker_clear (&line->taker);
  taker_init (&line->taker);
  taker_ask (&line->taker, line->lane, request);
  return &line->taker;
}

/* ---- answers ---- */

static void
answers_come_whole (void)
{
  g_auto (Line) line;
  line_init (&line);
  const Taker *taker = ask (&line, request_of (&line, "GET", "/whole"));
  assert_taken (taker, 200, "whole");
  g_assert_cmpstr (taker->mark, ==, "yes");
  g_assert_cmpint (taker->first_byte_ms, >=, 0);
  g_assert_cmpint (taker->total_ms, >=, taker->first_byte_ms);
  ask (&line, request_of (&line, "GET", "/404"));
  assert_taken (taker, 404, "gone");
  ask (&line, request_of (&line, "GET", "/nothing"));
  assert_taken (taker, 204, "");
  g_assert_cmpstr (taker->mark, ==, "none");
  g_assert_cmpint (taker->first_byte_ms, ==, -1);
  ask (&line, request_of (&line, "GET", "/chunked"));
  assert_taken (taker, 200, "hello, world");
  g_assert_cmpstr (taker->mark, ==, "a");
  ask (&line, request_of (&line, "GET", "/big"));
  g_assert_no_error (taker->error);
  g_assert_cmpint (taker->n_bytes, ==, BIG_BYTES);
  g_assert_cmpuint (loopback_n_connections (line.server), ==, 1);
}

static void
what_is_packed_is_unpacked (void)
{
  g_auto (Line) line;
  line_init (&line);
  g_autofree char *text = g_strnfill (100 * 1000, 'z');
  assert_taken (ask (&line, request_of (&line, "GET", "/zipped")), 200, text);
  /* The limit is for what comes out. */
  HttpRequest *request = request_of (&line, "GET", "/zipped");
  request->most_answer_bytes = 50 * 1000;
  assert_failed (ask (&line, request), TOO_LARGE);
}

static void
many_go_at_a_time (void)
{
  g_auto (Line) line;
  line_init (&line);
  Taker takers[AT_ONCE];
  g_autofree char *all = g_strnfill (BIG_BYTES / 4, 'x');
  for (unsigned i = 0; i < AT_ONCE; i++) {
    taker_init (&takers[i]);
    const LaneReceiver receiver = taker_receiver (&takers[i]);
    lane_send (line.lane,
               i % 2 == 0 ? request_of (&line, "GET", "/big") : post_of (&line, "/late", all),
               &receiver);
  }
  for (unsigned i = 0; i < AT_ONCE; i++) {
    taker_wait (&takers[i]);
    g_assert_no_error (takers[i].error);
    g_assert_cmpint (takers[i].n_bytes, ==, i % 2 == 0 ? BIG_BYTES : 4);
    taker_clear (&takers[i]);
  }
}

static void
headers_go_as_they_are (void)
{
  g_auto (Line) line;
  line_init (&line);
  HttpRequest *request = post_of (&line, "/head", "{}");
  http_request_add_header (request, "X-Goog-Api-Key", "CANARY-key");
  const char *head = ask (&line, request)->body->str;
  g_assert_true (g_str_has_prefix (head, "POST /head HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (head, "\r\nX-Goog-Api-Key: CANARY-key\r\n"));
  g_assert_nonnull (strstr (head, "\r\nContent-Type: application/json\r\n"));
  g_assert_nonnull (strstr (head, "\r\nContent-Length: 2\r\n"));
  g_assert_null (strcasestr (head, "\r\nexpect:"));
  ask (&line, request_of (&line, "POST", "/head"));
  g_assert_nonnull (strstr (head = line.taker.body->str, "\r\nContent-Length: 0\r\n"));
}

/* ---- a connection that is kept ---- */

static void
ask_after_a_pause (Line *line, const char *target)
{
  ask (line, post_of (line, target, "first"));
  g_assert_no_error (line->taker.error);
  g_usleep (20 * 1000);
  ask (line, post_of (line, target, "second"));
}

static void
a_dead_connection_is_replaced (void)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "second", -1);
  g_autofree char *wanted = g_strdup_printf ("6 %s #1", sum);
  /* Closed before the second request, and while it is on its way. */
  static const char *const targets[] = { "/once", "/swallow" };
  for (unsigned i = 0; i < G_N_ELEMENTS (targets); i++) {
    g_auto (Line) line;
    line_init (&line);
    ask_after_a_pause (&line, targets[i]);
    assert_taken (&line.taker, 200, wanted);
    g_assert_cmpuint (loopback_n_connections (line.server), ==, 2);
  }
}

static void
what_costs_money_has_a_connection_of_its_own (void)
{
  g_auto (Line) line;
  line_init (&line);
  for (unsigned i = 0; i < 2; i++) {
    HttpRequest *request = post_of (&line, "/swallow", "first");
    request->is_alone = true;
    g_assert_no_error (ask (&line, request)->error);
  }
  g_assert_cmpuint (loopback_n_connections (line.server), ==, 2);
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 2);
}

static void
what_was_worked_on_is_not_sent_again (void)
{
  g_auto (Line) line;
  line_init (&line);
  ask_after_a_pause (&line, "/swallow-slowly");
  assert_failed (&line.taker, BROKEN);
  assert_says (&line.taker, "the connection was closed without an answer");
  g_assert_true (line.taker.was_sent);
  g_assert_cmpint (line.taker.end_status, ==, 0);
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 2);
}

/* ---- what goes wrong ---- */

static void
broken_answers (void)
{
  static const struct {
    const char *target, *says;
    int status;
  } cases[] = {
    { "/cut", "the connection ended in the middle of the answer, after 4 bytes", 200 },
    { "/cut-chunks", "the connection ended in the middle of the answer, after ", 200 },
    { "/closed", "the connection was closed without an answer", 0 },
    { "/babble", "what came back is no HTTP answer", 0 },
  };
  g_auto (Line) line;
  line_init (&line);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Taker *taker = ask (&line, post_of (&line, cases[i].target, "x"));
    assert_failed (taker, BROKEN);
    assert_says (taker, cases[i].says);
    g_assert_cmpint (taker->end_status, ==, cases[i].status);
    g_assert_true (taker->was_sent);
  }
}

static void
nobody_listens (void)
{
  g_auto (Line) line;
  line_init (&line);
  g_autofree char *url = g_strdup_printf ("http://localhost:%d/", loopback_closed_port ());
  HttpRequest *request = http_request_new ("GET", url);
  request->timeout_ms = 10 * 1000;
  const Taker *taker = ask (&line, request);
  assert_failed (taker, CONNECT);
  assert_says (taker, "Failed to connect to localhost port ");
  g_assert_false (taker->was_sent);
  g_assert_cmpuint (taker->n_begun, ==, 0);
}

static void
silence_has_an_end (void)
{
  g_auto (Line) line;
  line_init (&line);
  HttpRequest *request = post_of (&line, "/silent", "x");
  request->timeout_ms = 200;
  const Taker *taker = ask (&line, request);
  assert_failed (taker, TIMEOUT);
  g_assert_cmpstr (taker->error->message, ==, "no answer came within 200ms");
  g_assert_true (taker->was_sent);
  g_assert_cmpint (taker->end_status, ==, 0);
  request = post_of (&line, "/stuck", "x");
  request->timeout_ms = 200;
  ask (&line, request);
  assert_failed (taker, TIMEOUT);
  g_assert_cmpstr (taker->error->message, ==,
                   "the answer was not whole after 200ms: 4 bytes had come");
  assert_taken (ask (&line, post_of (&line, "/late", "x")), 200, "late");
  g_assert_cmpint (line.taker.first_byte_ms, >=, 290);
}

static void
too_much_is_too_much (void)
{
  g_auto (Line) line;
  line_init (&line);
  HttpRequest *request = request_of (&line, "GET", "/big");
  request->most_answer_bytes = 1000 * 1000;
  const Taker *taker = ask (&line, request);
  assert_failed (taker, TOO_LARGE);
  g_assert_cmpstr (taker->error->message, ==,
                   "the answer has more than 1000000 bytes, the most that is taken");
  g_assert_cmpint (taker->n_bytes, <=, 1000 * 1000);
  ask (&line, request_of (&line, "GET", "/many-headers"));
  assert_failed (taker, TOO_LARGE);
  g_assert_cmpstr (taker->error->message, ==, "the answer has more than 262144 bytes of headers");
  g_assert_cmpuint (taker->n_begun, ==, 0);
}

static void
a_receiver_may_refuse (void)
{
  g_auto (Line) line;
  line_init (&line);
  Taker takers[2];
  for (unsigned i = 0; i < 2; i++) {
    taker_init (&takers[i]);
    GError *refusal = g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_BODY, "no, thanks");
    *(i == 0 ? &takers[i].begin_refusal : &takers[i].bytes_refusal) = refusal;
    taker_ask (&takers[i], line.lane, request_of (&line, "GET", "/big"));
    assert_failed (&takers[i], BODY);
    g_assert_cmpstr (takers[i].error->message, ==, "no, thanks");
    g_assert_cmpint (takers[i].n_bytes, <, BIG_BYTES);
    taker_clear (&takers[i]);
  }
  /* Also where there is no body to refuse. */
  taker_init (&takers[0]);
  takers[0].begin_refusal = g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_BODY, "no");
  taker_ask (&takers[0], line.lane, request_of (&line, "GET", "/nothing"));
  assert_failed (&takers[0], BODY);
  taker_clear (&takers[0]);
}

static void
ordinary_requests_go_where_they_were_sent (void)
{
  g_auto (Line) line;
  line_init (&line);
  assert_taken (ask (&line, post_of (&line, "/302", "x")), 302, "moved");
  assert_taken (ask (&line, request_of (&line, "GET", "/302")), 302, "moved");
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 2);
}

/* ---- the end of it ---- */

static void
a_call_can_be_cancelled (void)
{
  g_auto (Line) line;
  line_init (&line);
  Taker other;
  taker_init (&other);
  const LaneReceiver receiver = taker_receiver (&line.taker);
  unsigned number = lane_send (line.lane, post_of (&line, "/stuck", "x"), &receiver);
  taker_wait_bytes (&line.taker, 4);
  const LaneReceiver other_receiver = taker_receiver (&other);
  unsigned other_number = lane_send (line.lane, post_of (&line, "/late", "x"), &other_receiver);
  g_assert_cmpuint (number, !=, other_number);
  lane_cancel (line.lane, number);
  taker_wait (&line.taker);
  assert_failed (&line.taker, CANCELLED);
  g_assert_true (line.taker.was_sent);
  g_assert_cmpint (line.taker.end_status, ==, 200);
  taker_wait (&other);
  assert_taken (&other, 200, "late");
  /* What has ended, or never was. */
  lane_cancel (line.lane, number);
  lane_cancel (line.lane, other_number);
  lane_cancel (line.lane, 4711);
  assert_taken (ask (&line, request_of (&line, "GET", "/whole")), 200, "whole");
  taker_clear (&other);
}

static void
a_lane_ends_with_its_calls (void)
{
  Taker takers[AT_ONCE];
  g_auto (Line) line;
  line_init (&line);
  for (unsigned i = 0; i < AT_ONCE; i++) {
    taker_init (&takers[i]);
    const LaneReceiver receiver = taker_receiver (&takers[i]);
    lane_send (line.lane, post_of (&line, i % 2 == 0 ? "/silent" : "/stuck", "x"), &receiver);
  }
  taker_wait_bytes (&takers[1], 1);
  g_clear_pointer (&line.lane, lane_free);
  for (unsigned i = 0; i < AT_ONCE; i++) {
    g_assert_true (taker_has_ended (&takers[i]));
    assert_failed (&takers[i], CANCELLED);
    taker_clear (&takers[i]);
  }
}

/* Also those that the thread has not seen yet. */
static void
a_lane_ends_at_once (void)
{
  for (unsigned round = 0; round < 50; round++) {
    g_autoptr (GError) error = NULL;
    Taker takers[3];
    Lane *lane = lane_new (&error);
    g_assert_no_error (error);
    for (unsigned i = 0; i < G_N_ELEMENTS (takers); i++) {
      taker_init (&takers[i]);
      const LaneReceiver receiver = taker_receiver (&takers[i]);
      lane_send (lane, http_request_new ("GET", "ftp://localhost/"), &receiver);
    }
    lane_free (lane);
    for (unsigned i = 0; i < G_N_ELEMENTS (takers); i++) {
      g_assert_true (taker_has_ended (&takers[i]));
      g_assert_nonnull (takers[i].error);
      taker_clear (&takers[i]);
    }
  }
  lane_free (NULL);
}

static void
versions_are_told (void)
{
  g_autofree char *text = lane_library_versions ();
  g_assert_true (g_str_has_prefix (text, "libcurl "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/transport/lane/answers-come-whole", answers_come_whole);
  g_test_add_func ("/transport/lane/what-is-packed-is-unpacked", what_is_packed_is_unpacked);
  g_test_add_func ("/transport/lane/many-go-at-a-time", many_go_at_a_time);
  g_test_add_func ("/transport/lane/headers-go-as-they-are", headers_go_as_they_are);
  g_test_add_func ("/transport/lane/a-dead-connection-is-replaced", a_dead_connection_is_replaced);
  g_test_add_func ("/transport/lane/what-costs-money-has-a-connection-of-its-own",
                   what_costs_money_has_a_connection_of_its_own);
  g_test_add_func ("/transport/lane/what-was-worked-on-is-not-sent-again",
                   what_was_worked_on_is_not_sent_again);
  g_test_add_func ("/transport/lane/broken-answers", broken_answers);
  g_test_add_func ("/transport/lane/nobody-listens", nobody_listens);
  g_test_add_func ("/transport/lane/silence-has-an-end", silence_has_an_end);
  g_test_add_func ("/transport/lane/too-much-is-too-much", too_much_is_too_much);
  g_test_add_func ("/transport/lane/a-receiver-may-refuse", a_receiver_may_refuse);
  g_test_add_func ("/transport/lane/ordinary-requests-go-where-they-were-sent",
                   ordinary_requests_go_where_they_were_sent);
  g_test_add_func ("/transport/lane/a-call-can-be-cancelled", a_call_can_be_cancelled);
  g_test_add_func ("/transport/lane/a-lane-ends-with-its-calls", a_lane_ends_with_its_calls);
  g_test_add_func ("/transport/lane/a-lane-ends-at-once", a_lane_ends_at_once);
  g_test_add_func ("/transport/lane/versions-are-told", versions_are_told);
  return g_test_run ();
}
