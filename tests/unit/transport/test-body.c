#include "transport/body.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.h"
#include "transport/transport-error.h"

/* Noise, of which every byte value is a part. */
static char *
noise (size_t length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  char *bytes = g_malloc (length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (char)g_rand_int_range (random, 0, 256);
  bytes[length] = '\0';
  return bytes;
}

static const char *
write_noise (Scratch *scratch, const char *name, size_t length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = noise (length);
  const char *path = scratch_path (scratch, name);
  assert_ok (g_file_set_contents (path, bytes, (gssize)length, &error), error);
  return path;
}

/* All of it, in pieces of at most `room`; NULL: an error. */
static GString *
read_all (Body *body, size_t room, GError **error)
{
  g_autofree char *piece = g_malloc (room);
  GString *all = g_string_new (NULL);
  for (;;) {
    size_t length;
    if (!body_read (body, piece, room, &length, error)) {
      g_string_free (all, TRUE);
      return NULL;
    }
    g_assert_cmpuint (length, <=, room);
    g_assert_true (length == room || body_is_done (body));
    if (length == 0)
      return all;
    g_string_append_len (all, piece, (gssize)length);
  }
}

static void
check_reads (const HttpRequest *request, const GString *wanted)
{
  static const size_t rooms[] = { 1, 3, 7, 4096, 65535, 65536, 65537, 1 << 20 };
  g_autoptr (Body) body = body_new (request);
  g_assert_cmpint (http_request_body_bytes (request), ==, (int64_t)wanted->len);
  for (unsigned i = 0; i < G_N_ELEMENTS (rooms); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GString) got = read_all (body, rooms[i], &error);
    g_assert_no_error (error);
    g_assert_cmpmem (got->str, got->len, wanted->str, wanted->len);
    g_assert_true (body_is_done (body));
    body_rewind (body);
    g_assert_cmpint (body_is_done (body), ==, wanted->len == 0 && request->body->len == 0);
  }
}

static void
nothing_is_done_at_once (void)
{
  g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
  g_autoptr (GString) wanted = g_string_new (NULL);
  g_autoptr (Body) body = body_new (request);
  g_assert_true (body_is_done (body));
  check_reads (request, wanted);
  body_free (NULL);
}

static void
segments_come_in_order (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
  g_autofree char *bytes = noise (100 * 1000);
  g_autofree char *coded = g_base64_encode ((const guchar *)bytes, 100 * 1000);
  g_autofree char *path = g_strdup (write_noise (scratch, "a", 100 * 1000));
  g_autoptr (GString) wanted = g_string_new ("{\"a\":\"");
  http_request_add_text (request, "{\"a\":\"", -1);
  http_request_add_file (request, SEGMENT_FILE_BASE64, path, 100 * 1000);
  g_string_append (wanted, coded);
  http_request_add_text (request, "", 0);
  http_request_add_text (request, "\0\"", 2);
  g_string_append_len (wanted, "\0\"", 2);
  http_request_add_file (request, SEGMENT_FILE, path, 100 * 1000);
  g_string_append_len (wanted, bytes, 100 * 1000);
  http_request_add_file (request, SEGMENT_FILE_BASE64, path, 100 * 1000);
  g_string_append (wanted, coded);
  check_reads (request, wanted);
}

/* Around the pieces that are encoded at a time, and of each rest of base64. */
static void
base64_of_every_length (void)
{
  static const size_t lengths[] = { 0,     1,     2,     3,     4,     49150, 49151,
                                    49152, 49153, 49154, 98303, 98304, 98305 };
  g_autoptr (Scratch) scratch = scratch_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
    g_autofree char *bytes = noise (lengths[i]);
    g_autofree char *coded = g_base64_encode ((const guchar *)bytes, lengths[i]);
    g_autoptr (GString) wanted = g_string_new (coded);
    http_request_add_file (request, SEGMENT_FILE_BASE64, write_noise (scratch, "a", lengths[i]),
                           (int64_t)lengths[i]);
    check_reads (request, wanted);
  }
}

static void
rewound_in_the_middle (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  for (SegmentKind kind = SEGMENT_FILE; kind <= SEGMENT_FILE_BASE64; kind++) {
    g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
    char some[70 * 1000];
    size_t length;
    http_request_add_text (request, "before", -1);
    http_request_add_file (request, kind, write_noise (scratch, "a", 200 * 1000), 200 * 1000);
    http_request_add_text (request, "behind", -1);
    g_autoptr (Body) body = body_new (request);
    g_autoptr (GString) wanted = read_all (body, 1000, &error);
    g_assert_no_error (error);
    for (size_t room = 3; room < sizeof some; room = room * 5 + 1) {
      body_rewind (body);
      assert_ok (body_read (body, some, room, &length, &error), error);
      g_assert_cmpuint (length, ==, room);
      g_assert_false (body_is_done (body));
      body_rewind (body);
      g_autoptr (GString) got = read_all (body, 50 * 1000, &error);
      g_assert_no_error (error);
      g_assert_true (g_string_equal (got, wanted));
    }
  }
}

static void
a_file_that_changed_is_not_sent (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = write_noise (scratch, "a", 10);
  for (int64_t wanted = 9; wanted <= 11; wanted += 2) {
    g_autoptr (GError) error = NULL;
    g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
    http_request_add_file (request, SEGMENT_FILE_BASE64, path, wanted);
    g_autoptr (Body) body = body_new (request);
    g_assert_null (read_all (body, 100, &error));
    g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_BODY);
    g_autofree char *message = g_strdup_printf (
      "%s has changed while it was to be sent: it had %d bytes and has 10", path, (int)wanted);
    g_assert_cmpstr (error->message, ==, message);
  }
}

static void
a_file_that_shrinks_is_noticed (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
  const char *path = write_noise (scratch, "a", 200 * 1000);
  char some[1000];
  size_t length;
  http_request_add_file (request, SEGMENT_FILE, path, 200 * 1000);
  g_autoptr (Body) body = body_new (request);
  assert_ok (body_read (body, some, sizeof some, &length, &error), error);
  g_assert_cmpint (truncate (path, 100 * 1000), ==, 0);
  g_assert_null (read_all (body, 10 * 1000, &error));
  g_assert_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_BODY);
  g_assert_true (g_str_has_suffix (error->message, " became shorter while it was sent"));
}

static void
what_is_no_file_is_named (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, "none");
  for (unsigned i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (HttpRequest) request = http_request_new ("POST", "http://localhost/");
    http_request_add_file (request, SEGMENT_FILE, path, 10);
    g_autoptr (Body) body = body_new (request);
    g_assert_null (read_all (body, 100, &error));
    g_assert_nonnull (error);
    g_assert_nonnull (strstr (error->message, path));
    /* A pipe that nobody writes to does not hold the lane. */
    if (i == 0)
      g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/body/nothing-is-done-at-once", nothing_is_done_at_once);
  g_test_add_func ("/transport/body/segments-come-in-order", segments_come_in_order);
  g_test_add_func ("/transport/body/base64-of-every-length", base64_of_every_length);
  g_test_add_func ("/transport/body/rewound-in-the-middle", rewound_in_the_middle);
  g_test_add_func ("/transport/body/a-file-that-changed-is-not-sent",
                   a_file_that_changed_is_not_sent);
  g_test_add_func ("/transport/body/a-file-that-shrinks-is-noticed",
                   a_file_that_shrinks_is_noticed);
  g_test_add_func ("/transport/body/what-is-no-file-is-named", what_is_no_file_is_named);
  return g_test_run ();
}
