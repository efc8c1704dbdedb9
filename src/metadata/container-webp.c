/* "RIFF" size(4) "WEBP", then type(4) length(4) data, filled up to an even length … The first chunk of
 * a file with anything but pixels is
 *
 *     VP8X  flags(1) reserved(3) width - 1 (3) height - 1 (3)
 *
 * and the order is VP8X ICCP ANIM pixels EXIF "XMP " C2PA. Without it there is one chunk of pixels, which
 * tells width and height too. */
#include "metadata/container-bytes.h"
#include "metadata/container-kinds.h"

enum {
  RIFF_HEADER = 12,
  CHUNK_HEADER = 8,
  VP8X_BYTES = 10,
  FRAME_HEADER = 16, /* of ANMF, before the chunks of the frame */
  FLAG_ICC = 0x20,
  FLAG_ALPHA = 0x10,
  FLAG_EXIF = 0x08,
  FLAG_XMP = 0x04,
  FLAG_ANIMATION = 0x02,
};

typedef struct {
  const uint8_t *type, *data;
  size_t at, size; /* of the whole chunk in the file, filled up */
  size_t length;   /* of the data that are there */
  bool is_cut;
} Chunk;

/* False at the end of the bytes. */
static bool
next_chunk (const uint8_t *bytes, size_t end, size_t at, Chunk *out_chunk)
{
  if (at > end || end - at < CHUNK_HEADER)
    return false;
  size_t claimed = little32 (bytes + at + 4), here = MIN (claimed, end - at - CHUNK_HEADER);
  *out_chunk = (Chunk){ .type = bytes + at,
                        .data = bytes + at + CHUNK_HEADER,
                        .at = at,
                        .size = MIN (CHUNK_HEADER + here + (here & 1), end - at),
                        .length = here,
                        .is_cut = here < claimed };
  return true;
}

static bool
is_type (const Chunk *chunk, const char *type)
{
  return memcmp (chunk->type, type, 4) == 0;
}

/* Where the file ends by its own word, as far as there are bytes. */
static size_t
riff_end (const uint8_t *bytes, size_t length)
{
  size_t size = (size_t)little32 (bytes + 4) + 8;
  return MIN (MAX (size, RIFF_HEADER), length);
}

static bool
is_picture (const Chunk *chunk)
{
  return is_type (chunk, "VP8 ") || is_type (chunk, "VP8L") || is_type (chunk, "ALPH");
}

/* ---- listing ---- */

static const struct {
  char type[5];
  BlockKind kind;
} rows[] = {
  { "EXIF", BLOCK_EXIF },
  { "XMP ", BLOCK_XMP },
  { "ICCP", BLOCK_ICC },
  { "C2PA", BLOCK_C2PA },
};

static void
list_chunk (Listing *listing, const Chunk *chunk)
{
  char name[5] = { 0 };
  memcpy (name, chunk->type, 4);
  if (is_picture (chunk) || is_type (chunk, "VP8X") || is_type (chunk, "ANIM") ||
      is_type (chunk, "ANMF"))
    return;
  BlockKind kind = BLOCK_OTHER;
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (is_type (chunk, rows[i].type))
      kind = rows[i].kind;
  }
  size_t skipped = kind == BLOCK_EXIF ? exif_prefix_length (chunk->data, chunk->length) : 0;
  listing_add_slice (listing, kind, name, chunk->at, chunk->size,
                     chunk->at + CHUNK_HEADER + skipped, chunk->length - skipped);
}

void
webp_list (Listing *listing)
{
  size_t end = riff_end (listing->bytes, listing->length), at = RIFF_HEADER;
  Chunk chunk;
  for (; next_chunk (listing->bytes, end, at, &chunk); at += chunk.size)
    list_chunk (listing, &chunk);
  if (end < listing->length)
    listing_add_slice (listing, BLOCK_OTHER, "trailer", end, listing->length - end, end,
                       listing->length - end);
}

/* ---- writing ---- */

static void
append_chunk (GByteArray *out, const void *type, const void *data, size_t length)
{
  append_bytes (out, type, 4);
  append_little32 (out, (uint32_t)length);
  append_bytes (out, data, length);
  if (length & 1)
    append_bytes (out, "", 1);
}

/* Of a frame only its pixels. */
static bool
append_frame (GByteArray *out, const Chunk *frame, const uint8_t *bytes)
{
  size_t start = out->len, end = frame->at + CHUNK_HEADER + frame->length;
  Chunk chunk;
  if (frame->length < FRAME_HEADER)
    return false;
  append_bytes (out, frame->type, CHUNK_HEADER + FRAME_HEADER);
  size_t at = frame->at + CHUNK_HEADER + FRAME_HEADER;
  for (; next_chunk (bytes, end, at, &chunk) && !chunk.is_cut; at += chunk.size) {
    if (is_picture (&chunk))
      append_chunk (out, chunk.type, chunk.data, chunk.length);
  }
  uint32_t length = GUINT32_TO_LE ((uint32_t)(out->len - start - CHUNK_HEADER));
  memcpy (out->data + start + 4, &length, sizeof length);
  return at == end;
}

/* What is known before anything is written. */
typedef struct {
  const uint8_t *bytes;
  size_t end;
  Chunk extended; /* VP8X; type NULL: there is none */
  Chunk picture;  /* the first VP8, VP8L or ANMF */
  bool has_icc;
} Webp;

static bool
survey (GBytes *file, Webp *out_webp, GError **error)
{
  size_t length, at = RIFF_HEADER;
  Webp webp = { .bytes = g_bytes_get_data (file, &length) };
  webp.end = riff_end (webp.bytes, length);
  bool is_whole = (size_t)little32 (webp.bytes + 4) + 8 == webp.end;
  Chunk chunk;
  for (; is_whole && next_chunk (webp.bytes, webp.end, at, &chunk); at += chunk.size) {
    is_whole = !chunk.is_cut;
    if (is_type (&chunk, "VP8X")) {
      is_whole = is_whole && at == RIFF_HEADER && chunk.length >= VP8X_BYTES;
      webp.extended = chunk;
    } else if (is_type (&chunk, "ICCP")) {
      webp.has_icc = true;
    } else if (webp.picture.type == NULL &&
               (is_type (&chunk, "VP8 ") || is_type (&chunk, "VP8L") || is_type (&chunk, "ANMF"))) {
      webp.picture = chunk;
    }
  }
  if (!is_whole || at != webp.end || webp.picture.type == NULL)
    return container_fail_damaged (error, CONTAINER_WEBP);
  *out_webp = webp;
  return true;
}

/* A VP8X for a file that has none, by the frame header of its only chunk. */
static bool
describe (const Chunk *picture, uint8_t out_data[VP8X_BYTES])
{
  const uint8_t *at = picture->data;
  uint32_t width, height;
  bool has_alpha = false;
  if (is_type (picture, "VP8 ") && picture->length >= 10 && (at[0] & 1) == 0 &&
      memcmp (at + 3, "\x9d\x01\x2a", 3) == 0) {
    width = (uint32_t)(at[6] | at[7] << 8) & 0x3fff;
    height = (uint32_t)(at[8] | at[9] << 8) & 0x3fff;
  } else if (is_type (picture, "VP8L") && picture->length >= 5 && at[0] == 0x2f) {
    uint32_t bits = little32 (at + 1);
    width = (bits & 0x3fff) + 1;
    height = (bits >> 14 & 0x3fff) + 1;
    has_alpha = (bits >> 28 & 1) != 0;
  } else {
    return false;
  }
  if (width == 0 || height == 0)
    return false;
  const uint8_t data[VP8X_BYTES] = {
    has_alpha ? FLAG_ALPHA : 0,
    0,
    0,
    0,
    (uint8_t)(width - 1),
    (uint8_t)((width - 1) >> 8),
    0,
    (uint8_t)(height - 1),
    (uint8_t)((height - 1) >> 8),
    0,
  };
  memcpy (out_data, data, sizeof data);
  return true;
}

static bool
append_start (GByteArray *out, const Webp *webp, uint8_t flags, bool is_due, GError **error)
{
  uint8_t data[VP8X_BYTES];
  append_bytes (out, webp->bytes, RIFF_HEADER);
  if (webp->extended.type != NULL) {
    memcpy (data, webp->extended.data, sizeof data);
    data[0] &= FLAG_ALPHA | FLAG_ANIMATION;
    data[1] = data[2] = data[3] = 0;
  } else if (!is_due) {
    return true;
  } else if (!describe (&webp->picture, data)) {
    return container_fail_damaged (error, CONTAINER_WEBP);
  }
  data[0] |= flags;
  append_chunk (out, "VP8X", data, sizeof data);
  return true;
}

static void
set_size (GByteArray *out)
{
  uint32_t size = GUINT32_TO_LE ((uint32_t)(out->len - 8));
  memcpy (out->data + 4, &size, sizeof size);
}

bool
webp_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  Webp webp;
  if (!survey (file, &webp, error))
    return false;
  uint8_t flags = (uint8_t)((webp.has_icc ? FLAG_ICC : 0) | (blobs->exif != NULL ? FLAG_EXIF : 0) |
                            (blobs->xmp != NULL ? FLAG_XMP : 0));
  if (!append_start (out, &webp, flags, flags != 0, error))
    return false;
  Chunk chunk;
  for (size_t at = RIFF_HEADER; next_chunk (webp.bytes, webp.end, at, &chunk); at += chunk.size) {
    if (is_type (&chunk, "ANMF") && !append_frame (out, &chunk, webp.bytes))
      return container_fail_damaged (error, CONTAINER_WEBP);
    if (is_picture (&chunk) || is_type (&chunk, "ANIM") || is_type (&chunk, "ICCP"))
      append_chunk (out, chunk.type, chunk.data, chunk.length);
  }
  if (blobs->exif != NULL) {
    size_t length;
    const uint8_t *bytes = g_bytes_get_data (blobs->exif, &length);
    size_t skipped = exif_prefix_length (bytes, length);
    append_chunk (out, "EXIF", bytes + skipped, length - skipped);
  }
  if (blobs->xmp != NULL)
    append_chunk (out, "XMP ", g_bytes_get_data (blobs->xmp, NULL), g_bytes_get_size (blobs->xmp));
  set_size (out);
  return true;
}

/* The size of the whole has to be right before anything is hashed, and the byte that fills up an odd store is
 * hashed. */
bool
webp_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
               GError **error)
{
  Webp webp;
  size_t length;
  const void *bytes = g_bytes_get_data (store, &length);
  if (!survey (file, &webp, error))
    return false;
  if (webp.extended.type != NULL)
    append_bytes (out, webp.bytes, webp.end);
  else if (append_start (out, &webp, webp.has_icc ? FLAG_ICC : 0, true, error))
    append_bytes (out, webp.bytes + RIFF_HEADER, webp.end - RIFF_HEADER);
  else
    return false;
  if (out->len & 1) /* the last chunk was not filled up */
    append_bytes (out, "", 1);
  *out_at = out->len;
  *out_length = CHUNK_HEADER + length;
  append_chunk (out, "C2PA", bytes, length);
  set_size (out);
  return true;
}
