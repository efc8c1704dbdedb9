/* Base64 (RFC 4648) as it arrives, in pieces of any length, and as it is sent.
 *
 * Strict where bytes could be lost: a sign of no alphabet, a lone last sign or anything behind the
 * padding is refused. Lenient where writers differ and nothing is in doubt: both alphabets
 * ('+/' and '-_'), padding or none, line ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t bits;    /* of the group that has begun */
  unsigned n_signs; /* of it, 0 to 3 */
  unsigned n_pads;  /* '=' so far */
} Base64Decoder;    /* zeroed: at the start */

/* Room that `length` signs may need, at any state. */
static inline size_t
base64_most_bytes (size_t length)
{
  return (length + 3) / 4 * 3;
}

/* Decodes all of `text` into `out` (base64_most_bytes (length); it may begin where `text` does).
 * False at a sign that does not belong there, at *out_used; what came before it is decoded, and the
 * text may go on behind the sign. */
bool base64_decode (Base64Decoder *decoder, const char *text, size_t length, uint8_t *out,
                    size_t *out_length, size_t *out_used);
/* Nothing more comes. False: the text was cut short. */
bool base64_finish (const Base64Decoder *decoder);

/* Signs that `length` bytes become, padding included. */
static inline size_t
base64_signs (size_t length)
{
  return (length + 2) / 3 * 4;
}

/* The standard alphabet, with padding: base64_signs (length) of them to `out`, without a NUL. Every
 * piece but the last is a multiple of 3 long. Returns how many signs there are. */
size_t base64_encode (const uint8_t *bytes, size_t length, char *out);
/* The alphabet for URLs without padding, as JSON Web Tokens have it. New string. */
char *base64_url (const void *bytes, size_t length);
