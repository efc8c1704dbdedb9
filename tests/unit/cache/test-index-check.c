#include <glib/gstdio.h>

#include "cache/database.h"
#include "cache/index.h"
#include "cache/query.h"
#include "cache/sidecar.h"
#include "support/scratch.h"

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static CacheRecord *
record_of (const char *prompt)
{
  CacheRecord *record = cache_record_new ();
  record->digest = digest_of (prompt, strlen (prompt));
  record->size_bytes = 100;
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("generate");
  acquisition->prompt = g_strdup (prompt);
  acquisition->provider = g_strdup ("synthetic");
  acquisition->path = g_strdup ("file\xff.png"); /* not UTF-8 */
  acquisition->cost_usd = 0.1;
  acquisition->at = g_strdup ("2026-01-01T00:00:00Z");
  acquisition->stored_us = 17;
  g_ptr_array_add (record->acquisitions, acquisition);
  return record;
}

static void
put (Cache *cache, const CacheRecord *record)
{
  g_autoptr (GError) error = NULL;
  assert_ok (cache_record_put (cache, record, &error), error);
}

/* Behind the index's back. */
static void
write_sidecar (Cache *cache, const CacheRecord *record)
{
  g_autoptr (GError) error = NULL;
  assert_ok (sidecar_write (cache_home (cache), record, &error), error);
}

static void
tell (void *data, const char *difference)
{
  g_string_append_printf (data, "%s\n", difference);
}

/* `wanted` is in what is told, or NULL: nothing is. */
static void
assert_told (Cache *cache, unsigned n_wanted, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) told = g_string_new ("");
  unsigned n;
  assert_ok (cache_check_index (cache, tell, told, &n, &error), error);
  g_assert_cmpuint (n, ==, n_wanted);
  if (wanted == NULL)
    g_assert_cmpstr (told->str, ==, "");
  else
    g_assert_nonnull (strstr (told->str, wanted));
}

/* ---- claims ---- */

static void
what_agrees_is_not_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_told (cache, 0, NULL);
  g_autoptr (CacheRecord) watch = record_of ("a watch"), bare = cache_record_new ();
  put (cache, watch);
  put (cache, bare);
  assert_told (cache, 0, NULL);
  char *tags[] = { (char *)"hero", NULL };
  assert_ok (cache_tag (cache, &watch->digest, tags, NULL, &error), error);
  assert_told (cache, 0, NULL);
  int64_t n;
  assert_ok (cache_rebuild_index (cache, NULL, NULL, &n, &error), error);
  assert_told (cache, 0, NULL);
  assert_ok (cache_remove (cache, &watch->digest, &error), error);
  assert_told (cache, 0, NULL);
}

static void
a_changed_sidecar_is_told_with_what_differs (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) watch = record_of ("a watch");
  put (cache, watch);
  CacheAcquisition *acquisition = watch->acquisitions->pdata[0];
  g_free (acquisition->prompt);
  acquisition->prompt = g_strdup ("another watch");
  write_sidecar (cache, watch);
  assert_told (cache, 1, "another 'prompt' than its sidecar");
  acquisition->cost_usd = 7;
  write_sidecar (cache, watch);
  assert_told (cache, 1, "another 'cost-usd' than its sidecar");
  put (cache, watch); /* mends it */
  assert_told (cache, 0, NULL);
}

static void
a_sidecar_without_a_row_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) watch = record_of ("a watch"), shoe = record_of ("a shoe");
  put (cache, watch);
  put (cache, shoe);
  watch->digest.bytes[31] ^= 1;
  write_sidecar (cache, watch);
  g_autofree char *wanted = g_strdup_printf ("does not know the original %s",
                                             digest_to_hex (&watch->digest).text);
  assert_told (cache, 1, wanted);
}

static void
a_row_without_a_sidecar_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) watch = record_of ("a watch");
  put (cache, watch);
  const DigestHex hex = digest_to_hex (&watch->digest);
  g_autofree char *folder = g_strdup_printf ("%s/originals/%.2s", cache_home (cache), hex.text);
  g_autofree char *path = g_strdup_printf ("%s/%s.json", folder, hex.text);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_autofree char *wanted = g_strdup_printf ("knows the original %s, which has no sidecar",
                                             hex.text);
  assert_told (cache, 1, wanted);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  assert_told (cache, 1, wanted);
}

static void
a_damaged_sidecar_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) watch = record_of ("a watch");
  put (cache, watch);
  const DigestHex hex = digest_to_hex (&watch->digest);
  g_autofree char *path = g_strdup_printf ("%s/originals/%.2s/%s.json", cache_home (cache),
                                           hex.text, hex.text);
  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  assert_told (cache, 2, "was moved to");
}

/* ---- damage inside the file ---- */

static bool
execute (void *data, Rows *rows, GError **error)
{
  /* index_read takes back what is not committed. */
  return database_execute (rows->handle, data, error) &&
         database_execute (rows->handle, "COMMIT", error);
}

static void
change_index (Cache *cache, const char *sql)
{
  g_autoptr (GError) error = NULL;
  Index *index = index_open (cache_home (cache), &error);
  g_assert_no_error (error);
  assert_ok (index_read (index, execute, (void *)sql, &error), error);
  index_free (index);
}

static void
wrong_rows_and_words_are_told (void)
{
  static const struct {
    const char *sql, *wanted;
    unsigned n;
  } changes[] = {
    { "UPDATE originals SET size_bytes = 1", "another 'size-bytes'", 1 },
    { "UPDATE acquisitions SET at_us = at_us + 1", "another 'time'", 1 },
    { "UPDATE originals SET newest = 5", "another 'newest'", 1 },
    { "DELETE FROM acquisitions", "another 'source'", 2 }, /* and the words */
    { "DELETE FROM names", "another 'provider'", 1 },
    { "INSERT INTO words (words) VALUES ('delete-all')", "the words", 1 },
    { "INSERT INTO words (rowid, text) VALUES (99, 'nothing')", "the words", 1 },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (Scratch) scratch = scratch_new ();
    g_autoptr (Cache) cache = open_cache (scratch);
    g_autoptr (CacheRecord) watch = record_of ("a watch");
    put (cache, watch);
    change_index (cache, changes[i].sql);
    assert_told (cache, changes[i].n, changes[i].wanted);
  }
}

/* SQLite has no checksums: a letter that became another is seen by comparing alone. */
static void
a_flipped_letter_is_told (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Cache *before = open_cache (scratch);
  g_autoptr (CacheRecord) watch = record_of ("a watch of unusual size");
  put (before, watch);
  cache_close (before);
  const char *path = scratch_path (scratch, "home/index.sqlite");
  g_autofree char *text = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  char *place = memmem (text, length, "of unusual", 10);
  g_assert_nonnull (place);
  place[3] = 'U';
  g_assert_true (g_file_set_contents (path, text, (gssize)length, NULL));
  g_autoptr (Cache) cache = open_cache (scratch);
  assert_told (cache, 1, "another 'prompt' than its sidecar"); /* the words have no case */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/index-check/" name, function)
  CLAIM ("what-agrees-is-not-told", what_agrees_is_not_told);
  CLAIM ("a-changed-sidecar-is-told-with-what-differs",
         a_changed_sidecar_is_told_with_what_differs);
  CLAIM ("a-sidecar-without-a-row-is-told", a_sidecar_without_a_row_is_told);
  CLAIM ("a-row-without-a-sidecar-is-told", a_row_without_a_sidecar_is_told);
  CLAIM ("a-damaged-sidecar-is-told", a_damaged_sidecar_is_told);
  CLAIM ("wrong-rows-and-words-are-told", wrong_rows_and_words_are_told);
  CLAIM ("a-flipped-letter-is-told", a_flipped_letter_is_told);
#undef CLAIM
  return g_test_run ();
}
