/* Decoding: four tables of 256 hold each sign's bits at its place in a group of four, so that eight
 * signs are eight look-ups, one test and one store. Each byte goes out as soon as its last bit is
 * known, so never more bytes are out than signs are in: that lets a text be decoded where it lies.
 *
 * Encoding: a table has the two signs of every 12 bits. */
#include "base/base64.h"

#include <string.h>
#include <glib.h>

enum { NO_SIGN = 0xff };
static const uint32_t bad_group = 1u << 31;

static struct {
  uint8_t value[256];
  uint32_t first[256], second[256], third[256], fourth[256];
  char pairs[4096][2];
} tables;

static void
set_sign (unsigned sign, unsigned value)
{
  tables.value[sign] = (uint8_t)value;
  tables.first[sign] = value << 18;
  tables.second[sign] = value << 12;
  tables.third[sign] = value << 6;
  tables.fourth[sign] = value;
}

static void
fill_tables (void)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned i = 0; i < 256; i++) {
    tables.value[i] = NO_SIGN;
    tables.first[i] = tables.second[i] = tables.third[i] = tables.fourth[i] = bad_group;
  }
  for (unsigned i = 0; i < 64; i++)
    set_sign ((uint8_t)alphabet[i], i);
  set_sign ('-', 62);
  set_sign ('_', 63);
  for (unsigned i = 0; i < 4096; i++) {
    tables.pairs[i][0] = alphabet[i >> 6];
    tables.pairs[i][1] = alphabet[i & 63];
  }
}

static void
prepare (void)
{
  static gsize is_filled;
  if (g_once_init_enter (&is_filled)) {
    fill_tables ();
    g_once_init_leave (&is_filled, 1);
  }
}

static inline uint32_t
look_up (const uint8_t *text)
{
  return tables.first[text[0]] | tables.second[text[1]] | tables.third[text[2]] |
         tables.fourth[text[3]];
}

/* Whole groups up to the first that is none. Returns how many signs they took, three bytes for
 * four. */
static size_t
decode_groups (const uint8_t *text, size_t length, uint8_t *out)
{
  size_t at = 0;
  /* The store is two bytes wider than what it stores: a third group leaves room for them. */
  for (; at + 12 <= length; at += 8, out += 6) {
    uint32_t high = look_up (text + at), low = look_up (text + at + 4);
    if (((high | low) & bad_group) != 0)
      break;
    uint64_t bytes = GUINT64_TO_BE ((uint64_t)high << 40 | (uint64_t)low << 16);
    memcpy (out, &bytes, sizeof bytes);
  }
  for (; at + 4 <= length; at += 4, out += 3) {
    uint32_t group = look_up (text + at);
    if ((group & bad_group) != 0)
      break;
    out[0] = (uint8_t)(group >> 16);
    out[1] = (uint8_t)(group >> 8);
    out[2] = (uint8_t)group;
  }
  return at;
}

static bool
take_pad (Base64Decoder *decoder)
{
  /* It fills a group of two or three signs up to four. */
  if (decoder->n_signs < 2 || decoder->n_signs + decoder->n_pads >= 4)
    return false;
  decoder->n_pads++;
  return true;
}

/* One sign, and the byte that it completes. False: it does not belong there. */
static bool
take_sign (Base64Decoder *decoder, uint8_t sign, uint8_t **out)
{
  if (sign == '\n' || sign == '\r')
    return true;
  if (sign == '=')
    return take_pad (decoder);
  if (tables.value[sign] == NO_SIGN || decoder->n_pads > 0)
    return false;
  decoder->bits = decoder->bits << 6 | tables.value[sign];
  decoder->n_signs = (decoder->n_signs + 1) % 4;
  if (decoder->n_signs != 1)
    *(*out)++ = (uint8_t)(decoder->bits >> (4 - decoder->n_signs) % 4 * 2);
  return true;
}

bool
base64_decode (Base64Decoder *decoder, const char *text, size_t length, uint8_t *out,
               size_t *out_length, size_t *out_used)
{
  const uint8_t *signs = (const uint8_t *)text;
  uint8_t *end = out;
  size_t at = 0;
  bool ok = true;
  prepare ();
  while (ok && at < length) {
    if (decoder->n_signs == 0) {
      size_t n = decode_groups (signs + at, length - at, end);
      at += n;
      end += n / 4 * 3;
    }
    if (at < length)
      ok = take_sign (decoder, signs[at], &end);
    at += ok && at < length;
  }
  *out_length = (size_t)(end - out);
  *out_used = at;
  return ok;
}

bool
base64_finish (const Base64Decoder *decoder)
{
  bool is_padded = decoder->n_pads == 0 || decoder->n_signs + decoder->n_pads == 4;
  return decoder->n_signs != 1 && is_padded;
}

static char *
put_pair (char *out, unsigned bits)
{
  memcpy (out, tables.pairs[bits], 2);
  return out + 2;
}

size_t
base64_encode (const uint8_t *bytes, size_t length, char *out)
{
  char *end = out;
  size_t at = 0;
  prepare ();
  for (; at + 3 <= length; at += 3) {
    end = put_pair (end, (unsigned)bytes[at] << 4 | bytes[at + 1] >> 4);
    end = put_pair (end, (bytes[at + 1] & 15u) << 8 | bytes[at + 2]);
  }
  if (at < length) {
    bool has_two = at + 2 == length;
    unsigned second = has_two ? bytes[at + 1] : 0;
    end = put_pair (end, (unsigned)bytes[at] << 4 | second >> 4);
    end = put_pair (end, (second & 15) << 8);
    end[-1] = '=';
    if (!has_two)
      end[-2] = '=';
  }
  return (size_t)(end - out);
}

char *
base64_url (const void *bytes, size_t length)
{
  char *text = g_malloc (base64_signs (length) + 1);
  size_t n = base64_encode (bytes, length, text);
  while (n > 0 && text[n - 1] == '=')
    n--;
  text[n] = '\0';
  g_strdelimit (text, "+", '-');
  return g_strdelimit (text, "/", '_');
}
