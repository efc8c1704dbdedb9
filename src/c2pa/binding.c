/* Is a file the one that a manifest was made for? */
#include "c2pa/reader.h"

enum { MOST_RANGES = 64 };

#define DATA "c2pa.hash.data"
#define BMFF "c2pa.hash.bmff"

bool
c2pa_is_binding (const char *label)
{
  static const char *const labels[] = { DATA, BMFF, "c2pa.hash.boxes", "c2pa.hash.collection.data",
                                        "c2pa.hash.multi-asset" };
  for (unsigned i = 0; i < G_N_ELEMENTS (labels); i++) {
    if (c2pa_is_label (label, labels[i]))
      return true;
  }
  return false;
}

/* Where a binding is, and to whom what is found is told. */
typedef struct {
  const C2paPart *part;
  C2paManifest *active;
  const Cbor *value;
  const char *url;
  const EVP_MD *digest;
} Binding;

static void
judge (const Binding *binding, bool is_hashed, const uint8_t *hash, const char *match,
       const char *mismatch)
{
  binding->part->reader->report->is_bound = true;
  GBytes *wanted = cbor_bytes (cbor_get (binding->value, "hash"));
  size_t length = wanted != NULL ? g_bytes_get_size (wanted) : 0;
  if (is_hashed && length == (size_t)EVP_MD_get_size (binding->digest) &&
      memcmp (g_bytes_get_data (wanted, NULL), hash, length) == 0)
    c2pa_succeed (binding->active, match, binding->url);
  else
    c2pa_fail (binding->active, mismatch, binding->url, "the file is not what it was");
}

static bool
read_ranges (const Cbor *list, C2paRange ranges[MOST_RANGES], unsigned *out_count)
{
  unsigned count = cbor_length (list);
  if (count > MOST_RANGES)
    return false;
  for (unsigned i = 0; i < count; i++) {
    const Cbor *start = cbor_get (cbor_item (list, i), "start");
    const Cbor *length = cbor_get (cbor_item (list, i), "length");
    if (start == NULL || length == NULL || start->kind != CBOR_INTEGER ||
        length->kind != CBOR_INTEGER || start->integer < 0 || length->integer < 0)
      return false;
    ranges[i] = (C2paRange){ (size_t)start->integer, (size_t)length->integer };
  }
  *out_count = count;
  return true;
}

/* A store is framed by some bytes, and in JPEG by some more every 64 KB; what is left out beyond them
 * may be anything. */
static bool
is_more_than_store (const C2paReader *reader, const C2paRange *ranges, unsigned n_ranges)
{
  enum { FRAME_BYTES = 32, PIECE_BYTES = 32768 };
  size_t total = 0, most = reader->length + FRAME_BYTES * (1 + reader->length / PIECE_BYTES);
  for (unsigned i = 0; i < n_ranges; i++)
    total += MIN (ranges[i].length, SIZE_MAX - total);
  return total > most;
}

static void
check_data (const Binding *binding)
{
  const C2paReader *reader = binding->part->reader;
  C2paRange ranges[MOST_RANGES];
  unsigned n_ranges = 0;
  if (!read_ranges (cbor_get (binding->value, "exclusions"), ranges, &n_ranges)) {
    c2pa_fail (binding->active, "assertion.dataHash.malformed", binding->url,
               "what it leaves out cannot be read");
    return;
  }
  if (is_more_than_store (reader, ranges, n_ranges))
    c2pa_inform (binding->active, "assertion.dataHash.additionalExclusionsPresent", binding->url,
                 "it leaves out more than the store");
  uint8_t hash[EVP_MAX_MD_SIZE];
  bool is_hashed = c2pa_hash_ranges (reader->file, binding->digest, ranges, n_ranges, hash);
  judge (binding, is_hashed, hash, "assertion.dataHash.match", "assertion.dataHash.mismatch");
}

static bool
leaves_out_pixels (const Cbor *exclusions)
{
  static const char *const usual[] = { "/uuid", "/ftyp", "/mfra", "/free", "/skip", "/emsg" };
  for (unsigned i = 0; i < cbor_length (exclusions); i++) {
    const char *path = cbor_get_text (cbor_item (exclusions, i), "xpath");
    bool is_usual = false;
    for (unsigned k = 0; path != NULL && k < G_N_ELEMENTS (usual); k++)
      is_usual = is_usual || strcmp (path, usual[k]) == 0;
    if (!is_usual)
      return true;
  }
  return false;
}

static void
check_bmff (const Binding *binding, bool has_offsets)
{
  const Cbor *merkle = cbor_get (binding->value, "merkle");
  if (cbor_length (merkle) > 0) {
    c2pa_inform (binding->active, "assertion.bmffHash.unchecked", binding->url,
                 "it is a tree of hashes, which is not followed here");
    return;
  }
  const Cbor *exclusions = cbor_get (binding->value, "exclusions");
  uint8_t hash[EVP_MAX_MD_SIZE];
  const char *trouble = NULL;
  bool is_hashed = c2pa_hash_boxes (binding->part->reader->file, binding->digest, exclusions,
                                    has_offsets, hash, &trouble);
  if (trouble != NULL) {
    c2pa_inform (binding->active, "assertion.bmffHash.unchecked", binding->url, trouble);
    return;
  }
  if (leaves_out_pixels (exclusions))
    c2pa_inform (binding->active, "assertion.bmffHash.additionalExclusionsPresent", binding->url,
                 "it leaves out more than the store");
  judge (binding, is_hashed, hash, "assertion.bmffHash.match", "assertion.bmffHash.mismatch");
}

static void
check_assertion (C2paPart *part, const C2paAssertion *assertion, C2paManifest *active)
{
  const char *label = assertion->box->label;
  g_autofree char *path = g_strconcat ("c2pa.assertions/", label, NULL);
  g_autofree char *url = c2pa_absolute (part, path);
  const char *algorithm = cbor_get_text (assertion->value, "alg");
  Binding binding = { part, active, assertion->value, url,
                      c2pa_digest (algorithm != NULL ? algorithm : part->algorithm) };
  bool is_data = c2pa_is_label (label, DATA), is_bmff = c2pa_is_label (label, BMFF);
  if (!is_data && !is_bmff)
    c2pa_inform (active, "assertion.boxesHash.unchecked", url,
                 "it binds by a kind of hash that is not made here");
  else if (binding.value == NULL)
    c2pa_fail (active, is_data ? "assertion.dataHash.malformed" : "assertion.bmffHash.malformed",
               url, "it is no CBOR");
  else if (binding.digest == NULL)
    c2pa_fail (active, "algorithm.unsupported", url, "of its hash");
  else if (is_data)
    check_data (&binding);
  else
    check_bmff (&binding, strstr (label, BMFF ".v") == label);
}

void
c2pa_check_binding (C2paPart *part, C2paManifest *active)
{
  for (unsigned i = 0; i < part->assertions->len; i++) {
    const C2paAssertion *assertion = part->assertions->pdata[i];
    if (!c2pa_is_binding (assertion->box->label))
      continue;
    check_assertion (part, assertion, active);
    return; /* that there is one only is checked elsewhere */
  }
}
