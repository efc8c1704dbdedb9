/* A file with other metadata: the pixels stay where they are, everything else is written afresh behind
 * them, and what lies between is zeros. So nothing of the old metadata is left, wherever it
 * lay, and no offset of a strip changes.
 *
 *     header   pixels, zeros   values   directories: EXIF, 0
 *
 * Directory 0 keeps only tags that pixels need to be read; others (pages, thumbnails) go. */
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"
#include "metadata/tiff.h"

enum {
  HEADER_BYTES = 8,
  COMPRESSION_OLD_JPEG = 6,
  MOST_COPIED_BYTES = G_MAXINT32 / 2,
};
/* Below what four bytes count, with room for the tail. */
#define MOST_TAILED_BYTES ((size_t)G_MAXUINT32 - ((size_t)64 << 20))

typedef struct {
  size_t at, length;
} Range;

/* Baseline, extensions, and what libtiff adds to them, as far as a decoder wants it. Texts (DocumentName,
 * PageName, TargetPrinter) are not among them. */
static const uint16_t
  pixel_tags[] = {
    254,   255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277,
    278,   279, 280, 281, 282, 283, 284, 286, 287, 290, 291, 292, 293, 296,
    301,   317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 332,
    333,   334, 336, 338, 339, 340, 341, 342, 347, 529, 530, 531, 532, 32995, /* Matteing */
    32996,                                                                    /* DataType */
    32997,                                                                    /* ImageDepth */
    32998,                                                                    /* TileDepth */
    34675,                                                                    /* ICC profile */
    37439, /* StoNits: what LogLuv's numbers mean */
    50674, /* LercParameters */
  };

static bool
fail (GError **error, const char *why)
{
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "no metadata can be put into the TIFF file: %s", why);
  return false;
}

bool
tiff_is_pixel_tag (uint16_t tag)
{
  for (size_t i = 0; i < G_N_ELEMENTS (pixel_tags); i++) {
    if (pixel_tags[i] == tag)
      return true;
  }
  return false;
}

/* The fields that stay. NULL: their values overlap, or there is more of them than the file has bytes. */
static GArray *
keep_fields (const Ifd *ifd, const GArray *fields)
{
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (TiffField));
  size_t left = ifd->length;
  for (unsigned i = 0; i < fields->len; i++) {
    const TiffField *field = &g_array_index (fields, TiffField, i);
    if (!tiff_is_pixel_tag (field->entry.tag))
      continue;
    if (field->entry.size > left)
      return NULL;
    left -= field->entry.size;
    g_array_append_val (kept, *field);
  }
  return g_steal_pointer (&kept);
}

static bool
take_ranges (const Ifd *ifd, const GArray *fields, uint16_t offsets_tag, uint16_t sizes_tag,
             GArray *ranges)
{
  const TiffField *offsets = tiff_find (fields, offsets_tag),
                  *sizes = tiff_find (fields, sizes_tag);
  if (offsets == NULL && sizes == NULL)
    return true;
  if (offsets == NULL || sizes == NULL || offsets->entry.count != sizes->entry.count)
    return false;
  for (uint32_t i = 0; i < offsets->entry.count; i++) {
    Range range = { tiff_number (offsets, i), tiff_number (sizes, i) };
    if (range.length == 0)
      continue; /* a tile that is empty */
    if (range.at < HEADER_BYTES || range.at > ifd->length || range.length > ifd->length - range.at)
      return false;
    g_array_append_val (ranges, range);
  }
  return true;
}

static int
compare (const void *a, const void *b)
{
  const Range *one = a, *two = b;
  return one->at < two->at ? -1 : one->at > two->at ? 1 : 0;
}

/* Encoders let tiles share bytes, so that ranges may overlap. */
static void
copy_pixels (const Ifd *ifd, GArray *ranges, GByteArray *out)
{
  for (unsigned i = 0; i < ranges->len; i++) {
    const Range *range = &g_array_index (ranges, Range, i);
    size_t end = range->at + range->length, start = out->len;
    if (range->at > start) {
      g_byte_array_set_size (out, (unsigned)range->at);
      memset (out->data + start, 0, range->at - start);
      start = range->at;
    }
    if (end > start)
      g_byte_array_append (out, ifd->bytes + start, (unsigned)(end - start));
  }
}

static void
add_bytes (GArray *fields, uint16_t tag, uint16_t type, const uint8_t *bytes, size_t length)
{
  if (length == 0)
    return;
  TiffField field = { { tag, type, (uint32_t)length, 1, bytes, length }, false };
  g_array_append_val (fields, field);
}

static void
add_iptc (GArray *fields, GBytes *iptc)
{
  static const char photoshop[] = "Photoshop 3.0"; /* and its NUL: not in a TIFF */
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (iptc, &length);
  if (length >= sizeof photoshop && memcmp (bytes, photoshop, sizeof photoshop) == 0) {
    bytes += sizeof photoshop;
    length -= sizeof photoshop;
  }
  bool is_bare = length > 0 && bytes[0] == 0x1c;
  add_bytes (fields, is_bare ? TIFF_IPTC : TIFF_PHOTOSHOP, is_bare ? TIFF_UNDEFINED : TIFF_BYTE,
             bytes, length);
}

/* Fields of the block and of the file in one row; the block's bytes must outlive it. */
static bool
add_blobs (const MetadataBlobs *blobs, TiffExif *directories, GError **error)
{
  Ifd ifd;
  if (blobs->exif != NULL) {
    size_t length;
    const uint8_t *bytes = g_bytes_get_data (blobs->exif, &length);
    size_t skip = exif_prefix_length (bytes, length);
    if (!ifd_open (bytes + skip, length - skip, &ifd))
      return fail (error, "the EXIF block has no TIFF header");
    g_auto (TiffExif) exif = { 0 };
    tiff_exif_take (&ifd, ifd.first, &exif);
    if (exif.first->len > 0)
      g_array_append_vals (directories->first, exif.first->data, exif.first->len);
    directories->exif = g_steal_pointer (&exif.exif);
    directories->gps = g_steal_pointer (&exif.gps);
  }
  if (blobs->xmp != NULL)
    add_bytes (directories->first, TIFF_XMP, TIFF_BYTE, g_bytes_get_data (blobs->xmp, NULL),
               g_bytes_get_size (blobs->xmp));
  if (blobs->iptc != NULL)
    add_iptc (directories->first, blobs->iptc);
  return true;
}

static bool
are_small (const MetadataBlobs *blobs)
{
  return (blobs->xmp == NULL || g_bytes_get_size (blobs->xmp) <= BLOCK_MOST_XMP_BYTES) &&
         (blobs->iptc == NULL || g_bytes_get_size (blobs->iptc) <= BLOCK_MOST_IPTC_BYTES);
}

static bool
open_file (GBytes *file, size_t most_bytes, Ifd *out_ifd, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  if (!ifd_open (bytes, length, out_ifd))
    return fail (error, "it is a BigTIFF, or damaged: write a classic TIFF");
  if (length > most_bytes)
    return fail (error, "it is too large for offsets of four bytes");
  uint32_t first = out_ifd->first;
  if (first < HEADER_BYTES || first > length || length - first < 2)
    return container_fail_damaged (error, CONTAINER_TIFF);
  const uint8_t *at = bytes + first;
  size_t n_entries = out_ifd->is_big_endian ? (size_t)at[0] << 8 | at[1]
                                            : (size_t)at[1] << 8 | at[0];
  if (length - first - 2 < n_entries * 12 + 4)
    return container_fail_damaged (error, CONTAINER_TIFF);
  return true;
}

/* A file as it is to be: what lies where. */
typedef struct {
  Ifd ifd;
  TiffExif directories;
  GArray *ranges; /* Range: of the pixels, in order */
} Layout;

static void
layout_clear (Layout *layout)
{
  tiff_exif_clear (&layout->directories);
  g_clear_pointer (&layout->ranges, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static bool
lay_out (GBytes *file, size_t most_bytes, const MetadataBlobs *blobs, Layout *layout,
         GError **error)
{
  Ifd *ifd = &layout->ifd;
  if (!open_file (file, most_bytes, ifd, error))
    return false;
  g_autoptr (GArray) fields = tiff_fields (ifd, ifd->first, NULL);
  if ((tiff_number (tiff_find (fields, TIFF_SUBFILE), 0) & 1) != 0)
    return fail (error, "its first picture is a thumbnail of another");
  if (tiff_number (tiff_find (fields, TIFF_COMPRESSION), 0) == COMPRESSION_OLD_JPEG)
    return fail (error, "its pixels are JPEG of the old kind");
  GArray *kept = layout->directories.first = keep_fields (ifd, fields);
  layout->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  if (kept == NULL ||
      !take_ranges (ifd, kept, TIFF_STRIP_OFFSETS, TIFF_STRIP_SIZES, layout->ranges) ||
      !take_ranges (ifd, kept, TIFF_TILE_OFFSETS, TIFF_TILE_SIZES, layout->ranges) ||
      layout->ranges->len == 0 || !are_small (blobs))
    return container_fail_damaged (error, CONTAINER_TIFF);
  g_array_sort (layout->ranges, compare);
  return add_blobs (blobs, &layout->directories, error);
}

static void
set_first (uint8_t header[HEADER_BYTES], const Ifd *ifd, uint32_t first)
{
  g_autoptr (GByteArray) number = g_byte_array_new ();
  tiff_add_number (number, ifd->is_big_endian, 4, first);
  memcpy (header + 4, number->data, 4);
}

bool
tiff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  g_auto (Layout) layout = { .ranges = NULL };
  const Ifd *ifd = &layout.ifd;
  if (!lay_out (file, MOST_COPIED_BYTES, blobs, &layout, error))
    return false;
  g_byte_array_append (out, ifd->bytes, HEADER_BYTES);
  copy_pixels (ifd, layout.ranges, out);
  set_first (out->data, ifd, tiff_write (out, 0, ifd->is_big_endian, &layout.directories));
  return true;
}

/* Where the pixels end, which stand in a row from the header on; 0: they do not. */
static size_t
pixels_end (const GArray *ranges)
{
  size_t end = HEADER_BYTES;
  for (unsigned i = 0; i < ranges->len; i++) {
    const Range *range = &g_array_index (ranges, Range, i);
    /* Strips begin at even places. */
    if (range->at > end + 1)
      return 0;
    end = MAX (end, range->at + range->length);
  }
  return end;
}

bool
container_put_tail (GBytes *file, const MetadataBlobs *blobs, ContainerTail *out_tail,
                    GError **error)
{
  g_auto (Layout) layout = { .ranges = NULL };
  if (!lay_out (file, MOST_TAILED_BYTES, blobs, &layout, error))
    return false;
  size_t end = pixels_end (layout.ranges);
  if (end == 0)
    return container_fail_damaged (error, CONTAINER_TIFF);
  end += end % 2;
  GByteArray *tail = g_byte_array_new ();
  uint32_t first = tiff_write (tail, (uint32_t)end, layout.ifd.is_big_endian, &layout.directories);
  memcpy (out_tail->header, layout.ifd.bytes, HEADER_BYTES);
  set_first (out_tail->header, &layout.ifd, first);
  out_tail->at = end;
  out_tail->tail = g_byte_array_free_to_bytes (tail);
  return true;
}
