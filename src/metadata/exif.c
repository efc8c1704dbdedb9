/* libvips would write EXIF texts in ASCII ("Zolc" for "Żółć"), so the block is built here with
 * libexif: the bytes of an ASCII entry are UTF-8, which is what readers expect in fact. XMP says
 * the same and is the one to trust. */
#include "metadata/exif.h"

#include <libexif/exif-data.h>

#include "metadata/ifd.h"

#define BYTE_ORDER_OF_BLOCK EXIF_BYTE_ORDER_MOTOROLA

static void
add_entry (ExifData *exif, ExifIfd ifd, ExifTag tag, ExifFormat format, size_t count,
           const void *bytes, size_t size)
{
  ExifMem *memory = exif_mem_new_default ();
  ExifEntry *entry = exif_entry_new_mem (memory);
  entry->tag = tag;
  entry->format = format;
  entry->components = count;
  entry->data = exif_mem_alloc (memory, (ExifLong)size);
  if (entry->data != NULL) {
    entry->size = (unsigned)size;
    memcpy (entry->data, bytes, size);
    exif_content_add_entry (exif->ifd[ifd], entry);
  }
  exif_entry_unref (entry);
  exif_mem_unref (memory);
}

static void
add_short (ExifData *exif, ExifIfd ifd, ExifTag tag, uint16_t value)
{
  uint8_t bytes[2];
  exif_set_short (bytes, BYTE_ORDER_OF_BLOCK, value);
  add_entry (exif, ifd, tag, EXIF_FORMAT_SHORT, 1, bytes, sizeof bytes);
}

static void
add_long (ExifData *exif, ExifIfd ifd, ExifTag tag, uint32_t value)
{
  uint8_t bytes[4];
  exif_set_long (bytes, BYTE_ORDER_OF_BLOCK, value);
  add_entry (exif, ifd, tag, EXIF_FORMAT_LONG, 1, bytes, sizeof bytes);
}

/* To a thousandth: 300/1, 299720/1000. */
static void
add_density (ExifData *exif, ExifTag tag, double dpi)
{
  uint32_t thousandths = (uint32_t)(dpi * 1000 + 0.5);
  bool is_whole = thousandths % 1000 == 0;
  ExifRational density = { is_whole ? thousandths / 1000 : thousandths, is_whole ? 1 : 1000 };
  uint8_t bytes[8];
  exif_set_rational (bytes, BYTE_ORDER_OF_BLOCK, density);
  add_entry (exif, EXIF_IFD_0, tag, EXIF_FORMAT_RATIONAL, 1, bytes, sizeof bytes);
}

static void
add_text (ExifData *exif, ExifTag tag, const char *text)
{
  add_entry (exif, EXIF_IFD_0, tag, EXIF_FORMAT_ASCII, strlen (text) + 1, text, strlen (text) + 1);
}

static void
add_creators (ExifData *exif, const MetadataRecord *record)
{
  g_autoptr (GString) artists = g_string_new (NULL);
  for (unsigned i = 0; i < metadata_record_count (record, METADATA_CREATOR); i++) {
    const char *name = metadata_record_get (record, METADATA_CREATOR, i)->text;
    if (artists->len + strlen (name) > METADATA_MOST_VALUE_BYTES)
      break;
    g_string_append_printf (artists, "%s%s", artists->len > 0 ? "; " : "", name);
  }
  add_text (exif, EXIF_TAG_ARTIST, artists->str);
}

static void
add_camera (ExifData *exif, const GPtrArray *camera)
{
  for (unsigned i = 0; camera != NULL && i < camera->len; i++) {
    const ExifField *field = g_ptr_array_index (camera, i);
    size_t size;
    const void *bytes = g_bytes_get_data (field->data, &size);
    g_autofree uint8_t *swapped = g_memdup2 (bytes, size);
    ifd_swap (field->type, swapped, size);
    add_entry (exif, field->is_in_ifd0 ? EXIF_IFD_0 : EXIF_IFD_EXIF, (ExifTag)field->tag,
               (ExifFormat)field->type, field->count, swapped, size);
  }
}

static void
add_comment (ExifData *exif, const char *comment)
{
  static const char name[8] = "UNICODE";
  size_t n_bytes;
  g_autofree char *text = g_convert (comment, -1, "UTF-16BE", "UTF-8", NULL, &n_bytes, NULL);
  if (text == NULL)
    return;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *)name, sizeof name);
  g_byte_array_append (bytes, (const guint8 *)text, (unsigned)n_bytes);
  add_entry (exif, EXIF_IFD_EXIF, EXIF_TAG_USER_COMMENT, EXIF_FORMAT_UNDEFINED, bytes->len,
             bytes->data, bytes->len);
}

static GBytes *
save (ExifData *exif)
{
  unsigned char *bytes = NULL;
  unsigned length = 0;
  exif_data_save_data (exif, &bytes, &length);
  GBytes *block = bytes != NULL ? g_bytes_new (bytes, length) : NULL;
  free (bytes); /* libexif's default memory is malloc's */
  return block;
}

GBytes *
exif_build (const MetadataRecord *record, const ExifFacts *facts)
{
  const char *rights = metadata_record_text (record, METADATA_RIGHTS);
  const char *description = metadata_record_text (record, METADATA_DESCRIPTION);
  bool has_creator = metadata_record_count (record, METADATA_CREATOR) > 0;
  bool has_camera = facts->camera != NULL && facts->camera->len > 0;
  bool has_density = facts->density_dpi >= 0.001 && facts->density_dpi <= 1e6;
  if (rights == NULL && description == NULL && !has_creator && !has_camera && !has_density &&
      facts->comment == NULL)
    return NULL;

  ExifData *exif = exif_data_new ();
  exif_data_set_byte_order (exif, BYTE_ORDER_OF_BLOCK);
  add_short (exif, EXIF_IFD_0, EXIF_TAG_ORIENTATION, 1);
  if (has_density) {
    add_density (exif, EXIF_TAG_X_RESOLUTION, facts->density_dpi);
    add_density (exif, EXIF_TAG_Y_RESOLUTION, facts->density_dpi);
    add_short (exif, EXIF_IFD_0, EXIF_TAG_RESOLUTION_UNIT, 2);
  }
  if (description != NULL)
    add_text (exif, EXIF_TAG_IMAGE_DESCRIPTION, description);
  if (has_creator)
    add_creators (exif, record);
  if (rights != NULL)
    add_text (exif, EXIF_TAG_COPYRIGHT, rights);
  add_entry (exif, EXIF_IFD_EXIF, EXIF_TAG_EXIF_VERSION, EXIF_FORMAT_UNDEFINED, 4, "0232", 4);
  if (facts->width > 0 && facts->height > 0) {
    add_long (exif, EXIF_IFD_EXIF, EXIF_TAG_PIXEL_X_DIMENSION, (uint32_t)facts->width);
    add_long (exif, EXIF_IFD_EXIF, EXIF_TAG_PIXEL_Y_DIMENSION, (uint32_t)facts->height);
  }
  add_camera (exif, facts->camera);
  if (facts->comment != NULL)
    add_comment (exif, facts->comment);
  GBytes *block = save (exif);
  exif_data_unref (exif);
  return block;
}
