/* One image of an answer after the other, from base64 to the sink. */
#pragma once

#include "base/always-false.h"
#include "base/base64.h"
#include "document/json-scan.h"

enum { JSON_SCAN_BUFFER_BYTES = 48 * 1024 };

typedef struct {
  JsonScanSink sink;
  int64_t most_bytes;
  unsigned number; /* for people: the first is 1 */
  Base64Decoder decoder;
  int64_t n_bytes; /* decoded so far */
  size_t n_buffered;
  uint8_t buffer[JSON_SCAN_BUFFER_BYTES];
} JsonScanImage;

bool json_scan_image_begin (JsonScanImage *image, unsigned blob, GError **error);
/* As much as fits into the buffer, up to the first byte that is no base64. At such a byte nothing is
 * used, and there only. */
bool json_scan_image_add_some (JsonScanImage *image, const char *text, size_t length,
                               size_t *out_used, GError **error);
/* All of `text` is the image's: another byte is an error. */
bool json_scan_image_add (JsonScanImage *image, const char *text, size_t length, GError **error);
bool json_scan_image_end (JsonScanImage *image, GError **error);

/* Sets an error of the scanner; always false. */
bool json_scan_set_error (GError **error, JsonScanErrorCode code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
#define json_scan_set_error(...) ALWAYS_FALSE (json_scan_set_error (__VA_ARGS__))
