/* A file with other metadata: "meta" is written afresh, and behind it one "mdat" with the bytes of
 * the items that stay, in the order they had. Whatever no item needs is thereby gone: old metadata,
 * the bytes between items, names, dates, boxes that nobody knows.
 *
 *     ftyp  meta  mdat: EXIF, XMP, pixels
 *
 * Encoders let items share bytes (tiles that look the same): each stretch is written once. */
#include "metadata/bmff.h"
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"

#define XMP_TYPE "application/rdf+xml" /* and its NUL */

typedef struct {
  unsigned method;
  uint64_t offset, length; /* as in the old file */
  unsigned extent;         /* its index in meta->extents */
} Piece;

typedef struct {
  const BmffMeta *meta;
  uint32_t most_id;         /* of all that are used */
  uint32_t exif_id, xmp_id; /* 0: there is none */
  unsigned exif_length, xmp_length;
  uint32_t *offsets; /* of each extent: in the new mdat's or idat's content */
  GByteArray *mdat, *idat;
  uint32_t mdat_at; /* where mdat's content is in the file */
} Writer;

static bool
is_kept (const BmffItem *item)
{
  return item != NULL && item->type != NULL && !item->is_metadata;
}

static bool
has_kept (const Writer *writer, uint64_t id)
{
  return is_kept (bmff_item (writer->meta, (uint32_t)id));
}

static int
compare (const void *a, const void *b)
{
  const Piece *one = a, *two = b;
  if (one->method != two->method)
    return one->method < two->method ? -1 : 1;
  if (one->offset != two->offset)
    return one->offset < two->offset ? -1 : 1;
  return one->length < two->length ? -1 : one->length > two->length ? 1 : 0;
}

static GArray *
collect_pieces (const BmffMeta *meta)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  for (unsigned i = 0; i < meta->items->len; i++) {
    const BmffItem *item = &g_array_index (meta->items, BmffItem, i);
    for (unsigned j = 0; j < item->n_extents && is_kept (item); j++) {
      unsigned index = item->first_extent + j;
      const BmffExtent *extent = &g_array_index (meta->extents, BmffExtent, index);
      Piece piece = { item->method, extent->offset, extent->length, index };
      g_array_append_val (pieces, piece);
    }
  }
  g_array_sort (pieces, compare);
  return pieces;
}

/* All of them together are no more than the file has, unless they overlap. */
static bool
copy_pieces (Writer *writer)
{
  g_autoptr (GArray) pieces = collect_pieces (writer->meta);
  size_t left = writer->meta->length;
  for (unsigned i = 0; i < pieces->len; i++) {
    const Piece *piece = &g_array_index (pieces, Piece, i);
    const Piece *last = i > 0 ? piece - 1 : NULL;
    if (last != NULL && compare (last, piece) == 0) {
      writer->offsets[piece->extent] = writer->offsets[last->extent];
      continue;
    }
    size_t at, length;
    BmffItem item = { .method = piece->method, .first_extent = piece->extent };
    if (!bmff_extent_at (writer->meta, &item, 0, &at, &length) || length > left)
      return false;
    left -= length;
    GByteArray *to = piece->method == 1 ? writer->idat : writer->mdat;
    writer->offsets[piece->extent] = to->len;
    g_byte_array_append (to, writer->meta->file + at, (unsigned)length);
  }
  return true;
}

/* Of the items that stay; ids of groups are of the same kind. */
static uint32_t
find_most_id (const BmffMeta *meta)
{
  uint32_t most = 0;
  for (unsigned i = 0; i < meta->items->len; i++) {
    const BmffItem *item = &g_array_index (meta->items, BmffItem, i);
    if (is_kept (item))
      most = MAX (most, item->id);
  }
  BmffCursor cursor = meta->grpl.bytes != NULL ? bmff_cursor (&meta->grpl) : (BmffCursor){ 0 };
  BmffBox box;
  for (size_t at = 0; at < cursor.left && bmff_next (cursor.at, cursor.left, &at, &box);) {
    BmffCursor group = bmff_cursor (&box);
    bmff_take (&group, 4);
    uint32_t id = (uint32_t)bmff_take (&group, 4);
    most = MAX (most, id);
  }
  return most;
}

static unsigned
id_bytes (const Writer *writer)
{
  return writer->most_id > UINT16_MAX ? 4 : 2;
}

static unsigned
open_full_box (GByteArray *out, const char *type, unsigned version, unsigned flags)
{
  unsigned start = bmff_open_box (out, type);
  bmff_add_number (out, 1, version);
  bmff_add_number (out, 3, flags);
  return start;
}

static void
add_text (GByteArray *out, const char *text, size_t length)
{
  g_byte_array_append (out, (const uint8_t *)text, (unsigned)length);
}

static void
add_hdlr (GByteArray *out)
{
  unsigned start = open_full_box (out, "hdlr", 0, 0);
  add_text (out, "\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0", 21); /* with an empty name */
  bmff_close_box (out, start);
}

static void
add_pitm (const Writer *writer, GByteArray *out)
{
  unsigned start = open_full_box (out, "pitm", id_bytes (writer) == 4 ? 1 : 0, 0);
  bmff_add_number (out, id_bytes (writer), writer->meta->primary);
  bmff_close_box (out, start);
}

static void
add_infe (const Writer *writer, GByteArray *out, uint32_t id, const char *type, unsigned flags)
{
  unsigned start = open_full_box (out, "infe", id_bytes (writer) == 4 ? 3 : 2, flags);
  bmff_add_number (out, id_bytes (writer), id);
  bmff_add_number (out, 2, 0); /* no protection */
  add_text (out, type, 4);
  bmff_add_number (out, 1, 0); /* no name */
  if (memcmp (type, "mime", 4) == 0)
    add_text (out, XMP_TYPE, sizeof XMP_TYPE);
  bmff_close_box (out, start);
}

static unsigned
count_items (const Writer *writer, bool are_located)
{
  unsigned n_items = (writer->exif_id != 0 ? 1 : 0) + (writer->xmp_id != 0 ? 1 : 0);
  for (unsigned i = 0; i < writer->meta->items->len; i++) {
    const BmffItem *item = &g_array_index (writer->meta->items, BmffItem, i);
    n_items += is_kept (item) && (item->has_location || !are_located);
  }
  return n_items;
}

static void
add_iinf (const Writer *writer, GByteArray *out)
{
  unsigned start = open_full_box (out, "iinf", 0, 0);
  bmff_add_number (out, 2, count_items (writer, false));
  for (unsigned i = 0; i < writer->meta->items->len; i++) {
    const BmffItem *item = &g_array_index (writer->meta->items, BmffItem, i);
    if (is_kept (item))
      add_infe (writer, out, item->id, (const char *)item->type, item->flags);
  }
  if (writer->exif_id != 0)
    add_infe (writer, out, writer->exif_id, "Exif", 0);
  if (writer->xmp_id != 0)
    add_infe (writer, out, writer->xmp_id, "mime", 0);
  bmff_close_box (out, start);
}

/* Version 0 knows no methods: libheif's files, which every reader takes. */
static unsigned
iloc_version (const Writer *writer)
{
  return id_bytes (writer) == 4 ? 2 : writer->idat->len > 0 ? 1 : 0;
}

static void
add_location (const Writer *writer, GByteArray *out, uint32_t id, unsigned method,
              unsigned n_extents)
{
  unsigned version = iloc_version (writer);
  bmff_add_number (out, version == 2 ? 4 : 2, id);
  if (version > 0)
    bmff_add_number (out, 2, method);
  bmff_add_number (out, 2, 0); /* in this file */
  bmff_add_number (out, 2, n_extents);
}

static void
add_extent (const Writer *writer, GByteArray *out, unsigned method, uint32_t offset,
            uint64_t length)
{
  bmff_add_number (out, 4, method == 0 ? writer->mdat_at + offset : offset);
  bmff_add_number (out, 4, length);
}

static void
add_iloc (const Writer *writer, GByteArray *out)
{
  unsigned start = open_full_box (out, "iloc", iloc_version (writer), 0);
  bmff_add_number (out, 2, 0x4400); /* offsets and lengths of 4 bytes, no bases */
  bmff_add_number (out, iloc_version (writer) == 2 ? 4 : 2, count_items (writer, true));
  for (unsigned i = 0; i < writer->meta->items->len; i++) {
    const BmffItem *item = &g_array_index (writer->meta->items, BmffItem, i);
    if (!is_kept (item) || !item->has_location)
      continue;
    unsigned method = item->n_extents > 0 ? item->method : 0;
    add_location (writer, out, item->id, method, item->n_extents);
    for (unsigned j = item->first_extent; j < item->first_extent + item->n_extents; j++)
      add_extent (writer, out, method, writer->offsets[j],
                  g_array_index (writer->meta->extents, BmffExtent, j).length);
  }
  if (writer->exif_id != 0) {
    add_location (writer, out, writer->exif_id, 0, 1);
    add_extent (writer, out, 0, 0, writer->exif_length);
  }
  if (writer->xmp_id != 0) {
    add_location (writer, out, writer->xmp_id, 0, 1);
    add_extent (writer, out, 0, writer->exif_length, writer->xmp_length);
  }
  bmff_close_box (out, start);
}

static void
add_reference (const Writer *writer, GByteArray *out, const BmffBox *box, unsigned old_id_bytes)
{
  BmffCursor cursor = bmff_cursor (box);
  uint64_t from = bmff_take (&cursor, old_id_bytes), n_ids = bmff_take (&cursor, 2), n_kept = 0;
  if (!has_kept (writer, from))
    return;
  char type[5] = { 0 };
  memcpy (type, box->bytes + 4, 4);
  unsigned start = bmff_open_box (out, type);
  bmff_add_number (out, id_bytes (writer), from);
  unsigned count_at = out->len;
  bmff_add_number (out, 2, 0);
  for (uint64_t i = 0; i < n_ids && !cursor.is_short; i++) {
    uint64_t to = bmff_take (&cursor, old_id_bytes);
    if (cursor.is_short || !has_kept (writer, to))
      continue;
    bmff_add_number (out, id_bytes (writer), to);
    n_kept++;
  }
  out->data[count_at] = (uint8_t)(n_kept >> 8);
  out->data[count_at + 1] = (uint8_t)n_kept;
  if (n_kept == 0)
    g_byte_array_set_size (out, start);
  else
    bmff_close_box (out, start);
}

static void
add_description (const Writer *writer, GByteArray *out, uint32_t id)
{
  unsigned start = bmff_open_box (out, "cdsc");
  bmff_add_number (out, id_bytes (writer), id);
  bmff_add_number (out, 2, 1);
  bmff_add_number (out, id_bytes (writer), writer->meta->primary);
  bmff_close_box (out, start);
}

static void
add_iref (const Writer *writer, GByteArray *out)
{
  unsigned start = open_full_box (out, "iref", id_bytes (writer) == 4 ? 1 : 0, 0);
  unsigned empty = out->len;
  if (writer->meta->iref.bytes != NULL) {
    BmffCursor cursor = bmff_cursor (&writer->meta->iref);
    unsigned old_id_bytes = bmff_take (&cursor, 1) == 0 ? 2 : 4;
    bmff_take (&cursor, 3);
    BmffBox box;
    for (size_t at = 0; at < cursor.left && bmff_next (cursor.at, cursor.left, &at, &box);)
      add_reference (writer, out, &box, old_id_bytes);
  }
  if (writer->exif_id != 0)
    add_description (writer, out, writer->exif_id);
  if (writer->xmp_id != 0)
    add_description (writer, out, writer->xmp_id);
  if (out->len == empty)
    g_byte_array_set_size (out, start);
  else
    bmff_close_box (out, start);
}

/* Properties are named by their place: one that goes leaves an empty box of its length. */
static void
add_ipco (GByteArray *out, const BmffBox *ipco)
{
  static const char *const dropped[] = { "udes", "altt", "crtt", "mdft", "uuid", "free", "skip" };
  unsigned start = bmff_open_box (out, "ipco");
  BmffCursor cursor = bmff_cursor (ipco);
  BmffBox box;
  for (size_t at = 0; at < cursor.left && bmff_next (cursor.at, cursor.left, &at, &box);) {
    unsigned here = out->len;
    g_byte_array_append (out, box.bytes, (unsigned)box.size);
    for (size_t i = 0; i < G_N_ELEMENTS (dropped); i++) {
      if (bmff_is (&box, dropped[i])) {
        memcpy (out->data + here + 4, "free", 4);
        memset (out->data + here + box.header, 0, box.size - box.header);
      }
    }
  }
  bmff_close_box (out, start);
}

/* version(1) flags(3) count(4), then id(2 or 4) count(1) and so many of 1 or 2 bytes. */
static void
add_ipma (const Writer *writer, GByteArray *out, const BmffBox *ipma)
{
  BmffCursor cursor = bmff_cursor (ipma);
  unsigned version = (unsigned)bmff_take (&cursor, 1), flags = (unsigned)bmff_take (&cursor, 3);
  uint64_t n_items = bmff_take (&cursor, 4);
  unsigned start = open_full_box (out, "ipma", version, flags), count_at = out->len;
  uint32_t n_kept = 0;
  bmff_add_number (out, 4, 0);
  for (uint64_t i = 0; i < n_items && !cursor.is_short; i++) {
    const uint8_t *entry = cursor.at;
    uint64_t id = bmff_take (&cursor, version == 0 ? 2 : 4);
    size_t n_bytes = (size_t)bmff_take (&cursor, 1) * ((flags & 1) != 0 ? 2 : 1);
    if (cursor.is_short || cursor.left < n_bytes)
      break;
    cursor.at += n_bytes;
    cursor.left -= n_bytes;
    if (!has_kept (writer, id))
      continue;
    g_byte_array_append (out, entry, (unsigned)(cursor.at - entry));
    n_kept++;
  }
  for (unsigned i = 0; i < 4; i++)
    out->data[count_at + i] = (uint8_t)(n_kept >> (8 * (3 - i)));
  bmff_close_box (out, start);
}

static void
add_iprp (const Writer *writer, GByteArray *out)
{
  if (writer->meta->iprp.bytes == NULL)
    return;
  unsigned start = bmff_open_box (out, "iprp");
  BmffCursor cursor = bmff_cursor (&writer->meta->iprp);
  BmffBox box;
  for (size_t at = 0; at < cursor.left && bmff_next (cursor.at, cursor.left, &at, &box);) {
    if (bmff_is (&box, "ipco"))
      add_ipco (out, &box);
    else if (bmff_is (&box, "ipma"))
      add_ipma (writer, out, &box);
  }
  bmff_close_box (out, start);
}

static void
add_meta (const Writer *writer, GByteArray *out)
{
  const BmffMeta *meta = writer->meta;
  unsigned start = open_full_box (out, "meta", 0, 0);
  add_hdlr (out);
  add_pitm (writer, out);
  add_iloc (writer, out);
  add_iinf (writer, out);
  add_iref (writer, out);
  add_iprp (writer, out);
  if (meta->grpl.bytes != NULL) {
    unsigned groups = bmff_open_box (out, "grpl");
    BmffCursor cursor = bmff_cursor (&meta->grpl);
    g_byte_array_append (out, cursor.at, (unsigned)cursor.left);
    bmff_close_box (out, groups);
  }
  if (writer->idat->len > 0) {
    unsigned data = bmff_open_box (out, "idat");
    g_byte_array_append (out, writer->idat->data, writer->idat->len);
    bmff_close_box (out, data);
  }
  bmff_close_box (out, start);
}

static void
take_blobs (Writer *writer, const MetadataBlobs *blobs)
{
  if (blobs->exif != NULL && g_bytes_get_size (blobs->exif) > 0) {
    size_t length;
    const uint8_t *exif = g_bytes_get_data (blobs->exif, &length);
    size_t skip = exif_prefix_length (exif, length);
    writer->exif_id = ++writer->most_id;
    bmff_add_number (writer->mdat, 4, 0); /* the distance to the TIFF structure */
    g_byte_array_append (writer->mdat, exif + skip, (unsigned)(length - skip));
    writer->exif_length = writer->mdat->len;
  }
  if (blobs->xmp != NULL && g_bytes_get_size (blobs->xmp) > 0) {
    size_t length;
    const uint8_t *xmp = g_bytes_get_data (blobs->xmp, &length);
    writer->xmp_id = ++writer->most_id;
    writer->xmp_length = (unsigned)length;
    g_byte_array_append (writer->mdat, xmp, (unsigned)length);
  }
}

static bool
is_small (const BmffMeta *meta, const MetadataBlobs *blobs)
{
  return meta->length <= G_MAXINT32 / 2 &&
         (blobs->exif == NULL || g_bytes_get_size (blobs->exif) <= BLOCK_MOST_EXIF_BYTES + 6) &&
         (blobs->xmp == NULL || g_bytes_get_size (blobs->xmp) <= BLOCK_MOST_XMP_BYTES);
}

static bool
write_file (Writer *writer, const MetadataBlobs *blobs, const BmffBox *head, GByteArray *out)
{
  writer->most_id = find_most_id (writer->meta);
  if (writer->most_id > UINT32_MAX - 2 || !is_small (writer->meta, blobs))
    return false;
  take_blobs (writer, blobs);
  if (!copy_pieces (writer))
    return false;
  unsigned ftyp = bmff_open_box (out, "ftyp"), meta = 0;
  g_byte_array_append (out, head->bytes + head->header, (unsigned)(head->size - head->header));
  bmff_close_box (out, ftyp);
  /* Once for its length, which the offsets in it do not change. */
  for (int i = 0; i < 2; i++) {
    meta = i == 0 ? out->len : meta;
    g_byte_array_set_size (out, meta);
    add_meta (writer, out);
    writer->mdat_at = out->len + 8;
  }
  unsigned mdat = bmff_open_box (out, "mdat");
  g_byte_array_append (out, writer->mdat->data, writer->mdat->len);
  bmff_close_box (out, mdat);
  return true;
}

static bool
is_whole (const uint8_t *bytes, size_t length, BmffBox *out_head)
{
  BmffBox box;
  for (size_t at = 0, n_boxes = 0; at < length; n_boxes++) {
    if (!bmff_next (bytes, length, &at, &box))
      return false;
    if (n_boxes == 0)
      *out_head = box;
  }
  return length > 0 && bmff_is (out_head, "ftyp");
}

bool
bmff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  BmffBox head = { 0 };
  if (!is_whole (bytes, length, &head))
    return container_fail_damaged (error, CONTAINER_BMFF);
  g_auto (BmffMeta) meta = { 0 };
  bmff_meta_read (bytes, length, &meta);
  if (!bmff_meta_check (&meta, error))
    return false;
  g_autoptr (GByteArray) mdat = g_byte_array_new (), idat = g_byte_array_new ();
  g_autofree uint32_t *offsets = g_new0 (uint32_t, meta.extents->len + 1);
  Writer writer = { .meta = &meta, .mdat = mdat, .idat = idat, .offsets = offsets };
  return write_file (&writer, blobs, &head, out) || container_fail_damaged (error, CONTAINER_BMFF);
}
