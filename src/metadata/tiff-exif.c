/* A TIFF file has no EXIF block: what would be in one stands among the tags of the pixels. It is
 * taken together under the limit of a block, so that exif_read() can read it as any other. */
#include "metadata/container.h"
#include "metadata/tiff.h"

enum { DIRECTORY_BYTES = 2 + 4, ENTRY_BYTES = 12, HEADER_BYTES = 8 };

static const uint16_t first_tags[] = {
  270,   /* ImageDescription */
  271,   /* Make */
  272,   /* Model */
  305,   /* Software */
  306,   /* DateTime */
  315,   /* Artist */
  316,   /* HostComputer */
  33432, /* Copyright */
};

bool
tiff_is_exif_tag (uint16_t tag)
{
  for (size_t i = 0; i < G_N_ELEMENTS (first_tags); i++) {
    if (first_tags[i] == tag)
      return true;
  }
  return false;
}

static void
take (GArray *to, const TiffField *field, size_t *left)
{
  size_t cost = ENTRY_BYTES + field->entry.size + 1;
  if (field->entry.size > *left || cost > *left)
    return;
  *left -= cost;
  g_array_append_val (to, *field);
}

/* A maker note that is too long for a block is still seen, by its first bytes. */
static void
take_maker_note (GArray *to, const TiffField *field, size_t *left)
{
  TiffField note = *field;
  if (note.entry.size >= 4 && note.entry.size > *left / 2) {
    note.entry.type = TIFF_BYTE;
    note.entry.unit = 1;
    note.entry.count = 4;
    note.entry.size = 4;
  }
  take (to, &note, left);
}

void
tiff_exif_take (const Ifd *ifd, uint32_t offset, TiffExif *out_exif)
{
  TiffExif exif = { g_array_new (FALSE, FALSE, sizeof (TiffField)),
                    g_array_new (FALSE, FALSE, sizeof (TiffField)),
                    g_array_new (FALSE, FALSE, sizeof (TiffField)) };
  size_t left = BLOCK_MOST_EXIF_BYTES - HEADER_BYTES - 3 * (DIRECTORY_BYTES + ENTRY_BYTES + 1);
  g_autoptr (GArray) first = tiff_fields (ifd, offset, NULL);
  uint32_t exif_at = tiff_number (tiff_find (first, TIFF_EXIF), 0);
  uint32_t gps_at = tiff_number (tiff_find (first, TIFF_GPS), 0);
  g_autoptr (GArray) camera = tiff_fields (ifd, exif_at, NULL);
  g_autoptr (GArray) place = tiff_fields (ifd, gps_at, NULL);
  for (unsigned i = 0; i < first->len; i++) {
    const TiffField *field = &g_array_index (first, TiffField, i);
    if (tiff_is_exif_tag (field->entry.tag))
      take (exif.first, field, &left);
  }
  for (unsigned i = 0; i < place->len; i++)
    take (exif.gps, &g_array_index (place, TiffField, i), &left);
  for (unsigned i = 0; i < camera->len; i++) {
    const TiffField *field = &g_array_index (camera, TiffField, i);
    if (field->entry.tag != TIFF_MAKER_NOTE && field->entry.tag != TIFF_INTEROPERABILITY)
      take (exif.exif, field, &left);
  }
  const TiffField *note = tiff_find (camera, TIFF_MAKER_NOTE);
  if (note != NULL)
    take_maker_note (exif.exif, note, &left);
  tiff_sort (exif.exif);
  *out_exif = exif;
}

void
tiff_exif_clear (TiffExif *exif)
{
  g_clear_pointer (&exif->first, g_array_unref);
  g_clear_pointer (&exif->exif, g_array_unref);
  g_clear_pointer (&exif->gps, g_array_unref);
}

bool
tiff_exif_is_empty (const TiffExif *exif)
{
  return exif->first->len == 0 && exif->exif->len == 0 && exif->gps->len == 0;
}
