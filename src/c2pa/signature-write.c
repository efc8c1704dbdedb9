#include "c2pa/manifest-write.h"

/* COSE_Sign1 (RFC 9052, 4.2): who signs stands in the header that is signed too. */

enum { COSE_ALGORITHM = 1, COSE_X5CHAIN = 33, COSE_ES256 = -7, COSE_SIGN1_TAG = 18 };

static GByteArray *
protected_header (const GPtrArray *chain)
{
  CborMap map = { 0 };
  cbor_put_integer (cbor_map_integer_value (&map, COSE_ALGORITHM), COSE_ES256);
  GByteArray *list = cbor_map_integer_value (&map, COSE_X5CHAIN);
  /* One certificate stands alone, several in an array (RFC 9360, 2). */
  if (chain->len > 1)
    cbor_put_array (list, chain->len);
  for (unsigned i = 0; i < chain->len; i++) {
    size_t length;
    const void *der = g_bytes_get_data (chain->pdata[i], &length);
    cbor_put_bytes (list, der, length);
  }
  GByteArray *out = g_byte_array_new ();
  cbor_put_map (out, &map);
  return out;
}

static GByteArray *
signed_bytes (const GByteArray *header, const GByteArray *claim_cbor)
{
  GByteArray *out = g_byte_array_new ();
  cbor_put_array (out, 4);
  cbor_put_text (out, "Signature1");
  cbor_put_bytes (out, header->data, header->len);
  cbor_put_bytes (out, "", 0);
  cbor_put_bytes (out, claim_cbor->data, claim_cbor->len);
  return out;
}

bool
c2pa_put_signature (GByteArray *out, const C2paSigner *signer, bool is_for_size,
                    const GByteArray *claim_cbor, GError **error)
{
  g_autoptr (GByteArray) header = protected_header (signer->chain);
  uint8_t signature[64] = { 0 };
  if (!is_for_size) {
    g_autoptr (GByteArray) bytes = signed_bytes (header, claim_cbor);
    if (!signer->sign (signer->data, bytes->data, bytes->len, signature, error))
      return false;
  }
  CborMap nothing = { 0 };
  cbor_put_tag (out, COSE_SIGN1_TAG);
  cbor_put_array (out, 4);
  cbor_put_bytes (out, header->data, header->len);
  cbor_put_map (out, &nothing);
  cbor_put_null (out); /* the claim stands elsewhere */
  cbor_put_bytes (out, signature, sizeof signature);
  return true;
}
