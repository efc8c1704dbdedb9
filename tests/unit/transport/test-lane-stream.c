/* Large bodies, there and back, which no call holds in memory. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"
#include "support/scratch.h"
#include "taker.h"

enum {
  PICTURE_BYTES = 20 * 1000 * 1000 + 1,
  PIECE_BYTES = 48 * 1000, /* whole groups of base64 */
  AT_ONCE = 16,
  MOST_BYTES_PER_CALL = 1000 * 1000,
};

/* ---- what the server answers ---- */

static bool
tell (Peer *peer, const Asked *asked)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %s", asked->body_bytes,
                                           asked->sha256);
  return peer_answer (peer, text, strlen (text));
}

/* The first request of a connection; the second is read and gets no answer. */
static bool
swallow (Peer *peer, const Asked *asked)
{
  return asked->n == 1 && tell (peer, asked);
}

static bool
closed (Peer *peer, const Asked *asked)
{
  return false;
}

static bool
stream (Peer *peer, const Asked *asked)
{
  static const char piece[PIECE_BYTES];
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                                           PICTURE_BYTES);
  bool ok = peer_say (peer, head);
  for (size_t left = PICTURE_BYTES; ok && left > 0; left -= MIN (left, sizeof piece))
    ok = peer_send (peer, piece, MIN (left, sizeof piece));
  return ok;
}

static const Page pages[] = { { "/tell", tell },
                              { "/swallow", swallow },
                              { "/closed", closed },
                              { "/stream", stream },
                              { NULL, tell } };

/* ---- a server, a lane and a large file ---- */

typedef struct {
  Scratch *scratch;
  Loopback *server;
  Lane *lane;
  char *path;
  char *wanted; /* what the server is to tell */
} Line;

static void
line_clear (Line *line)
{
  lane_free (line->lane);
  loopback_free (line->server);
  scratch_free (line->scratch);
  g_free (line->path);
  g_free (line->wanted);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Line, line_clear)

static const char before[] = "{\"data\":\"", behind[] = "\"}";

/* The picture is written, and its request's body hashed, piece by piece. */
static void
draw (Line *line)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  int fd = open (line->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  g_checksum_update (sum, (const guchar *)before, -1);
  for (size_t left = PICTURE_BYTES; left > 0;) {
    uint8_t piece[PIECE_BYTES];
    size_t length = MIN (left, sizeof piece);
    for (size_t i = 0; i < length; i++)
      piece[i] = (uint8_t)g_rand_int (random);
    g_assert_cmpint (write (fd, piece, length), ==, (ssize_t)length);
    g_autofree char *coded = g_base64_encode (piece, length);
    g_checksum_update (sum, (const guchar *)coded, -1);
    left -= length;
  }
  close (fd);
  g_checksum_update (sum, (const guchar *)behind, -1);
  line->wanted = g_strdup_printf ("%d %s", (PICTURE_BYTES + 2) / 3 * 4 + 9 + 2,
                                  g_checksum_get_string (sum));
}

static void
line_init (Line *line)
{
  g_autoptr (GError) error = NULL;
  *line = (Line){ .scratch = scratch_new (), .server = loopback_new (pages, NULL) };
  line->path = g_strdup (scratch_path (line->scratch, "picture"));
  draw (line);
  line->lane = lane_new (&error);
  g_assert_no_error (error);
}

static HttpRequest *
request_of (const Line *line, const char *method, const char *target)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%d%s", loopback_port (line->server),
                                          target);
  HttpRequest *request = http_request_new (method, url);
  request->timeout_ms = 60 * 1000;
  return request;
}

static HttpRequest *
post_of (const Line *line, const char *target)
{
  HttpRequest *request = request_of (line, "POST", target);
  http_request_add_text (request, before, -1);
  http_request_add_file (request, SEGMENT_FILE_BASE64, line->path, PICTURE_BYTES);
  http_request_add_text (request, behind, -1);
  return request;
}

/* ---- tests ---- */

static void
a_file_goes_as_base64 (void)
{
  g_auto (Line) line;
  g_auto (Taker) taker;
  line_init (&line);
  taker_init (&taker);
  taker_ask (&taker, line.lane, post_of (&line, "/tell"));
  assert_taken (&taker, 200, line.wanted);
}

static void
a_file_goes_again_where_the_connection_was_dead (void)
{
  g_auto (Line) line;
  line_init (&line);
  for (unsigned i = 0; i < 2; i++) {
    g_auto (Taker) taker;
    taker_init (&taker);
    taker_ask (&taker, line.lane, post_of (&line, "/swallow"));
    assert_taken (&taker, 200, line.wanted);
  }
  g_assert_cmpuint (loopback_n_connections (line.server), ==, 2);
  g_assert_cmpuint (loopback_n_requests (line.server), ==, 3);
}

static void
a_file_that_changed_is_not_sent (void)
{
  g_auto (Line) line;
  line_init (&line);
  g_auto (Taker) taker;
  taker_init (&taker);
  g_assert_cmpint (truncate (line.path, PICTURE_BYTES - 1), ==, 0);
  taker_ask (&taker, line.lane, post_of (&line, "/tell"));
  assert_failed (&taker, BODY);
  assert_says (&taker, "has changed while it was to be sent");
  g_assert_false (taker.was_sent);
}

/* It was not whole at the other side: nobody worked on it. */
static void
a_body_that_breaks_off_was_not_sent (void)
{
  g_auto (Line) line;
  line_init (&line);
  g_auto (Taker) taker;
  taker_init (&taker);
  HttpRequest *request = post_of (&line, "/closed");
  /* So that the server reads none of it. */
  http_request_add_header (request, "Content-Length", "0");
  taker_ask (&taker, line.lane, request);
  assert_failed (&taker, BROKEN);
  g_assert_false (taker.was_sent);
}

/* A line of /proc/self/status in bytes. */
static int64_t
memory_of (const char *name)
{
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  const char *line = strstr (text, name);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (name), NULL, 10) * 1024;
}

/* So that VmHWM, the most there was, begins anew. */
static void
forget_the_most (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, "5", 1), ==, 1);
  close (fd);
}

/* With what the server's thread needs. */
static void
a_call_needs_less_than_a_megabyte (void)
{
#ifdef __SANITIZE_THREAD__
  g_test_skip ("ThreadSanitizer needs several times the memory");
  return;
#endif
  g_auto (Line) line;
  line_init (&line);
  Taker takers[AT_ONCE];
  forget_the_most ();
  int64_t at_first = memory_of ("VmRSS:");
  for (unsigned i = 0; i < AT_ONCE; i++) {
    taker_init (&takers[i]);
    takers[i].keeps_nothing = i % 2 != 0;
    const LaneReceiver receiver = taker_receiver (&takers[i]);
    lane_send (line.lane,
               i % 2 == 0 ? post_of (&line, "/tell") : request_of (&line, "GET", "/stream"),
               &receiver);
  }
  for (unsigned i = 0; i < AT_ONCE; i++) {
    taker_wait (&takers[i]);
    g_assert_no_error (takers[i].error);
    if (i % 2 == 0)
      g_assert_cmpstr (takers[i].body->str, ==, line.wanted);
    else
      g_assert_cmpint (takers[i].n_bytes, ==, PICTURE_BYTES);
    taker_clear (&takers[i]);
  }
  int64_t per_call = (memory_of ("VmHWM:") - at_first) / AT_ONCE;
  g_test_message ("%" G_GINT64_FORMAT " bytes for each of %d calls", per_call, AT_ONCE);
  g_assert_cmpint (per_call, <, MOST_BYTES_PER_CALL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add_func ("/transport/lane-stream/a-call-needs-less-than-a-megabyte",
                   a_call_needs_less_than_a_megabyte);
  g_test_add_func ("/transport/lane-stream/a-file-goes-as-base64", a_file_goes_as_base64);
  g_test_add_func ("/transport/lane-stream/a-file-goes-again-where-the-connection-was-dead",
                   a_file_goes_again_where_the_connection_was_dead);
  g_test_add_func ("/transport/lane-stream/a-body-that-breaks-off-was-not-sent",
                   a_body_that_breaks_off_was_not_sent);
  g_test_add_func ("/transport/lane-stream/a-file-that-changed-is-not-sent",
                   a_file_that_changed_is_not_sent);
  return g_test_run ();
}
