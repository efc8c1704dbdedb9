/* What a scan of an answer gave, which is the same however the answer was cut. */
#pragma once

#include <string.h>

#include "document/json-scan.h"

static const JsonScanPath paths[] = {
  { "candidates[].content.parts[].inlineData.data", JSON_SCAN_BASE64 },
  { "candidates[].content.parts[].inline_data.data", JSON_SCAN_BASE64 },
  { "candidates[].content.parts[].thoughtSignature", JSON_SCAN_DROP },
  { "data[].b64_json", JSON_SCAN_BASE64 },
  { "choices[].message.images[].image_url.url", JSON_SCAN_DATA_URI },
  { "b64", JSON_SCAN_BASE64 },
  { NULL, 0 },
};

static const JsonScanLimits ample = { 65536, 1 << 20, 16 };

/* What a scan gave. */
typedef struct {
  GString *rest;
  GPtrArray *blobs; /* of GByteArray */
  GPtrArray *types;
  unsigned n_ended;
  bool refuses_begin, refuses_write, refuses_end;
  bool is_json;
  GError *error;
} Scanned;

static inline void
scanned_free (Scanned *scanned)
{
  g_string_free (scanned->rest, TRUE);
  g_ptr_array_unref (scanned->blobs);
  g_ptr_array_unref (scanned->types);
  g_clear_error (&scanned->error);
  g_free (scanned);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scanned, scanned_free)

static inline Scanned *
scanned_new (void)
{
  Scanned *scanned = g_new0 (Scanned, 1);
  scanned->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_byte_array_unref);
  scanned->types = g_ptr_array_new_with_free_func (g_free);
  return scanned;
}

static inline bool
refuse (bool refuses, GError **error)
{
  if (refuses)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "the disk is full");
  return !refuses;
}

static inline bool
begin (void *data, unsigned blob, GError **error)
{
  Scanned *scanned = data;
  g_assert_cmpuint (blob, ==, scanned->blobs->len);
  g_assert_cmpuint (blob, ==, scanned->n_ended);
  g_ptr_array_add (scanned->blobs, g_byte_array_new ());
  return refuse (scanned->refuses_begin, error);
}

static inline bool
write_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  Scanned *scanned = data;
  g_assert_cmpuint (length, >, 0);
  g_byte_array_append (g_ptr_array_index (scanned->blobs, scanned->n_ended), bytes,
                       (unsigned)length);
  return refuse (scanned->refuses_write, error);
}

static inline bool
end (void *data, GError **error)
{
  Scanned *scanned = data;
  scanned->n_ended++;
  return refuse (scanned->refuses_end, error);
}

/* Pieces of 1 to `most_piece` bytes, each in memory of just its size; 0: all at once. */
static inline void
scan_into (Scanned *scanned, const char *text, size_t length, const JsonScanLimits *limits,
           unsigned most_piece)
{
  JsonScanSink sink = { scanned, begin, write_bytes, end };
  g_autoptr (JsonScan) scan = json_scan_new (paths, limits, &sink);
  bool ok = true;
  for (size_t at = 0; at < length && ok;) {
    size_t most = most_piece == 0 ? length - at : MIN (length - at, most_piece);
    size_t n = most_piece == 0 ? most : (size_t)g_test_rand_int_range (1, (int)most + 1);
    g_autofree char *piece = g_memdup2 (text + at, n);
    ok = json_scan_feed (scan, piece, n, &scanned->error);
    at += n;
  }
  ok = ok && json_scan_finish (scan, &scanned->error);
  g_assert_cmpint (ok, ==, scanned->error == NULL);
  size_t rest_length;
  const char *rest = json_scan_rest (scan, &rest_length);
  g_assert_cmpuint (rest_length, <=, limits->most_rest_bytes);
  scanned->rest = g_string_new_len (rest, (gssize)rest_length);
  scanned->is_json = json_scan_is_json (scan);
  g_assert_cmpuint (json_scan_n_blobs (scan), ==, scanned->blobs->len);
  for (unsigned i = 0; i < scanned->blobs->len; i++)
    g_ptr_array_add (scanned->types, g_strdup (json_scan_blob_type (scan, i)));
}

static inline void
assert_same (const Scanned *a, const Scanned *b)
{
  g_assert_cmpmem (a->rest->str, a->rest->len, b->rest->str, b->rest->len);
  g_assert_cmpint (a->is_json, ==, b->is_json);
  g_assert_cmpstr (a->error != NULL ? a->error->message : "", ==,
                   b->error != NULL ? b->error->message : "");
  g_assert_cmpuint (a->n_ended, ==, b->n_ended);
  g_assert_cmpuint (a->blobs->len, ==, b->blobs->len);
  for (unsigned i = 0; i < a->n_ended; i++) {
    const GByteArray *x = g_ptr_array_index (a->blobs, i), *y = g_ptr_array_index (b->blobs, i);
    g_assert_cmpmem (x->data, x->len, y->data, y->len);
    g_assert_cmpstr (g_ptr_array_index (a->types, i), ==, g_ptr_array_index (b->types, i));
  }
}

/* However it is cut, the same comes out. */
static inline Scanned *
scan_within (const char *text, size_t length, const JsonScanLimits *limits)
{
  Scanned *whole = scanned_new ();
  scan_into (whole, text, length, limits, 0);
  for (unsigned most_piece = 1; most_piece < 20; most_piece += 6) {
    g_autoptr (Scanned) pieces = scanned_new ();
    scan_into (pieces, text, length, limits, most_piece);
    assert_same (whole, pieces);
  }
  return whole;
}
