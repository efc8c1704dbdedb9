/* Hard bindings: the hash of a file without the stretches that hold its store.
 *
 *     c2pa.hash.data      everything but ranges of bytes
 *     c2pa.hash.bmff.v2   every box at the top but those that are excluded, each behind its
 *                         offset in 8 bytes, so that none can be moved
 */
#include "metadata/c2pa-reader.h"
#include "metadata/container.h"

enum { MOST_EXCLUSIONS = 64 };

typedef EVP_MD_CTX Hasher;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hasher, EVP_MD_CTX_free)

static Hasher *
hasher_new (const EVP_MD *digest)
{
  Hasher *hasher = EVP_MD_CTX_new ();
  /* Fails only without memory, as g_malloc does. */
  if (hasher == NULL || EVP_DigestInit_ex (hasher, digest, NULL) != 1)
    g_error ("OpenSSL cannot hash");
  return hasher;
}

bool
c2pa_hash_ranges (GBytes *file, const EVP_MD *digest, const C2paRange *ranges, unsigned n_ranges,
                  uint8_t out_hash[EVP_MAX_MD_SIZE])
{
  size_t length, at = 0;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  g_autoptr (Hasher) hasher = hasher_new (digest);
  for (unsigned i = 0; i < n_ranges; i++) {
    if (ranges[i].at < at || ranges[i].at > length || ranges[i].length > length - ranges[i].at)
      return false;
    EVP_DigestUpdate (hasher, bytes + at, ranges[i].at - at);
    at = ranges[i].at + ranges[i].length;
  }
  EVP_DigestUpdate (hasher, bytes + at, length - at);
  return EVP_DigestFinal_ex (hasher, out_hash, NULL) == 1;
}

bool
c2pa_hash_data (GBytes *file, const C2paRange *ranges, unsigned n_ranges, uint8_t out_hash[32])
{
  uint8_t hash[EVP_MAX_MD_SIZE];
  if (!c2pa_hash_ranges (file, EVP_sha256 (), ranges, n_ranges, hash))
    return false;
  memcpy (out_hash, hash, 32);
  return true;
}

/* ---- boxes ---- */

typedef struct {
  char type[4];
  const Cbor *rules; /* the exclusion; NULL: every box of the type */
} Exclusion;

typedef struct {
  Hasher *hasher;
  Exclusion exclusions[MOST_EXCLUSIONS];
  unsigned n_exclusions;
  bool has_offsets;
  const char *trouble;
} BoxHash;

/* [{offset, value}]: what must stand in the box, its header included. */
static bool
data_match (const Cbor *data, const uint8_t *box, size_t length)
{
  for (unsigned i = 0; i < cbor_length (data); i++) {
    const Cbor *offset = cbor_get (cbor_item (data, i), "offset");
    GBytes *value = cbor_bytes (cbor_get (cbor_item (data, i), "value"));
    if (offset == NULL || offset->kind != CBOR_INTEGER || offset->integer < 0 || value == NULL)
      return false;
    size_t n_bytes;
    const void *bytes = g_bytes_get_data (value, &n_bytes);
    if ((uint64_t)offset->integer > length || n_bytes > length - (size_t)offset->integer ||
        (n_bytes > 0 && memcmp (box + offset->integer, bytes, n_bytes) != 0))
      return false;
  }
  return true;
}

/* version and flags of a box that has them behind its header. */
static bool
flags_match (const Cbor *rules, const uint8_t *box, size_t length, size_t header_length)
{
  const Cbor *version = cbor_get (rules, "version"), *exact = cbor_get (rules, "exact");
  GBytes *flags = cbor_bytes (cbor_get (rules, "flags"));
  bool has_version = version != NULL && version->kind == CBOR_INTEGER;
  if (!has_version && flags == NULL)
    return true;
  if (length - header_length < 4)
    return false;
  if (has_version && version->integer != box[header_length])
    return false;
  if (flags == NULL)
    return true;
  if (g_bytes_get_size (flags) != 3)
    return false;
  const uint8_t *wanted = g_bytes_get_data (flags, NULL), *here = box + header_length + 1;
  bool is_exact = exact == NULL || exact->kind != CBOR_BOOL || exact->boolean;
  for (unsigned i = 0; i < 3; i++) {
    if ((here[i] & (is_exact ? 0xff : wanted[i])) != wanted[i])
      return false;
  }
  return true;
}

static bool
excludes (const Exclusion *exclusion, const uint8_t *box, size_t length, size_t header_length)
{
  if (memcmp (exclusion->type, box + 4, 4) != 0)
    return false;
  const Cbor *rules = exclusion->rules, *wanted = cbor_get (rules, "length");
  if (wanted != NULL && wanted->kind == CBOR_INTEGER &&
      (wanted->integer < 0 || (uint64_t)wanted->integer != length))
    return false;
  return data_match (cbor_get (rules, "data"), box, length) &&
         flags_match (rules, box, length, header_length);
}

/* A box without its subset [{offset, length}], which is in order; a length of 0: to its end. */
static bool
hash_subset (BoxHash *state, const Cbor *subset, const uint8_t *box, size_t length)
{
  size_t at = 0;
  for (unsigned i = 0; i < cbor_length (subset); i++) {
    const Cbor *offset = cbor_get (cbor_item (subset, i), "offset");
    const Cbor *size = cbor_get (cbor_item (subset, i), "length");
    if (offset == NULL || offset->kind != CBOR_INTEGER || size == NULL ||
        size->kind != CBOR_INTEGER || offset->integer < 0 || size->integer < 0)
      return false;
    if ((uint64_t)offset->integer >= length)
      break;
    size_t start = (size_t)offset->integer;
    if (start < at)
      return false;
    EVP_DigestUpdate (state->hasher, box + at, start - at);
    uint64_t left = length - start;
    at = start + (size_t)(size->integer == 0 ? left : MIN ((uint64_t)size->integer, left));
  }
  EVP_DigestUpdate (state->hasher, box + at, length - at);
  return true;
}

static void
hash_offset (BoxHash *state, size_t at)
{
  uint8_t bytes[8];
  for (unsigned i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)((uint64_t)at >> (56 - 8 * i));
  if (state->has_offsets)
    EVP_DigestUpdate (state->hasher, bytes, sizeof bytes);
}

static bool
hash_box (const uint8_t *box, size_t length, size_t header_length, size_t at, void *data)
{
  BoxHash *state = data;
  const Cbor *subset = NULL;
  for (unsigned i = 0; i < state->n_exclusions; i++) {
    if (!excludes (&state->exclusions[i], box, length, header_length))
      continue;
    subset = cbor_get (state->exclusions[i].rules, "subset");
    if (cbor_length (subset) == 0)
      return true;
    break;
  }
  hash_offset (state, at);
  return hash_subset (state, subset, box, length);
}

static bool
add_exclusion (BoxHash *state, const char *path, const Cbor *rules)
{
  if (state->n_exclusions == MOST_EXCLUSIONS || path == NULL || strlen (path) != 5 ||
      path[0] != '/' || strchr (path + 1, '/') != NULL) {
    state->trouble = "it leaves out boxes inside of boxes";
    return false;
  }
  Exclusion *exclusion = &state->exclusions[state->n_exclusions++];
  memcpy (exclusion->type, path + 1, 4);
  exclusion->rules = rules;
  return true;
}

bool
c2pa_hash_boxes (GBytes *file, const EVP_MD *digest, const Cbor *exclusions, bool has_offsets,
                 uint8_t out_hash[EVP_MAX_MD_SIZE], const char **out_trouble)
{
  g_autoptr (Hasher) hasher = hasher_new (digest);
  BoxHash state = { .hasher = hasher, .has_offsets = has_offsets };
  bool is_done = true;
  for (unsigned i = 0; is_done && i < cbor_length (exclusions); i++) {
    const Cbor *rules = cbor_item (exclusions, i);
    is_done = add_exclusion (&state, cbor_get_text (rules, "xpath"), rules);
  }
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  is_done = is_done && container_each_box (bytes, length, hash_box, &state) &&
            EVP_DigestFinal_ex (hasher, out_hash, NULL) == 1;
  *out_trouble = state.trouble;
  return is_done;
}

static bool
hash_written_box (const uint8_t *box, size_t length, size_t header_length, size_t at, void *data)
{
  static const uint8_t store[16] = { 0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                     0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81 };
  BoxHash *state = data;
  if (memcmp (box + 4, "ftyp", 4) == 0 || memcmp (box + 4, "mfra", 4) == 0)
    return true;
  if (memcmp (box + 4, "uuid", 4) == 0 && length >= 8 + sizeof store &&
      memcmp (box + 8, store, sizeof store) == 0)
    return true;
  hash_offset (state, at);
  EVP_DigestUpdate (state->hasher, box, length);
  return header_length <= length;
}

bool
c2pa_hash_bmff (GBytes *file, uint8_t out_hash[32])
{
  g_autoptr (Hasher) hasher = hasher_new (EVP_sha256 ());
  BoxHash state = { .hasher = hasher, .has_offsets = true };
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  uint8_t hash[EVP_MAX_MD_SIZE];
  if (!container_each_box (bytes, length, hash_written_box, &state) ||
      EVP_DigestFinal_ex (hasher, hash, NULL) != 1)
    return false;
  memcpy (out_hash, hash, 32);
  return true;
}
