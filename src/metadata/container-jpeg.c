/* FFD8, then FF marker length(2) data … (see jpeg-segments.h). What is over 65,533 bytes stands in
 * several segments:
 *
 *     ICC    name seq(1) of(1) part                               any order
 *     XMP    the packet; then name guid(32) length(4) offset(4) part of a second packet
 *     JUMBF  "JP" box instance(2) number(4) box header(8) part    the header is repeated
 *     8BIM   name part                                            in the order of the file
 */
#include "metadata/container-bytes.h"
#include "metadata/container-text.h"
#include "metadata/jpeg-segments.h"

enum {
  SOI_BYTES = 2,
  MOST_PIECES = 256, /* of a profile */
  MOST_STORES = 16,  /* JUMBF boxes that are joined; there should be one */
  MOST_GUIDS = 16,   /* that are looked for in a packet; it names one */
  GUID_BYTES = 32,
  MORE_HEADER = GUID_BYTES + 4 + 4,
  JFIF_BYTES = 9, /* behind its name, without the thumbnail */
  ADOBE_BYTES = 7,
  BOX_HEADER = 8,
  JUMBF_HEADER = 2 + 4, /* behind "JP" */
  MOST_JUMBF_PART = SEGMENT_MOST_BYTES - 2 - JUMBF_HEADER - BOX_HEADER,
};

/* ---- listing ---- */

static const char missing_piece[] = "a piece of it is missing or out of order";

/* A block of several segments. */
typedef struct {
  Block *block; /* NULL: nothing is joined here */
  GByteArray *bytes;
  size_t most;
  const char *over, *trouble; /* of more than `most` bytes; NULL: none so far */
} Joined;

typedef struct {
  Joined joined;
  unsigned instance;
  uint32_t type, number; /* of the box; of its last segment */
} Store;

typedef struct {
  Listing *listing;
  const Segment *segment;
  Joined xmp, photoshop;
  uint8_t guid[GUID_BYTES]; /* of the packet's extension */
  size_t more_length, more_got;
  unsigned n_guids; /* that were looked for */
  Block *icc;
  unsigned n_icc;
  struct {
    const uint8_t *data;
    size_t length;
  } icc_pieces[MOST_PIECES]; /* by their number, which counts from 1 */
  bool is_icc_broken;
  Store stores[MOST_STORES];
  unsigned n_stores;
} JpegListing;

static Block *
add (JpegListing *jpeg, BlockKind kind, const char *trouble)
{
  const Segment *segment = jpeg->segment;
  char name[16] = "COM";
  if (segment->marker != JPEG_MARKER_COM)
    g_snprintf (name, sizeof name, "APP%d", segment->marker & 0xf);
  return listing_add (jpeg->listing, kind, name, segment->at, segment->size, NULL, trouble);
}

static Block *
add_slice (JpegListing *jpeg, BlockKind kind, const uint8_t *data, size_t length)
{
  Block *block = add (jpeg, kind, NULL);
  if (block != NULL)
    block->data = g_bytes_new_from_bytes (jpeg->listing->file,
                                          (size_t)(data - jpeg->listing->bytes), length);
  return block;
}

static void
join (Joined *joined, const uint8_t *data, size_t length)
{
  if (joined->trouble != NULL)
    return;
  if (length > joined->most - joined->bytes->len)
    joined->trouble = joined->over;
  else
    append_bytes (joined->bytes, data, length);
}

static void
begin (Joined *joined, Block *block, const uint8_t *data, size_t length)
{
  switch (block->kind) {
  case BLOCK_XMP:
  case BLOCK_IPTC:
    joined->most = MIN (BLOCK_MOST_XMP_BYTES, BLOCK_MOST_IPTC_BYTES);
    joined->over = "it is over 1048576 bytes";
    break;
  default:
    joined->most = BLOCK_MOST_C2PA_BYTES;
    joined->over = "it is over 8388608 bytes";
  }
  joined->block = block;
  joined->bytes = g_byte_array_new ();
  join (joined, data, length);
}

static void
finish (Joined *joined)
{
  if (joined->bytes == NULL)
    return;
  joined->block->trouble = joined->trouble;
  if (joined->trouble != NULL)
    g_byte_array_unref (joined->bytes);
  else
    joined->block->data = g_byte_array_free_to_bytes (joined->bytes);
}

static void
list_exif (JpegListing *jpeg)
{
  /* a byte behind the name that should be 0 */
  add_slice (jpeg, BLOCK_EXIF, jpeg->segment->data + 1, jpeg->segment->length - 1);
}

static void
list_xmp (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  if (jpeg->xmp.bytes != NULL) {
    add_slice (jpeg, BLOCK_XMP, segment->data, segment->length);
    return;
  }
  Block *block = add (jpeg, BLOCK_XMP, NULL);
  if (block != NULL)
    begin (&jpeg->xmp, block, segment->data, segment->length);
}

/* The extension that the packet names goes behind it, when it is whole. */
static void
list_xmp_more (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  const uint8_t *part = segment->data + MORE_HEADER;
  size_t length = segment->length - MORE_HEADER;
  uint32_t full = big32 (segment->data + GUID_BYTES), offset = big32 (part - 4);
  Joined *xmp = &jpeg->xmp;
  bool is_first = offset == 0 && jpeg->more_length == 0 && xmp->bytes != NULL && full > 0 &&
                  full <= BLOCK_MOST_XMP_BYTES - xmp->bytes->len && jpeg->n_guids++ < MOST_GUIDS &&
                  memmem (xmp->bytes->data, xmp->bytes->len, segment->data, GUID_BYTES) != NULL;
  if (is_first) {
    memcpy (jpeg->guid, segment->data, GUID_BYTES);
    jpeg->more_length = full;
  }
  bool is_next = jpeg->more_length > 0 && memcmp (jpeg->guid, segment->data, GUID_BYTES) == 0 &&
                 full == jpeg->more_length && offset == jpeg->more_got &&
                 length <= full - jpeg->more_got;
  if (!is_next) {
    add_slice (jpeg, BLOCK_XMP, part, length);
    return;
  }
  append_bytes (xmp->bytes, part, length);
  jpeg->more_got += length;
  xmp->block->n_pieces++;
}

static void
list_icc (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  unsigned number = segment->data[0], of = segment->data[1];
  if (jpeg->icc == NULL) {
    jpeg->icc = add (jpeg, BLOCK_ICC, NULL);
    jpeg->n_icc = of;
  } else {
    jpeg->icc->n_pieces++;
  }
  if (number == 0 || number > of || of != jpeg->n_icc || jpeg->icc_pieces[number].data != NULL) {
    jpeg->is_icc_broken = true;
    return;
  }
  jpeg->icc_pieces[number].data = segment->data + 2;
  jpeg->icc_pieces[number].length = segment->length - 2;
}

static void
finish_icc (JpegListing *jpeg)
{
  if (jpeg->icc == NULL)
    return;
  bool is_whole = !jpeg->is_icc_broken && jpeg->n_icc > 0;
  g_autoptr (GByteArray) profile = g_byte_array_new ();
  for (unsigned i = 1; i <= jpeg->n_icc && is_whole; i++) {
    is_whole = jpeg->icc_pieces[i].data != NULL;
    if (is_whole && profile->len <= BLOCK_MOST_ICC_BYTES)
      append_bytes (profile, jpeg->icc_pieces[i].data, jpeg->icc_pieces[i].length);
  }
  if (!is_whole)
    jpeg->icc->trouble = missing_piece;
  else if (profile->len > BLOCK_MOST_ICC_BYTES)
    jpeg->icc->trouble = "it is over 4194304 bytes";
  else
    jpeg->icc->data = g_byte_array_free_to_bytes (g_steal_pointer (&profile));
}

/* A description that is not of the type "c2pa" tells that the box is something else. */
static bool
is_other_jumbf (const uint8_t *box, size_t length)
{
  return length >= 20 && memcmp (box + 12, "jumd", 4) == 0 && memcmp (box + 16, "c2pa", 4) != 0;
}

static Store *
find_store (JpegListing *jpeg, unsigned instance, uint32_t type)
{
  for (unsigned i = jpeg->n_stores; i > 0; i--) {
    Store *store = &jpeg->stores[i - 1];
    if (store->instance == instance && store->type == type)
      return store;
  }
  return NULL;
}

static void
list_jumbf (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  const uint8_t *box = segment->data + JUMBF_HEADER;
  size_t length = segment->length - JUMBF_HEADER;
  unsigned instance = big16 (segment->data);
  uint32_t number = big32 (segment->data + 2), type = big32 (box + 4);
  Store *store = number > 1 ? find_store (jpeg, instance, type) : NULL;
  if (store != NULL) {
    size_t header = BOX_HEADER;
    if (big32 (box) == 1)
      header += 8; /* a length of 64 bits */
    if (number != store->number + 1 || header > length)
      store->joined.trouble = missing_piece;
    else
      join (&store->joined, box + header, length - header);
    store->number = number;
    store->joined.block->n_pieces++;
    return;
  }
  if (jpeg->n_stores == MOST_STORES) {
    add_slice (jpeg, BLOCK_OTHER, segment->data, segment->length);
    return;
  }
  Block *block = add (jpeg, is_other_jumbf (box, length) ? BLOCK_OTHER : BLOCK_C2PA, NULL);
  if (block == NULL)
    return;
  store = &jpeg->stores[jpeg->n_stores++];
  *store = (Store){ .instance = instance, .type = type, .number = number };
  begin (&store->joined, block, box, length);
  if (number > 1)
    store->joined.trouble = missing_piece;
}

static void
list_photoshop (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  if (jpeg->photoshop.bytes != NULL) {
    join (&jpeg->photoshop, segment->data, segment->length);
    jpeg->photoshop.block->n_pieces++;
    return;
  }
  Block *block = add (jpeg, BLOCK_IPTC, NULL);
  if (block != NULL)
    begin (&jpeg->photoshop, block, segment->data - segment->name_length,
           segment->length + segment->name_length);
}

static void
list_jfif (JpegListing *jpeg)
{
  const Segment *segment = jpeg->segment;
  add_slice (jpeg, BLOCK_DENSITY, segment->data, JFIF_BYTES);
  if (segment->length > JFIF_BYTES)
    add_slice (jpeg, BLOCK_OTHER, segment->data + JFIF_BYTES, segment->length - JFIF_BYTES);
}

static void
list_segment (JpegListing *jpeg, const Segment *segment)
{
  jpeg->segment = segment;
  switch (segment->role) {
  case SEGMENT_EXIF:
    list_exif (jpeg);
    break;
  case SEGMENT_XMP:
    list_xmp (jpeg);
    break;
  case SEGMENT_XMP_MORE:
    list_xmp_more (jpeg);
    break;
  case SEGMENT_ICC:
    list_icc (jpeg);
    break;
  case SEGMENT_JUMBF:
    list_jumbf (jpeg);
    break;
  case SEGMENT_PHOTOSHOP:
    list_photoshop (jpeg);
    break;
  case SEGMENT_JFIF:
    list_jfif (jpeg);
    break;
  case SEGMENT_COMMENT:
    listing_add_text (jpeg->listing, "COM", segment->at, segment->size, g_strdup ("Comment"),
                      segment->data, segment->length);
    break;
  case SEGMENT_OTHER:
    add_slice (jpeg, BLOCK_OTHER, segment->data, segment->length);
    break;
  case SEGMENT_PIXELS:
  case SEGMENT_END:
    break;
  }
}

void
jpeg_list (Listing *listing)
{
  g_autofree JpegListing *jpeg = g_new0 (JpegListing, 1);
  Segment segment = { .role = SEGMENT_PIXELS };
  size_t at = SOI_BYTES;
  jpeg->listing = listing;
  while (segment.role != SEGMENT_END &&
         jpeg_next_segment (listing->bytes, listing->length, at, &segment)) {
    list_segment (jpeg, &segment);
    at = segment.at + segment.size;
  }
  /* Behind the end stand second pictures (previews, depth), and films. */
  if (segment.role == SEGMENT_END && at < listing->length)
    listing_add_slice (listing, BLOCK_OTHER, "trailer", at, listing->length - at, at,
                       listing->length - at);

  if (jpeg->more_got < jpeg->more_length) /* the packet can be read without its rest */
    g_byte_array_set_size (jpeg->xmp.bytes, jpeg->xmp.bytes->len - (unsigned)jpeg->more_got);
  finish (&jpeg->xmp);
  finish (&jpeg->photoshop);
  finish_icc (jpeg);
  for (unsigned i = 0; i < jpeg->n_stores; i++)
    finish (&jpeg->stores[i].joined);
}

/* ---- writing ---- */

static bool
fail_size (GError **error, const char *what, size_t length, size_t most)
{
  g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
               "%s of %zu bytes does not go into a JPEG, which holds %zu; make it shorter", what,
               length, most);
  return false;
}

static void
append_segment (GByteArray *out, uint8_t marker, const void *name, size_t name_length,
                const void *data, size_t length)
{
  size_t size = 2 + name_length + length;
  const uint8_t head[] = { 0xff, marker, (uint8_t)(size >> 8), (uint8_t)size };
  append_bytes (out, head, sizeof head);
  append_bytes (out, name, name_length);
  append_bytes (out, data, length);
}

static bool
append_block (GByteArray *out, const char *what, uint8_t marker, const void *name,
              size_t name_length, const void *data, size_t length, GError **error)
{
  if (length > SEGMENT_MOST_BYTES - name_length)
    return fail_size (error, what, length, SEGMENT_MOST_BYTES - name_length);
  append_segment (out, marker, name, name_length, data, length);
  return true;
}

/* With or without its name and resource around it. */
static bool
append_iptc (GByteArray *out, GBytes *iptc, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (iptc, &length);
  g_autoptr (GByteArray) head = g_byte_array_new ();
  bool has_name = length >= sizeof SEGMENT_NAME_PHOTOSHOP &&
                  memcmp (bytes, SEGMENT_NAME_PHOTOSHOP, sizeof SEGMENT_NAME_PHOTOSHOP) == 0;
  bool is_bare = length >= 1 && bytes[0] == 0x1c;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  if (!has_name)
    append_bytes (head, SEGMENT_NAME_PHOTOSHOP, sizeof SEGMENT_NAME_PHOTOSHOP);
  if (is_bare) {
    append_bytes (head, "8BIM\4\4\0\0", 8);
    append_big32 (head, (uint32_t)length);
  }
  append_bytes (data, bytes, length);
  if (is_bare && (length & 1) != 0)
    append_bytes (data, "", 1);
  return append_block (out, "an IPTC block", JPEG_MARKER_APP13, head->data, head->len, data->data,
                       data->len, error);
}

static bool
append_blobs (GByteArray *out, const MetadataBlobs *blobs, GError **error)
{
  static const char exif_name[] = SEGMENT_NAME_EXIF; /* its own NUL is the second one */
  size_t length;
  if (blobs->exif != NULL) {
    const uint8_t *bytes = g_bytes_get_data (blobs->exif, &length);
    size_t skipped = exif_prefix_length (bytes, length);
    if (!append_block (out, "an EXIF block", JPEG_MARKER_APP1, exif_name, sizeof exif_name,
                       bytes + skipped, length - skipped, error))
      return false;
  }
  if (blobs->xmp != NULL &&
      !append_block (out, "an XMP packet", JPEG_MARKER_APP1, SEGMENT_NAME_XMP,
                     sizeof SEGMENT_NAME_XMP, g_bytes_get_data (blobs->xmp, NULL),
                     g_bytes_get_size (blobs->xmp), error))
    return false;
  if (blobs->iptc != NULL && !append_iptc (out, blobs->iptc, error))
    return false;
  for (unsigned i = 0; blobs->texts != NULL && i < blobs->texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (blobs->texts, i);
    if (strcmp (text->keyword, "Comment") == 0 &&
        !append_block (out, "a comment", JPEG_MARKER_COM, "", 0, text->text, strlen (text->text),
                       error))
      return false;
  }
  return true;
}

/* The JFIF header has to be the first segment. Its thumbnail goes. */
static void
append_jfif (GByteArray *out, const uint8_t *bytes, size_t length)
{
  Segment segment = { .role = SEGMENT_PIXELS };
  size_t at = SOI_BYTES;
  while (segment.role != SEGMENT_JFIF) {
    if (!jpeg_next_segment (bytes, length, at, &segment) || segment.role == SEGMENT_END ||
        segment.marker == JPEG_MARKER_SOS)
      return;
    at = segment.at + segment.size;
  }
  uint8_t data[JFIF_BYTES];
  memcpy (data, segment.data, sizeof data);
  data[7] = data[8] = 0; /* columns and rows of the thumbnail */
  append_segment (out, JPEG_MARKER_APP0, "JFIF", sizeof "JFIF", data, sizeof data);
}

bool
jpeg_put (GBytes *file, const MetadataBlobs *blobs, GByteArray *out, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  append_bytes (out, bytes, SOI_BYTES);
  append_jfif (out, bytes, length);
  if (!append_blobs (out, blobs, error))
    return false;
  Segment segment = { .role = SEGMENT_PIXELS };
  for (size_t at = SOI_BYTES; segment.role != SEGMENT_END; at = segment.at + segment.size) {
    if (!jpeg_next_segment (bytes, length, at, &segment) || segment.is_cut)
      return container_fail_damaged (error, CONTAINER_JPEG);
    bool is_adobe = segment.role == SEGMENT_PIXELS && segment.marker == JPEG_MARKER_APP14;
    if (is_adobe)
      append_segment (out, JPEG_MARKER_APP14, "Adobe", strlen ("Adobe"), segment.data, ADOBE_BYTES);
    else if (segment.role == SEGMENT_PIXELS || segment.role == SEGMENT_ICC ||
             segment.role == SEGMENT_END)
      append_bytes (out, bytes + segment.at, segment.size);
  }
  return true;
}

bool
jpeg_put_c2pa (GBytes *file, GBytes *store, GByteArray *out, size_t *out_at, size_t *out_length,
               GError **error)
{
  size_t length, store_length, put = BOX_HEADER, at = SOI_BYTES;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  const uint8_t *box = g_bytes_get_data (store, &store_length);
  /* Another one would be put, and not be found again. */
  if (store_length <= BOX_HEADER || big32 (box) != store_length ||
      is_other_jumbf (box, store_length)) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "what is to be put as Content Credentials is not one JUMBF box of C2PA");
    return false;
  }
  Segment segment;
  while (jpeg_next_segment (bytes, length, at, &segment) && segment.marker == JPEG_MARKER_APP0 &&
         !segment.is_cut)
    at = segment.at + segment.size;
  append_bytes (out, bytes, at);
  *out_at = out->len;
  for (uint32_t number = 1; put < store_length; number++) {
    size_t part = MIN (store_length - put, MOST_JUMBF_PART);
    const uint8_t head[] = { 'J',
                             'P',
                             0,
                             1,
                             (uint8_t)(number >> 24),
                             (uint8_t)(number >> 16),
                             (uint8_t)(number >> 8),
                             (uint8_t)number,
                             box[0],
                             box[1],
                             box[2],
                             box[3],
                             box[4],
                             box[5],
                             box[6],
                             box[7] };
    append_segment (out, JPEG_MARKER_APP11, head, sizeof head, box + put, part);
    put += part;
  }
  *out_length = out->len - *out_at;
  append_bytes (out, bytes + at, length - at);
  return true;
}
