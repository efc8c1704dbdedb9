#include "run/recall.h"

#include <string.h>

#include "cache/tags.h"
#include "run/run-error.h"
#include "support/scratch.h"

typedef struct {
  Scratch *scratch;
  Cache *cache;
} Place;

static void
place_clear (Place *place)
{
  cache_close (place->cache);
  scratch_free (place->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static Place
place_new (void)
{
  g_autoptr (GError) error = NULL;
  Place place = { .scratch = scratch_new () };
  place.cache = cache_open (scratch_path (place.scratch, "home"), &error);
  g_assert_no_error (error);
  return place;
}

static void
add_acquisition (CacheRecord *record, const char *source, const char *image_id, const char *path,
                 const char *at)
{
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup (source);
  acquisition->image_id = g_strdup (image_id);
  acquisition->path = g_strdup (path);
  acquisition->at = g_strdup (at);
  g_ptr_array_add (record->acquisitions, acquisition);
}

/* `text` stands for the bytes of a picture; `width` 0: it is none. */
static CacheRecord *
put_bytes (Place *place, const char *text, int width)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  CacheRecord *record = cache_record_new ();
  assert_ok (cache_put (place->cache, bytes, &record->digest, NULL, &error), error);
  record->format = width > 0 ? g_strdup ("png") : NULL;
  record->width = record->height = width;
  return record;
}

static Digest
put (Place *place, CacheRecord *taken)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = taken;
  assert_ok (cache_record_put (place->cache, record, &error), error);
  return record->digest;
}

static Digest
put_picture (Place *place, const char *text, const char *image_id, const char *path)
{
  CacheRecord *record = put_bytes (place, text, 32);
  add_acquisition (record, "load", image_id, path, "2026-01-01T00:00:00Z");
  return put (place, record);
}

static char *
prefix_of (const Digest *digest, int n)
{
  return g_strndup (digest_to_hex (digest).text, (size_t)n);
}

/* The names of what is found, in order, or the error. */
static char *
recall_with (Place *place, const RecallOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)plan_original_free);
  if (!recall_find (place->cache, cache_home (place->cache), options, found, &error)) {
    g_assert_error (error, RUN_ERROR, RUN_ERROR_INVALID);
    return g_strdup (error->message);
  }
  GString *names = g_string_new (NULL);
  for (unsigned i = 0; i < found->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            ((PlanOriginal *)found->pdata[i])->name);
  return g_string_free (names, FALSE);
}

static char *
recall (Place *place, char **hashes)
{
  const RecallOptions options = { .hash = hashes };
  return recall_with (place, &options);
}

#define assert_name(place, digest, base)                                                           \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const DigestHex hex_ = digest_to_hex (&(digest));                                              \
    char *hashes_[] = { (char *)hex_.text, NULL };                                                 \
    g_autofree char *found_ = recall ((place), hashes_);                                           \
    g_autofree char *wanted_ = g_strdup_printf ("%s-%.8s", (base), hex_.text);                     \
    g_assert_cmpstr (found_, ==, wanted_);                                                         \
  }                                                                                                \
  G_STMT_END

static void
test_names (void)
{
  g_auto (Place) place = place_new ();
  Digest generated = put_picture (&place, "a", "shop@front", NULL);
  Digest loaded = put_picture (&place, "b", NULL, "my photo.tar.png");
  Digest bare = put_picture (&place, "c", NULL, NULL);
  assert_name (&place, generated, "shop@front");
  assert_name (&place, loaded, "my photo.tar");
  assert_name (&place, bare, "png");
}

static void
test_name_stays (void)
{
  g_auto (Place) place = place_new ();
  Digest original = put_picture (&place, "a", "shop@front", NULL);
  CacheRecord *again = put_bytes (&place, "a", 32);
  add_acquisition (again, "load", "another", "x.png", "2026-02-01T00:00:00Z");
  put (&place, again);
  put_picture (&place, "b", "shop@front", NULL);
  assert_name (&place, original, "shop@front");
}

static void
test_each_once (void)
{
  g_auto (Place) place = place_new ();
  Digest a = put_picture (&place, "a", "z", NULL), b = put_picture (&place, "b", "y", NULL);
  g_autofree char *short_a = prefix_of (&a, 8);
  g_autofree char *long_a = prefix_of (&a, 20);
  g_autofree char *only_b = prefix_of (&b, 64);
  g_autofree char *upper = g_ascii_strup (long_a, -1);
  char *hashes[] = { short_a, only_b, upper, NULL };
  g_autofree char *found = recall (&place, hashes);
  g_autofree char *wanted = g_strdup_printf ("y-%.8s z-%.8s", only_b, short_a);
  g_assert_cmpstr (found, ==, wanted);
}

static void
test_several (void)
{
  g_auto (Place) place = place_new ();
  Digest a = put_picture (&place, "a", "a", NULL);
  g_autofree char *prefix = prefix_of (&a, 8);
  Digest twin = a;
  twin.bytes[DIGEST_BYTES - 1] ^= 1;
  const DigestHex hex_a = digest_to_hex (&a), hex_twin = digest_to_hex (&twin);
  g_autofree char *path = g_strdup_printf ("home/originals/%.2s/%s.zst", hex_twin.text,
                                           hex_twin.text);
  scratch_write (place.scratch, path, "");
  char *hashes[] = { prefix, NULL };
  g_autofree char *said = recall (&place, hashes);
  g_assert_nonnull (strstr (said, "several originals begin with"));
  g_assert_nonnull (strstr (said, hex_a.text));
  g_assert_nonnull (strstr (said, hex_twin.text));
  g_assert_nonnull (strstr (said, "give more digits"));
}

static void
test_nothing (void)
{
  g_auto (Place) place = place_new ();
  char *hashes[] = { (char *)"0123456789", NULL };
  g_autofree char *said = recall (&place, hashes);
  g_autofree char *wanted = g_strdup_printf (
    "no original in the cache begins with 0123456789 (the cache is %s)", cache_home (place.cache));
  g_assert_cmpstr (said, ==, wanted);
}

static void
test_no_picture (void)
{
  g_auto (Place) place = place_new ();
  CacheRecord *record = put_bytes (&place, "a contract", 0);
  add_acquisition (record, "import", NULL, "contract.pdf", "2026-01-01T00:00:00Z");
  Digest digest = put (&place, record);
  char *hashes[] = { (char *)digest_to_hex (&digest).text, NULL };
  g_autofree char *said = recall (&place, hashes);
  g_assert_nonnull (strstr (said, "is no picture that Peel reads"));
}

/* ---- by what is told of them ---- */

/* Three originals: two generated for one pipeline, the second of them much later, and a file. */
static void
put_some (Place *place)
{
  static const struct {
    const char *text, *source, *prompt, *model, *image_id, *path, *at, *tag;
    int width;
  } some[] = {
    { "a", "generate", "A diver's watch on slate", "painter-2", "shop@front", NULL,
      "2026-01-10T08:00:00Z", "hero", 32 },
    { "b", "generate", "A vase on oak", "painter-3", "shop@side", NULL, "2026-03-10T08:00:00Z",
      "hero", 32 },
    { "c", "load", NULL, NULL, "photo", "photo.png", "2026-02-10T08:00:00Z", "press", 32 },
    { "d", "import", NULL, NULL, "contract", "contract.pdf", "2026-02-10T08:00:00Z", "hero", 0 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (some); i++) {
    CacheRecord *record = put_bytes (place, some[i].text, some[i].width);
    add_acquisition (record, some[i].source, some[i].image_id, some[i].path, some[i].at);
    CacheAcquisition *acquisition = record->acquisitions->pdata[0];
    acquisition->prompt = g_strdup (some[i].prompt);
    acquisition->model = g_strdup (some[i].model);
    acquisition->pipeline = g_strdup (some[i].prompt != NULL ? "shop" : "press");
    tags_add (record->tags, some[i].tag);
    put (place, record);
  }
}

/* The names without the digits of their hashes. */
static char *
images_of (Place *place, RecallOptions options)
{
  g_autofree char *names = recall_with (place, &options);
  g_autoptr (GRegex) digits = g_regex_new ("-[0-9a-f]{8}(?= |$)", 0, 0, NULL);
  return g_regex_replace_literal (digits, names, -1, 0, "", 0, NULL);
}

#define assert_recalls(place, wanted, ...)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = images_of ((place), (RecallOptions){ __VA_ARGS__ });                 \
    g_assert_cmpstr (found_, ==, wanted);                                                          \
  }                                                                                                \
  G_STMT_END

static void
test_all_must_fit (void)
{
  g_auto (Place) place = place_new ();
  put_some (&place);
  char *hero[] = { (char *)"hero", NULL };
  char watch[] = "Watch", front[] = "shop@*", painter[] = "painter-?", three[] = "painter-3";
  char shop[] = "shop", photo[] = "photo", since[] = "2026-02-01", until[] = "2026-02-10";
  assert_recalls (&place, "shop@front", .text = watch);
  assert_recalls (&place, "shop@front shop@side", .tag = hero);
  assert_recalls (&place, "shop@front shop@side", .image = front);
  assert_recalls (&place, "shop@front shop@side", .pipeline = shop, .model = painter);
  assert_recalls (&place, "shop@side", .pipeline = shop, .model = three);
  assert_recalls (&place, "photo shop@side", .since = since);
  assert_recalls (&place, "photo", .since = since, .until = until);
  assert_recalls (&place, "shop@side", .since = since, .tag = hero);
  assert_recalls (&place, "shop@side", .limit = 1);
  assert_recalls (&place, "photo shop@side", .limit = 2);
  assert_recalls (&place, "photo", .text = photo, .limit = 3);
}

static void
test_hash_must_fit_too (void)
{
  g_auto (Place) place = place_new ();
  put_some (&place);
  Digest a = digest_of ("a", 1);
  const DigestHex hex = digest_to_hex (&a);
  char *hashes[] = { (char *)hex.text, NULL };
  char watch[] = "watch", vase[] = "vase";
  assert_recalls (&place, "shop@front", .hash = hashes, .text = watch);
  g_autofree char *said = images_of (&place, (RecallOptions){ .hash = hashes, .text = vase });
  g_assert_nonnull (strstr (said, "no original fits hash"));
}

static void
test_nothing_fits (void)
{
  g_auto (Place) place = place_new ();
  put_some (&place);
  char *press[] = { (char *)"hero", (char *)"press", NULL };
  char contract[] = "contract";
  const RecallOptions impossible = { .tag = press, .limit = 3 }, no_picture = { .text = contract };
  g_autofree char *said = recall_with (&place, &impossible);
  g_autofree char *wanted = g_strdup_printf (
    "no original fits tag 'hero,press', limit '3' (the cache is %s and holds 4)",
    cache_home (place.cache));
  g_assert_cmpstr (said, ==, wanted);
  g_autofree char *others = recall_with (&place, &no_picture);
  g_assert_nonnull (strstr (others, "and holds 4; 1 that fit are no pictures)"));
}

static void
test_no_home (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  char watch[] = "watch";
  const RecallOptions options = { .text = watch };
  g_assert_false (recall_find (NULL, "/nowhere", &options, found, &error));
  g_assert_cmpstr (error->message, ==,
                   "no original fits text 'watch' (the cache is /nowhere and holds 0)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/recall/called-by-image-else-file-else-format", test_names);
  g_test_add_func ("/run/recall/later-acquisitions-and-others-rename-nothing", test_name_stays);
  g_test_add_func ("/run/recall/each-original-once-in-order-of-name", test_each_once);
  g_test_add_func ("/run/recall/a-prefix-of-several-lists-them", test_several);
  g_test_add_func ("/run/recall/nothing-found-tells-where", test_nothing);
  g_test_add_func ("/run/recall/what-is-no-picture-is-refused", test_no_picture);
  g_test_add_func ("/run/recall/all-that-is-given-must-fit", test_all_must_fit);
  g_test_add_func ("/run/recall/a-hash-must-fit-the-rest-too", test_hash_must_fit_too);
  g_test_add_func ("/run/recall/nothing-that-fits-tells-what-was-searched", test_nothing_fits);
  g_test_add_func ("/run/recall/without-a-home-nothing-fits", test_no_home);
  return g_test_run ();
}
