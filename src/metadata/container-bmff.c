#include "metadata/bmff.h"
#include "metadata/container-kinds.h"

/* An Exif item starts with the distance of the TIFF structure, 4 bytes. */
enum { EXIF_HEADER_BYTES = 4 };

#define XMP_UUID "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"
#define C2PA_PURPOSE "manifest" /* and its NUL */

/* Does it hold a store? The purpose of others is "merkle": hashes of pieces. */
static bool
take_purpose (BmffCursor *cursor)
{
  static const char *const purposes[] = { C2PA_PURPOSE, "original", "update" };
  for (size_t i = 0; i < G_N_ELEMENTS (purposes); i++) {
    unsigned length = (unsigned)strlen (purposes[i]) + 1;
    if (cursor->left >= length && memcmp (cursor->at, purposes[i], length) == 0) {
      bmff_take (cursor, length);
      return true;
    }
  }
  return false;
}

/* version and flags (4), purpose and NUL, offset of a box "merkle" (8), the store: a JUMBF box. */
static void
list_c2pa (Listing *listing, const BmffBox *box, size_t at)
{
  BmffCursor cursor = bmff_cursor (box);
  bmff_take (&cursor, 16 + 4);
  if (!take_purpose (&cursor)) {
    listing_add_slice (listing, BLOCK_OTHER, "uuid", at, box->size, at + box->header,
                       box->size - box->header);
    return;
  }
  bmff_take (&cursor, 8);
  /* Zeros may stand behind the store. */
  size_t data_at = (size_t)(cursor.at - listing->bytes), length = cursor.left, end = 0;
  BmffBox store;
  if (bmff_next (cursor.at, cursor.left, &end, &store))
    length = store.size;
  listing_add_slice (listing, BLOCK_C2PA, "uuid", at, box->size, data_at, length);
}

static void
list_box (Listing *listing, const BmffBox *box, size_t at)
{
  static const char *const needed[] = { "ftyp", "meta", "mdat", "moov", "moof" };
  for (size_t i = 0; i < G_N_ELEMENTS (needed); i++) {
    if (bmff_is (box, needed[i]))
      return;
  }
  char name[5] = { 0 };
  for (int i = 0; i < 4; i++)
    name[i] = g_ascii_isprint (box->bytes[4 + i]) ? (char)box->bytes[4 + i] : '?';
  size_t data_at = at + box->header, length = box->size - box->header;
  bool is_uuid = bmff_is (box, "uuid") && length >= 16;
  if (bmff_is_c2pa (box))
    list_c2pa (listing, box, at);
  else if (is_uuid && memcmp (box->bytes + box->header, XMP_UUID, 16) == 0)
    listing_add_slice (listing, BLOCK_XMP, name, at, box->size, data_at + 16, length - 16);
  else
    listing_add_slice (listing, BLOCK_OTHER, name, at, box->size, data_at, length);
}

/* The colour profiles among the properties, whosever they are: in practice the picture's. */
static void
list_profiles (Listing *listing, const BmffMeta *meta)
{
  BmffCursor outer = meta->iprp.bytes != NULL ? bmff_cursor (&meta->iprp) : (BmffCursor){ 0 };
  BmffBox box, inner;
  for (size_t at = 0; at < outer.left && bmff_next (outer.at, outer.left, &at, &box);) {
    if (!bmff_is (&box, "ipco"))
      continue;
    BmffCursor cursor = bmff_cursor (&box);
    for (size_t i = 0; i < cursor.left && bmff_next (cursor.at, cursor.left, &i, &inner);) {
      const uint8_t *data = inner.bytes + inner.header;
      size_t length = inner.size - inner.header;
      if (bmff_is (&inner, "colr") && length >= 4 &&
          (memcmp (data, "prof", 4) == 0 || memcmp (data, "rICC", 4) == 0))
        listing_add_slice (listing, BLOCK_ICC, "colr", (size_t)(inner.bytes - listing->bytes),
                           inner.size, (size_t)(data - listing->bytes) + 4, length - 4);
    }
  }
}

/* The bytes of an item in several pieces, joined. `left` keeps the sum of all items within the file's size, however
 * often they name the same bytes. */
static GBytes *
join (const BmffMeta *meta, const BmffItem *item, size_t *left)
{
  g_autoptr (GByteArray) joined = g_byte_array_new ();
  for (unsigned i = 0; i < item->n_extents; i++) {
    size_t at, length;
    if (!bmff_extent_at (meta, item, i, &at, &length) || length > *left)
      return NULL;
    *left -= length;
    g_byte_array_append (joined, meta->file + at, (unsigned)length);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&joined));
}

static size_t
limit (BlockKind kind)
{
  return kind == BLOCK_EXIF ? BLOCK_MOST_EXIF_BYTES + EXIF_HEADER_BYTES : BLOCK_MOST_XMP_BYTES;
}

static void
add_item (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
          GBytes *data)
{
  size_t skip = 0;
  const char *trouble = "it cannot be read";
  if (data != NULL && kind == BLOCK_EXIF) {
    size_t size;
    BmffCursor cursor = { g_bytes_get_data (data, &size), 0, false };
    cursor.left = size;
    uint64_t distance = bmff_take (&cursor, EXIF_HEADER_BYTES);
    skip = cursor.is_short || distance > cursor.left ? SIZE_MAX
                                                     : (size_t)distance + EXIF_HEADER_BYTES;
  }
  if (data != NULL && skip != SIZE_MAX) {
    size_t size = g_bytes_get_size (data);
    listing_add (listing, kind, name, at, length, g_bytes_new_from_bytes (data, skip, size - skip),
                 NULL);
  } else {
    listing_add (listing, kind, name, at, length, NULL, trouble);
  }
  if (data != NULL)
    g_bytes_unref (data);
}

static void
list_item (Listing *listing, const BmffMeta *meta, const BmffItem *item, size_t *left)
{
  bool is_exif = memcmp (item->type, "Exif", 4) == 0;
  BlockKind kind = is_exif ? BLOCK_EXIF : item->is_xmp ? BLOCK_XMP : BLOCK_OTHER;
  char name[5] = { 0 };
  for (int i = 0; i < 4; i++)
    name[i] = g_ascii_isprint (item->type[i]) ? (char)item->type[i] : '?';
  size_t at = 0, sum = 0, first = 0, length = 0;
  bool is_whole = item->n_extents > 0;
  for (unsigned i = 0; i < item->n_extents && is_whole; i++) {
    is_whole = bmff_extent_at (meta, item, i, &at, &length) && length <= SIZE_MAX - sum;
    first = i == 0 ? at : first;
    sum += length;
  }
  length = item->n_extents == 1 ? sum : 0;
  if (!is_whole)
    listing_add (listing, kind, name, first, length, NULL, "its bytes are not in the file");
  else if (item->is_packed)
    listing_add (listing, kind, name, first, length, NULL, "it cannot be unpacked");
  else if (sum > limit (kind))
    listing_add (listing, kind, name, first, length, NULL, "it is too long");
  else if (item->n_extents == 1)
    add_item (listing, kind, name, first, length,
              g_bytes_new_from_bytes (listing->file, first, sum));
  else
    add_item (listing, kind, name, first, length, join (meta, item, left));
}

void
bmff_list (Listing *listing)
{
  g_auto (BmffMeta) meta = { 0 };
  bmff_meta_read (listing->bytes, listing->length, &meta);
  BmffBox box;
  for (size_t at = 0, start = 0;
       at < listing->length && bmff_next (listing->bytes, listing->length, &at, &box); start = at)
    list_box (listing, &box, start);
  list_profiles (listing, &meta);
  size_t left = listing->length;
  for (unsigned i = 0; i < meta.items->len; i++) {
    const BmffItem *item = &g_array_index (meta.items, BmffItem, i);
    if (item->type != NULL && item->is_metadata)
      list_item (listing, &meta, item, &left);
  }
}

/* Adds to the number that stands at `at` of the file, of 4 or 8 bytes. */
static bool
shift (GByteArray *out, size_t at, unsigned n_bytes, uint64_t distance)
{
  BmffCursor cursor = { out->data + at, n_bytes, false };
  uint64_t value = bmff_take (&cursor, n_bytes);
  uint64_t most = n_bytes == 8 ? UINT64_MAX : n_bytes == 4 ? UINT32_MAX : 0;
  if (value > most || most - value < distance)
    return false;
  value += distance;
  for (unsigned i = 0; i < n_bytes; i++)
    out->data[at + i] = (uint8_t)(value >> (8 * (n_bytes - 1 - i)));
  return true;
}

/* All bytes of items in the file move by `distance`; the fields are where they were, since `out` is still the old file. */
static bool
shift_items (const BmffMeta *meta, size_t behind, GByteArray *out, uint64_t distance)
{
  for (unsigned i = 0; i < meta->items->len; i++) {
    const BmffItem *item = &g_array_index (meta->items, BmffItem, i);
    for (unsigned j = 0; j < item->n_extents && item->method == 0; j++) {
      const BmffExtent *extent = &g_array_index (meta->extents, BmffExtent, item->first_extent + j);
      size_t field = (size_t)((meta->base_size > 0 ? item->base_at : extent->at) - meta->file);
      if (extent->offset < behind)
        return false;
      if ((meta->base_size == 0 || j == 0) &&
          !shift (out, field, meta->base_size > 0 ? meta->base_size : meta->offset_size, distance))
        return false;
    }
  }
  return true;
}

static bool
has_store (const uint8_t *bytes, size_t length)
{
  BmffBox box;
  for (size_t at = 0; at < length && bmff_next (bytes, length, &at, &box);) {
    if (bmff_is_c2pa (&box))
      return true;
  }
  return false;
}

/* The length of "ftyp" when the file is a row of whole boxes, else 0. */
static size_t
measure_head (const uint8_t *bytes, size_t length)
{
  BmffBox box;
  size_t head = 0;
  for (size_t at = 0; at < length;) {
    if (!bmff_next (bytes, length, &at, &box))
      return 0;
    head = head == 0 ? at : head;
  }
  return head;
}

bool
bmff_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
               GError **error)
{
  size_t length, store_length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  const uint8_t *store_bytes = g_bytes_get_data (store, &store_length);
  size_t head = measure_head (bytes, length);
  if (head == 0 || length > G_MAXINT32 || store_length > BLOCK_MOST_C2PA_BYTES)
    return container_fail_damaged (error, CONTAINER_BMFF);
  g_auto (BmffMeta) meta = { 0 };
  bmff_meta_read (bytes, length, &meta);
  if (!bmff_meta_check (&meta, error))
    return false;
  if (has_store (bytes, length)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "the file has Content Credentials already: take them off first");
    return false;
  }
  g_autoptr (GByteArray) box = g_byte_array_new ();
  unsigned start = bmff_open_box (box, "uuid");
  g_byte_array_append (box, (const uint8_t *)BMFF_C2PA_UUID, 16);
  bmff_add_number (box, 4, 0);
  g_byte_array_append (box, (const uint8_t *)C2PA_PURPOSE, sizeof C2PA_PURPOSE);
  bmff_add_number (box, 8, 0);
  g_byte_array_append (box, store_bytes, (unsigned)store_length);
  bmff_close_box (box, start);

  g_autoptr (GByteArray) shifted = g_byte_array_sized_new ((unsigned)length);
  g_byte_array_append (shifted, bytes, (unsigned)length);
  if (!shift_items (&meta, head, shifted, box->len)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "no Content Credentials can be put into the AVIF or HEIF file: its table of items "
                 "cannot be moved");
    return false;
  }
  g_byte_array_append (out, shifted->data, (unsigned)head);
  g_byte_array_append (out, box->data, box->len);
  g_byte_array_append (out, shifted->data + head, (unsigned)(length - head));
  *out_at = 0;
  *out_length = 0;
  return true;
}
