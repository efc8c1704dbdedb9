/* The places where files of each format keep XMP and C2PA, and other blocks, walked by length fields that are all
 * checked against the bytes at hand. A truncated file is read as far as it goes. */
#include "metadata/ifd.h"
#include "metadata/policy.h"
#include "metadata/vocabulary.h"

#include <zlib.h>

enum {
  MOST_XMP_BYTES = 1 << 20,
  MOST_C2PA_BYTES = 8 << 20,
  MOST_INFLATED = 4, /* compressed packets of one PNG; there should be one */
  MOST_IFDS = 16,    /* C2PA stands in the last one */
  TAG_XMP = 700,
  TAG_IPTC = 33723,
  TAG_EXIF = 34665,
  TAG_ICC = 34675,
  TAG_C2PA = 52545,
};

typedef struct {
  const uint8_t *at;
  size_t left;
  size_t unread; /* how many bytes may still be looked at: no more than the file has, however often
                  * its directories point at the same ones */
  int rank;      /* the strongest so far */
  unsigned blocks; /* bits of MetadataBlock: seen so far */
} Search;

static uint32_t
big32 (const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t
little32 (const uint8_t *at)
{
  return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static void
skip (Search *search, size_t length)
{
  length = MIN (length, search->left);
  search->at += length;
  search->left -= length;
}

static void
scan (Search *search, MetadataBlock block, const uint8_t *bytes, size_t length, size_t limit)
{
  search->blocks |= block;
  length = MIN (MIN (length, limit), search->unread);
  if (length == 0)
    return;
  search->unread -= length;
  search->rank = vocabulary_stronger (search->rank, vocabulary_scan (bytes, length));
}

/* As much of a zlib stream as there is and as the limit allows. */
static void
scan_inflated (Search *search, const uint8_t *bytes, size_t length)
{
  search->blocks |= METADATA_BLOCK_XMP;
  g_autofree uint8_t *packet = g_malloc (MOST_XMP_BYTES);
  z_stream stream = { .next_in = (Bytef *)bytes,
                      .avail_in = (uInt)length,
                      .next_out = packet,
                      .avail_out = MOST_XMP_BYTES };
  if (inflateInit (&stream) != Z_OK)
    return;
  inflate (&stream, Z_SYNC_FLUSH);
  inflateEnd (&stream);
  search->rank = vocabulary_stronger (search->rank, vocabulary_scan (packet, stream.total_out));
}

/* The packet in a text chunk called XML:com.adobe.xmp, or NULL.
 *     iTXt: keyword NUL, compressed(1), method(1), language NUL, keyword NUL, text
 *     zTXt: keyword NUL, method(1), compressed text (not in the standard; what libvips writes) */
static const uint8_t *
png_packet (const uint8_t *type, const uint8_t *data, const uint8_t *end, bool *out_compressed)
{
  static const char keyword[] = "XML:com.adobe.xmp";
  const uint8_t *at = data + sizeof keyword;
  bool is_ztxt = memcmp (type, "zTXt", 4) == 0;
  if ((!is_ztxt && memcmp (type, "iTXt", 4) != 0) || end - data < (ptrdiff_t)sizeof keyword + 2 ||
      memcmp (data, keyword, sizeof keyword) != 0)
    return NULL;
  *out_compressed = is_ztxt || at[0] != 0;
  if (is_ztxt)
    return at + 1;
  at += 2;
  for (int i = 0; i < 2 && at != NULL; i++) {
    at = memchr (at, 0, (size_t)(end - at));
    at = at != NULL ? at + 1 : NULL;
  }
  return at;
}

/* A block that is told by the bytes it begins with, or by a name in front of it. */
typedef struct {
  const char *name;
  MetadataBlock block;
} BlockName;

static void
note (Search *search, const BlockName *names, unsigned n, const uint8_t *bytes, size_t length)
{
  for (unsigned i = 0; i < n; i++) {
    size_t size = strlen (names[i].name);
    if (length >= size && memcmp (bytes, names[i].name, size) == 0)
      search->blocks |= names[i].block;
  }
}

/* PNG: length(4) type(4) data CRC(4). */
static void
search_png (Search *search)
{
  static const BlockName names[] = { { "eXIf", METADATA_BLOCK_EXIF },
                                     { "iCCP", METADATA_BLOCK_ICC } };
  unsigned n_inflated = 0;
  skip (search, 8);
  while (search->left >= 12) {
    size_t length = big32 (search->at);
    const uint8_t *type = search->at + 4, *data = search->at + 8;
    const uint8_t *end = data + MIN (length, search->left - 12);
    bool is_compressed;
    const uint8_t *packet = png_packet (type, data, end, &is_compressed);
    if (memcmp (type, "caBX", 4) == 0)
      scan (search, METADATA_BLOCK_C2PA, data, (size_t)(end - data), MOST_C2PA_BYTES);
    else if (packet != NULL && !is_compressed)
      scan (search, METADATA_BLOCK_XMP, packet, (size_t)(end - packet), MOST_XMP_BYTES);
    else if (packet != NULL && n_inflated++ < MOST_INFLATED)
      scan_inflated (search, packet, (size_t)(end - packet));
    note (search, names, G_N_ELEMENTS (names), type, 4);
    skip (search, 12 + length);
  }
}

/* JPEG: XMP in APP1, its overflow in further APP1; C2PA in APP11 as "JP" En(2) Z(4) box, of which
 * segments from the second on repeat the box header. A term may be cut by a segment's end, so
 * both are joined before they are read. */
typedef struct {
  GByteArray *xmp, *c2pa;
} JpegParts;

static void
append (GByteArray *part, const uint8_t *bytes, size_t length, size_t limit)
{
  g_byte_array_append (part, bytes, (unsigned)MIN (length, limit - part->len));
}

static void
take_segment (JpegParts *parts, unsigned marker, const uint8_t *data, size_t length)
{
  static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
  static const char extension[] = "http://ns.adobe.com/xmp/extension/";
  enum {
    EXTENSION_HEADER = sizeof extension + 32 + 4 + 4,
    JUMBF_HEADER = 2 + 2 + 4,
    BOX_HEADER = 8
  };

  if (marker == 0xe1 && length > sizeof xmp && memcmp (data, xmp, sizeof xmp) == 0)
    append (parts->xmp, data + sizeof xmp, length - sizeof xmp, MOST_XMP_BYTES);
  else if (marker == 0xe1 && length > EXTENSION_HEADER &&
           memcmp (data, extension, sizeof extension) == 0)
    append (parts->xmp, data + EXTENSION_HEADER, length - EXTENSION_HEADER, MOST_XMP_BYTES);
  else if (marker == 0xeb && length > JUMBF_HEADER + BOX_HEADER && memcmp (data, "JP", 2) == 0) {
    size_t header = big32 (data + 4) > 1 ? JUMBF_HEADER + BOX_HEADER : JUMBF_HEADER;
    if (header > JUMBF_HEADER && big32 (data + JUMBF_HEADER) == 1)
      header += 8; /* a box of 64-bit length */
    if (length > header)
      append (parts->c2pa, data + header, length - header, MOST_C2PA_BYTES);
  }
}

static void
search_jpeg (Search *search)
{
  static const struct {
    unsigned marker;
    BlockName name;
  } rows[] = { { 0xe1, { "Exif", METADATA_BLOCK_EXIF } },
               { 0xe2, { "ICC_PROFILE", METADATA_BLOCK_ICC } },
               { 0xed, { "Photoshop 3.0", METADATA_BLOCK_IPTC } } };
  JpegParts parts = { g_byte_array_new (), g_byte_array_new () };
  skip (search, 2);
  while (search->left >= 4 && search->at[0] == 0xff) {
    unsigned marker = search->at[1];
    if (marker == 0xda || marker == 0xd9) /* pixels follow, or nothing */
      break;
    if (marker == 0xff || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      skip (search, marker == 0xff ? 1 : 2);
      continue;
    }
    size_t length = (size_t)search->at[2] << 8 | search->at[3];
    if (length < 2)
      break;
    take_segment (&parts, marker, search->at + 4, MIN (length - 2, search->left - 4));
    for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
      if (marker == rows[i].marker)
        note (search, &rows[i].name, 1, search->at + 4, MIN (length - 2, search->left - 4));
    skip (search, 2 + length);
  }
  if (parts.xmp->len > 0)
    scan (search, METADATA_BLOCK_XMP, parts.xmp->data, parts.xmp->len, MOST_XMP_BYTES);
  if (parts.c2pa->len > 0)
    scan (search, METADATA_BLOCK_C2PA, parts.c2pa->data, parts.c2pa->len, MOST_C2PA_BYTES);
  g_byte_array_unref (parts.xmp);
  g_byte_array_unref (parts.c2pa);
}

/* WebP: "RIFF" size "WEBP", then type(4) length(4) data, each at an even place. */
static void
search_webp (Search *search)
{
  static const BlockName names[] = { { "EXIF", METADATA_BLOCK_EXIF },
                                     { "ICCP", METADATA_BLOCK_ICC } };
  skip (search, 12);
  while (search->left >= 8) {
    size_t length = little32 (search->at + 4);
    size_t here = MIN (length, search->left - 8);
    if (memcmp (search->at, "XMP ", 4) == 0)
      scan (search, METADATA_BLOCK_XMP, search->at + 8, here, MOST_XMP_BYTES);
    else if (memcmp (search->at, "C2PA", 4) == 0)
      scan (search, METADATA_BLOCK_C2PA, search->at + 8, here, MOST_C2PA_BYTES);
    note (search, names, G_N_ELEMENTS (names), search->at, 4);
    skip (search, 8 + length + (length & 1));
  }
}

/* The packets in a stretch of bytes whose inner order is not worth following. */
static void
search_packets (Search *search, const uint8_t *bytes, size_t length)
{
  static const char start[] = "<x:xmpmeta", end[] = "</x:xmpmeta>";
  const uint8_t *last = bytes + length;
  while (bytes < last) {
    const uint8_t *packet = memmem (bytes, (size_t)(last - bytes), start, sizeof start - 1);
    if (packet == NULL)
      return;
    size_t most = MIN ((size_t)(last - packet), MOST_XMP_BYTES);
    const uint8_t *stop = memmem (packet, most, end, sizeof end - 1);
    size_t size = stop != NULL ? (size_t)(stop - packet) : most;
    scan (search, METADATA_BLOCK_XMP, packet, size, MOST_XMP_BYTES);
    bytes = packet + MAX (size, 1);
  }
}

/* AVIF, HEIF: boxes of length(4) type(4), length 1: 64 bits follow, 0: to the end. C2PA is a
 * box of its own at the top; XMP is an item whose bytes lie in mdat or, small, in meta. */
static void
search_bmff (Search *search)
{
  static const uint8_t c2pa[16] = { 0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                    0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81 };
  while (search->left >= 8) {
    const uint8_t *type = search->at + 4;
    uint64_t length = big32 (search->at);
    size_t header = 8;
    if (length == 1 && search->left >= 16) {
      length = (uint64_t)big32 (search->at + 8) << 32 | big32 (search->at + 12);
      header = 16;
    } else if (length == 0) {
      length = search->left;
    }
    if (length < header)
      return;
    size_t here = (size_t)MIN (length, search->left) - header;
    const uint8_t *data = search->at + header;
    if (memcmp (type, "uuid", 4) == 0 && here > sizeof c2pa &&
        memcmp (data, c2pa, sizeof c2pa) == 0)
      scan (search, METADATA_BLOCK_C2PA, data, here, MOST_C2PA_BYTES);
    else if (memcmp (type, "mdat", 4) == 0 || memcmp (type, "meta", 4) == 0)
      search_packets (search, data, here);
    skip (search, (size_t)MIN (length, search->left));
  }
}

static void
visit_tiff (const IfdEntry *entry, void *data)
{
  Search *search = data;
  if (entry->tag == TAG_XMP)
    scan (search, METADATA_BLOCK_XMP, entry->data, entry->size, MOST_XMP_BYTES);
  else if (entry->tag == TAG_C2PA)
    scan (search, METADATA_BLOCK_C2PA, entry->data, entry->size, MOST_C2PA_BYTES);
  else if (entry->tag == TAG_EXIF)
    search->blocks |= METADATA_BLOCK_EXIF;
  else if (entry->tag == TAG_ICC)
    search->blocks |= METADATA_BLOCK_ICC;
  else if (entry->tag == TAG_IPTC)
    search->blocks |= METADATA_BLOCK_IPTC;
}

static void
search_tiff (Search *search, const Ifd *ifd)
{
  uint32_t offset = ifd->first;
  for (int i = 0; i < MOST_IFDS && offset != 0; i++)
    offset = ifd_each (ifd, offset, visit_tiff, search);
}

static Search
search_file (const void *bytes, size_t length)
{
  Search search = { bytes, length, length, VOCABULARY_NONE, 0 };
  Ifd ifd;
  if (length >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    search_png (&search);
  else if (length >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    search_jpeg (&search);
  else if (length >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (search.at + 8, "WEBP", 4) == 0)
    search_webp (&search);
  else if (length >= 12 && memcmp (search.at + 4, "ftyp", 4) == 0)
    search_bmff (&search);
  else if (ifd_open (bytes, length, &ifd))
    search_tiff (&search, &ifd);
  return search;
}

char *
metadata_find_source_type (const void *bytes, size_t length)
{
  return g_strdup (vocabulary_term (search_file (bytes, length).rank));
}

unsigned
metadata_find_blocks (const void *bytes, size_t length)
{
  return search_file (bytes, length).blocks;
}
