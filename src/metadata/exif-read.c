/* libexif would parse everything, maker notes included, which is where most of its CVEs were;
 * the few tags that pass are read here, by the bounded walk of ifd.h. GPS, IFD1 and maker notes
 * are seen and not entered. */
#include "metadata/exif.h"

#include "metadata/ifd.h"

enum {
  TAG_IMAGE_DESCRIPTION = 0x010e,
  TAG_ARTIST = 0x013b,
  TAG_COPYRIGHT = 0x8298,
  TAG_EXIF_IFD = 0x8769,
  TAG_GPS_IFD = 0x8825,
  TAG_MAKER_NOTE = 0x927c,
  TAG_USER_COMMENT = 0x9286,
  TYPE_ASCII = 2,
};

/* Camera, lens, exposure, capture time. Not here, since they name a person or a device: serial
 * numbers, owner's name, unique image id. */
static const uint16_t camera_ifd0_tags[] = {
  0x010f, /* Make */
  0x0110, /* Model */
};
static const uint16_t camera_exif_tags[] = {
  0x829a, /* ExposureTime */
  0x829d, /* FNumber */
  0x8822, /* ExposureProgram */
  0x8827, /* ISOSpeedRatings */
  0x9003, /* DateTimeOriginal */
  0x9004, /* DateTimeDigitized */
  0x9010, /* OffsetTime */
  0x9011, /* OffsetTimeOriginal */
  0x9012, /* OffsetTimeDigitized */
  0x9201, /* ShutterSpeedValue */
  0x9202, /* ApertureValue */
  0x9203, /* BrightnessValue */
  0x9204, /* ExposureBiasValue */
  0x9205, /* MaxApertureValue */
  0x9207, /* MeteringMode */
  0x9208, /* LightSource */
  0x9209, /* Flash */
  0x920a, /* FocalLength */
  0x9291, /* SubSecTimeOriginal */
  0x9292, /* SubSecTimeDigitized */
  0xa402, /* ExposureMode */
  0xa403, /* WhiteBalance */
  0xa404, /* DigitalZoomRatio */
  0xa405, /* FocalLengthIn35mmFilm */
  0xa406, /* SceneCaptureType */
  0xa432, /* LensSpecification */
  0xa433, /* LensMake */
  0xa434, /* LensModel */
};

typedef struct {
  Ifd ifd;
  MetadataRecord *record;
  GPtrArray *camera;
  uint32_t exif_offset;
} Reader;

static void
field_free (gpointer data)
{
  ExifField *field = data;
  g_bytes_unref (field->data);
  g_free (field);
}

static bool
is_listed (const uint16_t *tags, size_t n_tags, uint16_t tag)
{
  for (size_t i = 0; i < n_tags; i++) {
    if (tags[i] == tag)
      return true;
  }
  return false;
}

static bool
has_tag (const GPtrArray *camera, bool is_in_ifd0, uint16_t tag)
{
  for (unsigned i = 0; i < camera->len; i++) {
    const ExifField *field = g_ptr_array_index (camera, i);
    if (field->tag == tag && field->is_in_ifd0 == is_in_ifd0)
      return true;
  }
  return false;
}

/* ComfyUI's WebP keeps its workflow, as JSON, in Make and Model. */
static bool
is_json (const IfdEntry *entry)
{
  return entry->type == TYPE_ASCII && memchr (entry->data, '{', entry->size) != NULL;
}

static void
take_camera_field (Reader *reader, const IfdEntry *entry, bool is_in_ifd0)
{
  if (entry->size == 0 || entry->size > EXIF_MOST_FIELD_BYTES || entry->type == 7 ||
      is_json (entry) || has_tag (reader->camera, is_in_ifd0, entry->tag))
    return;
  ExifField *field = g_new0 (ExifField, 1);
  field->tag = entry->tag;
  field->type = entry->type;
  field->count = entry->count;
  field->is_in_ifd0 = is_in_ifd0;
  uint8_t *bytes = g_memdup2 (entry->data, entry->size);
  /* A rational is two numbers of four bytes. */
  unsigned word = entry->type == 5 || entry->type == 10 ? 4 : entry->unit;
  for (size_t at = 0; reader->ifd.is_big_endian && at < entry->size; at += word) {
    for (unsigned i = 0; i < word / 2; i++) {
      uint8_t swapped = bytes[at + i];
      bytes[at + i] = bytes[at + word - 1 - i];
      bytes[at + word - 1 - i] = swapped;
    }
  }
  field->data = g_bytes_new_take (bytes, entry->size);
  g_ptr_array_add (reader->camera, field);
}

/* "photographer NUL editor"; the editor counts when the photographer is a mere blank. */
static void
take_copyright (MetadataRecord *record, const IfdEntry *entry)
{
  metadata_record_add_bytes (record, METADATA_RIGHTS, entry->data, entry->size);
  size_t first = strnlen ((const char *)entry->data, entry->size);
  if (first < entry->size)
    metadata_record_add_bytes (record, METADATA_RIGHTS, entry->data + first + 1,
                               entry->size - first - 1);
}

/* "Ann; Bob" are two. */
static void
take_artists (MetadataRecord *record, const IfdEntry *entry)
{
  const char *text = (const char *)entry->data;
  size_t length = strnlen (text, entry->size);
  for (size_t at = 0; at < length;) {
    const char *end = memchr (text + at, ';', length - at);
    size_t n_letters = end != NULL ? (size_t)(end - text) - at : length - at;
    metadata_record_add_bytes (record, METADATA_CREATOR, text + at, n_letters);
    at += n_letters + 1;
  }
}

static void
visit_ifd0 (const IfdEntry *entry, void *data)
{
  Reader *reader = data;
  bool is_text = entry->type == TYPE_ASCII || entry->type == 1;
  if (entry->tag == TAG_EXIF_IFD)
    reader->exif_offset = ifd_number (&reader->ifd, entry);
  else if (entry->tag == TAG_GPS_IFD)
    reader->record->strangers |= METADATA_STRANGER_LOCATION;
  else if (entry->tag == TAG_COPYRIGHT && is_text)
    take_copyright (reader->record, entry);
  else if (entry->tag == TAG_ARTIST && is_text)
    take_artists (reader->record, entry);
  else if (entry->tag == TAG_IMAGE_DESCRIPTION && is_text)
    metadata_record_add_bytes (reader->record, METADATA_DESCRIPTION, entry->data, entry->size);
  else if (is_listed (camera_ifd0_tags, G_N_ELEMENTS (camera_ifd0_tags), entry->tag))
    take_camera_field (reader, entry, true);
}

static void
visit_exif (const IfdEntry *entry, void *data)
{
  Reader *reader = data;
  if (entry->tag == TAG_MAKER_NOTE)
    reader->record->strangers |= METADATA_STRANGER_MAKER_NOTE;
  else if (entry->tag == TAG_USER_COMMENT)
    reader->record->strangers |= METADATA_STRANGER_OTHER;
  else if (is_listed (camera_exif_tags, G_N_ELEMENTS (camera_exif_tags), entry->tag))
    take_camera_field (reader, entry, false);
}

bool
exif_read (GBytes *block, MetadataRecord *record, GPtrArray **out_camera, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (block, &length);
  if (length > EXIF_MOST_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is over %d bytes",
                 EXIF_MOST_BYTES);
    return false;
  }
  if (length >= 6 && memcmp (bytes, "Exif\0\0", 6) == 0) {
    bytes += 6;
    length -= 6;
  }
  Reader reader = { .record = record };
  if (!ifd_open (bytes, length, &reader.ifd)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it has no TIFF header");
    return false;
  }
  reader.camera = g_ptr_array_new_with_free_func (field_free);
  if (ifd_each (&reader.ifd, reader.ifd.first, visit_ifd0, &reader) != 0)
    record->strangers |= METADATA_STRANGER_THUMBNAIL;
  if (reader.exif_offset != 0)
    ifd_each (&reader.ifd, reader.exif_offset, visit_exif, &reader);
  *out_camera = reader.camera;
  return true;
}
