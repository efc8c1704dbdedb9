/* All tables are read at once, each in time linear in its own size. An extent may have no bytes in
 * iloc at all (offset and length of size 0), so these are counted. */
#include "metadata/bmff.h"

enum { MOST_ITEMS = 16384, MOST_EXTENTS = 65536 };

#define DAMAGED "its table of items is damaged"

static void
set_trouble (BmffMeta *meta, const char *trouble)
{
  if (meta->trouble == NULL)
    meta->trouble = trouble;
}

BmffItem *
bmff_item (const BmffMeta *meta, uint32_t id)
{
  size_t index = GPOINTER_TO_SIZE (g_hash_table_lookup (meta->by_id, GUINT_TO_POINTER (id)));
  return index > 0 ? &g_array_index (meta->items, BmffItem, index - 1) : NULL;
}

/* NULL when there are too many. */
static BmffItem *
need_item (BmffMeta *meta, uint32_t id)
{
  BmffItem *item = bmff_item (meta, id);
  if (item != NULL)
    return item;
  if (meta->items->len >= MOST_ITEMS) {
    set_trouble (meta, "it has too many items");
    return NULL;
  }
  BmffItem blank = { .id = id };
  g_array_append_val (meta->items, blank);
  g_hash_table_insert (meta->by_id, GUINT_TO_POINTER (id),
                       GSIZE_TO_POINTER ((size_t)meta->items->len));
  return &g_array_index (meta->items, BmffItem, meta->items->len - 1);
}

/* A text and its NUL. Empty when it does not end. */
static const char *
take_text (BmffCursor *cursor)
{
  const uint8_t *end = cursor->left > 0 ? memchr (cursor->at, 0, cursor->left) : NULL;
  if (end == NULL) {
    cursor->left = 0;
    return "";
  }
  const char *text = (const char *)cursor->at;
  cursor->left -= (size_t)(end - cursor->at) + 1;
  cursor->at = end + 1;
  return text;
}

static void
read_infe (BmffMeta *meta, const BmffBox *box)
{
  BmffCursor cursor = bmff_cursor (box);
  uint64_t version = bmff_take (&cursor, 1), flags = bmff_take (&cursor, 3);
  if (version != 2 && version != 3) {
    set_trouble (meta, "its items are of a form from before HEIF");
    return;
  }
  uint32_t id = (uint32_t)bmff_take (&cursor, version == 2 ? 2 : 4);
  if (bmff_take (&cursor, 2) != 0)
    set_trouble (meta, "it is protected");
  const uint8_t *type = cursor.at;
  bmff_take (&cursor, 4);
  if (cursor.is_short) {
    set_trouble (meta, DAMAGED);
    return;
  }
  BmffItem *item = need_item (meta, id);
  if (item == NULL || item->type != NULL) {
    set_trouble (meta, DAMAGED);
    return;
  }
  item->type = type;
  item->flags = (unsigned)flags;
  bool is_mime = memcmp (type, "mime", 4) == 0;
  item->is_metadata = is_mime || memcmp (type, "Exif", 4) == 0 || memcmp (type, "uri ", 4) == 0;
  take_text (&cursor); /* its name */
  if (is_mime) {
    item->is_xmp = strcmp (take_text (&cursor), "application/rdf+xml") == 0;
    item->is_packed = *take_text (&cursor) != '\0';
  }
}

static void
read_iinf (BmffMeta *meta)
{
  BmffCursor cursor = bmff_cursor (&meta->iinf);
  uint64_t version = bmff_take (&cursor, 1);
  bmff_take (&cursor, version == 0 ? 3 + 2 : 3 + 4);
  BmffBox box;
  for (size_t at = 0; at < cursor.left;) {
    if (!bmff_next (cursor.at, cursor.left, &at, &box)) {
      set_trouble (meta, DAMAGED);
      return;
    }
    if (bmff_is (&box, "infe"))
      read_infe (meta, &box);
  }
}

static bool
read_extents (BmffMeta *meta, BmffItem *item, BmffCursor *cursor, uint64_t base, unsigned sizes,
              unsigned index_size)
{
  uint64_t n_extents = bmff_take (cursor, 2);
  item->first_extent = meta->extents->len;
  for (uint64_t i = 0; i < n_extents && !cursor->is_short; i++) {
    if (meta->extents->len >= MOST_EXTENTS) {
      set_trouble (meta, "its items have too many pieces");
      return false;
    }
    bmff_take (cursor, index_size);
    BmffExtent extent = { .at = cursor->at };
    extent.offset = bmff_take (cursor, sizes >> 4);
    extent.length = bmff_take (cursor, sizes & 15);
    if (extent.offset > UINT64_MAX - base)
      cursor->is_short = true;
    extent.offset += base;
    if (extent.length == 0)
      set_trouble (meta, "it has items without a length of their own");
    if (cursor->is_short)
      return false;
    g_array_append_val (meta->extents, extent);
    item->n_extents++;
  }
  return !cursor->is_short;
}

static bool
read_location (BmffMeta *meta, BmffCursor *cursor, uint64_t version, unsigned sizes,
               unsigned index_size)
{
  uint32_t id = (uint32_t)bmff_take (cursor, version < 2 ? 2 : 4);
  unsigned method = version > 0 ? (unsigned)bmff_take (cursor, 2) & 15 : 0;
  uint64_t reference = bmff_take (cursor, 2);
  const uint8_t *base_at = cursor->at;
  uint64_t base = bmff_take (cursor, meta->base_size);
  if (cursor->is_short)
    return false;
  BmffItem *item = need_item (meta, id);
  if (item == NULL || item->has_location)
    return false;
  item->has_location = true;
  item->method = method;
  item->base_at = base_at;
  if (method > 1)
    set_trouble (meta, "its items are made of other items");
  if (method == 0 && reference != 0)
    set_trouble (meta, "its items are in other files");
  return read_extents (meta, item, cursor, base, sizes, index_size);
}

static bool
is_size (unsigned bytes)
{
  return bytes == 0 || bytes == 4 || bytes == 8;
}

static void
read_iloc (BmffMeta *meta)
{
  BmffCursor cursor = bmff_cursor (&meta->iloc);
  uint64_t version = bmff_take (&cursor, 1);
  bmff_take (&cursor, 3);
  unsigned sizes = (unsigned)bmff_take (&cursor, 1), more = (unsigned)bmff_take (&cursor, 1);
  unsigned index_size = version > 0 ? more & 15 : 0;
  meta->offset_size = sizes >> 4;
  meta->base_size = more >> 4;
  if (version > 2 || !is_size (sizes >> 4) || !is_size (sizes & 15) || !is_size (more >> 4) ||
      !is_size (index_size)) {
    set_trouble (meta, DAMAGED);
    return;
  }
  uint64_t n_items = bmff_take (&cursor, version < 2 ? 2 : 4);
  for (uint64_t i = 0; i < n_items; i++) {
    if (!read_location (meta, &cursor, version, sizes, index_size)) {
      set_trouble (meta, DAMAGED);
      return;
    }
  }
}

/* What describes another item is metadata, whatever its type. */
static void
read_iref (BmffMeta *meta)
{
  BmffCursor cursor = bmff_cursor (&meta->iref);
  uint64_t version = bmff_take (&cursor, 1);
  bmff_take (&cursor, 3);
  BmffBox box;
  for (size_t at = 0; at < cursor.left;) {
    if (!bmff_next (cursor.at, cursor.left, &at, &box)) {
      set_trouble (meta, DAMAGED);
      return;
    }
    BmffCursor inner = bmff_cursor (&box);
    BmffItem *from = bmff_item (meta, (uint32_t)bmff_take (&inner, version == 0 ? 2 : 4));
    if (bmff_is (&box, "cdsc") && from != NULL)
      from->is_metadata = true;
  }
}

static BmffBox *
slot (BmffMeta *meta, const BmffBox *box)
{
  const struct {
    const char *type;
    BmffBox *box;
  } slots[] = {
    { "hdlr", &meta->hdlr }, { "pitm", &meta->pitm }, { "iinf", &meta->iinf },
    { "iloc", &meta->iloc }, { "iref", &meta->iref }, { "iprp", &meta->iprp },
    { "grpl", &meta->grpl }, { "idat", &meta->idat },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (slots); i++) {
    if (bmff_is (box, slots[i].type))
      return slots[i].box;
  }
  return NULL;
}

static void
read_boxes (BmffMeta *meta)
{
  BmffCursor cursor = bmff_cursor (&meta->box);
  bmff_take (&cursor, 4);
  BmffBox box;
  for (size_t at = 0; at < cursor.left;) {
    if (!bmff_next (cursor.at, cursor.left, &at, &box)) {
      set_trouble (meta, DAMAGED);
      return;
    }
    BmffBox *place = slot (meta, &box);
    if (place == NULL)
      continue;
    if (place->bytes != NULL)
      set_trouble (meta, DAMAGED);
    else
      *place = box;
  }
}

static void
find_meta (BmffMeta *meta)
{
  BmffBox box;
  for (size_t at = 0; at < meta->length;) {
    if (!bmff_next (meta->file, meta->length, &at, &box))
      return;
    if (bmff_is (&box, "moov") || bmff_is (&box, "moof"))
      set_trouble (meta, "it is a sequence of pictures");
    if (!bmff_is (&box, "meta"))
      continue;
    if (meta->box.bytes != NULL)
      set_trouble (meta, "it has two tables of items");
    else
      meta->box = box;
  }
}

void
bmff_meta_read (const uint8_t *bytes, size_t length, BmffMeta *out_meta)
{
  BmffMeta meta = { .file = bytes, .length = length };
  meta.items = g_array_new (FALSE, FALSE, sizeof (BmffItem));
  meta.extents = g_array_new (FALSE, FALSE, sizeof (BmffExtent));
  meta.by_id = g_hash_table_new (NULL, NULL);
  find_meta (&meta);
  if (meta.box.bytes == NULL)
    set_trouble (&meta, "it has no table of items");
  else
    read_boxes (&meta);
  if (meta.iinf.bytes != NULL)
    read_iinf (&meta);
  if (meta.iloc.bytes != NULL)
    read_iloc (&meta);
  if (meta.iref.bytes != NULL)
    read_iref (&meta);
  if (meta.pitm.bytes != NULL) {
    BmffCursor cursor = bmff_cursor (&meta.pitm);
    uint64_t version = bmff_take (&cursor, 1);
    bmff_take (&cursor, 3);
    meta.primary = (uint32_t)bmff_take (&cursor, version == 0 ? 2 : 4);
    if (cursor.is_short)
      set_trouble (&meta, DAMAGED);
  }
  *out_meta = meta;
}

void
bmff_meta_clear (BmffMeta *meta)
{
  if (meta->by_id == NULL)
    return;
  g_array_unref (meta->items);
  g_array_unref (meta->extents);
  g_hash_table_unref (meta->by_id);
  *meta = (BmffMeta){ 0 };
}

bool
bmff_extent_at (const BmffMeta *meta, const BmffItem *item, unsigned index, size_t *out_at,
                size_t *out_length)
{
  const BmffExtent *extent = &g_array_index (meta->extents, BmffExtent, item->first_extent + index);
  size_t start = 0, length = meta->length;
  if (item->method == 1) {
    if (meta->idat.bytes == NULL)
      return false;
    start = (size_t)(meta->idat.bytes - meta->file) + meta->idat.header;
    length = meta->idat.size - meta->idat.header;
  }
  if (item->method > 1 || extent->length == 0 || extent->length > length ||
      extent->offset > length - extent->length)
    return false;
  *out_at = start + (size_t)extent->offset;
  *out_length = (size_t)extent->length;
  return true;
}

bool
bmff_meta_check (const BmffMeta *meta, GError **error)
{
  const char *trouble = meta->trouble;
  const BmffItem *primary = bmff_item (meta, meta->primary);
  if (trouble == NULL && (meta->hdlr.size < meta->hdlr.header + 12 ||
                          memcmp (meta->hdlr.bytes + meta->hdlr.header + 8, "pict", 4) != 0))
    trouble = "its items are no pictures";
  if (trouble == NULL && (primary == NULL || primary->type == NULL || primary->is_metadata))
    trouble = "it does not tell which of its items is the picture";
  if (trouble == NULL)
    return true;
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "no metadata can be put into the AVIF or HEIF file: %s", trouble);
  return false;
}
