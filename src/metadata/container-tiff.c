#include "metadata/container-kinds.h"
#include "metadata/tiff.h"

enum { MOST_DIRECTORIES = 16 };

static void
list_field (Listing *listing, const GArray *fields, uint16_t tag, BlockKind kind, const char *name)
{
  const TiffField *field = tiff_find (fields, tag);
  if (field == NULL || field->entry.size == 0)
    return;
  size_t at = (size_t)(field->entry.data - listing->bytes);
  listing_add_slice (listing, kind, name, at, field->entry.size, at, field->entry.size);
}

/* Photoshop's resources are of interest for the IPTC among them. */
static void
list_photoshop (Listing *listing, const GArray *fields)
{
  const TiffField *field = tiff_find (fields, TIFF_PHOTOSHOP);
  if (field == NULL)
    return;
  size_t most = MIN (field->entry.size, (size_t)BLOCK_MOST_IPTC_BYTES);
  bool has_iptc = memmem (field->entry.data, most, "8BIM\x04\x04", 6) != NULL;
  list_field (listing, fields, TIFF_PHOTOSHOP, has_iptc ? BLOCK_IPTC : BLOCK_OTHER, "34377");
}

/* Long ago somebody took IPTC for numbers of four bytes. What turns a file's byte order then turns
 * it as well: every record starts with 0x1c. */
static void
list_iptc (Listing *listing, const GArray *fields)
{
  const TiffField *field = tiff_find (fields, TIFF_IPTC);
  if (field == NULL || field->entry.type != TIFF_LONG || field->entry.size < 4 ||
      field->entry.size > BLOCK_MOST_IPTC_BYTES || field->entry.data[0] == 0x1c ||
      field->entry.data[3] != 0x1c) {
    list_field (listing, fields, TIFF_IPTC, BLOCK_IPTC, "33723");
    return;
  }
  size_t size = field->entry.size;
  uint8_t *turned = g_malloc (size);
  for (size_t i = 0; i < size; i++)
    turned[i] = field->entry.data[i ^ 3];
  listing_add (listing, BLOCK_IPTC, "33723", (size_t)(field->entry.data - listing->bytes), size,
               g_bytes_new_take (turned, size), NULL);
}

static void
list_thumbnail (Listing *listing, const Ifd *ifd, uint32_t offset)
{
  if (offset < 8 || offset > ifd->length || ifd->length - offset < 2)
    return;
  const uint8_t *at = ifd->bytes + offset;
  size_t count = ifd->is_big_endian ? (size_t)at[0] << 8 | at[1] : (size_t)at[1] << 8 | at[0];
  size_t length = MIN (2 + count * 12 + 4, ifd->length - offset);
  listing_add_slice (listing, BLOCK_OTHER, "thumbnail", offset, length, offset, length);
}

/* Density as a TIFF structure of its own, which tells the byte order. */
static void
list_density (Listing *listing, const Ifd *ifd, const GArray *fields)
{
  static const uint16_t tags[] = { TIFF_X_RESOLUTION, TIFF_Y_RESOLUTION, TIFF_RESOLUTION_UNIT };
  g_auto (TiffExif) density = { .first = g_array_new (FALSE, FALSE, sizeof (TiffField)) };
  const TiffField *x = tiff_find (fields, TIFF_X_RESOLUTION);
  for (size_t i = 0; i < G_N_ELEMENTS (tags); i++) {
    const TiffField *field = tiff_find (fields, tags[i]);
    if (field != NULL && field->entry.size <= 8)
      g_array_append_val (density.first, *field);
  }
  if (x != NULL)
    listing_add (listing, BLOCK_DENSITY, "282", (size_t)(x->entry.data - listing->bytes),
                 x->entry.size, tiff_build (ifd->is_big_endian, &density), NULL);
}

static void
list_exif (Listing *listing, const Ifd *ifd, const GArray *fields)
{
  g_auto (TiffExif) exif = { 0 };
  tiff_exif_take (ifd, ifd->first, &exif);
  if (!tiff_exif_is_empty (&exif))
    listing_add (listing, BLOCK_EXIF, tiff_find (fields, TIFF_EXIF) != NULL ? "34665" : "IFD0",
                 ifd->first, 2 + (size_t)fields->len * 12 + 4,
                 tiff_build (ifd->is_big_endian, &exif), NULL);
}

static void
list_first (Listing *listing, const Ifd *ifd, const GArray *fields)
{
  list_density (listing, ifd, fields);
  list_exif (listing, ifd, fields);
  const TiffField *others = tiff_find (fields, TIFF_SUB_DIRECTORIES);
  for (uint32_t i = 0; i < MOST_DIRECTORIES && others != NULL && i < others->entry.count; i++)
    list_thumbnail (listing, ifd, tiff_number (others, i));
}

/* What stands among the tags of the pixels and is neither needed for them nor known. */
static void
list_others (Listing *listing, const GArray *fields)
{
  static const uint16_t known[] = { TIFF_XMP,  TIFF_IPTC, TIFF_PHOTOSHOP,
                                    TIFF_EXIF, TIFF_GPS,  TIFF_SUB_DIRECTORIES,
                                    TIFF_C2PA };
  for (unsigned i = 0; i < fields->len; i++) {
    uint16_t tag = g_array_index (fields, TiffField, i).entry.tag;
    bool is_known = tiff_is_pixel_tag (tag) || tiff_is_exif_tag (tag);
    for (size_t j = 0; j < G_N_ELEMENTS (known) && !is_known; j++)
      is_known = known[j] == tag;
    if (is_known)
      continue;
    char name[8];
    g_snprintf (name, sizeof name, "%u", tag);
    const IfdEntry *entry = &g_array_index (fields, TiffField, i).entry;
    size_t at = (size_t)(entry->data - listing->bytes);
    listing_add_slice (listing, BLOCK_OTHER, name, at, entry->size, at, entry->size);
  }
}

static bool
is_thumbnail (const GArray *fields)
{
  return (tiff_number (tiff_find (fields, TIFF_SUBFILE), 0) & 1) != 0 ||
         tiff_number (tiff_find (fields, TIFF_OLD_SUBFILE), 0) == 2;
}

void
tiff_list (Listing *listing)
{
  Ifd ifd;
  if (!ifd_open (listing->bytes, listing->length, &ifd))
    return;
  uint32_t offset = ifd.first;
  for (int i = 0; i < MOST_DIRECTORIES && offset != 0; i++) {
    uint32_t next;
    g_autoptr (GArray) fields = tiff_fields (&ifd, offset, &next);
    if (i == 0)
      list_first (listing, &ifd, fields);
    else if (is_thumbnail (fields))
      list_thumbnail (listing, &ifd, offset);
    list_field (listing, fields, TIFF_XMP, BLOCK_XMP, "700");
    list_iptc (listing, fields);
    list_photoshop (listing, fields);
    list_field (listing, fields, TIFF_ICC, BLOCK_ICC, "34675");
    list_field (listing, fields, TIFF_C2PA, BLOCK_C2PA, "52545");
    offset = next;
  }
  g_autoptr (GArray) first = tiff_fields (&ifd, ifd.first, NULL);
  list_others (listing, first);
}
