/* Stands in for what the container layer and the C2PA reader bring; to be deleted when they are there. */
#include <string.h>
#include <zlib.h>

#include "metadata/c2pa-write.h"
#include "metadata/jumbf.h"

ContainerKind
container_kind (const void *bytes, size_t length)
{
  if (length > 8 && memcmp (bytes, "\x89PNG", 4) == 0)
    return CONTAINER_PNG;
  if (length > 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    return CONTAINER_JPEG;
  if (length > 12 && memcmp (bytes, "RIFF", 4) == 0)
    return CONTAINER_WEBP;
  return CONTAINER_NONE;
}

bool
container_embeds_c2pa (ContainerKind kind)
{
  return kind != CONTAINER_NONE && kind != CONTAINER_TIFF;
}

static void
put_big (GByteArray *out, unsigned n, uint64_t value)
{
  for (unsigned i = 0; i < n; i++) {
    uint8_t byte = (uint8_t)(value >> 8 * (n - 1 - i));
    g_byte_array_append (out, &byte, 1);
  }
}

static void
put_png (GByteArray *out, const uint8_t *store, size_t n)
{
  put_big (out, 4, n);
  unsigned start = out->len;
  g_byte_array_append (out, (const uint8_t *)"caBX", 4);
  g_byte_array_append (out, store, (unsigned)n);
  put_big (out, 4, crc32 (0, out->data + start, out->len - start));
}

static void
put_jpeg (GByteArray *out, const uint8_t *store, size_t n)
{
  enum { MOST = 65000 };
  size_t at = 0;
  for (unsigned number = 1; at < n; number++) {
    size_t rest = MIN (n - at, MOST), again = number > 1 ? 8 : 0;
    put_big (out, 2, 0xffeb);
    put_big (out, 2, 2 + 2 + 2 + 4 + again + rest);
    g_byte_array_append (out, (const uint8_t *)"JP", 2);
    put_big (out, 2, 1);
    put_big (out, 4, number);
    g_byte_array_append (out, store, (unsigned)again);
    g_byte_array_append (out, store + at, (unsigned)rest);
    at += rest;
  }
}

bool
container_put_c2pa (GBytes *file, GBytes *store, GBytes **out_file, size_t *out_at,
                    size_t *out_length, GError **error)
{
  size_t n_file, n_store;
  const uint8_t *bytes = g_bytes_get_data (file, &n_file),
                *box = g_bytes_get_data (store, &n_store);
  GByteArray *out = g_byte_array_new ();
  ContainerKind kind = container_kind (bytes, n_file);
  size_t at = kind == CONTAINER_PNG ? 33 : kind == CONTAINER_JPEG ? 2 : n_file + n_file % 2;
  g_byte_array_append (out, bytes, (unsigned)MIN (at, n_file));
  if (out->len < at)
    put_big (out, 1, 0);
  size_t before = out->len;
  if (kind == CONTAINER_PNG)
    put_png (out, box, n_store);
  else if (kind == CONTAINER_JPEG)
    put_jpeg (out, box, n_store);
  else if (kind == CONTAINER_WEBP) {
    g_byte_array_append (out, (const uint8_t *)"C2PA", 4);
    for (unsigned i = 0; i < 4; i++)
      put_big (out, 1, (n_store >> 8 * i) & 255);
    g_byte_array_append (out, box, (unsigned)n_store);
  } else {
    g_byte_array_unref (out);
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "no store goes into this");
    return false;
  }
  if (out_at != NULL)
    *out_at = before;
  if (out_length != NULL)
    *out_length = out->len - before;
  if (kind == CONTAINER_WEBP) {
    if (n_store % 2 == 1)
      put_big (out, 1, 0);
    for (unsigned i = 0; i < 4; i++)
      out->data[4 + i] = (uint8_t)((out->len - 8) >> 8 * i);
  } else
    g_byte_array_append (out, bytes + at, (unsigned)(n_file - at));
  *out_file = g_byte_array_free_to_bytes (out);
  return true;
}
