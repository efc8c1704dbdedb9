#include "simulator/picture-data.h"

#include "image/decode.h"

enum { LEAST_CHARACTERS = 64 };

static bool
is_base64 (const char *text, size_t length)
{
  size_t n = length;
  for (int padding = 0; padding < 2 && n > 0 && text[n - 1] == '='; padding++)
    n--;
  for (size_t i = 0; i < n; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return false;
  return length % 4 == 0 && length > 0;
}

GBytes *
picture_data_decode_any (const char *text)
{
  const char *comma = g_str_has_prefix (text, "data:") ? strstr (text, ";base64,") : NULL;
  if (comma != NULL)
    text = comma + strlen (";base64,");
  if (!is_base64 (text, strlen (text)))
    return NULL;
  gsize length;
  guchar *data = g_base64_decode (text, &length);
  return g_bytes_new_take (data, length);
}

GBytes *
picture_data_decode (const char *text)
{
  return strlen (text) >= LEAST_CHARACTERS ? picture_data_decode_any (text) : NULL;
}

static ImageFormat
format_of (GBytes *data)
{
  gsize length;
  const uint8_t *bytes = g_bytes_get_data (data, &length);
  return image_format_of_bytes (bytes, length);
}

bool
picture_data_is (GBytes *data, const char *mime)
{
  const ImageFormatType *type = image_format_type (format_of (data));
  if (type == NULL)
    return false;
  /* heic and heif are two names of one family. */
  if (type->format == IMAGE_FORMAT_HEIC)
    return strcmp (mime, "image/heic") == 0 || strcmp (mime, "image/heif") == 0;
  return strcmp (type->mime, mime) == 0;
}

bool
picture_data_size (GBytes *data, int *out_width, int *out_height)
{
  ImageFacts facts;
  if (!image_probe (data, "the request's picture", &image_limits_default, &facts, NULL))
    return false;
  *out_width = facts.width;
  *out_height = facts.height;
  return true;
}
