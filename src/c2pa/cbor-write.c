#include "c2pa/cbor.h"

#include <string.h>

/* The major types of RFC 8949, 3.1, in the three highest bits of a value's first byte. */
enum {
  UNSIGNED = 0 << 5,
  NEGATIVE = 1 << 5,
  BYTES = 2 << 5,
  TEXT = 3 << 5,
  ARRAY = 4 << 5,
  MAP = 5 << 5,
  TAG = 6 << 5,
  SIMPLE = 7 << 5,
};

/* The others of its bits hold a number up to 23, or say how many bytes of it follow. */
static void
put_head (GByteArray *out, unsigned major, uint64_t number)
{
  uint8_t head[9];
  unsigned n_bytes = 0, info = (unsigned)MIN (number, 23);
  if (number > 23) {
    n_bytes = number <= UINT8_MAX ? 1 : number <= UINT16_MAX ? 2 : number <= UINT32_MAX ? 4 : 8;
    info = n_bytes == 1 ? 24 : n_bytes == 2 ? 25 : n_bytes == 4 ? 26 : 27;
  }
  head[0] = (uint8_t)(major | info);
  for (unsigned i = 0; i < n_bytes; i++)
    head[1 + i] = (uint8_t)(number >> 8 * (n_bytes - 1 - i));
  g_byte_array_append (out, head, 1 + n_bytes);
}

void
cbor_put_integer (GByteArray *out, int64_t value)
{
  if (value < 0)
    put_head (out, NEGATIVE, (uint64_t)(-1 - value));
  else
    put_head (out, UNSIGNED, (uint64_t)value);
}

void
cbor_put_text (GByteArray *out, const char *text)
{
  size_t length = strlen (text);
  put_head (out, TEXT, length);
  g_byte_array_append (out, (const uint8_t *)text, (unsigned)length);
}

void
cbor_put_bytes (GByteArray *out, const void *bytes, size_t length)
{
  put_head (out, BYTES, length);
  g_byte_array_append (out, bytes, (unsigned)length);
}

void
cbor_put_null (GByteArray *out)
{
  put_head (out, SIMPLE, 22);
}

void
cbor_put_array (GByteArray *out, unsigned n_items)
{
  put_head (out, ARRAY, n_items);
}

void
cbor_put_tag (GByteArray *out, uint64_t tag)
{
  put_head (out, TAG, tag);
}

/* ---- maps ---- */

typedef struct {
  GByteArray *key, *value; /* encoded */
} Pair;

static void
pair_free (void *data)
{
  Pair *pair = data;
  g_byte_array_unref (pair->key);
  g_byte_array_unref (pair->value);
  g_free (pair);
}

static Pair *
add_pair (CborMap *map)
{
  if (map->pairs == NULL)
    map->pairs = g_ptr_array_new_with_free_func (pair_free);
  Pair *pair = g_new0 (Pair, 1);
  pair->key = g_byte_array_new ();
  pair->value = g_byte_array_new ();
  g_ptr_array_add (map->pairs, pair);
  return pair;
}

GByteArray *
cbor_map_value (CborMap *map, const char *key)
{
  Pair *pair = add_pair (map);
  cbor_put_text (pair->key, key);
  return pair->value;
}

GByteArray *
cbor_map_integer_value (CborMap *map, int64_t key)
{
  Pair *pair = add_pair (map);
  cbor_put_integer (pair->key, key);
  return pair->value;
}

/* By the encoded bytes of the keys (RFC 8949, 4.2.1). */
static int
compare_keys (const void *a, const void *b)
{
  const GByteArray *one = (*(const Pair *const *)a)->key, *other = (*(const Pair *const *)b)->key;
  int order = memcmp (one->data, other->data, MIN (one->len, other->len));
  return order != 0 ? order : (one->len > other->len) - (one->len < other->len);
}

void
cbor_put_map (GByteArray *out, CborMap *map)
{
  unsigned n_pairs = map->pairs != NULL ? map->pairs->len : 0;
  put_head (out, MAP, n_pairs);
  if (n_pairs > 0)
    g_ptr_array_sort (map->pairs, compare_keys);
  for (unsigned i = 0; i < n_pairs; i++) {
    const Pair *pair = map->pairs->pdata[i];
    g_byte_array_append (out, pair->key->data, pair->key->len);
    g_byte_array_append (out, pair->value->data, pair->value->len);
  }
  g_clear_pointer (&map->pairs, g_ptr_array_unref);
}
