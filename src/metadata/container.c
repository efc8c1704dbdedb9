#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"
#include "metadata/ifd.h"
#include "metadata/xmp.h"

/* What GByteArray counts, less what is added around blocks. */
enum { MOST_FILE_BYTES = G_MAXINT32 - (1 << 20) };

/* Of packets that cannot be read, however many there are. */
enum { MOST_XMP_BYTES_TRIED = 8 << 20 };

static const struct {
  const char *name, *pieces;
  void (*list) (Listing *listing);
  bool (*put) (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error);
  bool (*put_c2pa) (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at,
                    size_t *out_length, GError **error);
} kinds[] = {
  [CONTAINER_PNG] = { "PNG", "chunks", png_list, png_put, png_put_c2pa },
  [CONTAINER_JPEG] = { "JPEG", "segments", jpeg_list, jpeg_put, jpeg_put_c2pa },
  [CONTAINER_WEBP] = { "WebP", "chunks", webp_list, webp_put, webp_put_c2pa },
  [CONTAINER_BMFF] = { "AVIF or HEIF", "boxes", bmff_list, bmff_put, bmff_put_c2pa },
  [CONTAINER_TIFF] = { "TIFF", "directories", tiff_list, tiff_put, NULL },
  [CONTAINER_GIF] = { "GIF", "blocks", gif_list, NULL, NULL },
  [CONTAINER_PDF] = { "PDF", "objects", pdf_list, NULL, NULL },
};

/* Texts have one limit together: see listing_limit. */
static const struct {
  size_t most;
  const char *trouble;
} limits[] = {
  [BLOCK_EXIF] = { BLOCK_MOST_EXIF_BYTES, "it is over 65536 bytes" },
  [BLOCK_XMP] = { BLOCK_MOST_XMP_BYTES, "it is over 1048576 bytes" },
  [BLOCK_IPTC] = { BLOCK_MOST_IPTC_BYTES, "it is over 1048576 bytes" },
  [BLOCK_ICC] = { BLOCK_MOST_ICC_BYTES, "it is over 4194304 bytes" },
  [BLOCK_C2PA] = { BLOCK_MOST_C2PA_BYTES, "it is over 8388608 bytes" },
  [BLOCK_TEXT] = { BLOCK_MOST_TEXT_BYTES, "the texts together are over 1048576 bytes" },
  [BLOCK_DENSITY] = { SIZE_MAX, NULL },
  [BLOCK_OTHER] = { SIZE_MAX, NULL },
};
G_STATIC_ASSERT (BLOCK_MOST_EXIF_BYTES == 65536 && BLOCK_MOST_XMP_BYTES == 1048576 &&
                 BLOCK_MOST_IPTC_BYTES == 1048576 && BLOCK_MOST_ICC_BYTES == 4194304 &&
                 BLOCK_MOST_C2PA_BYTES == 8388608 && BLOCK_MOST_TEXT_BYTES == 1048576);

ContainerKind
container_kind (const void *bytes, size_t length)
{
  const uint8_t *at = bytes;
  Ifd ifd;
  if (length >= 8 && memcmp (at, "\x89PNG\r\n\x1a\n", 8) == 0)
    return CONTAINER_PNG;
  if (length >= 3 && memcmp (at, "\xff\xd8\xff", 3) == 0)
    return CONTAINER_JPEG;
  if (length >= 12 && memcmp (at, "RIFF", 4) == 0 && memcmp (at + 8, "WEBP", 4) == 0)
    return CONTAINER_WEBP;
  if (length >= 12 && memcmp (at + 4, "ftyp", 4) == 0)
    return CONTAINER_BMFF;
  if (length >= 6 && (memcmp (at, "GIF87a", 6) == 0 || memcmp (at, "GIF89a", 6) == 0))
    return CONTAINER_GIF;
  if (length >= 5 && memcmp (at, "%PDF-", 5) == 0)
    return CONTAINER_PDF;
  return ifd_open (bytes, length, &ifd) ? CONTAINER_TIFF : CONTAINER_NONE;
}

static void
block_free (void *data)
{
  Block *block = data;
  g_clear_pointer (&block->data, g_bytes_unref);
  g_free (block->keyword);
  g_free (block);
}

static size_t
listing_limit (const Listing *listing, BlockKind kind)
{
  return kind == BLOCK_TEXT ? listing->text_left : limits[kind].most;
}

Block *
listing_add (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
             GBytes *data, const char *trouble)
{
  static const char printable[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ -._";
  g_autoptr (GBytes) owned = data;
  if (listing->blocks->len >= BLOCK_MOST_BLOCKS)
    return NULL;
  size_t size = owned != NULL ? g_bytes_get_size (owned) : 0;
  if (size > listing_limit (listing, kind)) {
    g_clear_pointer (&owned, g_bytes_unref);
    trouble = limits[kind].trouble;
  } else if (kind == BLOCK_TEXT) {
    listing->text_left -= size;
  }
  Block *block = g_new (Block, 1);
  *block = (Block){ .kind = kind,
                    .at = at,
                    .length = length,
                    .n_pieces = 1,
                    .data = g_steal_pointer (&owned),
                    .trouble = trouble };
  g_strlcpy (block->name, name, sizeof block->name);
  g_strcanon (block->name, printable, '?'); /* the type of a chunk may be any bytes */
  g_ptr_array_add (listing->blocks, block);
  return block;
}

Block *
listing_add_slice (Listing *listing, BlockKind kind, const char *name, size_t at, size_t length,
                   size_t data_at, size_t data_length)
{
  if (listing->blocks->len >= BLOCK_MOST_BLOCKS) /* without a slice of each for nothing */
    return NULL;
  if (data_length > listing_limit (listing, kind))
    return listing_add (listing, kind, name, at, length, NULL, limits[kind].trouble);
  return listing_add (listing, kind, name, at, length,
                      g_bytes_new_from_bytes (listing->file, data_at, data_length), NULL);
}

GPtrArray *
container_list (GBytes *file)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  Listing listing = { file, bytes, length, g_ptr_array_new_with_free_func (block_free),
                      BLOCK_MOST_TEXT_BYTES };
  ContainerKind kind = container_kind (bytes, length);
  if (kind != CONTAINER_NONE)
    kinds[kind].list (&listing);
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

const Block *
container_find_xmp (const GPtrArray *blocks)
{
  const Block *first = container_find (blocks, BLOCK_XMP);
  size_t left = MOST_XMP_BYTES_TRIED;
  for (unsigned i = 0; first != NULL && i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    if (block->kind != BLOCK_XMP || block->data == NULL)
      continue;
    g_auto (MetadataRecord) record = { 0 };
    size_t size = g_bytes_get_size (block->data);
    if (size > left)
      break;
    left -= size;
    if (xmp_read (block->data, &record, NULL))
      return block;
  }
  return first;
}

void
metadata_blobs_read (const GPtrArray *blocks, MetadataBlobs *out_blobs)
{
  static const BlockKind taken[] = { BLOCK_EXIF, BLOCK_XMP, BLOCK_IPTC };
  *out_blobs = (MetadataBlobs){ 0 };
  GBytes **places[] = { &out_blobs->exif, &out_blobs->xmp, &out_blobs->iptc };
  for (size_t i = 0; i < G_N_ELEMENTS (taken); i++) {
    const Block *block = taken[i] == BLOCK_XMP ? container_find_xmp (blocks)
                                               : container_find (blocks, taken[i]);
    if (block != NULL)
      *places[i] = g_bytes_ref (block->data);
  }
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = g_ptr_array_index (blocks, i);
    if (block->kind != BLOCK_TEXT || block->data == NULL)
      continue;
    size_t length;
    const char *bytes = g_bytes_get_data (block->data, &length);
    g_autofree char *text = g_strndup (bytes, length);
    metadata_blobs_add_text (out_blobs, block->keyword != NULL ? block->keyword : "", text);
  }
}

#undef container_fail_damaged
bool
container_fail_damaged (GError **error, ContainerKind kind)
{
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "the %s file is not a row of whole %s; encode it again", kinds[kind].name,
               kinds[kind].pieces);
  return false;
}

/* What kind it is, when it and what is put into it are together of a size that can be written. */
static bool
check (GBytes *file, size_t added, ContainerKind *out_kind, GError **error)
{
  size_t length;
  const void *bytes = g_bytes_get_data (file, &length);
  *out_kind = container_kind (bytes, length);
  if (*out_kind == CONTAINER_NONE || kinds[*out_kind].put == NULL)
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "metadata goes into PNG, JPEG, WebP, AVIF, HEIF and TIFF files, this is none");
  else if (length > MOST_FILE_BYTES || added > MOST_FILE_BYTES - length)
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "a file of %zu bytes with %zu bytes of metadata is over %d bytes; make it smaller",
                 length, added, MOST_FILE_BYTES);
  else
    return true;
  return false;
}

static size_t
blobs_size (const MetadataBlobs *blobs)
{
  GBytes *const parts[] = { blobs->exif, blobs->xmp, blobs->iptc };
  size_t size = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    size += parts[i] != NULL ? g_bytes_get_size (parts[i]) : 0;
  for (unsigned i = 0; blobs->texts != NULL && i < blobs->texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (blobs->texts, i);
    size += strlen (text->keyword) + strlen (text->text) + 32;
  }
  return size;
}

bool
container_put (GBytes *file, const MetadataBlobs *blobs, GBytes **out_file, GError **error)
{
  ContainerKind kind;
  size_t added = blobs_size (blobs);
  if (!check (file, added, &kind, error))
    return false;
  g_autoptr (GByteArray)
    out = g_byte_array_sized_new ((unsigned)(g_bytes_get_size (file) + added + 1024));
  if (!kinds[kind].put (file, blobs, out, error))
    return false;
  *out_file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return true;
}

bool
container_put_c2pa (GBytes *file, GBytes *store, GBytes **out_file, size_t *out_at,
                    size_t *out_length, GError **error)
{
  ContainerKind kind;
  size_t at = 0, length = 0, added = g_bytes_get_size (store);
  if (!check (file, added, &kind, error))
    return false;
  if (!container_embeds_c2pa (kind)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "Content Credentials are not put into %s files; write them beside it",
                 kinds[kind].name);
    return false;
  }
  g_autoptr (GByteArray)
    out = g_byte_array_sized_new ((unsigned)(g_bytes_get_size (file) + added + 1024));
  if (!kinds[kind].put_c2pa (file, store, out, &at, &length, error))
    return false;
  *out_file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
  if (out_at != NULL)
    *out_at = at;
  if (out_length != NULL)
    *out_length = length;
  return true;
}

bool
container_embeds_c2pa (ContainerKind kind)
{
  return kind != CONTAINER_NONE && kinds[kind].put_c2pa != NULL;
}

/* The dearest frames: of a WebP its new VP8X chunk, of BMFF an item's entries and a directory more, of
 * TIFF the directory written anew. */
size_t
container_room (const MetadataBlobs *blobs)
{
  enum { FRAMES = 1024, TEXT_FRAME = 128 };
  size_t room = 0;
  room += blobs->exif != NULL ? FRAMES + g_bytes_get_size (blobs->exif) : 0;
  room += blobs->xmp != NULL ? FRAMES + g_bytes_get_size (blobs->xmp) : 0;
  for (unsigned i = 0; blobs->texts != NULL && i < blobs->texts->len; i++) {
    const MetadataText *text = blobs->texts->pdata[i];
    room += TEXT_FRAME + strlen (text->keyword) + strlen (text->text);
  }
  return room;
}
