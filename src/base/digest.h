/* SHA-256, the name of everything in Peel: originals, requests, derivatives.
 * OpenSSL's EVP does the work (it uses the processor's SHA instructions where there are any). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_CHARACTERS = 64 };

typedef struct {
  uint8_t bytes[DIGEST_BYTES];
} Digest;

typedef struct {
  char text[DIGEST_HEX_CHARACTERS + 1]; /* lower case, NUL-terminated */
} DigestHex;

DigestHex digest_to_hex (const Digest *digest);
/* Exactly 64 hex digits, either case; false leaves `out` alone. */
bool digest_from_hex (const char *text, Digest *out_digest);
bool digest_equal (const Digest *a, const Digest *b);
/* For GHashTable keys that are Digest pointers. */
unsigned digest_hash_key (const void *digest);
int digest_equal_key (const void *a, const void *b);

Digest digest_of (const void *data, size_t length);
/* Reads the open file from its start to its end; leaves the offset at the end. */
bool digest_of_fd (int fd, Digest *out_digest, GError **error);
bool digest_of_file (const char *path, Digest *out_digest, GError **error);

/* Streaming. Update never fails; finish may be called once. */
typedef struct DigestStream DigestStream;
DigestStream *digest_stream_new (void);
void digest_stream_update (DigestStream *stream, const void *data, size_t length);
Digest digest_stream_finish (DigestStream *stream);
void digest_stream_free (DigestStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DigestStream, digest_stream_free)
