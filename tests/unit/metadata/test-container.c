#include "container-check.h"
#include "metadata/container-kinds.h"

static void
tells_kinds_by_the_first_bytes (void)
{
  static const struct {
    const char *bytes;
    size_t length;
    ContainerKind kind;
    bool embeds;
  } rows[] = {
    { "\x89PNG\r\n\x1a\n", 8, CONTAINER_PNG, true },
    { "\xff\xd8\xff", 3, CONTAINER_JPEG, true },
    { "RIFF....WEBP", 12, CONTAINER_WEBP, true },
    { "\0\0\0\x0c"
      "ftypavif",
      12, CONTAINER_BMFF, true },
    { "II*\0\10\0\0\0", 8, CONTAINER_TIFF, false },
    { "MM\0*\0\0\0\10", 8, CONTAINER_TIFF, false },
    { "GIF87a", 6, CONTAINER_GIF, false },
    { "GIF89a", 6, CONTAINER_GIF, false },
    { "RIFF....WAVE", 12, CONTAINER_NONE, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (container_kind (rows[i].bytes, rows[i].length), ==, rows[i].kind);
    g_assert_cmpint (container_embeds_c2pa (rows[i].kind), ==, rows[i].embeds);
    for (size_t length = 0; length < rows[i].length; length++) {
      g_autofree uint8_t *cut = g_memdup2 (rows[i].bytes, length);
      g_assert_cmpint (container_kind (cut, length), ==, CONTAINER_NONE);
    }
  }
}

static void
what_is_no_picture_is_an_empty_list (void)
{
  g_autoptr (GBytes) sound = bytes_of ("RIFF....WAVE"), nothing = g_bytes_new (NULL, 0);
  expect_listed (sound, "");
  expect_listed (nothing, "");
}

static void
refuses_what_has_no_place (void)
{
  g_autoptr (GBytes) gif = bytes_of ("GIF89a......"), store = store_of (20),
                     tiff = g_bytes_new ("II*\0\10\0\0\0", 8);
  GBytes *out = NULL;
  g_autoptr (GError) none = NULL, beside = NULL;
  g_assert_false (container_put (gif, &(MetadataBlobs){ 0 }, &out, &none));
  g_assert_cmpstr (none->message, ==,
                   "metadata goes into PNG, JPEG, WebP, AVIF, HEIF and TIFF files, this is none");
  g_assert_false (container_put_c2pa (tiff, store, &out, NULL, NULL, &beside));
  g_assert_cmpstr (beside->message, ==,
                   "Content Credentials are not put into TIFF files; write them beside it");
  g_assert_false (container_put_c2pa (gif, store, &out, NULL, NULL, NULL));
  g_assert_null (out);
}

static Listing
listing_of (GBytes *file, GPtrArray *blocks)
{
  return (Listing){ file, g_bytes_get_data (file, NULL), g_bytes_get_size (file), blocks, 10 };
}

/* Every kind at its limit and one byte over it. */
static void
holds_each_kind_to_its_limit (void)
{
  static const size_t limits[] = { BLOCK_MOST_EXIF_BYTES, BLOCK_MOST_XMP_BYTES,
                                   BLOCK_MOST_IPTC_BYTES, BLOCK_MOST_ICC_BYTES,
                                   BLOCK_MOST_C2PA_BYTES };
  g_autofree uint8_t *zeros = g_malloc0 (BLOCK_MOST_C2PA_BYTES + 1);
  g_autoptr (GBytes) file = g_bytes_new_static (zeros, BLOCK_MOST_C2PA_BYTES + 1);
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GPtrArray) blocks = container_list (none);
  Listing listing = listing_of (file, blocks);
  for (size_t i = 0; i < G_N_ELEMENTS (limits); i++) {
    g_autofree char *trouble = g_strdup_printf ("it is over %zu bytes", limits[i]);
    Block *fits = listing_add_slice (&listing, (BlockKind)i, "n", 0, 1, 0, limits[i]);
    Block *slice = listing_add_slice (&listing, (BlockKind)i, "n", 0, 1, 0, limits[i] + 1);
    Block *data = listing_add (&listing, (BlockKind)i, "n", 0, 1,
                               g_bytes_new_static (zeros, limits[i] + 1), NULL);
    g_assert_cmpuint (g_bytes_get_size (fits->data), ==, limits[i]);
    g_assert_null (fits->trouble);
    g_assert_null (slice->data);
    g_assert_cmpstr (slice->trouble, ==, trouble);
    g_assert_null (data->data);
    g_assert_cmpstr (data->trouble, ==, trouble);
  }
  g_assert_nonnull (listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 0, 6)->data);
  g_assert_null (listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 0, 5)->data);
  g_assert_nonnull (listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 0, 4)->data);
  while (blocks->len < BLOCK_MOST_BLOCKS)
    g_assert_nonnull (listing_add_slice (&listing, BLOCK_OTHER, "n", 0, 1, 0, 1));
  g_assert_null (
    listing_add (&listing, BLOCK_OTHER, "n", 0, 1, g_bytes_new_static (zeros, 1), NULL));
}

static void
blobs_are_the_first_that_can_be_read (void)
{
  g_autoptr (GBytes) file = bytes_of ("onetwothree");
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (GPtrArray) blocks = container_list (none);
  Listing listing = listing_of (file, blocks);
  listing_add (&listing, BLOCK_XMP, "n", 0, 1, NULL, "it cannot be unpacked");
  listing_add_slice (&listing, BLOCK_XMP, "n", 0, 1, 0, 3);
  listing_add_slice (&listing, BLOCK_XMP, "n", 0, 1, 3, 3);
  listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 0, 3)->keyword = g_strdup ("a");
  listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 3, 3)->keyword = g_strdup ("b");
  listing_add_slice (&listing, BLOCK_TEXT, "n", 0, 1, 6, 5)->keyword = g_strdup ("over");
  g_auto (MetadataBlobs) blobs = { 0 };
  metadata_blobs_read (blocks, &blobs);
  g_assert_true (bytes_hold (blobs.xmp, "one"));
  g_assert_null (blobs.exif);
  g_assert_cmpuint (blobs.texts->len, ==, 2);
  const MetadataText *second = g_ptr_array_index (blobs.texts, 1);
  g_assert_cmpstr (second->keyword, ==, "b");
  g_assert_cmpstr (second->text, ==, "two");
}

/* XMP that some program broke is no reason to lose what stands in another packet. */
static void
of_several_packets_the_first_that_is_whole_counts (void)
{
#define PACKET(text)                                                                               \
  "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "             \
  "xmlns:dc='http://purl.org/dc/elements/1.1/' dc:rights='" text "'/></rdf:RDF>"
  static const struct {
    const char *packets[3];
    unsigned taken;
  } rows[] = {
    { { "<broken", PACKET ("mine"), PACKET ("other") }, 1 },
    { { "<broken", "\xff", PACKET ("mine") }, 2 },
    { { PACKET ("mine"), "<broken", PACKET ("other") }, 0 },
    { { "<broken", "<x", "\xff" }, 0 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
    g_autoptr (GPtrArray) blocks = container_list (none);
    Listing listing = listing_of (none, blocks);
    for (size_t j = 0; j < G_N_ELEMENTS (rows[i].packets); j++)
      listing_add (&listing, BLOCK_XMP, "n", 0, 1, bytes_of (rows[i].packets[j]), NULL);
    g_auto (MetadataBlobs) blobs = { 0 };
    metadata_blobs_read (blocks, &blobs);
    const Block *taken = blocks->pdata[rows[i].taken];
    g_assert_true (blobs.xmp == taken->data);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/container/" name, function)
  ADD ("tells-kinds-by-the-first-bytes", tells_kinds_by_the_first_bytes);
  ADD ("what-is-no-picture-is-an-empty-list", what_is_no_picture_is_an_empty_list);
  ADD ("refuses-what-has-no-place", refuses_what_has_no_place);
  ADD ("holds-each-kind-to-its-limit", holds_each_kind_to_its_limit);
  ADD ("blobs-are-the-first-that-can-be-read", blobs_are_the_first_that_can_be_read);
  ADD ("of-several-packets-the-first-that-is-whole-counts",
       of_several_packets_the_first_that_is_whole_counts);
  return g_test_run ();
}
