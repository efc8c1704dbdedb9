#include "container-check.h"
#include "program.h"

/* What an item says, in one or two pieces. */
typedef struct {
  unsigned id;
  const char *type, *first, *second;
  bool is_in_idat;
} Item;

/* "canary" is what must go; 1 is the picture, 2 is put together of it, 7 describes it, 8 has bytes of 1. */
static const Item items[] = {
  { 1, "av01", "PIXELS", "-ONE", false },
  { 2, "grid", "TILES", NULL, true },
  { 3, "Exif", "####EEEEEEII*#canary", NULL, false },
  { 4, "mime", "<canary", "/>", true },
  { 6, "uri ", "canary", NULL, false },
  { 7, "av01", "canary", NULL, true },
  { 8, "av01", "PIXELS", NULL, false },
};
#define EXIF_PLACEHOLDER "####EEEEEEII*#canary"
#define EXIF_BYTES "\0\0\0\6Exif\0\0II*\0canary"

typedef struct {
  unsigned id_bytes;    /* 2, 4 */
  unsigned offset_size; /* 4, 8 */
  unsigned base_size;   /* 0, 4, 8 */
  unsigned first_id;    /* is added to every id */
} Shape;
static const Shape shapes[] = {
  { 2, 4, 0, 0 }, { 4, 8, 0, 70000 }, { 4, 4, 4, 0 }, { 2, 4, 8, 500 }
};

static unsigned
open_box (GByteArray *out, const char *type)
{
  put_big (out, 4, 0);
  put_text (out, type);
  return out->len - 8;
}

static void
close_box (GByteArray *out, unsigned start)
{
  GByteArray *size = g_byte_array_new ();
  put_big (size, 4, out->len - start);
  memcpy (out->data + start, size->data, 4);
  g_byte_array_unref (size);
}

static void
put_box (GByteArray *out, const char *type, const void *content, size_t length)
{
  unsigned start = open_box (out, type);
  g_byte_array_append (out, content, (unsigned)length);
  close_box (out, start);
}

static void
put_reference (GByteArray *out, const Shape *shape, const char *type, unsigned from, unsigned to)
{
  unsigned start = open_box (out, type);
  put_big (out, shape->id_bytes, shape->first_id + from);
  put_big (out, 2, 1);
  put_big (out, shape->id_bytes, shape->first_id + to);
  close_box (out, start);
}

static void
put_iinf (GByteArray *out, const Shape *shape)
{
  unsigned start = open_box (out, "iinf");
  put_big (out, 4, 0);
  put_big (out, 2, G_N_ELEMENTS (items));
  for (size_t i = 0; i < G_N_ELEMENTS (items); i++) {
    unsigned infe = open_box (out, "infe");
    put_big (out, 4, shape->id_bytes == 2 ? 0x02000000 : 0x03000000);
    put_big (out, shape->id_bytes, shape->first_id + items[i].id);
    put_big (out, 2, 0);
    put_text (out, items[i].type);
    g_byte_array_append (out, (const uint8_t *)"canary", 7);
    if (items[i].id == 4)
      g_byte_array_append (out, (const uint8_t *)"application/rdf+xml", 20);
    close_box (out, infe);
  }
  close_box (out, start);
}

static void
put_properties (GByteArray *out, const Shape *shape)
{
  unsigned iprp = open_box (out, "iprp"), ipco = open_box (out, "ipco");
  put_box (out, "ispe", "\0\0\0\0\0\0\0\1\0\0\0\1", 12);
  put_box (out, "udes", "\0\0\0\0en\0canary\0\0", 15);
  put_box (out, "colr", "profPROFILE", 11);
  close_box (out, ipco);
  unsigned ipma = open_box (out, "ipma");
  put_big (out, 4, shape->id_bytes == 2 ? 0 : 0x01000000);
  put_big (out, 4, 2);
  for (unsigned id = 1; id < 7; id += 5) {
    put_big (out, shape->id_bytes, shape->first_id + id);
    put_big (out, 1, 2);
    put_big (out, 2, 0x0103);
  }
  close_box (out, ipma);
  close_box (out, iprp);
}

static void
put_piece (GByteArray *data, const char *piece)
{
  if (strcmp (piece, EXIF_PLACEHOLDER) == 0)
    g_byte_array_append (data, (const uint8_t *)EXIF_BYTES, sizeof EXIF_BYTES - 1);
  else
    put_text (data, piece);
}

/* `mdat_at` is where the content of the first mdat starts; every second piece is in the other, 30 bytes behind its end. */
static void
put_iloc (GByteArray *out, const Shape *shape, GByteArray *const data[3], unsigned mdat_at)
{
  unsigned start = open_box (out, "iloc");
  put_big (out, 4, shape->id_bytes == 2 ? 0x01000000 : 0x02000000);
  put_big (out, 1, shape->offset_size << 4 | 4);
  put_big (out, 1, shape->base_size << 4);
  put_big (out, shape->id_bytes, G_N_ELEMENTS (items));
  for (size_t i = 0; i < G_N_ELEMENTS (items); i++) {
    const Item *item = &items[i];
    unsigned base = shape->base_size > 0 && !item->is_in_idat ? mdat_at : 0;
    put_big (out, shape->id_bytes, shape->first_id + item->id);
    put_big (out, 2, item->is_in_idat);
    put_big (out, 2, 0);
    put_big (out, shape->base_size, base);
    put_big (out, 2, item->second != NULL ? 2 : 1);
    for (unsigned j = 0; j < (item->second != NULL ? 2u : 1u); j++) {
      const char *piece = j == 0 ? item->first : item->second;
      GByteArray *to = data[item->is_in_idat ? 2 : j];
      bool is_shared = item->id == 8;
      unsigned at = (is_shared ? 0 : to->len) + (item->is_in_idat ? 0 : mdat_at - base) +
                    (j == 1 && !item->is_in_idat ? 1000 : 0);
      put_big (out, shape->offset_size, at);
      put_big (out, 4, strlen (piece));
      if (!is_shared)
        put_piece (to, piece);
    }
  }
  close_box (out, start);
}

static void
put_meta (GByteArray *out, const Shape *shape, GByteArray *const data[3], unsigned mdat_at)
{
  for (int i = 0; i < 3; i++)
    g_byte_array_set_size (data[i], 0);
  unsigned meta = open_box (out, "meta");
  put_big (out, 4, 0);
  put_box (out, "hdlr", "\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0canary", 31);
  unsigned pitm = open_box (out, "pitm");
  put_big (out, 4, shape->id_bytes == 2 ? 0 : 0x01000000);
  put_big (out, shape->id_bytes, shape->first_id + 1);
  close_box (out, pitm);
  put_iloc (out, shape, data, mdat_at);
  put_iinf (out, shape);
  unsigned iref = open_box (out, "iref");
  put_big (out, 4, shape->id_bytes == 2 ? 0 : 0x01000000);
  put_reference (out, shape, "dimg", 2, 1);
  put_reference (out, shape, "cdsc", 3, 1);
  put_reference (out, shape, "cdsc", 4, 1);
  put_reference (out, shape, "cdsc", 7, 1);
  close_box (out, iref);
  put_properties (out, shape);
  unsigned grpl = open_box (out, "grpl"), group = open_box (out, "altr");
  put_big (out, 4, 0);
  put_big (out, 4, shape->first_id + 20); /* the group's own id */
  put_big (out, 4, 1);
  put_big (out, 4, shape->first_id + 1);
  close_box (out, group);
  close_box (out, grpl);
  put_box (out, "idat", data[2]->data, data[2]->len);
  put_box (out, "xml ", "\0\0\0\0canary", 11);
  close_box (out, meta);
}

/* ftyp meta mdat free(canary) mdat uuid(canary); the content of the second mdat starts 1000 bytes behind the first's. */
static GBytes *
picture (const Shape *shape)
{
  GByteArray *out = g_byte_array_new ();
  GByteArray *data[3] = { g_byte_array_new (), g_byte_array_new (), g_byte_array_new () };
  put_box (out, "ftyp", "avif\0\0\0\0avifmif1", 16);
  unsigned meta_at = out->len, mdat_at = 0;
  for (int i = 0; i < 2; i++) {
    g_byte_array_set_size (out, meta_at);
    put_meta (out, shape, data, mdat_at);
    mdat_at = out->len + 8;
  }
  put_box (out, "mdat", data[0]->data, data[0]->len);
  unsigned space = open_box (out, "free");
  while (out->len < mdat_at + 1000 - 8)
    put_text (out, out->len + 16 < mdat_at + 1000 ? "canary " : " ");
  close_box (out, space);
  put_box (out, "mdat", data[1]->data, data[1]->len);
  put_box (out, "uuid", "0123456789abcdefcanary", 22);
  for (int i = 0; i < 3; i++)
    g_byte_array_unref (data[i]);
  return g_byte_array_free_to_bytes (out);
}

static uint64_t
big (const uint8_t *at, unsigned n_bytes)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < n_bytes; i++)
    value = value << 8 | at[i];
  return value;
}

/* What the item with this id says, by iloc alone. New string; NULL: there is none. */
static char *
read_item (GBytes *file, unsigned id)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  const uint8_t *iloc = memmem (bytes, length, "iloc", 4),
                *idat = memmem (bytes, length, "idat", 4);
  g_assert_nonnull (iloc);
  unsigned id_bytes = iloc[4] == 2 ? 4 : 2, offset_size = iloc[8] >> 4, base_size = iloc[9] >> 4;
  const uint8_t *at = iloc + 10 + id_bytes;
  for (uint64_t n = big (iloc + 10, id_bytes); n > 0; n--) {
    bool is_it = big (at, id_bytes) == id, is_in_idat = false;
    at += id_bytes;
    if (iloc[4] > 0) {
      is_in_idat = at[1] == 1;
      at += 2;
    }
    uint64_t base = big (at + 2, base_size), n_extents = big (at + 2 + base_size, 2);
    at += 2 + base_size + 2;
    g_autoptr (GString) text = g_string_new (NULL);
    for (; n_extents > 0; n_extents--, at += offset_size + 4)
      g_string_append_len (
        text, (const char *)(is_in_idat ? idat + 4 : bytes) + base + big (at, offset_size),
        (gssize)big (at + offset_size, 4));
    if (is_it)
      return g_string_free (g_steal_pointer (&text), FALSE);
  }
  return NULL;
}

static void
assert_item (GBytes *file, unsigned id, const char *text)
{
  g_autofree char *found = read_item (file, id);
  g_assert_cmpstr (found, ==, text);
}

static GBytes *
put (GBytes *file, const MetadataBlobs *blobs)
{
  GBytes *out = NULL;
  g_autoptr (GError) error = NULL;
  assert_ok (container_put (file, blobs, &out, &error), error);
  return out;
}

static unsigned
count (GBytes *bytes, const char *text)
{
  size_t left;
  const uint8_t *at = g_bytes_get_data (bytes, &left), *end = at + left;
  unsigned n_found = 0;
  while ((at = memmem (at, (size_t)(end - at), text, strlen (text))) != NULL) {
    n_found++;
    at++;
  }
  return n_found;
}

static void
assert_data (const Block *block, const char *bytes, size_t length)
{
  g_assert_nonnull (block);
  g_assert_nonnull (block->data);
  g_assert_cmpmem (g_bytes_get_data (block->data, NULL), g_bytes_get_size (block->data), bytes,
                   length);
}

static void
lists_every_block (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autoptr (GBytes) file = picture (&shapes[i]);
    g_autoptr (GPtrArray) blocks = container_list (file);
    assert_data (find_block (blocks, BLOCK_EXIF, "Exif"), "II*\0canary", 10);
    assert_data (find_block (blocks, BLOCK_XMP, "mime"), "<canary/>", 9);
    assert_data (find_block (blocks, BLOCK_ICC, "colr"), "PROFILE", 7);
    assert_data (find_block (blocks, BLOCK_OTHER, "uri "), "canary", 6);
    assert_data (find_block (blocks, BLOCK_OTHER, "av01"), "canary", 6);
    g_assert_nonnull (find_block (blocks, BLOCK_OTHER, "free"));
    g_assert_nonnull (find_block (blocks, BLOCK_OTHER, "uuid"));
    g_assert_cmpuint (blocks->len, ==, 7);
  }
}

static void
puts_exactly_what_is_given (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autoptr (GBytes) file = picture (&shapes[i]), xmp = bytes_of ("<new/>");
    g_autoptr (GBytes) exif = g_bytes_new_static ("Exif\0\0II*\0\x08\0\0\0", 14);
    MetadataBlobs blobs = { .exif = exif, .xmp = xmp };
    g_autoptr (GBytes) out = put (file, &blobs), again = put (out, &blobs);
    g_assert_false (bytes_hold (out, "canary"));
    g_assert_true (g_bytes_equal (out, again));
    assert_item (out, shapes[i].first_id + 1, "PIXELS-ONE");
    assert_item (out, shapes[i].first_id + 2, "TILES");
    assert_item (out, shapes[i].first_id + 8, "PIXELS");
    assert_item (out, shapes[i].first_id + 3, NULL);
    assert_item (out, shapes[i].first_id + 22, "<new/>"); /* behind EXIF and the group */
    g_assert_cmpuint (count (out, "PIXELS"), ==, 1);
    g_autoptr (GPtrArray) blocks = container_list (out);
    assert_data (find_block (blocks, BLOCK_EXIF, "Exif"), "II*\0\x08\0\0\0", 8);
    assert_data (find_block (blocks, BLOCK_XMP, "mime"), "<new/>", 6);
    assert_data (find_block (blocks, BLOCK_ICC, "colr"), "PROFILE", 7);
    g_assert_cmpuint (blocks->len, ==, 3);
    g_autoptr (GBytes) bare = put (out, &(MetadataBlobs){ 0 });
    g_autoptr (GPtrArray) left = container_list (bare);
    g_assert_cmpuint (left->len, ==, 1);
  }
}

static void
credentials_move_the_items (void)
{
  static const char store[] = "\0\0\0\x0cjumbDATA";
  g_autoptr (GBytes) jumbf = g_bytes_new_static (store, 12);
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autoptr (GBytes) file = picture (&shapes[i]), out = NULL, twice = NULL;
    g_autoptr (GError) error = NULL;
    size_t at = 1, length = 1;
    assert_ok (container_put_c2pa (file, jumbf, &out, &at, &length, &error), error);
    g_assert_cmpuint (at + length, ==, 0);
    assert_item (out, shapes[i].first_id + 1, "PIXELS-ONE");
    assert_item (out, shapes[i].first_id + 2, "TILES");
    assert_item (out, shapes[i].first_id + 8, "PIXELS");
    g_autoptr (GPtrArray) blocks = container_list (out);
    assert_data (container_find (blocks, BLOCK_C2PA), store, 12);
    assert_data (container_find (blocks, BLOCK_XMP), "<canary/>", 9);
    g_assert_false (container_put_c2pa (out, jumbf, &twice, NULL, NULL, &error));
    g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
    g_autoptr (GBytes) off = put (out, &(MetadataBlobs){ 0 });
    g_assert_false (bytes_hold (off, "jumb"));
  }
}

/* Other purposes than ours: an update of a store, and hashes of pieces. */
static void
purposes_of_credentials_are_told_apart (void)
{
  static const struct {
    const char *content;
    size_t length;
    BlockKind kind;
  } rows[] = {
    { "\0\0\0\0update\0\0\0\0\0\0\0\0\0\0\0\0\x0cjumbDATA\0\0", 33, BLOCK_C2PA },
    { "\0\0\0\0merkle\0\xa0", 12, BLOCK_OTHER },
    { "\0\0\0\0manifes", 11, BLOCK_OTHER },
    { "", 0, BLOCK_OTHER },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();
    put_box (out, "ftyp", "avif\0\0\0\0avif", 12);
    unsigned start = open_box (out, "uuid");
    put_big (out, 8, 0xd8fec3d61b0e483c);
    put_big (out, 8, 0x92975828877ec481);
    g_byte_array_append (out, (const uint8_t *)rows[i].content, (unsigned)rows[i].length);
    close_box (out, start);
    g_autoptr (GBytes) file = g_byte_array_free_to_bytes (g_steal_pointer (&out));
    g_autoptr (GPtrArray) blocks = container_list (file);
    g_assert_cmpuint (blocks->len, ==, 1);
    g_assert_nonnull (find_block (blocks, rows[i].kind, "uuid"));
    if (rows[i].kind == BLOCK_C2PA)
      assert_data (g_ptr_array_index (blocks, 0), "\0\0\0\x0cjumbDATA", 12);
  }
}

static void
refuse (const char *what, unsigned skip, uint8_t value, const char *why)
{
  g_autoptr (GBytes) file = picture (&shapes[0]), out = NULL;
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (file, &length);
  g_autofree uint8_t *copy = g_memdup2 (bytes, length);
  uint8_t *at = memmem (copy, length, what, strlen (what));
  g_assert_nonnull (at);
  at[skip] = value;
  g_autoptr (GBytes) bent = g_bytes_new (copy, length);
  g_autoptr (GError) error = NULL;
  g_assert_false (container_put (bent, &(MetadataBlobs){ 0 }, &out, &error));
  g_assert_error (error, METADATA_ERROR, METADATA_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, why));
}

static void
refuses_what_it_cannot_write (void)
{
  refuse ("iloc", 4 + 4 + 2 + 2 + 2 + 1, 2, "made of other items");
  refuse ("iloc", 4 + 4 + 2 + 2 + 2 + 2 + 1, 1, "in other files");
  refuse ("infe", 4 + 4 + 2 + 1, 1, "protected");
  refuse ("pitm", 4 + 4 + 1, 5, "which of its items is the picture");
  refuse ("pict", 0, 'q', "no pictures");
  refuse ("mif1", 4, 0x70, "whole"); /* the length of "meta" */
}

static void
hostile_files_end (void)
{
  g_autoptr (GBytes) exif = g_bytes_new_static ("II*\0\x08\0\0\0", 8);
  for (size_t i = 0; i < 2; i++) {
    g_autoptr (GBytes) whole = picture (&shapes[i]);
    size_t length;
    const uint8_t *bytes = g_bytes_get_data (whole, &length);
    for (size_t n = 0; n < 2 * length; n++) {
      g_autofree uint8_t *copy = g_memdup2 (bytes, n < length ? n : length);
      if (n >= length)
        copy[n - length] ^= 0xff;
      g_autoptr (GBytes) bent = g_bytes_new (copy, n < length ? n : length), out = NULL,
                         c2pa = NULL;
      g_ptr_array_unref (container_list (bent));
      container_put (bent, &(MetadataBlobs){ .exif = exif }, &out, NULL);
      container_put_c2pa (bent, exif, &c2pa, NULL, NULL, NULL);
    }
  }
}

/* 16 x 16, encoded and decoded by libavif's programs. */
static void
decoders_see_the_same_pixels (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autofree char *raw = g_strdup (scratch_path (scratch, "a.y4m"));
  g_autofree char *avif = g_strdup (scratch_path (scratch, "a.avif"));
  g_autofree char *xmp = g_strdup (scratch_path (scratch, "a.xmp"));
  g_autofree char *now = g_strdup (scratch_path (scratch, "b.y4m"));
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  put_text (frame, "YUV4MPEG2 W16 H16 F1:1 Ip C420jpeg\nFRAME\n");
  for (unsigned i = 0; i < 16 * 16 * 3 / 2; i++)
    put_big (frame, 1, (i * 37) & 0xff);
  g_assert_true (g_file_set_contents (raw, (char *)frame->data, frame->len, NULL));
  g_assert_true (g_file_set_contents (xmp, "<canary/>", -1, NULL));
  g_autofree char *encoded = program_run (
    (const char *[]){ "avifenc", "-s", "10", "--xmp", xmp, raw, avif, NULL });
  if (encoded == NULL)
    return;
  g_autofree char *bytes = NULL, *before = NULL, *after = NULL;
  size_t length, before_length, after_length;
  g_free (program_run ((const char *[]){ "avifdec", avif, now, NULL }));
  g_assert_true (g_file_get_contents (now, &before, &before_length, NULL));
  g_assert_true (g_file_get_contents (avif, &bytes, &length, NULL));

  g_autoptr (GBytes) file = g_bytes_new (bytes, length), signed_file = NULL;
  g_autoptr (GBytes) store = g_bytes_new_static ("\0\0\0\x08jumb", 8);
  g_autoptr (GBytes) packet = bytes_of ("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>");
  g_autoptr (GBytes) out = put (file, &(MetadataBlobs){ .xmp = packet });
  g_assert_false (bytes_hold (out, "canary"));
  g_assert_true (container_put_c2pa (out, store, &signed_file, NULL, NULL, NULL));
  g_assert_true (g_file_set_contents (avif, g_bytes_get_data (signed_file, NULL),
                                      (gssize)g_bytes_get_size (signed_file), NULL));
  g_free (program_run ((const char *[]){ "avifdec", avif, now, NULL }));
  g_assert_true (g_file_get_contents (now, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
}

static bool
count_box (const uint8_t *box, size_t length, size_t header_length, size_t at, void *data)
{
  size_t *next = data;
  g_assert_cmpuint (at, ==, *next);
  g_assert_cmpuint (header_length, ==, 8);
  *next = at + length;
  return memcmp (box + 4, "stop", 4) != 0;
}

static void
boxes_are_visited_in_order (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  put_box (file, "ftyp", "avif", 4);
  put_box (file, "free", "", 0);
  size_t next = 0;
  g_assert_true (container_each_box (file->data, file->len, count_box, &next));
  g_assert_cmpuint (next, ==, file->len);
  g_assert_false (container_each_box (file->data, file->len - 1, count_box, &(size_t){ 0 }));
  put_box (file, "stop", "", 0);
  g_assert_false (container_each_box (file->data, file->len, count_box, &(size_t){ 0 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/container-bmff/lists-every-block", lists_every_block);
  g_test_add_func ("/metadata/container-bmff/puts-exactly-what-is-given",
                   puts_exactly_what_is_given);
  g_test_add_func ("/metadata/container-bmff/credentials-move-the-items",
                   credentials_move_the_items);
  g_test_add_func ("/metadata/container-bmff/purposes-of-credentials-are-told-apart",
                   purposes_of_credentials_are_told_apart);
  g_test_add_func ("/metadata/container-bmff/refuses-what-it-cannot-write",
                   refuses_what_it_cannot_write);
  g_test_add_func ("/metadata/container-bmff/hostile-files-end", hostile_files_end);
  g_test_add_func ("/metadata/container-bmff/decoders-see-the-same-pixels",
                   decoders_see_the_same_pixels);
  g_test_add_func ("/metadata/container-bmff/boxes-are-visited-in-order",
                   boxes_are_visited_in_order);
  return g_test_run ();
}
