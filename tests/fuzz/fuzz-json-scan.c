/* The scanner of answers. Cut at every byte, at other bytes or not at all, a text gives the same: the
 * first byte of an input chooses where, and whether the limits are narrow. */
#include "document/json-scan.h"
#include "fuzz-target.h"

static const JsonScanPath paths[] = {
  { "a[].b", JSON_SCAN_BASE64 }, { "a[].u", JSON_SCAN_DATA_URI }, { "a[].d", JSON_SCAN_DROP },
  { "b", JSON_SCAN_BASE64 },     { "u", JSON_SCAN_DATA_URI },     { "d", JSON_SCAN_DROP },
  { "l[]", JSON_SCAN_BASE64 },   { "l[][]", JSON_SCAN_DATA_URI }, { NULL, 0 },
};

/* Blobs that have ended, each behind its length and before its type. */
typedef struct {
  GByteArray *ended, *open;
  size_t n_bytes;
} Blobs;

static bool
begin (void *data, unsigned blob, GError **error)
{
  Blobs *blobs = data;
  g_assert_null (blobs->open);
  blobs->open = g_byte_array_new ();
  return true;
}

static bool
write_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  Blobs *blobs = data;
  g_assert_cmpuint (length, >, 0);
  g_byte_array_append (blobs->open, bytes, (unsigned)length);
  blobs->n_bytes += length;
  return true;
}

static bool
end (void *data, GError **error)
{
  Blobs *blobs = data;
  g_byte_array_append (blobs->ended, (const uint8_t *)&blobs->open->len, sizeof blobs->open->len);
  g_byte_array_append (blobs->ended, blobs->open->data, blobs->open->len);
  g_clear_pointer (&blobs->open, g_byte_array_unref);
  return true;
}

/* All that a scan says, as one text. */
static GByteArray *
scan_in_pieces (const char *text, size_t length, const JsonScanLimits *limits, size_t piece)
{
  Blobs blobs = { .ended = g_byte_array_new () };
  JsonScanSink sink = { &blobs, begin, write_bytes, end };
  g_autoptr (JsonScan) scan = json_scan_new (paths, limits, &sink);
  g_autoptr (GError) error = NULL;
  bool ok = true;
  for (size_t at = 0; at < length && ok; at += piece) {
    size_t n = MIN (piece, length - at);
    g_autofree char *exact = g_memdup2 (text + at, n);
    ok = json_scan_feed (scan, exact, n, &error);
  }
  ok = ok && json_scan_finish (scan, &error);
  g_assert_cmpint (ok, ==, error == NULL);
  g_assert_true (!ok || blobs.open == NULL);
  g_assert_cmpuint (blobs.n_bytes, <=, length);
  size_t rest_length;
  const char *rest = json_scan_rest (scan, &rest_length);
  g_assert_cmpuint (rest_length, <=, limits->most_rest_bytes);
  g_autoptr (GString) said = g_string_new (ok ? "" : error->message);
  g_string_append_printf (said, "|%d|%u|", json_scan_is_json (scan), json_scan_n_blobs (scan));
  for (unsigned i = 0; i < json_scan_n_blobs (scan); i++) {
    const char *type = json_scan_blob_type (scan, i);
    g_string_append_printf (said, "%s|", type != NULL ? type : "");
  }
  g_string_append_len (said, rest, (gssize)rest_length);
  g_byte_array_append (blobs.ended, (const uint8_t *)said->str, (unsigned)said->len);
  g_clear_pointer (&blobs.open, g_byte_array_unref);
  return blobs.ended;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  unsigned choice = data[0];
  const char *text = (const char *)data + 1;
  size_t length = size - 1;
  JsonScanLimits ample = { 1 << 20, 1 << 20, 64 }, narrow = { 40, 9, 2 };
  const JsonScanLimits *limits = choice % 2 == 0 ? &ample : &narrow;
  g_autoptr (GByteArray) whole = scan_in_pieces (text, length, limits, MAX (length, 1));
  g_autoptr (GByteArray) bytes = scan_in_pieces (text, length, limits, 1);
  g_autoptr (GByteArray) pieces = scan_in_pieces (text, length, limits, 2 + choice / 2);
  g_assert_cmpmem (whole->data, whole->len, bytes->data, bytes->len);
  g_assert_cmpmem (whole->data, whole->len, pieces->data, pieces->len);
  return 0;
}
