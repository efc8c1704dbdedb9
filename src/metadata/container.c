#include "metadata/container-kinds.h"

static const size_t limits[] = {
  BLOCK_MOST_EXIF_BYTES, BLOCK_MOST_XMP_BYTES,  BLOCK_MOST_IPTC_BYTES, BLOCK_MOST_ICC_BYTES,
  BLOCK_MOST_C2PA_BYTES, BLOCK_MOST_TEXT_BYTES, BLOCK_MOST_TEXT_BYTES, BLOCK_MOST_TEXT_BYTES,
};

ContainerKind
container_kind (const void *bytes, size_t length)
{
  const uint8_t *at = bytes;
  if (length >= 8 && (memcmp (at, "II*\0", 4) == 0 || memcmp (at, "MM\0*", 4) == 0))
    return CONTAINER_TIFF;
  if (length >= 12 && memcmp (at + 4, "ftyp", 4) == 0)
    return CONTAINER_BMFF;
  return CONTAINER_NONE;
}

static void
block_free (gpointer data)
{
  Block *block = data;
  if (block->data != NULL)
    g_bytes_unref (block->data);
  g_free (block->keyword);
  g_free (block);
}

Block *
listing_add (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
             GBytes *data, const char *trouble)
{
  if (listing->blocks->len >= BLOCK_MOST_BLOCKS) {
    if (data != NULL)
      g_bytes_unref (data);
    return NULL;
  }
  Block *block = g_new0 (Block, 1);
  block->kind = kind;
  g_strlcpy (block->name, name, sizeof block->name);
  block->at = at;
  block->length = length;
  block->n_pieces = 1;
  block->data = data;
  block->trouble = trouble;
  g_ptr_array_add (listing->blocks, block);
  return block;
}

Block *
listing_add_slice (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
                   size_t data_at, size_t data_length)
{
  if (data_length > limits[kind])
    return listing_add (listing, kind, name, at, length, NULL, "it is over the limit");
  return listing_add (listing, kind, name, at, length,
                      g_bytes_new_from_bytes (listing->file, data_at, data_length), NULL);
}

GPtrArray *
container_list (GBytes *file)
{
  Listing listing = { .file = file, .blocks = g_ptr_array_new_with_free_func (block_free) };
  listing.bytes = g_bytes_get_data (file, &listing.length);
  ContainerKind kind = container_kind (listing.bytes, listing.length);
  if (kind == CONTAINER_BMFF)
    bmff_list (&listing);
  else if (kind == CONTAINER_TIFF)
    tiff_list (&listing);
  return listing.blocks;
}

const Block *
container_find (const GPtrArray *blocks, BlockKind kind)
{
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    if (block->kind == kind && block->data != NULL)
      return block;
  }
  return NULL;
}

bool
container_fail_damaged (GError **error, ContainerKind kind)
{
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "the file is not a row of whole blocks (%d)", kind);
  return false;
}

bool
container_put (GBytes *file, const MetadataBlobs *blobs, GBytes **out_file, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  ContainerKind kind = container_kind (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  bool is_put = kind == CONTAINER_BMFF   ? bmff_put (file, blobs, out, error)
                : kind == CONTAINER_TIFF ? tiff_put (file, blobs, out, error)
                                         : container_fail_damaged (error, kind);
  if (is_put)
    *out_file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return is_put;
}

bool
container_put_c2pa (GBytes *file, GBytes *store, GBytes **out_file, size_t *out_at,
                    size_t *out_length, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  size_t at, length;
  ContainerKind kind = container_kind (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  bool is_put = kind == CONTAINER_BMFF
                  ? bmff_put_c2pa (file, store, out, out_at != NULL ? out_at : &at,
                                   out_length != NULL ? out_length : &length, error)
                  : container_fail_damaged (error, kind);
  if (is_put)
    *out_file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return is_put;
}

bool
container_embeds_c2pa (ContainerKind kind)
{
  return kind != CONTAINER_NONE && kind != CONTAINER_TIFF;
}
