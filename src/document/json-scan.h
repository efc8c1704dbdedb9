/* A service's answer as it arrives: images are decoded out of its JSON on the way, and what is left
 * is small enough for a parser.
 *
 *     {"inlineData":{"mimeType":"image/png","data":"iVBORw0K…25 MB…"}}
 *   → {"inlineData":{"mimeType":"image/png","data":0}}      and the bytes of blob 0 to the sink
 *
 * An empty string stays one, null stays null, and what a service sends as a number where a string is
 * due stays that number: compare numbers with json_scan_n_blobs().
 *
 * Memory does not depend on the length of an image. The scanner knows strings from structure and
 * no more: whether the rest is JSON at all says the parser that it is handed to. What does not begin
 * like JSON (a proxy's page) is kept as it is, as much of it as fits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

typedef enum {
  JSON_SCAN_ERROR_BASE64,    /* an image is not what it should be */
  JSON_SCAN_ERROR_CUT,       /* the text ends before its JSON does */
  JSON_SCAN_ERROR_TOO_LARGE, /* over a limit */
} JsonScanErrorCode;
#define JSON_SCAN_ERROR (json_scan_error_quark ())
GQuark json_scan_error_quark (void);

typedef enum {
  JSON_SCAN_BASE64,   /* an image, with or without "data:image/png;base64," before it */
  JSON_SCAN_DATA_URI, /* an image if it begins like that, else text */
  JSON_SCAN_DROP,     /* of no use here, and maybe long: becomes "" */
} JsonScanKind;

/* Where in an answer such strings stand: "candidates[].content.parts[].inlineData.data". A list
 * around the whole answer is passed over. */
typedef struct {
  const char *path;
  JsonScanKind kind;
} JsonScanPath;

enum {
  JSON_SCAN_MOST_PATHS = 32,
  JSON_SCAN_MOST_SEGMENTS = 16, /* of a path */
  JSON_SCAN_MOST_NAME = 128,    /* bytes of a segment */
  JSON_SCAN_MOST_DEPTH = 64,
};

/* Each may refuse with an error, which ends the scan. A blob begins at its first sign, so it is never
 * without bytes, and is written in pieces of some 48 KiB; one that has begun and not ended when the
 * scan fails is broken. */
typedef struct {
  void *data;
  /* Numbers count from 0. */
  bool (*begin) (void *data, unsigned blob, GError **error);
  bool (*write) (void *data, const void *bytes, size_t length, GError **error);
  bool (*end) (void *data, GError **error);
} JsonScanSink;

typedef struct {
  size_t most_rest_bytes;  /* of what is left of the JSON */
  int64_t most_blob_bytes; /* of one image */
  unsigned most_blobs;
} JsonScanLimits;

typedef struct JsonScan JsonScan;

/* `paths` ends with a NULL path. All but the sink's data is borrowed for the call only. */
JsonScan *json_scan_new (const JsonScanPath *paths, const JsonScanLimits *limits,
                         const JsonScanSink *sink);
void json_scan_free (JsonScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JsonScan, json_scan_free)

/* After an error nothing more is taken. */
bool json_scan_feed (JsonScan *scan, const char *text, size_t length, GError **error);
/* The text has ended. */
bool json_scan_finish (JsonScan *scan, GError **error);

/* What is left so far, also after an error. A text may hold NULs; behind its last byte is one more.
 * Borrowed. */
const char *json_scan_rest (const JsonScan *scan, size_t *out_length);
/* False: the text began like no JSON that an API sends ('{' or '['). */
bool json_scan_is_json (const JsonScan *scan);
/* Begun so far; after a scan that went well, each is whole. */
unsigned json_scan_n_blobs (const JsonScan *scan);
/* The type that a data URI declared, as written ("image/png"). NULL: it was none, or declared none.
 * Borrowed. */
const char *json_scan_blob_type (const JsonScan *scan, unsigned blob);
