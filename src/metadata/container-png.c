/* signature(8), then length(4) type(4) data crc(4) … The first is IHDR, the last IEND.
 *
 *     tEXt  keyword NUL text                                        Latin-1
 *     zTXt  keyword NUL method(1) packed text                       Latin-1
 *     iTXt  keyword NUL packed(1) method(1) language NUL keyword NUL text, packed or not: UTF-8
 *     iCCP  name NUL method(1) packed profile
 *
 * Before there was eXIf, tools wrote blocks as hex digits into texts called "Raw profile type …"; libvips
 * writes XMP as zTXt. All of these are read, none is written. */
#include "metadata/container-bytes.h"
#include "metadata/container-text.h"

#include <zlib.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define XMP_KEYWORD "XML:com.adobe.xmp"
#define RAW_KEYWORD "Raw profile type "

enum {
  SIGNATURE_BYTES = 8,
  CHUNK_FRAME = 12,
  IHDR_BYTES = 13,
  MOST_KEYWORD_BYTES = 79,
  MOST_UNPACKED = 8, /* profiles and packets; there should be one of each */
};

typedef struct {
  char type[5];
  const uint8_t *data;
  size_t at, size; /* of the whole chunk in the file */
  size_t length;   /* of the data that are there */
  bool is_cut;     /* it is longer than the file */
} Chunk;

/* False at the end of the bytes. */
static bool
next_chunk (const uint8_t *bytes, size_t length, size_t at, Chunk *out_chunk)
{
  if (at > length || length - at < CHUNK_FRAME)
    return false;
  size_t claimed = big32 (bytes + at), here = MIN (claimed, length - at - CHUNK_FRAME);
  *out_chunk = (Chunk){ .data = bytes + at + 8,
                        .at = at,
                        .size = here + CHUNK_FRAME,
                        .length = here,
                        .is_cut = here < claimed };
  memcpy (out_chunk->type, bytes + at + 4, 4);
  return true;
}

static bool
is_type (const Chunk *chunk, const char *type)
{
  return memcmp (chunk->type, type, 4) == 0;
}

/* Without which the pixels are others, or which say what their numbers mean. What is critical is
 * always needed: its first letter is large. */
static bool
is_for_pixels (const Chunk *chunk)
{
  static const char types[][5] = { "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "cICP",
                                   "mDCV", "mDCv", "cLLI", "cLLi", "acTL", "fcTL", "fdAT", "pHYs" };
  if ((chunk->type[0] & 0x20) == 0)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    if (is_type (chunk, types[i]))
      return true;
  }
  return false;
}

/* ---- listing ---- */

typedef struct {
  Listing *listing;
  unsigned n_unpacked;
} PngListing;

static Block *
add (PngListing *png, const Chunk *chunk, BlockKind kind, GBytes *data, const char *trouble)
{
  return listing_add (png->listing, kind, chunk->type, chunk->at, chunk->size, data, trouble);
}

static Block *
add_slice (PngListing *png, const Chunk *chunk, BlockKind kind, size_t skipped)
{
  return listing_add_slice (png->listing, kind, chunk->type, chunk->at, chunk->size,
                            chunk->at + 8 + skipped, chunk->length - skipped);
}

static const char cannot_unpack[] = "it cannot be unpacked";
static const char too_many[] = "there are too many packed blocks before it";

static void
add_packed (PngListing *png, const Chunk *chunk, BlockKind kind, const uint8_t *packed, size_t most)
{
  size_t produced;
  GBytes *data = NULL;
  bool is_tried = png->n_unpacked++ < MOST_UNPACKED;
  if (is_tried)
    data = text_unpack (packed, (size_t)(chunk->data + chunk->length - packed), most, &produced);
  add (png, chunk, kind, data, data != NULL ? NULL : is_tried ? cannot_unpack : too_many);
}

static void
add_profile (PngListing *png, const Chunk *chunk)
{
  const uint8_t *end = memchr (chunk->data, 0, MIN (chunk->length, MOST_KEYWORD_BYTES + 1));
  if (end == NULL || (size_t)(end - chunk->data) + 2 > chunk->length)
    add (png, chunk, BLOCK_ICC, NULL, cannot_unpack);
  else
    add_packed (png, chunk, BLOCK_ICC, end + 2, BLOCK_MOST_ICC_BYTES);
}

/* A text chunk taken apart. */
typedef struct {
  const char *keyword;
  size_t keyword_length;
  const uint8_t *text;
  size_t length;
  bool is_packed;
} Text;

static bool
read_text (const Chunk *chunk, Text *out_text)
{
  const uint8_t *end = chunk->data + chunk->length;
  const uint8_t *nul = memchr (chunk->data, 0, chunk->length);
  if (nul == NULL)
    return false;
  Text text = { (const char *)chunk->data, (size_t)(nul - chunk->data), nul + 1, 0, false };
  if (is_type (chunk, "zTXt")) {
    text.is_packed = true;
    text.text += 1;
  } else if (is_type (chunk, "iTXt")) {
    if (end - text.text < 2)
      return false;
    text.is_packed = text.text[0] != 0;
    text.text += 2;
    for (int i = 0; i < 2; i++) { /* language, translated keyword */
      nul = memchr (text.text, 0, (size_t)(end - text.text));
      if (nul == NULL)
        return false;
      text.text = nul + 1;
    }
  }
  if (text.text > end)
    return false;
  text.length = (size_t)(end - text.text);
  *out_text = text;
  return true;
}

static bool
keyword_is (const Text *text, const char *word)
{
  return text->keyword_length == strlen (word) && memcmp (text->keyword, word, strlen (word)) == 0;
}

static GBytes *
without (GBytes *data, size_t skipped)
{
  g_autoptr (GBytes) owned = data;
  return g_bytes_new_from_bytes (owned, skipped, g_bytes_get_size (owned) - skipped);
}

/* What the bytes of a raw profile are: APP1 is either of two, and says so in front. */
static void
add_raw (PngListing *png, const Chunk *chunk, GBytes *data)
{
  static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (data, &length);
  size_t exif = exif_prefix_length (bytes, length);
  bool is_xmp = length >= sizeof xmp && memcmp (bytes, xmp, sizeof xmp) == 0;
  bool is_tiff = length - exif >= 4 &&
                 (memcmp (bytes + exif, "II*\0", 4) == 0 || memcmp (bytes + exif, "MM\0*", 4) == 0);
  if (is_xmp)
    add (png, chunk, BLOCK_XMP, without (data, sizeof xmp), NULL);
  else if (is_tiff)
    add (png, chunk, BLOCK_EXIF, without (data, exif), NULL);
  else
    add (png, chunk, BLOCK_OTHER, data, NULL);
}

/* False: the text is none. */
static bool
add_raw_profile (PngListing *png, const Chunk *chunk, const Text *text)
{
  static const struct {
    const char *keyword;
    int kind; /* BlockKind; -1: to be told by its bytes */
  } rows[] = { { RAW_KEYWORD "exif", -1 },
               { RAW_KEYWORD "APP1", -1 },
               { RAW_KEYWORD "xmp", BLOCK_XMP },
               { RAW_KEYWORD "iptc", BLOCK_IPTC },
               { RAW_KEYWORD "8bim", BLOCK_IPTC } };
  enum { MOST_RAW_BYTES = BLOCK_MOST_XMP_BYTES, MOST_HEX_BYTES = 2 * MOST_RAW_BYTES + (1 << 17) };
  size_t i = 0, produced;
  while (i < G_N_ELEMENTS (rows) && !keyword_is (text, rows[i].keyword))
    i++;
  if (i == G_N_ELEMENTS (rows))
    return false;
  BlockKind named = rows[i].kind < 0 ? BLOCK_EXIF : (BlockKind)rows[i].kind;
  if (png->n_unpacked++ >= MOST_UNPACKED) {
    add (png, chunk, named, NULL, too_many);
    return true;
  }
  g_autoptr (GBytes) hex = text->is_packed
                             ? text_unpack (text->text, text->length, MOST_HEX_BYTES, &produced)
                             : g_bytes_new_static (text->text, text->length);
  GBytes *data = hex == NULL ? NULL
                             : text_raw_profile (g_bytes_get_data (hex, NULL),
                                                 g_bytes_get_size (hex), MOST_RAW_BYTES);
  if (data == NULL || rows[i].kind >= 0)
    add (png, chunk, named, data, data != NULL ? NULL : cannot_unpack);
  else
    add_raw (png, chunk, data);
  return true;
}

static void
add_plain_text (PngListing *png, const Chunk *chunk, const Text *text)
{
  size_t length, produced;
  char *keyword = text_as_utf8 (text->keyword, MIN (text->keyword_length, MOST_KEYWORD_BYTES),
                                &length);
  if (!text->is_packed) {
    listing_add_text (png->listing, chunk->type, chunk->at, chunk->size, keyword, text->text,
                      text->length);
    return;
  }
  g_autoptr (GBytes)
    unpacked = text_unpack (text->text, text->length, png->listing->text_left, &produced);
  Block *block;
  if (unpacked != NULL) {
    bool is_over = produced > png->listing->text_left;
    listing_add_text (png->listing, chunk->type, chunk->at, chunk->size, keyword,
                      g_bytes_get_data (unpacked, NULL), g_bytes_get_size (unpacked));
    if (is_over)
      png->listing->text_left = 0; /* so that nobody pays for the same again */
    return;
  }
  png->listing->text_left -= produced;
  block = add (png, chunk, BLOCK_TEXT, NULL, cannot_unpack);
  if (block != NULL)
    block->keyword = keyword;
  else
    g_free (keyword);
}

static void
add_text (PngListing *png, const Chunk *chunk)
{
  Text text;
  if (!read_text (chunk, &text)) {
    add_slice (png, chunk, BLOCK_OTHER, 0);
  } else if (keyword_is (&text, XMP_KEYWORD) && !is_type (chunk, "tEXt")) {
    if (text.is_packed)
      add_packed (png, chunk, BLOCK_XMP, text.text, BLOCK_MOST_XMP_BYTES);
    else
      add_slice (png, chunk, BLOCK_XMP, (size_t)(text.text - chunk->data));
  } else if (!add_raw_profile (png, chunk, &text)) {
    add_plain_text (png, chunk, &text);
  }
}

static void
list_chunk (PngListing *png, const Chunk *chunk)
{
  if (is_type (chunk, "caBX"))
    add_slice (png, chunk, BLOCK_C2PA, 0);
  else if (is_type (chunk, "eXIf"))
    add_slice (png, chunk, BLOCK_EXIF, exif_prefix_length (chunk->data, chunk->length));
  else if (is_type (chunk, "iCCP"))
    add_profile (png, chunk);
  else if (is_type (chunk, "pHYs"))
    add_slice (png, chunk, BLOCK_DENSITY, 0);
  else if (is_type (chunk, "tEXt") || is_type (chunk, "zTXt") || is_type (chunk, "iTXt"))
    add_text (png, chunk);
  else if (!is_for_pixels (chunk))
    add_slice (png, chunk, BLOCK_OTHER, 0);
}

void
png_list (Listing *listing)
{
  PngListing png = { listing, 0 };
  Chunk chunk;
  size_t at = SIGNATURE_BYTES;
  while (next_chunk (listing->bytes, listing->length, at, &chunk)) {
    if (listing->blocks->len < BLOCK_MOST_BLOCKS) /* nobody unpacks what is not listed */
      list_chunk (&png, &chunk);
    at += chunk.size;
    if (!is_type (&chunk, "IEND"))
      continue;
    if (at < listing->length)
      listing_add_slice (listing, BLOCK_OTHER, "trailer", at, listing->length - at, at,
                         listing->length - at);
    return;
  }
}

/* ---- writing ---- */

static void
append_chunk (GByteArray *out, const char *type, const void *head, size_t head_length,
              const void *data, size_t length)
{
  append_big32 (out, (uint32_t)(head_length + length));
  size_t start = out->len;
  append_bytes (out, type, 4);
  append_bytes (out, head, head_length);
  append_bytes (out, data, length);
  append_big32 (out, (uint32_t)crc32 (0, out->data + start, (uInt)(out->len - start)));
}

/* As the standard asks: 1 to 79 printable letters of Latin-1, no blank at an end or beside another.
 * And no name under which readers look for something else. */
static char *
keyword_as_latin1 (const char *keyword)
{
  if (*keyword == '\0' || g_str_has_prefix (keyword, RAW_KEYWORD) ||
      strcmp (keyword, XMP_KEYWORD) == 0 || !g_utf8_validate (keyword, -1, NULL))
    return NULL;
  GString *latin1 = g_string_new (NULL);
  bool is_fit = true;
  gunichar before = ' ';
  for (const char *at = keyword; *at != '\0' && is_fit; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    is_fit = ((c >= 0x20 && c <= 0x7e) || (c >= 0xa1 && c <= 0xff)) && !(c == ' ' && before == ' ');
    g_string_append_c (latin1, (char)c);
    before = c;
  }
  is_fit = is_fit && before != ' ' && latin1->len <= MOST_KEYWORD_BYTES;
  return g_string_free (latin1, !is_fit);
}

/* Only ASCII goes into tEXt: of other bytes there readers disagree what they are. */
static void
append_text (GByteArray *out, const MetadataText *text)
{
  g_autofree char *keyword = keyword_as_latin1 (text->keyword);
  if (keyword == NULL || !g_utf8_validate (text->text, -1, NULL))
    return;
  bool is_ascii = g_str_is_ascii (text->text);
  size_t length = strlen (keyword);
  char head[MOST_KEYWORD_BYTES + 5] = {
    0
  }; /* the keyword's NUL, not packed, no language, no translation */
  memcpy (head, keyword, length);
  append_chunk (out, is_ascii ? "tEXt" : "iTXt", head, length + (is_ascii ? 1 : 5), text->text,
                strlen (text->text));
}

static void
append_blobs (GByteArray *out, const MetadataBlobs *blobs)
{
  static const char xmp_head[] = XMP_KEYWORD "\0\0\0\0"; /* and its own NUL: five */
  if (blobs->exif != NULL) {
    size_t length;
    const uint8_t *bytes = g_bytes_get_data (blobs->exif, &length);
    size_t skipped = exif_prefix_length (bytes, length);
    append_chunk (out, "eXIf", "", 0, bytes + skipped, length - skipped);
  }
  if (blobs->xmp != NULL)
    append_chunk (out, "iTXt", xmp_head, sizeof xmp_head, g_bytes_get_data (blobs->xmp, NULL),
                  g_bytes_get_size (blobs->xmp));
  for (unsigned i = 0; blobs->texts != NULL && i < blobs->texts->len; i++)
    append_text (out, g_ptr_array_index (blobs->texts, i));
}

/* The header, when the file begins as it has to. */
static bool
read_header (const uint8_t *bytes, size_t length, Chunk *out_chunk, GError **error)
{
  return (next_chunk (bytes, length, SIGNATURE_BYTES, out_chunk) && is_type (out_chunk, "IHDR") &&
          out_chunk->length == IHDR_BYTES && !out_chunk->is_cut) ||
         container_fail_damaged (error, CONTAINER_PNG);
}

bool
png_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  Chunk chunk;
  if (!read_header (bytes, length, &chunk, error))
    return false;
  append_bytes (out, bytes, chunk.at + chunk.size);
  append_blobs (out, blobs);
  for (;;) {
    if (!next_chunk (bytes, length, chunk.at + chunk.size, &chunk) || chunk.is_cut)
      return container_fail_damaged (error, CONTAINER_PNG);
    if (is_type (&chunk, "IEND"))
      break;
    if (is_for_pixels (&chunk))
      append_bytes (out, bytes + chunk.at, chunk.size);
  }
  append_chunk (out, "IEND", "", 0, "", 0);
  return true;
}

bool
png_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
              GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  Chunk header;
  if (!read_header (bytes, length, &header, error))
    return false;
  append_bytes (out, bytes, header.at + header.size);
  *out_at = out->len;
  append_chunk (out, "caBX", "", 0, g_bytes_get_data (store, NULL), g_bytes_get_size (store));
  *out_length = out->len - *out_at;
  append_bytes (out, bytes + *out_at, length - *out_at);
  return true;
}
