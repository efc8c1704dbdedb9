/* libexif would parse everything, maker notes included, which is where most of its CVEs were;
 * the few tags that pass are read here, by the bounded walk of ifd.h. GPS, IFD1 and maker notes
 * are seen and not entered. */
#include "metadata/exif.h"

#include "metadata/container-bytes.h"
#include "metadata/ifd.h"

enum {
  TAG_IMAGE_DESCRIPTION = 0x010e,
  TAG_MAKE = 0x010f,
  TAG_MODEL = 0x0110,
  TAG_ORIENTATION = 0x0112,
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

/* Of what is not carried, the tags that tell nothing or are written afresh, and those that name a person or
 * a device. */
static const uint16_t plain_tags[] = {
  0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x0111, 0x0115, 0x0116, 0x0117,
  0x011a, 0x011b, 0x011c, 0x0128, 0x013d, 0x0153, 0x0213, 0x9000, 0x9101,
  0xa000, 0xa001, 0xa002, 0xa003, 0xa005, 0x02bc, 0x8773, 0x83bb,
};
static const uint16_t device_tags[] = {
  0xa420, /* ImageUniqueID */
  0xa430, /* CameraOwnerName */
  0xa431, /* BodySerialNumber */
  0xa435, /* LensSerialNumber */
  0xc62f, /* CameraSerialNumber */
};

typedef struct {
  Ifd ifd;
  MetadataRecord *record;
  GPtrArray *camera;
  uint32_t exif_offset;
  unsigned seen; /* texts of which there is one: bits of Seen */
} Reader;

/* A block that says it a thousand times is read once. */
typedef enum { SEEN_COPYRIGHT = 1 << 0, SEEN_ARTIST = 1 << 1, SEEN_DESCRIPTION = 1 << 2 } Seen;

static bool
is_first (Reader *reader, Seen text)
{
  bool is_new = (reader->seen & text) == 0;
  reader->seen |= text;
  return is_new;
}

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
  if (reader->ifd.is_big_endian)
    ifd_swap (entry->type, bytes, entry->size);
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

/* A tag that is not carried on is noted, whatever it says. */
static void
note_stranger (Reader *reader, const IfdEntry *entry)
{
  unsigned *strangers = &reader->record->strangers;
  if (is_listed (device_tags, G_N_ELEMENTS (device_tags), entry->tag))
    *strangers |= METADATA_STRANGER_DEVICE;
  else if (entry->tag == TAG_ORIENTATION && ifd_number (&reader->ifd, entry) > 1)
    *strangers |= METADATA_STRANGER_ORIENTATION;
  else if (entry->tag != TAG_ORIENTATION &&
           !is_listed (plain_tags, G_N_ELEMENTS (plain_tags), entry->tag))
    *strangers |= METADATA_STRANGER_OTHER;
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
  else if (entry->tag == TAG_COPYRIGHT && is_text && is_first (reader, SEEN_COPYRIGHT))
    take_copyright (reader->record, entry);
  else if (entry->tag == TAG_ARTIST && is_text && is_first (reader, SEEN_ARTIST))
    take_artists (reader->record, entry);
  else if (entry->tag == TAG_IMAGE_DESCRIPTION && is_text && is_first (reader, SEEN_DESCRIPTION))
    metadata_record_add_bytes (reader->record, METADATA_DESCRIPTION, entry->data, entry->size);
  else if (is_listed (camera_ifd0_tags, G_N_ELEMENTS (camera_ifd0_tags), entry->tag))
    take_camera_field (reader, entry, true);
  else
    note_stranger (reader, entry);
}

static void
visit_exif (const IfdEntry *entry, void *data)
{
  Reader *reader = data;
  if (entry->tag == TAG_MAKER_NOTE)
    reader->record->strangers |= METADATA_STRANGER_MAKER_NOTE;
  else if (entry->tag == TAG_USER_COMMENT)
    reader->record->strangers |= METADATA_STRANGER_COMMENT;
  else if (is_listed (camera_exif_tags, G_N_ELEMENTS (camera_exif_tags), entry->tag))
    take_camera_field (reader, entry, false);
  else
    note_stranger (reader, entry);
}

/* With or without "Exif\0\0". */
static bool
open_block (GBytes *block, Ifd *out_ifd, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (block, &length);
  if (length > EXIF_MOST_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it is over %d bytes",
                 EXIF_MOST_BYTES);
    return false;
  }
  size_t skip = exif_prefix_length (bytes, length);
  if (ifd_open (bytes + skip, length - skip, out_ifd))
    return true;
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it has no TIFF header");
  return false;
}

bool
exif_read (GBytes *block, MetadataRecord *record, GPtrArray **out_camera, GError **error)
{
  Reader reader = { .record = record };
  if (!open_block (block, &reader.ifd, error))
    return false;
  reader.camera = g_ptr_array_new_with_free_func (field_free);
  if (ifd_each (&reader.ifd, reader.ifd.first, visit_ifd0, &reader) != 0)
    record->strangers |= METADATA_STRANGER_THUMBNAIL;
  if (reader.exif_offset != 0)
    ifd_each (&reader.ifd, reader.exif_offset, visit_exif, &reader);
  *out_camera = reader.camera;
  return true;
}

/* The texts of one block, each of the four tags once. */
typedef struct {
  Ifd ifd;
  uint32_t exif_offset;
  bool seen[4];
  char *texts[4];
} TextReader;

/* Some write UTF-16 in the order of the block, some in one order always: the zeroes of its Latin letters
 * tell, a byte order mark goes before. */
static const char *
order_of_utf16 (const uint8_t *bytes, size_t length, bool is_big_endian)
{
  size_t n_even = 0, n_odd = 0;
  for (size_t i = 0; i + 1 < length; i += 2) {
    n_even += bytes[i] == 0;
    n_odd += bytes[i + 1] == 0;
  }
  if (n_even != n_odd)
    is_big_endian = n_even > n_odd;
  if (length >= 2 && (memcmp (bytes, "\xfe\xff", 2) == 0 || memcmp (bytes, "\xff\xfe", 2) == 0))
    is_big_endian = bytes[0] == 0xfe;
  return is_big_endian ? "UTF-16BE" : "UTF-16LE";
}

static char *
dup_text (const uint8_t *bytes, size_t length)
{
  length = strnlen ((const char *)bytes, length);
  if (g_utf8_validate ((const char *)bytes, (gssize)length, NULL))
    return g_strndup ((const char *)bytes, length);
  return g_convert ((const char *)bytes, (gssize)length, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

/* Eight bytes name the character set: "UNICODE", "ASCII", "JIS", zeroes. */
static char *
dup_comment (const Ifd *ifd, const IfdEntry *entry)
{
  if (entry->size < 8)
    return NULL;
  const uint8_t *bytes = entry->data + 8;
  size_t length = entry->size - 8;
  if (memcmp (entry->data, "UNICODE", 8) != 0)
    return dup_text (bytes, length);
  const char *charset = order_of_utf16 (bytes, length, ifd->is_big_endian);
  char *text = g_convert ((const char *)bytes, (gssize)(length & ~(size_t)1), "UTF-8", charset,
                          NULL, NULL, NULL);
  if (text != NULL && g_str_has_prefix (text, "\xef\xbb\xbf"))
    memmove (text, text + 3, strlen (text + 3) + 1);
  return text;
}

static void
visit_text (const IfdEntry *entry, void *data)
{
  static const uint16_t tags[] = { TAG_USER_COMMENT, TAG_IMAGE_DESCRIPTION, TAG_MAKE, TAG_MODEL };
  TextReader *reader = data;
  if (entry->tag == TAG_EXIF_IFD)
    reader->exif_offset = ifd_number (&reader->ifd, entry);
  for (size_t i = 0; i < G_N_ELEMENTS (tags); i++) {
    if (tags[i] != entry->tag || reader->seen[i])
      continue;
    reader->seen[i] = true;
    reader->texts[i] = tags[i] == TAG_USER_COMMENT ? dup_comment (&reader->ifd, entry)
                                                   : dup_text (entry->data, entry->size);
  }
}

char **
exif_read_texts (GBytes *block)
{
  TextReader reader = { .exif_offset = 0 };
  GStrvBuilder *texts = g_strv_builder_new ();
  if (open_block (block, &reader.ifd, NULL)) {
    ifd_each (&reader.ifd, reader.ifd.first, visit_text, &reader);
    if (reader.exif_offset != 0)
      ifd_each (&reader.ifd, reader.exif_offset, visit_text, &reader);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (reader.texts); i++) {
    if (reader.texts[i] != NULL)
      g_strv_builder_add (texts, reader.texts[i]);
    g_free (reader.texts[i]);
  }
  char **list = g_strv_builder_end (texts);
  g_strv_builder_unref (texts);
  return list;
}
