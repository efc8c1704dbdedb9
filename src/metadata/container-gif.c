/* "GIF87a" or "GIF89a", a screen with perhaps a palette, then
 *
 *     0x21 label(1) pieces       an extension
 *     0x2c place and size(8) flags(1) [palette] code(1) pieces
 *     0x3b                       the end
 *
 * Pieces are length(1) data …, and a length of 0. The first piece of an application's extension (label 0xff)
 * is its name, of 11 bytes. XMP is no row of pieces: it stands there as it is, and behind it 258 bytes that lead
 * who takes it for pieces from anywhere to the 0. */
#include "metadata/container-bytes.h"
#include "metadata/container-text.h"

enum {
  HEADER = 13,
  SCREEN_FLAGS = 10,
  FRAME = 10, /* with the 0x2c */
  FRAME_FLAGS = 9,
  FLAG_PALETTE = 0x80,
  LABEL_COMMENT = 0xfe,
  LABEL_CONTROL = 0xf9,
  LABEL_APPLICATION = 0xff,
  NAME_BYTES = 11,
  MAGIC_BYTES = 258, /* 1, 255, 254 … 0, and the 0 */
};

typedef struct {
  unsigned label;
  size_t at, size; /* in the file, framing included */
  size_t data_at;  /* the length of the first piece behind the name */
  bool is_cut;     /* no 0 ends it */
  char name[NAME_BYTES + 1];
} Extension;

static size_t
palette_bytes (unsigned flags)
{
  return flags & FLAG_PALETTE ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Where the pieces that begin at `at` are over; the end of the bytes when nothing ends them. */
static size_t
skip_pieces (const Listing *listing, size_t at, bool *out_is_cut)
{
  *out_is_cut = false;
  while (at < listing->length) {
    size_t length = listing->bytes[at++];
    if (length == 0)
      return at;
    if (length > listing->length - at)
      break;
    at += length;
  }
  *out_is_cut = true;
  return listing->length;
}

/* What is in the pieces. NULL: they are cut. */
static GBytes *
join (const Listing *listing, const Extension *extension)
{
  if (extension->is_cut)
    return NULL;
  GByteArray *joined = g_byte_array_new ();
  for (size_t at = extension->data_at; listing->bytes[at] != 0; at += listing->bytes[at] + 1u)
    append_bytes (joined, listing->bytes + at + 1, listing->bytes[at]);
  return g_byte_array_free_to_bytes (joined);
}

static const char cut[] = "its end is missing";

static void
add_joined (Listing *listing, const Extension *extension, BlockKind kind, const char *name)
{
  GBytes *data = join (listing, extension);
  listing_add (listing, kind, name, extension->at, extension->size, data,
               data != NULL ? NULL : cut);
}

static bool
has_magic (const Listing *listing, size_t at)
{
  if (listing->bytes[at] != 1 || listing->bytes[at + MAGIC_BYTES - 1] != 0)
    return false;
  for (size_t i = 1; i < MAGIC_BYTES - 1; i++) {
    if (listing->bytes[at + i] != MAGIC_BYTES - 2 - i)
      return false;
  }
  return true;
}

/* Without what has to stand behind it the packet is taken for what others write: pieces. */
static void
add_xmp (Listing *listing, const Extension *extension)
{
  size_t end = extension->at + extension->size, length = end - extension->data_at;
  if (!extension->is_cut && length >= MAGIC_BYTES && has_magic (listing, end - MAGIC_BYTES))
    listing_add_slice (listing, BLOCK_XMP, extension->name, extension->at, extension->size,
                       extension->data_at, length - MAGIC_BYTES);
  else
    add_joined (listing, extension, BLOCK_XMP, extension->name);
}

static void
add_comment (Listing *listing, const Extension *extension)
{
  g_autoptr (GBytes) data = join (listing, extension);
  if (data != NULL) {
    listing_add_text (listing, extension->name, extension->at, extension->size,
                      g_strdup ("Comment"), g_bytes_get_data (data, NULL), g_bytes_get_size (data));
    return;
  }
  Block *block = listing_add (listing, BLOCK_TEXT, extension->name, extension->at, extension->size,
                              NULL, cut);
  if (block != NULL)
    block->keyword = g_strdup ("Comment");
}

static bool
is_name (const Extension *extension, const char *name)
{
  return memcmp (extension->name, name, NAME_BYTES) == 0;
}

static void
add_application (Listing *listing, const Extension *extension)
{
  if (is_name (extension, "NETSCAPE2.0") || is_name (extension, "ANIMEXTS1.0"))
    return;
  if (is_name (extension, "XMP DataXMP"))
    add_xmp (listing, extension);
  else if (is_name (extension, "ICCRGBG1012"))
    add_joined (listing, extension, BLOCK_ICC, extension->name);
  else if (is_name (extension, "C2PA_GIF\1\0\0"))
    add_joined (listing, extension, BLOCK_C2PA, "C2PA_GIF");
  else
    listing_add_slice (listing, BLOCK_OTHER, extension->name, extension->at, extension->size,
                       extension->data_at, extension->at + extension->size - extension->data_at);
}

/* The extension at `at`. */
static Extension
read_extension (const Listing *listing, size_t at)
{
  Extension extension = { .at = at, .data_at = at + 2 };
  extension.label = at + 1 < listing->length ? listing->bytes[at + 1] : 0;
  if (extension.label == LABEL_APPLICATION && listing->length - at >= 3 + NAME_BYTES &&
      listing->bytes[at + 2] == NAME_BYTES) {
    memcpy (extension.name, listing->bytes + at + 3, NAME_BYTES);
    extension.data_at += 1 + NAME_BYTES;
  } else {
    g_strlcpy (extension.name, extension.label == LABEL_COMMENT ? "comment" : "extension",
               sizeof extension.name);
  }
  extension.size = skip_pieces (listing, extension.data_at, &extension.is_cut) - at;
  return extension;
}

static void
list_extension (Listing *listing, const Extension *extension)
{
  if (listing->blocks->len >= BLOCK_MOST_BLOCKS || extension->label == LABEL_CONTROL)
    return;
  if (extension->label == LABEL_COMMENT)
    add_comment (listing, extension);
  else if (extension->data_at > extension->at + 2)
    add_application (listing, extension);
  else
    listing_add_slice (listing, BLOCK_OTHER, extension->name, extension->at, extension->size,
                       extension->at, extension->size);
}

void
gif_list (Listing *listing)
{
  const uint8_t *bytes = listing->bytes;
  size_t length = listing->length;
  bool is_cut;
  size_t at = length > HEADER ? HEADER + palette_bytes (bytes[SCREEN_FLAGS]) : length;
  while (at < length && bytes[at] != 0x3b) {
    if (bytes[at] == 0x21) {
      Extension extension = read_extension (listing, at);
      list_extension (listing, &extension);
      at += extension.size;
    } else if (bytes[at] == 0x2c && length - at > FRAME) {
      at += FRAME + palette_bytes (bytes[at + FRAME_FLAGS]) + 1;
      at = skip_pieces (listing, at, &is_cut);
    } else {
      return; /* what follows is not known */
    }
  }
  if (at < length && length - at > 1)
    listing_add_slice (listing, BLOCK_OTHER, "trailer", at + 1, length - at - 1, at + 1,
                       length - at - 1);
}
