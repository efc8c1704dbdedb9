#include "metadata/tiff.h"

typedef struct {
  GArray *fields;
  bool is_big_endian;
} Collector;

static void
collect (const IfdEntry *entry, void *data)
{
  Collector *collector = data;
  TiffField field = { *entry, collector->is_big_endian };
  g_array_append_val (collector->fields, field);
}

static int
compare (const void *a, const void *b)
{
  const TiffField *one = a, *two = b;
  return (int)one->entry.tag - (int)two->entry.tag;
}

void
tiff_sort (GArray *fields)
{
  g_array_sort (fields, compare); /* stable */
}

GArray *
tiff_fields (const Ifd *ifd, uint32_t offset, uint32_t *out_next)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (TiffField));
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (TiffField));
  Collector collector = { all, ifd->is_big_endian };
  uint32_t next = ifd_each (ifd, offset, collect, &collector);
  tiff_sort (all);
  for (unsigned i = 0; i < all->len; i++) {
    const TiffField *field = &g_array_index (all, TiffField, i);
    if (i == 0 || field[-1].entry.tag != field->entry.tag)
      g_array_append_val (fields, *field);
  }
  if (out_next != NULL)
    *out_next = next;
  return fields;
}

const TiffField *
tiff_find (const GArray *fields, uint16_t tag)
{
  for (unsigned i = 0; i < fields->len; i++) {
    const TiffField *field = &g_array_index (fields, TiffField, i);
    if (field->entry.tag == tag)
      return field;
  }
  return NULL;
}

uint32_t
tiff_number (const TiffField *field, uint32_t index)
{
  if (field == NULL || index >= field->entry.count)
    return 0;
  Ifd order = { .is_big_endian = field->is_big_endian };
  IfdEntry entry = field->entry;
  entry.data += (size_t)index * entry.unit;
  return ifd_number (&order, &entry);
}

void
tiff_add_number (GByteArray *out, bool is_big_endian, unsigned n_bytes, uint32_t value)
{
  for (unsigned i = 0; i < n_bytes; i++) {
    uint8_t byte = (uint8_t)(value >> (8 * (is_big_endian ? n_bytes - 1 - i : i)));
    g_byte_array_append (out, &byte, 1);
  }
}

static void
add_value (GByteArray *out, bool is_big_endian, const TiffField *field)
{
  const IfdEntry *entry = &field->entry;
  unsigned start = out->len;
  g_byte_array_append (out, entry->data, (unsigned)entry->size);
  if (field->is_big_endian != is_big_endian)
    ifd_swap (entry->type, out->data + start, entry->size);
}

static void
pad (GByteArray *out)
{
  if (out->len % 2 != 0)
    g_byte_array_append (out, (const uint8_t *)"", 1);
}

static uint32_t
write_directory (GByteArray *out, uint32_t base, bool is_big_endian, const GArray *fields)
{
  g_autofree uint32_t *offsets = g_new0 (uint32_t, fields->len + 1);
  pad (out);
  for (unsigned i = 0; i < fields->len; i++) {
    const TiffField *field = &g_array_index (fields, TiffField, i);
    offsets[i] = base + out->len;
    if (field->entry.size > 4)
      add_value (out, is_big_endian, field);
    pad (out);
  }
  uint32_t start = base + out->len;
  tiff_add_number (out, is_big_endian, 2, fields->len);
  for (unsigned i = 0; i < fields->len; i++) {
    const TiffField *field = &g_array_index (fields, TiffField, i);
    tiff_add_number (out, is_big_endian, 2, field->entry.tag);
    tiff_add_number (out, is_big_endian, 2, field->entry.type);
    tiff_add_number (out, is_big_endian, 4, field->entry.count);
    if (field->entry.size > 4) {
      tiff_add_number (out, is_big_endian, 4, offsets[i]);
    } else {
      add_value (out, is_big_endian, field);
      tiff_add_number (out, is_big_endian, 4 - (unsigned)field->entry.size, 0);
    }
  }
  tiff_add_number (out, is_big_endian, 4, 0); /* no directory follows */
  return start;
}

static void
add_pointer (GArray *fields, uint16_t tag, const GByteArray *number, bool is_big_endian)
{
  TiffField field = { { tag, TIFF_LONG, 1, 4, number->data, 4 }, is_big_endian };
  g_array_append_val (fields, field);
}

uint32_t
tiff_write (GByteArray *out, uint32_t base, bool is_big_endian, const TiffExif *directories)
{
  g_autoptr (GByteArray) exif_at = g_byte_array_new (), gps_at = g_byte_array_new ();
  g_autoptr (GArray) first = g_array_copy (directories->first);
  if (directories->exif != NULL && directories->exif->len > 0) {
    uint32_t at = write_directory (out, base, is_big_endian, directories->exif);
    tiff_add_number (exif_at, is_big_endian, 4, at);
    add_pointer (first, TIFF_EXIF, exif_at, is_big_endian);
  }
  if (directories->gps != NULL && directories->gps->len > 0) {
    uint32_t at = write_directory (out, base, is_big_endian, directories->gps);
    tiff_add_number (gps_at, is_big_endian, 4, at);
    add_pointer (first, TIFF_GPS, gps_at, is_big_endian);
  }
  tiff_sort (first);
  return write_directory (out, base, is_big_endian, first);
}

GBytes *
tiff_build (bool is_big_endian, const TiffExif *directories)
{
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, (const uint8_t *)(is_big_endian ? "MM\0*\0\0\0\0" : "II*\0\0\0\0\0"),
                       8);
  uint32_t first = tiff_write (out, 0, is_big_endian, directories);
  g_autoptr (GByteArray) number = g_byte_array_new ();
  tiff_add_number (number, is_big_endian, 4, first);
  memcpy (out->data + 4, number->data, 4);
  return g_byte_array_free_to_bytes (out);
}
