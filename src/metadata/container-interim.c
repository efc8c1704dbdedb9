/* AVIF, HEIF and TIFF: what is needed to find a source type. Nothing is written. */
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"
#include "metadata/ifd.h"

enum { MOST_IFDS = 16 };

static size_t
place (const Listing *listing, const uint8_t *at)
{
  return (size_t)(at - listing->bytes);
}

static void
list_packets (Listing *listing, const uint8_t *bytes, size_t length)
{
  static const char start[] = "<x:xmpmeta", end[] = "</x:xmpmeta>";
  const uint8_t *last = bytes + length;
  while (bytes < last) {
    const uint8_t *packet = memmem (bytes, (size_t)(last - bytes), start, sizeof start - 1);
    if (packet == NULL)
      return;
    size_t most = MIN ((size_t)(last - packet), BLOCK_MOST_XMP_BYTES);
    const uint8_t *stop = memmem (packet, most, end, sizeof end - 1);
    size_t size = stop != NULL ? (size_t)(stop - packet) + sizeof end - 1 : most;
    listing_add_slice (listing, BLOCK_XMP, "mime", place (listing, packet), size,
                       place (listing, packet), size);
    bytes = packet + MAX (size, 1);
  }
}

void
bmff_list (Listing *listing)
{
  static const uint8_t c2pa[16] = { 0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                    0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81 };
  for (size_t at = 0; listing->length - at >= 8;) {
    const uint8_t *box = listing->bytes + at;
    size_t left = listing->length - at, header = 8;
    uint64_t length = big32 (box);
    if (length == 1 && left >= 16) {
      length = (uint64_t)big32 (box + 8) << 32 | big32 (box + 12);
      header = 16;
    } else if (length == 0) {
      length = left;
    }
    if (length < header)
      return;
    size_t size = (size_t)MIN (length, left), here = size - header;
    if (memcmp (box + 4, "uuid", 4) == 0 && here > sizeof c2pa &&
        memcmp (box + header, c2pa, sizeof c2pa) == 0)
      listing_add_slice (listing, BLOCK_C2PA, "uuid", at, size, at + header + sizeof c2pa,
                         here - sizeof c2pa);
    else if (memcmp (box + 4, "mdat", 4) == 0 || memcmp (box + 4, "meta", 4) == 0)
      list_packets (listing, box + header, here);
    at += size;
  }
}

static void
visit_tiff (const IfdEntry *entry, void *data)
{
  static const struct {
    uint16_t tag;
    BlockKind kind;
    const char *name;
  } rows[] = { { 700, BLOCK_XMP, "700" },
               { 52545, BLOCK_C2PA, "52545" },
               { 34665, BLOCK_EXIF, "34665" },
               { 34675, BLOCK_ICC, "34675" },
               { 33723, BLOCK_IPTC, "33723" } };
  Listing *listing = data;
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (entry->tag == rows[i].tag)
      listing_add_slice (listing, rows[i].kind, rows[i].name, place (listing, entry->data),
                         entry->size, place (listing, entry->data), entry->size);
  }
}

void
tiff_list (Listing *listing)
{
  Ifd ifd;
  uint32_t offset = ifd_open (listing->bytes, listing->length, &ifd) ? ifd.first : 0;
  for (int i = 0; i < MOST_IFDS && offset != 0; i++)
    offset = ifd_each (&ifd, offset, visit_tiff, listing);
}

bool
bmff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  return container_fail_damaged (error, CONTAINER_BMFF);
}

bool
tiff_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  return container_fail_damaged (error, CONTAINER_TIFF);
}

bool
bmff_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
               GError **error)
{
  return container_fail_damaged (error, CONTAINER_BMFF);
}
