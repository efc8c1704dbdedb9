/* Answers as they might come from a lane, without one. The linker lets this file fill the disk
 * (--wrap). */
#include "run/answer-reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "support/scratch.h"

enum { MOST_PICTURE_BYTES = 1000 * 1000, N_CUTS = 20 };

static int64_t disk_bytes_left = INT64_MAX;

ssize_t __real_write (int fd, const void *data, size_t length);
ssize_t __wrap_write (int fd, const void *data, size_t length);

ssize_t
__wrap_write (int fd, const void *data, size_t length)
{
  if (disk_bytes_left < (int64_t)length) {
    errno = ENOSPC;
    return -1;
  }
  disk_bytes_left -= (int64_t)length;
  return __real_write (fd, data, length);
}

/* ---- a service ---- */

/* "pick" names the picture, "url" leads to it; what else comes is a failure. */
static void
take_answer (const ProviderRequest *asked, const ProviderAnswer *answer, Verdict *verdict)
{
  const cJSON *pick = cJSON_GetObjectItem (answer->json, "pick");
  const cJSON *url = cJSON_GetObjectItem (answer->json, "url");
  if (answer->status == 200 && cJSON_IsNumber (pick)) {
    verdict->kind = VERDICT_DONE;
    verdict->blob = (unsigned)pick->valueint;
    g_assert_cmpuint (verdict->blob, <, answer->n_blobs);
    const ProviderBlob *blob = &answer->blobs[verdict->blob];
    verdict->declared_type = g_strdup_printf (
      "%s %s %" G_GINT64_FORMAT, blob->declared_type != NULL ? blob->declared_type : "-",
      blob->format == IMAGE_FORMAT_PNG ? "png" : "?", blob->size_bytes);
  } else if (answer->status == 200 && cJSON_IsString (url)) {
    verdict->kind = VERDICT_FETCH;
    verdict->url = g_strdup (url->valuestring);
  } else {
    const char *id = http_headers_get (answer->headers, "x-id");
    verdict->kind = VERDICT_FAILED;
    verdict->message = g_strdup_printf ("%d %s %s %u %s", answer->status,
                                        answer->json != NULL ? "json" : "text",
                                        id != NULL ? id : "-", answer->n_blobs, answer->text);
  }
}

static const JsonScanPath image_paths[] = { { "pictures[]", JSON_SCAN_BASE64 }, { NULL, 0 } };
static const ProviderType service = { .name = "service",
                                      .image_paths = image_paths,
                                      .take_answer = take_answer };

/* ---- a cache and a reader ---- */

typedef struct {
  Scratch *scratch;
  Cache *cache;
  GBytes *pictures[2];
  unsigned n_done;
  AnswerResult result;
} Desk;

static GBytes *
picture_new (unsigned seed, size_t length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  uint8_t *bytes = g_malloc (length);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)g_rand_int (random);
  memcpy (bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", MIN (length, 16));
  return g_bytes_new_take (bytes, length);
}

static void
desk_init (Desk *desk)
{
  g_autoptr (GError) error = NULL;
  *desk = (Desk){ .scratch = scratch_new () };
  desk->cache = cache_open (scratch_path (desk->scratch, "home"), &error);
  g_assert_no_error (error);
  desk->pictures[0] = picture_new (1, 70 * 1000);
  desk->pictures[1] = picture_new (2, 200 * 1000 + 1);
}

static void
desk_clear (Desk *desk)
{
  answer_result_clear (&desk->result);
  for (unsigned i = 0; i < G_N_ELEMENTS (desk->pictures); i++)
    g_bytes_unref (desk->pictures[i]);
  cache_close (desk->cache);
  scratch_free (desk->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Desk, desk_clear)

static void
on_done (void *data, AnswerResult *result)
{
  Desk *desk = data;
  desk->n_done++;
  desk->result = *result;
}

typedef struct {
  int status;
  bool is_picture;
  const char *body;
  size_t length;
  size_t most_piece;       /* 0: at once */
  TransportErrorCode code; /* how it ends, if `is_broken` */
  bool is_broken;
} Coming;

/* True: it was all taken. */
static bool
come (const LaneReceiver *receiver, const Coming *coming, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (lines, g_strdup ("X-Id: 4711"));
  const HttpHeaders headers = { lines };
  bool ok = receiver->begin (receiver->data, coming->status, &headers, error);
  for (size_t at = 0; ok && at < coming->length;) {
    size_t most = coming->most_piece > 0
                    ? (size_t)g_test_rand_int_range (1, (int)coming->most_piece + 1)
                    : coming->length;
    size_t length = MIN (most, coming->length - at);
    /* A piece of its own, so that a sanitizer sees who reads beyond it. */
    g_autofree char *piece = g_memdup2 (coming->body + at, length);
    ok = receiver->bytes (receiver->data, piece, length, error);
    at += length;
  }
  return ok;
}

static const AnswerResult *
read_answer (Desk *desk, const Coming *coming)
{
  g_autoptr (GError) error = NULL;
  const AnswerTask task = {
    .cache = desk->cache,
    .provider = &service,
    .is_picture = coming->is_picture,
    .most_picture_bytes = MOST_PICTURE_BYTES,
    .done = on_done,
    .data = desk,
  };
  answer_result_clear (&desk->result);
  desk->result = (AnswerResult){ 0 };
  desk->n_done = 0;
  const LaneReceiver receiver = answer_reader_new (&task);
  if (come (&receiver, coming, &error) && coming->is_broken)
    g_set_error_literal (&error, TRANSPORT_ERROR, (int)coming->code, "it broke");
  const LaneEnd end = { error, coming->status, true, 12, 34 };
  receiver.ended (receiver.data, &end);
  g_assert_cmpuint (desk->n_done, ==, 1);
  g_assert_cmpint (desk->result.status, ==, coming->status);
  g_assert_true (desk->result.was_sent);
  return &desk->result;
}

static const AnswerResult *
read_text (Desk *desk, int status, const char *text)
{
  const Coming coming = {
    .status = status, .body = text, .length = strlen (text), .most_piece = 9
  };
  return read_answer (desk, &coming);
}

/* {"pictures":["…","…"],"pick":1} */
static char *
answer_of (const Desk *desk, unsigned pick)
{
  g_autofree char *a = g_base64_encode (g_bytes_get_data (desk->pictures[0], NULL),
                                        g_bytes_get_size (desk->pictures[0]));
  g_autofree char *b = g_base64_encode (g_bytes_get_data (desk->pictures[1], NULL),
                                        g_bytes_get_size (desk->pictures[1]));
  return g_strdup_printf ("{\"pictures\":[\"%s\", \"data:image/png;base64,%s\"],\n\"pick\": %u}", a,
                          b, pick);
}

/* Files below the folder, of whatever name. */
static unsigned
count_files (const char *folder)
{
  unsigned n_found = 0;
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    n_found += g_file_test (path, G_FILE_TEST_IS_DIR) ? count_files (path) : 1;
  }
  return n_found;
}

static unsigned
n_originals (const Desk *desk)
{
  g_autofree char *folder = g_build_filename (cache_home (desk->cache), "originals", NULL);
  return count_files (folder);
}

static void
check_stored (Desk *desk, GBytes *picture)
{
  g_autoptr (GError) error = NULL;
  const AnswerResult *result = &desk->result;
  g_assert_no_error (result->error);
  g_assert_cmpint (result->verdict.kind, ==, VERDICT_DONE);
  g_assert_true (result->is_stored);
  g_autoptr (GBytes) back = cache_get (desk->cache, &result->digest, MOST_PICTURE_BYTES, &error);
  g_assert_no_error (error);
  g_assert_nonnull (back);
  g_assert_true (g_bytes_equal (back, picture));
}

static void
check_nothing_stored (const Desk *desk)
{
  g_assert_false (desk->result.is_stored);
  g_assert_false (desk->result.was_cut);
  g_assert_cmpuint (n_originals (desk), ==, 0);
}

/* ---- whole answers ---- */

/* Drafts are not kept, and neither is the other way round. */
static void
the_chosen_picture_is_stored (void)
{
  static const char *const told[] = { "- png 70000", "image/png png 200001" };
  static const size_t pieces[] = { 0, 1, 100, 16 * 1024 };
  for (unsigned pick = 0; pick < 2; pick++) {
    for (unsigned i = 0; i < G_N_ELEMENTS (pieces); i++) {
      g_auto (Desk) desk;
      desk_init (&desk);
      g_autofree char *text = answer_of (&desk, pick);
      const Coming coming = {
        .status = 200, .body = text, .length = strlen (text), .most_piece = pieces[i]
      };
      const AnswerResult *result = read_answer (&desk, &coming);
      check_stored (&desk, desk.pictures[pick]);
      g_assert_cmpstr (result->verdict.declared_type, ==, told[pick]);
      g_assert_false (result->was_cut);
      g_assert_cmpuint (n_originals (&desk), ==, 1);
    }
  }
}

static void
a_picture_itself_is_stored (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  gsize length;
  const char *bytes = g_bytes_get_data (desk.pictures[1], &length);
  const Coming coming = {
    .status = 200, .is_picture = true, .body = bytes, .length = length, .most_piece = 5000
  };
  read_answer (&desk, &coming);
  check_stored (&desk, desk.pictures[1]);
  g_assert_cmpuint (n_originals (&desk), ==, 1);
}

static void
an_answer_may_lead_on (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const AnswerResult *result = read_text (&desk, 200, "{\"url\":\"https://example.com/a\"}");
  g_assert_no_error (result->error);
  g_assert_cmpint (result->verdict.kind, ==, VERDICT_FETCH);
  g_assert_cmpstr (result->verdict.url, ==, "https://example.com/a");
  check_nothing_stored (&desk);
}

/* Nothing that looks like a picture is cut out of what tells of an error. */
static void
errors_are_handed_on (void)
{
  static const struct {
    int status;
    const char *text, *message;
  } cases[] = {
    { 400, "{\"pictures\":[\"AAAA\"]}", "400 json 4711 0 {\"pictures\":[\"AAAA\"]}" },
    { 429, "", "429 text 4711 0 " },
    { 503, "<html>busy</html>", "503 text 4711 0 <html>busy</html>" },
    { 200, "{\"pictures\":[\"AAAA\"]}", "200 json 4711 1 {\"pictures\":[0]}" },
    { 200, "{\"pictures\":[]}", "200 json 4711 0 {\"pictures\":[]}" },
    { 200, "{\"a\":}", "200 text 4711 0 {\"a\":}" },
    { 302, "moved", "302 text 4711 0 moved" },
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const AnswerResult *result = read_text (&desk, cases[i].status, cases[i].text);
    g_assert_no_error (result->error);
    g_assert_cmpint (result->verdict.kind, ==, VERDICT_FAILED);
    g_assert_cmpstr (result->verdict.message, ==, cases[i].message);
    check_nothing_stored (&desk);
  }
}

static void
a_picture_that_is_not_there (void)
{
  static const struct {
    int status;
    FailureKind failure;
  } cases[] = { { 404, FAILURE_ITEM }, { 403, FAILURE_ITEM }, { 503, FAILURE_TRANSIENT } };
  g_auto (Desk) desk;
  desk_init (&desk);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Coming coming = {
      .status = cases[i].status, .is_picture = true, .body = "{\"a\":1}", .length = 7
    };
    const AnswerResult *result = read_answer (&desk, &coming);
    g_assert_no_error (result->error);
    g_assert_cmpint (result->verdict.kind, ==, VERDICT_FAILED);
    g_assert_cmpint (result->verdict.failure, ==, cases[i].failure);
    g_assert_true (result->verdict.is_billed);
    check_nothing_stored (&desk);
  }
  const Coming empty = { .status = 200, .is_picture = true };
  read_answer (&desk, &empty);
  g_assert_error (desk.result.error, TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN);
  check_nothing_stored (&desk);
}

/* ---- cut ones ---- */

/* Wherever it ends: behind a whole picture that one is taken, within one none is. */
static void
what_is_cut_behind_a_picture_is_taken (void)
{
  static const TransportErrorCode codes[] = { TRANSPORT_ERROR_BROKEN, TRANSPORT_ERROR_TIMEOUT,
                                              TRANSPORT_ERROR_CANCELLED };
  g_auto (Desk) whole;
  desk_init (&whole);
  g_autofree char *text = answer_of (&whole, 1);
  size_t first = (size_t)(strchr (text, '[') - text) + 2, first_end = first + 93336;
  size_t second_end = (size_t)(strrchr (text, ']') - text);
  const struct {
    size_t from, to;
    int taken; /* -1: none */
  } parts[] = { { 0, first_end, -1 },
                { first_end + 1, first_end + 4, 0 },
                { first_end + 30, second_end, -1 },
                { second_end, strlen (text), 1 } };
  for (unsigned i = 0; i < N_CUTS * G_N_ELEMENTS (parts); i++) {
    unsigned part = i % G_N_ELEMENTS (parts);
    g_auto (Desk) desk;
    desk_init (&desk);
    const Coming coming = {
      .status = 200,
      .body = text,
      .length = (size_t)g_test_rand_int_range ((int)parts[part].from, (int)parts[part].to),
      .most_piece = 10000,
      .is_broken = i % 8 < 6, /* else as if it were all */
      .code = codes[i % G_N_ELEMENTS (codes)],
    };
    const AnswerResult *result = read_answer (&desk, &coming);
    if (parts[part].taken >= 0) {
      check_stored (&desk, desk.pictures[parts[part].taken]);
      g_assert_true (result->was_cut);
      g_assert_cmpuint (n_originals (&desk), ==, 1);
    } else {
      check_nothing_stored (&desk);
      g_assert_true (result->error != NULL || coming.length == 0);
    }
  }
}

static void
a_picture_itself_must_be_whole (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const Coming coming = { .status = 200,
                          .is_picture = true,
                          .body = g_bytes_get_data (desk.pictures[1], NULL),
                          .length = 100 * 1000,
                          .is_broken = true,
                          .code = TRANSPORT_ERROR_BROKEN };
  read_answer (&desk, &coming);
  g_assert_error (desk.result.error, TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN);
  check_nothing_stored (&desk);
}

static void
no_answer_is_an_error (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  const AnswerTask task = {
    .cache = desk.cache, .provider = &service, .done = on_done, .data = &desk
  };
  g_autoptr (GError) error = g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_CONNECT, "no");
  const LaneReceiver receiver = answer_reader_new (&task);
  const LaneEnd end = { error, 0, false, -1, 5 };
  receiver.ended (receiver.data, &end);
  g_assert_cmpuint (desk.n_done, ==, 1);
  g_assert_error (desk.result.error, TRANSPORT_ERROR, TRANSPORT_ERROR_CONNECT);
  check_nothing_stored (&desk);
}

/* ---- what is refused ---- */

static void
check_error (Desk *desk, const Coming *coming, GQuark domain, int code, const char *says)
{
  const AnswerResult *result = read_answer (desk, coming);
  g_assert_error (result->error, domain, code);
  if (strstr (result->error->message, says) == NULL)
    g_assert_cmpstr (result->error->message, ==, says);
  check_nothing_stored (desk);
}

static void
too_large_is_an_error (void)
{
  g_auto (Desk) desk;
  desk_init (&desk);
  g_autoptr (GBytes) picture = picture_new (3, MOST_PICTURE_BYTES + 1);
  const char *bytes = g_bytes_get_data (picture, NULL);
  g_autofree char *coded = g_base64_encode ((const guchar *)bytes, MOST_PICTURE_BYTES + 1);
  g_autofree char *text = g_strdup_printf ("{\"pictures\":[\"%s\"],\"pick\":0}", coded);
  g_autofree char *filling = g_strnfill (2 * 1024 * 1024, ' ');
  g_autofree char *long_text = g_strdup_printf ("{\"pictures\":[],\"a\":\"%s\"}", filling);
  const Coming in_json = {
    .status = 200, .body = text, .length = strlen (text), .most_piece = 20000
  };
  const Coming raw = { .status = 200,
                       .is_picture = true,
                       .body = bytes,
                       .length = MOST_PICTURE_BYTES + 1,
                       .most_piece = 20000 };
  const Coming rest = {
    .status = 200, .body = long_text, .length = strlen (long_text), .most_piece = 20000
  };
  check_error (&desk, &in_json, JSON_SCAN_ERROR, JSON_SCAN_ERROR_TOO_LARGE, "");
  check_error (&desk, &raw, TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE,
               "the picture has more than 1000000 bytes, the most that is taken");
  check_error (&desk, &rest, JSON_SCAN_ERROR, JSON_SCAN_ERROR_TOO_LARGE, "");
  /* The most is not too much. */
  const Coming most = {
    .status = 200, .is_picture = true, .body = bytes, .length = MOST_PICTURE_BYTES
  };
  g_autoptr (GBytes) wanted = g_bytes_new_from_bytes (picture, 0, MOST_PICTURE_BYTES);
  read_answer (&desk, &most);
  check_stored (&desk, wanted);
}

static void
what_is_no_base64_is_an_error (void)
{
  static const char *const texts[] = {
    "{\"pictures\":[\"iVBORw0KGgo!\"],\"pick\":0}",
    "{\"pictures\":[\"iVBORw0KGgo\\u00e4\"],\"pick\":0}",
    "{\"pictures\":[\"iVBORw0KGgoAA=AA\"],\"pick\":0}",
  };
  g_auto (Desk) desk;
  desk_init (&desk);
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    const Coming coming = {
      .status = 200, .body = texts[i], .length = strlen (texts[i]), .most_piece = 7
    };
    check_error (&desk, &coming, JSON_SCAN_ERROR, JSON_SCAN_ERROR_BASE64, "");
  }
}

static void
a_full_disk_is_an_error (void)
{
  for (int64_t room = 0; room < 200 * 1000; room += 60 * 1000) {
    for (unsigned i = 0; i < 2; i++) {
      g_auto (Desk) desk;
      desk_init (&desk);
      g_autofree char *text = answer_of (&desk, 1);
      gsize length;
      const char *bytes = g_bytes_get_data (desk.pictures[1], &length);
      const Coming coming = { .status = 200,
                              .is_picture = i == 1,
                              .body = i == 1 ? bytes : text,
                              .length = i == 1 ? length : strlen (text) };
      disk_bytes_left = room;
      const AnswerResult *result = read_answer (&desk, &coming);
      disk_bytes_left = INT64_MAX;
      g_assert_nonnull (result->error);
      g_assert_nonnull (strstr (result->error->message, "the disk is full"));
      g_assert_cmpint (result->verdict.kind, ==, 0);
      g_assert_null (result->verdict.declared_type);
      check_nothing_stored (&desk);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/answer-reader/the-chosen-picture-is-stored", the_chosen_picture_is_stored);
  g_test_add_func ("/run/answer-reader/a-picture-itself-is-stored", a_picture_itself_is_stored);
  g_test_add_func ("/run/answer-reader/an-answer-may-lead-on", an_answer_may_lead_on);
  g_test_add_func ("/run/answer-reader/errors-are-handed-on", errors_are_handed_on);
  g_test_add_func ("/run/answer-reader/a-picture-that-is-not-there", a_picture_that_is_not_there);
  g_test_add_func ("/run/answer-reader/what-is-cut-behind-a-picture-is-taken",
                   what_is_cut_behind_a_picture_is_taken);
  g_test_add_func ("/run/answer-reader/a-picture-itself-must-be-whole",
                   a_picture_itself_must_be_whole);
  g_test_add_func ("/run/answer-reader/no-answer-is-an-error", no_answer_is_an_error);
  g_test_add_func ("/run/answer-reader/too-large-is-an-error", too_large_is_an_error);
  g_test_add_func ("/run/answer-reader/what-is-no-base64-is-an-error",
                   what_is_no_base64_is_an_error);
  g_test_add_func ("/run/answer-reader/a-full-disk-is-an-error", a_full_disk_is_an_error);
  return g_test_run ();
}
