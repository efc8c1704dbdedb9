#include "document/json-scan-image.h"

#include <stdarg.h>

bool (json_scan_set_error) (GError **error, JsonScanErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, JSON_SCAN_ERROR, (int)code, text);
  return false;
}

static bool
flush (JsonScanImage *image, GError **error)
{
  size_t n = image->n_buffered;
  image->n_buffered = 0;
  return n == 0 || image->sink.write (image->sink.data, image->buffer, n, error);
}

bool
json_scan_image_begin (JsonScanImage *image, unsigned blob, GError **error)
{
  image->number = blob + 1;
  image->decoder = (Base64Decoder){ 0 };
  image->n_bytes = 0;
  return image->sink.begin (image->sink.data, blob, error);
}

bool
json_scan_image_add_some (JsonScanImage *image, const char *text, size_t length, size_t *out_used,
                          GError **error)
{
  if (JSON_SCAN_BUFFER_BYTES - image->n_buffered < base64_most_bytes (4) && !flush (image, error))
    return false;
  size_t room = (JSON_SCAN_BUFFER_BYTES - image->n_buffered) / 3 * 4, n_bytes;
  base64_decode (&image->decoder, text, MIN (length, room), image->buffer + image->n_buffered,
                 &n_bytes, out_used);
  image->n_buffered += n_bytes;
  image->n_bytes += (int64_t)n_bytes;
  if (image->n_bytes > image->most_bytes)
    return json_scan_set_error (
      error, JSON_SCAN_ERROR_TOO_LARGE,
      "image %u of the answer is too large: it has more than %" G_GINT64_FORMAT " bytes",
      image->number, image->most_bytes);
  return true;
}

static bool
refuse_sign (const JsonScanImage *image, char sign, GError **error)
{
  g_autofree char *shown = g_ascii_isprint (sign)
                             ? g_strdup_printf ("'%c'", sign)
                             : g_strdup_printf ("the byte 0x%02x", (unsigned)(uint8_t)sign);
  return json_scan_set_error (
    error, JSON_SCAN_ERROR_BASE64,
    "image %u of the answer is damaged: %s is where no base64 can have it, after "
    "%" G_GINT64_FORMAT " bytes of the image",
    image->number, shown, image->n_bytes);
}

bool
json_scan_image_add (JsonScanImage *image, const char *text, size_t length, GError **error)
{
  while (length > 0) {
    size_t n_used;
    if (!json_scan_image_add_some (image, text, length, &n_used, error))
      return false;
    if (n_used == 0)
      return refuse_sign (image, *text, error);
    text += n_used;
    length -= n_used;
  }
  return true;
}

bool
json_scan_image_end (JsonScanImage *image, GError **error)
{
  if (!base64_finish (&image->decoder))
    return json_scan_set_error (
      error, JSON_SCAN_ERROR_BASE64,
      "image %u of the answer is damaged: its base64 ends within a group of four signs, after "
      "%" G_GINT64_FORMAT " bytes of the image",
      image->number, image->n_bytes);
  return flush (image, error) && image->sink.end (image->sink.data, error);
}
