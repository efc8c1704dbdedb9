#include "metadata/exif-value.h"

#include <math.h>
#include <string.h>

#include "metadata/foreign-text.h"

enum {
  TYPE_BYTE = 1,
  TYPE_ASCII = 2,
  TYPE_SHORT = 3,
  TYPE_LONG = 4,
  TYPE_RATIONAL = 5,
  TYPE_SIGNED_BYTE = 6,
  TYPE_UNDEFINED = 7,
  TYPE_SIGNED_SHORT = 8,
  TYPE_SIGNED_LONG = 9,
  TYPE_SIGNED_RATIONAL = 10,
  TYPE_FLOAT = 11,
  TYPE_DOUBLE = 12,
};

enum {
  TAG_EXPOSURE_TIME = 0x829a,
  TAG_USER_COMMENT = 0x9286,
  TAG_XP_FIRST = 0x9c9b, /* XPTitle, XPComment, XPAuthor, XPKeywords, XPSubject: UTF-16LE */
  TAG_XP_LAST = 0x9c9f,
  GPS_TAG_LATITUDE = 2,
  GPS_TAG_LONGITUDE = 4,
  GPS_TAG_TIME = 7,
  GPS_TAG_METHOD = 27,
  GPS_TAG_AREA = 28,
};

enum { MOST_NUMBERS = 32, MOST_SHORT_TEXT = 64, CHARSET_BYTES = 8 };

/* Values that are words in truth (Exif 2.32, 4.6). */
static const struct {
  ExifListDirectory directory;
  uint16_t tag;
  uint16_t value;
  const char *word;
} words[] = {
  { EXIF_LIST_IFD0, 0x0112, 1, "upright" },
  { EXIF_LIST_IFD0, 0x0112, 2, "mirrored" },
  { EXIF_LIST_IFD0, 0x0112, 3, "turned by 180" },
  { EXIF_LIST_IFD0, 0x0112, 4, "mirrored, turned by 180" },
  { EXIF_LIST_IFD0, 0x0112, 5, "mirrored, to be turned left" },
  { EXIF_LIST_IFD0, 0x0112, 6, "to be turned right" },
  { EXIF_LIST_IFD0, 0x0112, 7, "mirrored, to be turned right" },
  { EXIF_LIST_IFD0, 0x0112, 8, "to be turned left" },
  { EXIF_LIST_IFD0, 0x0128, 1, "none" },
  { EXIF_LIST_IFD0, 0x0128, 2, "inch" },
  { EXIF_LIST_IFD0, 0x0128, 3, "cm" },
  { EXIF_LIST_EXIF, 0x8822, 1, "manual" },
  { EXIF_LIST_EXIF, 0x8822, 2, "normal" },
  { EXIF_LIST_EXIF, 0x8822, 3, "aperture priority" },
  { EXIF_LIST_EXIF, 0x8822, 4, "shutter priority" },
  { EXIF_LIST_EXIF, 0x9207, 1, "average" },
  { EXIF_LIST_EXIF, 0x9207, 2, "centre" },
  { EXIF_LIST_EXIF, 0x9207, 3, "spot" },
  { EXIF_LIST_EXIF, 0x9207, 5, "pattern" },
  { EXIF_LIST_EXIF, 0xa001, 1, "sRGB" },
  { EXIF_LIST_EXIF, 0xa001, 0xffff, "uncalibrated" },
  { EXIF_LIST_EXIF, 0xa402, 0, "auto" },
  { EXIF_LIST_EXIF, 0xa402, 1, "manual" },
  { EXIF_LIST_EXIF, 0xa403, 0, "auto" },
  { EXIF_LIST_EXIF, 0xa403, 1, "manual" },
};

static uint32_t
read_unit (const Ifd *ifd, const uint8_t *at, unsigned n_bytes)
{
  uint32_t value = 0;
  for (unsigned i = 0; i < n_bytes; i++)
    value = value << 8 | at[ifd->is_big_endian ? i : n_bytes - 1 - i];
  return value;
}

static double
read_double (const Ifd *ifd, const uint8_t *at)
{
  uint64_t bits = (uint64_t)read_unit (ifd, at + (ifd->is_big_endian ? 0 : 4), 4) << 32 |
                  read_unit (ifd, at + (ifd->is_big_endian ? 4 : 0), 4);
  double value;
  memcpy (&value, &bits, sizeof value);
  return value;
}

static double
read_float (const Ifd *ifd, const uint8_t *at)
{
  uint32_t bits = read_unit (ifd, at, 4);
  float value;
  memcpy (&value, &bits, sizeof value);
  return (double)value;
}

/* Of a rational the two numbers, of anything else itself over 1. */
static void
read_pair (const Ifd *ifd, const IfdEntry *entry, uint32_t index, double *out_n, double *out_d)
{
  const uint8_t *at = entry->data + (size_t)index * entry->unit;
  *out_d = 1;
  switch (entry->type) {
  case TYPE_RATIONAL:
    *out_n = read_unit (ifd, at, 4);
    *out_d = read_unit (ifd, at + 4, 4);
    return;
  case TYPE_SIGNED_RATIONAL:
    *out_n = (int32_t)read_unit (ifd, at, 4);
    *out_d = (int32_t)read_unit (ifd, at + 4, 4);
    return;
  case TYPE_SIGNED_BYTE:
    *out_n = (int8_t)at[0];
    return;
  case TYPE_SIGNED_SHORT:
    *out_n = (int16_t)read_unit (ifd, at, 2);
    return;
  case TYPE_SIGNED_LONG:
    *out_n = (int32_t)read_unit (ifd, at, 4);
    return;
  case TYPE_FLOAT:
    *out_n = read_float (ifd, at);
    return;
  case TYPE_DOUBLE:
    *out_n = read_double (ifd, at);
    return;
  default:
    *out_n = read_unit (ifd, at, MIN (entry->unit, 4));
  }
}

double
exif_value_number (const Ifd *ifd, const IfdEntry *entry, uint32_t index)
{
  double n, d;
  if (index >= entry->count || entry->type == TYPE_ASCII)
    return 0;
  read_pair (ifd, entry, index, &n, &d);
  double value = d != 0 ? n / d : 0;
  return isfinite (value) ? value : 0;
}

static void
append_number (GString *out, const Ifd *ifd, const IfdEntry *entry, uint32_t index)
{
  double n, d;
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  read_pair (ifd, entry, index, &n, &d);
  if (d == 0)
    g_string_append_printf (out, "%.0f/0", n);
  else if (entry->tag == TAG_EXPOSURE_TIME && n > 0 && d > n)
    g_string_append_printf (out, "1/%s", g_ascii_formatd (text, sizeof text, "%.6g", d / n));
  else
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.10g", n / d));
}

static char *
number_words (const Ifd *ifd, const IfdEntry *entry)
{
  g_autoptr (GString) out = g_string_new (NULL);
  for (uint32_t i = 0; i < MIN (entry->count, MOST_NUMBERS); i++) {
    if (i > 0)
      g_string_append_c (out, ' ');
    append_number (out, ifd, entry, i);
  }
  if (entry->count > MOST_NUMBERS)
    g_string_append_printf (out, " \342\200\246 (%u in all)", entry->count);
  return g_strdup (out->str);
}

static char *
degree_words (const Ifd *ifd, const IfdEntry *entry)
{
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (seconds, sizeof seconds, "%.4g", exif_value_number (ifd, entry, 2));
  return g_strdup_printf ("%.6g\302\260 %.6g' %s\"", exif_value_number (ifd, entry, 0),
                          exif_value_number (ifd, entry, 1), seconds);
}

/* Eight bytes tell how the rest is written. Programs do not agree on the order of UTF-16's bytes:
 * Latin letters have their zero first when it is big-endian. */
static char *
comment_words (const Ifd *ifd, const IfdEntry *entry)
{
  if (entry->size < CHARSET_BYTES)
    return foreign_text (entry->data, entry->size, EXIF_LIST_MOST_VALUE_BYTES);
  const uint8_t *at = entry->data + CHARSET_BYTES;
  size_t length = entry->size - CHARSET_BYTES;
  if (memcmp (entry->data, "UNICODE", 8) != 0)
    return foreign_text (at, length, EXIF_LIST_MOST_VALUE_BYTES);
  bool is_big = ifd->is_big_endian;
  if (length >= 2 && (at[0] == 0) != (at[1] == 0))
    is_big = at[0] == 0;
  return foreign_text_utf16 (at, length, is_big, EXIF_LIST_MOST_VALUE_BYTES);
}

static bool
is_plain_text (const IfdEntry *entry)
{
  size_t length = entry->size;
  while (length > 0 && entry->data[length - 1] == 0)
    length--;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isprint ((char)entry->data[i]))
      return false;
  return length > 0;
}

static char *
byte_words (const Ifd *ifd, const IfdEntry *entry)
{
  if (entry->type == TYPE_UNDEFINED && entry->size >= 4 && entry->size <= MOST_SHORT_TEXT &&
      is_plain_text (entry))
    return foreign_text (entry->data, entry->size, MOST_SHORT_TEXT);
  if (entry->size <= 8)
    return number_words (ifd, entry);
  return g_strdup_printf ("%zu bytes", entry->size);
}

static const char *
find_word (const Ifd *ifd, ExifListDirectory directory, const IfdEntry *entry)
{
  if (entry->count != 1 || (entry->type != TYPE_SHORT && entry->type != TYPE_LONG))
    return NULL;
  if (directory == EXIF_LIST_IFD1)
    directory = EXIF_LIST_IFD0;
  uint32_t value = ifd_number (ifd, entry);
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].directory == directory && words[i].tag == entry->tag && words[i].value == value)
      return words[i].word;
  return NULL;
}

static char *
gps_words (const Ifd *ifd, const IfdEntry *entry)
{
  bool is_three = entry->type == TYPE_RATIONAL && entry->count == 3;
  if (is_three && (entry->tag == GPS_TAG_LATITUDE || entry->tag == GPS_TAG_LONGITUDE))
    return degree_words (ifd, entry);
  if (is_three && entry->tag == GPS_TAG_TIME)
    return g_strdup_printf ("%02.0f:%02.0f:%02.0f", exif_value_number (ifd, entry, 0),
                            exif_value_number (ifd, entry, 1), exif_value_number (ifd, entry, 2));
  if (entry->type == TYPE_UNDEFINED && (entry->tag == GPS_TAG_METHOD || entry->tag == GPS_TAG_AREA))
    return comment_words (ifd, entry);
  return NULL;
}

char *
exif_value_words (const Ifd *ifd, ExifListDirectory directory, const IfdEntry *entry)
{
  char *gps = directory == EXIF_LIST_GPS ? gps_words (ifd, entry) : NULL;
  if (gps != NULL)
    return gps;
  const char *word = find_word (ifd, directory, entry);
  if (word != NULL)
    return g_strdup_printf ("%s (%u)", word, ifd_number (ifd, entry));
  if (entry->type == TYPE_ASCII)
    return foreign_text (entry->data, entry->size, EXIF_LIST_MOST_VALUE_BYTES);
  if (directory == EXIF_LIST_EXIF && entry->tag == TAG_USER_COMMENT)
    return comment_words (ifd, entry);
  if (directory == EXIF_LIST_IFD0 && entry->tag >= TAG_XP_FIRST && entry->tag <= TAG_XP_LAST)
    return foreign_text_utf16 (entry->data, entry->size, false, EXIF_LIST_MOST_VALUE_BYTES);
  if (entry->type == TYPE_UNDEFINED || entry->type == TYPE_BYTE)
    return byte_words (ifd, entry);
  return number_words (ifd, entry);
}
