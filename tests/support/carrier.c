#include "support/carrier.h"

#include <zlib.h>

void
put_big (GByteArray *out, unsigned n_bytes, uint64_t value)
{
  for (unsigned i = n_bytes; i > 0; i--) {
    uint8_t byte = (uint8_t)(value >> (8 * (i - 1)));
    g_byte_array_append (out, &byte, 1);
  }
}

void
put_little (GByteArray *out, unsigned n_bytes, uint64_t value)
{
  for (unsigned i = 0; i < n_bytes; i++) {
    uint8_t byte = (uint8_t)(value >> (8 * i));
    g_byte_array_append (out, &byte, 1);
  }
}

void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const uint8_t *)text, (unsigned)strlen (text));
}

void
carrier_put_segment (GByteArray *out, unsigned marker, const char *name, size_t name_length,
                     const void *data, size_t length)
{
  put_big (out, 2, 0xff00 | marker);
  put_big (out, 2, 2 + name_length + length);
  g_byte_array_append (out, (const uint8_t *)name, (unsigned)name_length);
  g_byte_array_append (out, data, (unsigned)length);
}

GByteArray *
carrier_jpeg (const MetadataBlobs *blobs)
{
  static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
  static const uint8_t frame[] = { 8, 0, 1, 0, 1, 1, 1, 0x11, 0 }, start[] = { 1, 1, 0, 0, 63, 0 };
  GByteArray *out = g_byte_array_new ();
  put_big (out, 2, 0xffd8);
  if (blobs->exif != NULL)
    carrier_put_segment (out, 0xe1, "", 0, g_bytes_get_data (blobs->exif, NULL),
                         g_bytes_get_size (blobs->exif));
  if (blobs->xmp != NULL)
    carrier_put_segment (out, 0xe1, xmp, sizeof xmp, g_bytes_get_data (blobs->xmp, NULL),
                         g_bytes_get_size (blobs->xmp));
  carrier_put_segment (out, 0xc0, "", 0, frame, sizeof frame);
  carrier_put_segment (out, 0xda, "", 0, start, sizeof start);
  put_big (out, 4, 0x0000ffd9); /* pixels of a sort, and the end */
  return out;
}

char *
carrier_ask_file (GBytes *file, const char *file_name, const char *program, const char *arguments)
{
  g_autofree char *installed = g_find_program_in_path (program);
  if (installed == NULL) {
    g_test_skip (program);
    return NULL;
  }
  g_autoptr (Scratch) scratch = scratch_new ();
  const char *path = scratch_path (scratch, file_name);
  g_autoptr (GError) error = NULL;
  assert_ok (g_file_set_contents (path, g_bytes_get_data (file, NULL),
                                  (gssize)g_bytes_get_size (file), &error),
             error);

  g_auto (GStrv) words = g_strsplit (arguments, " ", -1);
  g_autoptr (GPtrArray) command = g_ptr_array_new ();
  g_ptr_array_add (command, installed);
  for (char **word = words; *word != NULL; word++)
    g_ptr_array_add (command, *word);
  g_ptr_array_add (command, (char *)path);
  g_ptr_array_add (command, NULL);
  char *output = NULL;
  g_spawn_sync (NULL, (char **)command->pdata, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                &output, NULL, NULL, &error);
  g_assert_no_error (error);
  return output;
}

char *
carrier_ask (const MetadataBlobs *blobs, const char *program, const char *arguments)
{
  g_autoptr (GBytes) jpeg = g_byte_array_free_to_bytes (carrier_jpeg (blobs));
  return carrier_ask_file (jpeg, "carrier.jpg", program, arguments);
}

GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

bool
bytes_hold (GBytes *bytes, const char *text)
{
  return bytes != NULL && memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text,
                                  strlen (text)) != NULL;
}

void
carrier_put_chunk (GByteArray *out, const char *type, const void *data, size_t length)
{
  put_big (out, 4, length);
  unsigned start = out->len;
  put_text (out, type);
  g_byte_array_append (out, data, (unsigned)length);
  put_big (out, 4, crc32 (0, out->data + start, out->len - start));
}
