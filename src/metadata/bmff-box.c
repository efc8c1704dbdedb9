#include "metadata/bmff.h"

bool
bmff_next (const uint8_t *bytes, size_t length, size_t *at, BmffBox *out_box)
{
  size_t left = length - *at;
  BmffCursor cursor = { bytes + *at, left, false };
  uint64_t size = bmff_take (&cursor, 4);
  bmff_take (&cursor, 4);
  size_t header = 8;
  if (size == 1) {
    size = bmff_take (&cursor, 8);
    header = 16;
  } else if (size == 0) {
    size = left;
  }
  if (cursor.is_short || size < header || size > left)
    return false;
  *out_box = (BmffBox){ bytes + *at, (size_t)size, header };
  *at += (size_t)size;
  return true;
}

bool
bmff_is (const BmffBox *box, const char *type)
{
  return memcmp (box->bytes + 4, type, 4) == 0;
}

bool
bmff_is_c2pa (const BmffBox *box)
{
  return bmff_is (box, "uuid") && box->size - box->header >= 16 &&
         memcmp (box->bytes + box->header, BMFF_C2PA_UUID, 16) == 0;
}

bool
container_each_box (const void *bytes, size_t length,
                    bool (*visit) (const uint8_t *box, size_t length, size_t header_length,
                                   size_t at, void *data),
                    void *data)
{
  BmffBox box;
  for (size_t at = 0; at < length;) {
    size_t start = at;
    if (!bmff_next (bytes, length, &at, &box) ||
        !visit (box.bytes, box.size, box.header, start, data))
      return false;
  }
  return true;
}

BmffCursor
bmff_cursor (const BmffBox *box)
{
  return (BmffCursor){ box->bytes + box->header, box->size - box->header, false };
}

uint64_t
bmff_take (BmffCursor *cursor, unsigned n_bytes)
{
  if (cursor->left < n_bytes) {
    cursor->is_short = true;
    cursor->left = 0;
    return 0;
  }
  uint64_t value = 0;
  for (unsigned i = 0; i < n_bytes; i++)
    value = value << 8 | cursor->at[i];
  cursor->at += n_bytes;
  cursor->left -= n_bytes;
  return value;
}

void
bmff_add_number (GByteArray *out, unsigned n_bytes, uint64_t value)
{
  for (unsigned i = n_bytes; i > 0; i--) {
    uint8_t byte = (uint8_t)(value >> (8 * (i - 1)));
    g_byte_array_append (out, &byte, 1);
  }
}

unsigned
bmff_open_box (GByteArray *out, const char *type)
{
  unsigned start = out->len;
  bmff_add_number (out, 4, 0);
  g_byte_array_append (out, (const uint8_t *)type, 4);
  return start;
}

void
bmff_close_box (GByteArray *out, unsigned start)
{
  unsigned size = out->len - start;
  for (unsigned i = 0; i < 4; i++)
    out->data[start + i] = (uint8_t)(size >> (8 * (3 - i)));
}
