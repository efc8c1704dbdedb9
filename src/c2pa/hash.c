/* Hard bindings: the hash of a file without the stretches that hold its store.
 *
 *     c2pa.hash.data      everything but ranges of bytes
 *     c2pa.hash.bmff.v2   every box at the top but those that are excluded, each behind its
 *                         offset in 8 bytes, so that none can be moved
 */
#include "metadata/bmff.h"
#include "c2pa/reader.h"
#include "metadata/container.h"

enum { MOST_EXCLUSIONS = 16 };

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
  bytes = length > 0 ? bytes : (const uint8_t *)""; /* an empty file has none */
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

enum { MOST_MATCHES = 16, MOST_SUBSETS = 64 };

/* What a box must be to be left out, read once: a file may have millions of boxes. */
typedef struct {
  char type[4];
  bool is_inside; /* what is left out stands inside of the box */
  bool has_length, has_version, has_flags, is_exact;
  uint64_t length;
  int64_t version;
  uint8_t flags[3];
  struct {
    uint64_t offset;
    GBytes *value;
  } matches[MOST_MATCHES]; /* of the box, its header included */
  unsigned n_matches;
  C2paRange subset[MOST_SUBSETS]; /* of the box, in order; none: all of it */
  unsigned n_subset;
} Exclusion;

typedef struct {
  Hasher *hasher;
  Exclusion *exclusions;
  unsigned n_exclusions;
  bool has_offsets;
  const char *trouble;
} BoxHash;

static bool
number_of (const Cbor *map, const char *key, uint64_t *out_number)
{
  const Cbor *value = cbor_get (map, key);
  if (value == NULL || value->kind != CBOR_INTEGER || value->integer < 0)
    return false;
  *out_number = (uint64_t)value->integer;
  return true;
}

/* [{offset, value}] */
static bool
read_matches (const Cbor *list, Exclusion *exclusion)
{
  if (cbor_length (list) > MOST_MATCHES)
    return false;
  for (unsigned i = 0; i < cbor_length (list); i++) {
    exclusion->matches[i].value = cbor_bytes (cbor_get (cbor_item (list, i), "value"));
    if (exclusion->matches[i].value == NULL ||
        !number_of (cbor_item (list, i), "offset", &exclusion->matches[i].offset))
      return false;
    exclusion->n_matches++;
  }
  return true;
}

/* [{offset, length}]; a length of 0: to the box's end. */
static bool
read_subset (const Cbor *list, Exclusion *exclusion)
{
  if (cbor_length (list) > MOST_SUBSETS)
    return false;
  for (unsigned i = 0; i < cbor_length (list); i++) {
    uint64_t offset, length;
    if (!number_of (cbor_item (list, i), "offset", &offset) ||
        !number_of (cbor_item (list, i), "length", &length))
      return false;
    exclusion->subset[i] = (C2paRange){ offset, length == 0 ? SIZE_MAX : length };
    exclusion->n_subset++;
  }
  return true;
}

static bool
read_exclusion (const Cbor *rules, Exclusion *out_exclusion)
{
  const char *path = cbor_get_text (rules, "xpath");
  if (path == NULL || path[0] != '/' || strlen (path) < 5 || (path[5] != '\0' && path[5] != '/'))
    return false;
  Exclusion exclusion = { .is_inside = path[5] == '/' };
  memcpy (exclusion.type, path + 1, 4);
  exclusion.has_length = number_of (rules, "length", &exclusion.length);
  uint64_t version;
  exclusion.has_version = number_of (rules, "version", &version);
  exclusion.version = exclusion.has_version ? (int64_t)version : 0;
  GBytes *flags = cbor_bytes (cbor_get (rules, "flags"));
  const Cbor *exact = cbor_get (rules, "exact");
  exclusion.has_flags = flags != NULL;
  exclusion.is_exact = exact == NULL || exact->kind != CBOR_BOOL || exact->boolean;
  if (flags != NULL && g_bytes_get_size (flags) != sizeof exclusion.flags)
    return false;
  if (flags != NULL)
    memcpy (exclusion.flags, g_bytes_get_data (flags, NULL), sizeof exclusion.flags);
  if (!read_matches (cbor_get (rules, "data"), &exclusion) ||
      !read_subset (cbor_get (rules, "subset"), &exclusion))
    return false;
  *out_exclusion = exclusion;
  return true;
}

static bool
matches (const Exclusion *exclusion, const uint8_t *box, size_t length)
{
  for (unsigned i = 0; i < exclusion->n_matches; i++) {
    size_t n_bytes;
    const void *bytes = g_bytes_get_data (exclusion->matches[i].value, &n_bytes);
    uint64_t offset = exclusion->matches[i].offset;
    if (offset > length || n_bytes > length - offset ||
        (n_bytes > 0 && memcmp (box + offset, bytes, n_bytes) != 0))
      return false;
  }
  return true;
}

/* version and flags of a box that has them behind its header. */
static bool
flags_match (const Exclusion *exclusion, const uint8_t *box, size_t length, size_t header_length)
{
  if (!exclusion->has_version && !exclusion->has_flags)
    return true;
  if (length - header_length < 4 ||
      (exclusion->has_version && exclusion->version != box[header_length]))
    return false;
  for (unsigned i = 0; exclusion->has_flags && i < sizeof exclusion->flags; i++) {
    uint8_t wanted = exclusion->flags[i], here = box[header_length + 1 + i];
    if ((here & (exclusion->is_exact ? 0xff : wanted)) != wanted)
      return false;
  }
  return true;
}

static bool
excludes (const Exclusion *exclusion, const uint8_t *box, size_t length, size_t header_length)
{
  return memcmp (exclusion->type, box + 4, 4) == 0 &&
         (!exclusion->has_length || exclusion->length == length) &&
         matches (exclusion, box, length) && flags_match (exclusion, box, length, header_length);
}

/* A box without its subset. */
static bool
hash_rest (BoxHash *state, const Exclusion *exclusion, const uint8_t *box, size_t length)
{
  size_t at = 0;
  for (unsigned i = 0; exclusion != NULL && i < exclusion->n_subset; i++) {
    const C2paRange *left_out = &exclusion->subset[i];
    if (left_out->at >= length)
      break;
    if (left_out->at < at)
      return false;
    EVP_DigestUpdate (state->hasher, box + at, left_out->at - at);
    at = left_out->at + MIN (left_out->length, length - left_out->at);
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
  const Exclusion *found = NULL;
  for (unsigned i = 0; found == NULL && i < state->n_exclusions; i++) {
    if (excludes (&state->exclusions[i], box, length, header_length))
      found = &state->exclusions[i];
  }
  if (found != NULL && found->is_inside) {
    state->trouble = "it leaves out boxes inside of boxes";
    return false;
  }
  if (found != NULL && found->n_subset == 0)
    return true;
  hash_offset (state, at);
  return hash_rest (state, found, box, length);
}

bool
c2pa_hash_boxes (GBytes *file, const EVP_MD *digest, const Cbor *exclusions, bool has_offsets,
                 uint8_t out_hash[EVP_MAX_MD_SIZE], const char **out_trouble)
{
  g_autoptr (Hasher) hasher = hasher_new (digest);
  g_autofree Exclusion *read = g_new0 (Exclusion, MOST_EXCLUSIONS);
  BoxHash state = { hasher, read, cbor_length (exclusions), has_offsets, NULL };
  if (state.n_exclusions > MOST_EXCLUSIONS)
    state.trouble = "it leaves out too much";
  for (unsigned i = 0; state.trouble == NULL && i < state.n_exclusions; i++) {
    if (!read_exclusion (cbor_item (exclusions, i), &read[i]))
      state.trouble = "what it leaves out is of no known form";
  }
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  bool is_done = state.trouble == NULL && container_each_box (bytes, length, hash_box, &state) &&
                 EVP_DigestFinal_ex (hasher, out_hash, NULL) == 1;
  *out_trouble = state.trouble;
  return is_done;
}

static bool
hash_written_box (const uint8_t *box, size_t length, size_t header_length, size_t at, void *data)
{
  BoxHash *state = data;
  if (memcmp (box + 4, "ftyp", 4) == 0 || memcmp (box + 4, "mfra", 4) == 0)
    return true;
  if (memcmp (box + 4, "uuid", 4) == 0 && length >= 8 + 16 &&
      memcmp (box + 8, BMFF_C2PA_UUID, 16) == 0)
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
