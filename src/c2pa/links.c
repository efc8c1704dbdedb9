/* Hashed URIs: a link to a box, and the hash that it had. */
#include "c2pa/reader.h"

#define SCHEME "self#jumbf="

/* Of a box, by each of the three algorithms; 0 bytes: not made yet. */
typedef struct {
  struct {
    unsigned length;
    uint8_t bytes[EVP_MAX_MD_SIZE];
  } of[3];
} BoxHashes;

static const char *const algorithms[] = { "sha256", "sha384", "sha512" };

static int
algorithm_index (const char *name)
{
  for (int i = 0; i < (int)G_N_ELEMENTS (algorithms); i++) {
    if (g_strcmp0 (name, algorithms[i]) == 0)
      return i;
  }
  return -1;
}

const EVP_MD *
c2pa_digest (const char *name)
{
  switch (algorithm_index (name)) {
  case 0:
    return EVP_sha256 ();
  case 1:
    return EVP_sha384 ();
  case 2:
    return EVP_sha512 ();
  default:
    return NULL;
  }
}

bool
c2pa_link_read (const Cbor *value, C2paLink *out_link)
{
  C2paLink link = { cbor_get_text (value, "url"), cbor_get_text (value, "alg"),
                    cbor_bytes (cbor_get (value, "hash")) };
  if (link.url == NULL || link.hash == NULL)
    return false;
  *out_link = link;
  return true;
}

bool
c2pa_link_fits (C2paReader *reader, const C2paLink *link, const char *algorithm,
                const JumbfBox *box)
{
  int index = algorithm_index (link->algorithm != NULL ? link->algorithm : algorithm);
  if (index < 0)
    return false;
  BoxHashes *hashes = g_hash_table_lookup (reader->hashes, box);
  if (hashes == NULL) {
    hashes = g_new0 (BoxHashes, 1);
    g_hash_table_insert (reader->hashes, (void *)box, hashes);
  }
  if (hashes->of[index].length == 0 &&
      EVP_Digest (reader->bytes + box->content_at, box->content_length, hashes->of[index].bytes,
                  &hashes->of[index].length, c2pa_digest (algorithms[index]), NULL) != 1)
    return false;
  size_t length;
  const void *wanted = g_bytes_get_data (link->hash, &length);
  return length == hashes->of[index].length &&
         memcmp (wanted, hashes->of[index].bytes, length) == 0;
}

char *
c2pa_absolute (const C2paPart *part, const char *url)
{
  const char *path = g_str_has_prefix (url, SCHEME) ? url + strlen (SCHEME) : url;
  if (*path == '/')
    return g_strconcat (SCHEME, path, NULL);
  return g_strconcat (SCHEME "/", part->reader->root->label, "/", part->box->label, "/", path,
                      NULL);
}
