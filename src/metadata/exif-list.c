/* The directories of an EXIF block:
 *
 *     header → IFD0 ─ 0x8769 → Exif ─ 0xa005 → Interop
 *                   └ 0x8825 → GPS
 *              next → IFD1 ─ 0x0201, 0x0202 → thumbnail */
#include "metadata/exif-list.h"

#include <libexif/exif-tag.h>

#include "metadata/container-bytes.h"
#include "metadata/exif-value.h"
#include "metadata/policy.h"

const char *const exif_list_directory_names[] = {
  [EXIF_LIST_IFD0] = "ifd0",       [EXIF_LIST_EXIF] = "exif", [EXIF_LIST_GPS] = "gps",
  [EXIF_LIST_INTEROP] = "interop", [EXIF_LIST_IFD1] = "ifd1",
};

static const ExifIfd ifds[] = {
  [EXIF_LIST_IFD0] = EXIF_IFD_0,  [EXIF_LIST_EXIF] = EXIF_IFD_EXIF,
  [EXIF_LIST_GPS] = EXIF_IFD_GPS, [EXIF_LIST_INTEROP] = EXIF_IFD_INTEROPERABILITY,
  [EXIF_LIST_IFD1] = EXIF_IFD_1,
};

enum {
  TAG_ORIENTATION = 0x0112,
  TAG_X_RESOLUTION = 0x011a,
  TAG_Y_RESOLUTION = 0x011b,
  TAG_RESOLUTION_UNIT = 0x0128,
  TAG_THUMBNAIL_OFFSET = 0x0201,
  TAG_THUMBNAIL_LENGTH = 0x0202,
  TAG_EXIF_IFD = 0x8769,
  TAG_GPS_IFD = 0x8825,
  TAG_MAKER_NOTE = 0x927c,
  TAG_INTEROP_IFD = 0xa005,
  UNIT_NONE = 1,
  UNIT_CM = 3,
};

/* Of IFD0 and IFD1, what libexif has no name for. */
static const struct {
  uint16_t tag;
  const char *name;
} more_names[] = {
  { 0x013c, "HostComputer" },   { 0x013d, "Predictor" },    { 0x0140, "ColorMap" },
  { 0x0142, "TileWidth" },      { 0x0143, "TileLength" },   { 0x0144, "TileOffsets" },
  { 0x0145, "TileByteCounts" }, { 0x0152, "ExtraSamples" }, { 0x0153, "SampleFormat" },
  { 0x4746, "Rating" },
};

typedef struct {
  Ifd ifd;
  ExifListDirectory directory;
  ExifList *list;
  uint32_t offsets[EXIF_LIST_N_DIRECTORIES]; /* 0: not there */
  uint32_t thumbnail_offset, thumbnail_length;
  double x_resolution, y_resolution;
  uint32_t unit;
  size_t n_bytes; /* of values so far */
} Lister;

static void
line_free (gpointer data)
{
  ExifLine *line = data;
  g_free (line->name);
  g_free (line->value);
  g_free (line);
}

void
exif_list_clear (ExifList *list)
{
  g_clear_pointer (&list->lines, g_ptr_array_unref);
}

/* What leads elsewhere is followed, and is no line of its own. */
static bool
note_offset (Lister *lister, const IfdEntry *entry)
{
  ExifListDirectory to;
  if (lister->directory == EXIF_LIST_IFD0 && entry->tag == TAG_EXIF_IFD)
    to = EXIF_LIST_EXIF;
  else if (lister->directory == EXIF_LIST_IFD0 && entry->tag == TAG_GPS_IFD)
    to = EXIF_LIST_GPS;
  else if (lister->directory == EXIF_LIST_EXIF && entry->tag == TAG_INTEROP_IFD)
    to = EXIF_LIST_INTEROP;
  else
    return false;
  lister->offsets[to] = ifd_number (&lister->ifd, entry);
  return true;
}

static void
note_value (Lister *lister, const IfdEntry *entry)
{
  const Ifd *ifd = &lister->ifd;
  if (lister->directory == EXIF_LIST_IFD1 && entry->tag == TAG_THUMBNAIL_OFFSET)
    lister->thumbnail_offset = ifd_number (ifd, entry);
  else if (lister->directory == EXIF_LIST_IFD1 && entry->tag == TAG_THUMBNAIL_LENGTH)
    lister->thumbnail_length = ifd_number (ifd, entry);
  if (lister->directory != EXIF_LIST_IFD0)
    return;
  if (entry->tag == TAG_ORIENTATION)
    lister->list->orientation = ifd_number (ifd, entry);
  else if (entry->tag == TAG_X_RESOLUTION)
    lister->x_resolution = exif_value_number (ifd, entry, 0);
  else if (entry->tag == TAG_Y_RESOLUTION)
    lister->y_resolution = exif_value_number (ifd, entry, 0);
  else if (entry->tag == TAG_RESOLUTION_UNIT)
    lister->unit = ifd_number (ifd, entry);
}

static char *
dup_name (ExifListDirectory directory, uint16_t tag)
{
  const char *name = exif_tag_get_name_in_ifd ((ExifTag)tag, ifds[directory]);
  bool is_main = directory == EXIF_LIST_IFD0 || directory == EXIF_LIST_IFD1;
  for (size_t i = 0; name == NULL && is_main && i < G_N_ELEMENTS (more_names); i++) {
    if (more_names[i].tag == tag)
      name = more_names[i].name;
  }
  return name != NULL ? g_strdup (name) : g_strdup_printf ("0x%04x", tag);
}

static void
visit (const IfdEntry *entry, void *data)
{
  Lister *lister = data;
  ExifList *list = lister->list;
  if (note_offset (lister, entry))
    return;
  note_value (lister, entry);
  list->has_location |= lister->directory == EXIF_LIST_GPS;
  if (lister->directory == EXIF_LIST_EXIF && entry->tag == TAG_MAKER_NOTE) {
    list->maker_note_bytes = entry->size;
    return;
  }
  if (list->lines->len >= EXIF_LIST_MOST_LINES || lister->n_bytes >= EXIF_LIST_MOST_BYTES) {
    list->n_left_out++;
    return;
  }
  ExifLine *line = g_new0 (ExifLine, 1);
  line->directory = lister->directory;
  line->tag = entry->tag;
  line->name = dup_name (lister->directory, entry->tag);
  line->value = exif_value_words (&lister->ifd, lister->directory, entry);
  lister->n_bytes += strlen (line->value);
  g_ptr_array_add (list->lines, line);
}

/* Without a unit the two numbers are a shape of pixels, not a density. */
static void
take_density (const Lister *lister)
{
  double scale = lister->unit == UNIT_CM ? 2.54 : lister->unit == UNIT_NONE ? 0 : 1;
  lister->list->x_dpi = lister->x_resolution * scale;
  lister->list->y_dpi = lister->y_resolution * scale;
}

static void
walk (Lister *lister, bool is_file)
{
  lister->offsets[EXIF_LIST_IFD0] = lister->ifd.first;
  for (int i = 0; i < EXIF_LIST_N_DIRECTORIES; i++) {
    if (lister->offsets[i] == 0)
      continue;
    lister->directory = (ExifListDirectory)i;
    uint32_t next = ifd_each (&lister->ifd, lister->offsets[i], visit, lister);
    if (i == EXIF_LIST_IFD0 && !is_file)
      lister->offsets[EXIF_LIST_IFD1] = next;
  }
  uint32_t offset = lister->thumbnail_offset, length = lister->thumbnail_length;
  if (offset > 0 && offset <= lister->ifd.length && length <= lister->ifd.length - offset)
    lister->list->thumbnail_bytes = length;
  take_density (lister);
}

bool
exif_list (GBytes *bytes, bool is_file, ExifList *out_list, GError **error)
{
  size_t length;
  const uint8_t *at = g_bytes_get_data (bytes, &length);
  size_t skip = exif_prefix_length (at, length);
  Lister lister = { .list = out_list };
  if (!ifd_open (at + skip, length - skip, &lister.ifd)) {
    g_set_error_literal (error, METADATA_ERROR, METADATA_ERROR_FAILED, "it has no TIFF header");
    return false;
  }
  *out_list = (ExifList){ .lines = g_ptr_array_new_with_free_func (line_free) };
  walk (&lister, is_file);
  return true;
}
