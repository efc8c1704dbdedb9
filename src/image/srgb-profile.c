/* A small sRGB profile, built here.
 *
 * libvips's own has its curve as a table and weighs 6.9 KB, more than many a thumbnail. ICC version 4
 * knows the curve as a formula, so that all of sRGB fits into half a kilobyte:
 *
 *     0    header, 128 bytes
 *     128  tag count, then tags of 12 bytes: signature, offset, size
 *     …    desc, cprt, wtpt, chad, r/g/bXYZ, one curve that r/g/bTRC share
 *
 * Numbers are s15Fixed16. Layout: ICC.1:2010 (profile version 4.3), chapters 7 to 10. Primaries are those of
 * IEC 61966-2-1 adapted to D50 by the Bradford matrix, as every common sRGB profile has them. */
#include "image/color.h"

enum { HEADER_BYTES = 128, N_TAGS = 10, TAG_BYTES = 12 };

static void
put_32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                            (uint8_t)value };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
put_name (GByteArray *out, const char *name)
{
  g_byte_array_append (out, (const guint8 *)name, 4);
}

static void
put_header (GByteArray *out)
{
  put_32 (out, 0); /* the size, known at the end */
  put_32 (out, 0);
  put_32 (out, 0x04300000);
  put_name (out, "mntr");
  put_name (out, "RGB ");
  put_name (out, "XYZ ");
  /* A date is demanded; a fixed one keeps outputs equal. */
  put_32 (out, 2026u << 16 | 1);
  put_32 (out, 1u << 16);
  put_32 (out, 0);
  put_name (out, "acsp");
  for (int i = 0; i < 7; i++)
    put_32 (out, 0);        /* platform, flags, device, attributes, intent: perceptual */
  put_32 (out, 0x0000f6d6); /* D50 */
  put_32 (out, 0x00010000);
  put_32 (out, 0x0000d32d);
  while (out->len < HEADER_BYTES)
    put_32 (out, 0);
}

/* A text in one language, UTF-16BE; padded to four bytes. */
static void
put_text (GByteArray *out, const char *text)
{
  size_t length = strlen (text);
  put_name (out, "mluc");
  put_32 (out, 0);
  put_32 (out, 1);
  put_32 (out, 12);
  put_name (out, "enUS");
  put_32 (out, (uint32_t)length * 2);
  put_32 (out, 28);
  for (size_t i = 0; i < length; i++) {
    const uint8_t unit[] = { 0, (uint8_t)text[i] };
    g_byte_array_append (out, unit, sizeof unit);
  }
  while (out->len % 4 != 0)
    g_byte_array_append (out, (const guint8 *)"", 1);
}

static void
put_numbers (GByteArray *out, const char *type, const int32_t *numbers, unsigned n)
{
  put_name (out, type);
  put_32 (out, 0);
  for (unsigned i = 0; i < n; i++)
    put_32 (out, (uint32_t)numbers[i]);
}

/* Y = ((X + 0.055) / 1.055) ^ 2.4 from 0.04045 on, X / 12.92 below. */
static void
put_curve (GByteArray *out)
{
  static const int32_t parameters[] = { 157286, 62119, 3417, 5072, 2651 };
  put_name (out, "para");
  put_32 (out, 0);
  put_32 (out, 3u << 16);
  for (unsigned i = 0; i < G_N_ELEMENTS (parameters); i++)
    put_32 (out, (uint32_t)parameters[i]);
}

static void
poke_32 (GByteArray *out, unsigned at, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    out->data[at + (unsigned)i] = (uint8_t)(value >> (24 - 8 * i));
}

GBytes *
image_srgb_small_profile (void)
{
  static const char names[N_TAGS][5] = { "desc", "cprt", "wtpt", "chad", "rXYZ",
                                         "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC" };
  static const int32_t white[] = { 0xf6d6, 0x10000, 0xd32d };
  static const int32_t adaptation[] = { 0x10c42, 0x05de,  -0x0cdb, 0x0793, 0xfd90,
                                        -0x045f, -0x025e, 0x03dc,  0xc06e };
  static const int32_t primaries[3][3] = { { 0x6fa2, 0x38f5, 0x0390 },
                                           { 0x6299, 0xb785, 0x18da },
                                           { 0x24a0, 0x0f84, 0xb6cf } };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  put_header (out);
  put_32 (out, N_TAGS);
  unsigned table = out->len;
  for (unsigned i = 0; i < N_TAGS; i++) {
    put_name (out, names[i]);
    put_32 (out, 0);
    put_32 (out, 0);
  }
  unsigned start = 0;
  for (unsigned i = 0; i < N_TAGS; i++) {
    /* The three curves are one. */
    if (i <= 7)
      start = out->len;
    if (i == 0)
      put_text (out, "sRGB");
    else if (i == 1)
      put_text (out, "CC0");
    else if (i == 2)
      put_numbers (out, "XYZ ", white, 3);
    else if (i == 3)
      put_numbers (out, "sf32", adaptation, 9);
    else if (i <= 6)
      put_numbers (out, "XYZ ", primaries[i - 4], 3);
    else if (i == 7)
      put_curve (out);
    poke_32 (out, table + i * TAG_BYTES + 4, start);
    poke_32 (out, table + i * TAG_BYTES + 8, out->len - start);
  }
  poke_32 (out, 0, out->len);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
