#include "metadata/bmff.h"
#include "c2pa/manifest-write.h"

#include "metadata/vocabulary.h"

#define INGREDIENT_URI "self#jumbf=c2pa.assertions/c2pa.ingredient.v3"

void
c2pa_put_safe_text (GByteArray *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  cbor_put_text (out, valid);
}

void
c2pa_put_hashed_uri (GByteArray *out, const char *uri, const Digest *hash)
{
  CborMap map = { 0 };
  c2pa_put_safe_text (cbor_map_value (&map, "url"), uri);
  cbor_put_bytes (cbor_map_value (&map, "hash"), hash->bytes, sizeof hash->bytes);
  cbor_put_map (out, &map);
}

char *
c2pa_make_uuid (const char *name, unsigned number, const Digest *digest)
{
  g_autofree char *salt = g_strdup_printf ("peel c2pa %s %u", name, number);
  g_autoptr (DigestStream) stream = digest_stream_new ();
  digest_stream_update (stream, salt, strlen (salt));
  digest_stream_update (stream, digest->bytes, sizeof digest->bytes);
  Digest made = digest_stream_finish (stream);
  /* Version 4 ("random") and the variant of RFC 9562: C2PA asks for this shape. */
  made.bytes[6] = (uint8_t)((made.bytes[6] & 0x0f) | 0x40);
  made.bytes[8] = (uint8_t)((made.bytes[8] & 0x3f) | 0x80);
  DigestHex text = digest_to_hex (&made);
  const char *hex = text.text;
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* ---- actions ---- */

/* What it was done to; c2pa.transcoded and c2pa.repackaged may name it, and some validators insist. */
static void
put_parameters (CborMap *action, const Digest *ingredient_hash)
{
  CborMap parameters = { 0 };
  GByteArray *ingredients = cbor_map_value (&parameters, "ingredients");
  cbor_put_array (ingredients, 1);
  c2pa_put_hashed_uri (ingredients, INGREDIENT_URI, ingredient_hash);
  cbor_put_map (cbor_map_value (action, "parameters"), &parameters);
}

static void
put_opened (GByteArray *out, const C2paClaim *claim, const Digest *ingredient_hash)
{
  CborMap action = { 0 };
  cbor_put_text (cbor_map_value (&action, "action"), "c2pa.opened");
  int rank = vocabulary_rank (claim->source_type);
  if (rank != VOCABULARY_NONE) {
    g_autofree char *uri = vocabulary_uri (rank);
    cbor_put_text (cbor_map_value (&action, "digitalSourceType"), uri);
  }
  put_parameters (&action, ingredient_hash);
  cbor_put_map (out, &action);
}

static void
put_step (GByteArray *out, const C2paStep *step, const Digest *ingredient_hash)
{
  CborMap action = { 0 };
  cbor_put_text (cbor_map_value (&action, "action"), step->action);
  if (step->description != NULL)
    c2pa_put_safe_text (cbor_map_value (&action, "description"), step->description);
  if (strcmp (step->action, "c2pa.transcoded") == 0 ||
      strcmp (step->action, "c2pa.repackaged") == 0)
    put_parameters (&action, ingredient_hash);
  cbor_put_map (out, &action);
}

void
c2pa_put_actions (GByteArray *out, const C2paClaim *claim, const Digest *ingredient_hash)
{
  CborMap map = { 0 };
  GByteArray *actions = cbor_map_value (&map, "actions");
  cbor_put_array (actions, 1 + claim->n_steps);
  put_opened (actions, claim, ingredient_hash);
  for (unsigned i = 0; i < claim->n_steps; i++)
    put_step (actions, &claim->steps[i], ingredient_hash);
  cbor_put_map (out, &map);
}

/* ---- the hash of the file ---- */

const char *
c2pa_binding_label (const C2paBinding *binding)
{
  return binding->is_bmff ? "c2pa.hash.bmff.v3" : "c2pa.hash.data";
}

static void
put_xpath (GByteArray *out, const char *xpath, const char *user_type)
{
  enum { USER_TYPE_AT = 8, USER_TYPE_BYTES = 16 }; /* behind the length and "uuid" */
  CborMap map = { 0 };
  cbor_put_text (cbor_map_value (&map, "xpath"), xpath);
  if (user_type != NULL) {
    CborMap data = { 0 };
    cbor_put_integer (cbor_map_value (&data, "offset"), USER_TYPE_AT);
    cbor_put_bytes (cbor_map_value (&data, "value"), user_type, USER_TYPE_BYTES);
    GByteArray *list = cbor_map_value (&map, "data");
    cbor_put_array (list, 1);
    cbor_put_map (list, &data);
  }
  cbor_put_map (out, &map);
}

static void
put_bmff_binding (CborMap *map)
{
  GByteArray *exclusions = cbor_map_value (map, "exclusions");
  cbor_put_array (exclusions, 3);
  put_xpath (exclusions, "/uuid", BMFF_C2PA_UUID);
  put_xpath (exclusions, "/ftyp", NULL);
  put_xpath (exclusions, "/mfra", NULL);
}

/* The numbers take 1 to 5 bytes each; as many as they leave are padded, so that the store's length
 * is known before they are. */
static void
put_data_binding (CborMap *map, const C2paBinding *binding)
{
  static const uint8_t zeros[8];
  size_t n_pad = 0;
  if (binding->length > 0) {
    CborMap range = { 0 };
    GByteArray *start = cbor_map_value (&range, "start"),
               *length = cbor_map_value (&range, "length"),
               *exclusions = cbor_map_value (map, "exclusions");
    cbor_put_integer (start, (int64_t)binding->at);
    cbor_put_integer (length, (int64_t)binding->length);
    n_pad = 5 + 5 - MIN (start->len + length->len, 10);
    cbor_put_array (exclusions, 1);
    cbor_put_map (exclusions, &range);
  }
  cbor_put_bytes (cbor_map_value (map, "pad"), zeros, n_pad);
}

void
c2pa_put_binding (GByteArray *out, const C2paBinding *binding)
{
  CborMap map = { 0 };
  if (binding->is_bmff)
    put_bmff_binding (&map);
  else
    put_data_binding (&map, binding);
  cbor_put_text (cbor_map_value (&map, "alg"), "sha256");
  cbor_put_bytes (cbor_map_value (&map, "hash"), binding->hash, sizeof binding->hash);
  cbor_put_text (cbor_map_value (&map, "name"), "jumbf manifest");
  cbor_put_map (out, &map);
}
