/* CBOR (RFC 8949): what C2PA's claims and assertions are written in.
 *
 * The reader takes foreign bytes: definite and indefinite lengths, a depth and a number of values
 * that are bounded before anything is allocated for them; a map with a key twice is refused. The writer gives the core deterministic
 * encoding: shortest numbers, definite lengths; the keys of a map are sorted by who writes it, in
 * the order of their encoded bytes (cbor_map_* does). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

enum { CBOR_MOST_DEPTH = 32, CBOR_MOST_VALUES = 100000 };

typedef enum {
  CBOR_INTEGER, /* integer; what is beyond 64 bits with sign is a fault */
  CBOR_BYTES,
  CBOR_TEXT, /* UTF-8, checked */
  CBOR_ARRAY,
  CBOR_MAP,
  CBOR_BOOL,
  CBOR_NULL, /* and undefined */
  CBOR_FLOAT,
} CborKind;

/* A value. Text and bytes are copied out of what was read. */
typedef struct Cbor Cbor;
struct Cbor {
  CborKind kind;
  uint64_t tag; /* the innermost; 0: none */
  int64_t integer;
  double number;
  bool boolean;
  char *text;       /* of CBOR_TEXT; NUL-terminated, without a NUL inside */
  GBytes *bytes;    /* of CBOR_BYTES */
  GPtrArray *items; /* Cbor*; of a map key, value, key, value … */
};

/* One value that fills the bytes. NULL: why not, in words that go on "…: ". */
Cbor *cbor_read (const void *bytes, size_t length, GError **error);
void cbor_free (Cbor *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cbor, cbor_free)

/* Look-ups take NULL and any kind, and give NULL where there is nothing of the sort. Borrowed. */
const Cbor *cbor_get (const Cbor *map, const char *key);
const Cbor *cbor_get_integer (const Cbor *map, int64_t key);
const Cbor *cbor_item (const Cbor *array, unsigned index);
unsigned cbor_length (const Cbor *value); /* items, or pairs of a map */
const char *cbor_text (const Cbor *value);
const char *cbor_get_text (const Cbor *map, const char *key);
GBytes *cbor_bytes (const Cbor *value);

/* ---- writing ---- */

void cbor_put_integer (GByteArray *out, int64_t value);
void cbor_put_text (GByteArray *out, const char *text);
void cbor_put_bytes (GByteArray *out, const void *bytes, size_t length);
void cbor_put_null (GByteArray *out);
void cbor_put_array (GByteArray *out, unsigned n_items); /* the items follow */
void cbor_put_tag (GByteArray *out, uint64_t tag);       /* the value follows */

/* A map whose values are written in any order and end up sorted:
 *     CborMap map = { 0 };
 *     cbor_put_text (cbor_map_value (&map, "action"), "c2pa.opened");
 *     cbor_put_map (out, &map);      empties it */
typedef struct {
  GPtrArray *pairs;
} CborMap;
/* Where the value of this key is to be written (empty; belongs to the map). */
GByteArray *cbor_map_value (CborMap *map, const char *key);
GByteArray *cbor_map_integer_value (CborMap *map, int64_t key);
void cbor_put_map (GByteArray *out, CborMap *map);
