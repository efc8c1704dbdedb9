#include <glib/gstdio.h>

#include "cache/query.h"
#include "cache/tags.h"
#include "support/scratch.h"

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

/* Stores `content` as an answer to "p". */
static Digest
answer (Cache *cache, const char *content, const char *provider, const char *at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (content, strlen (content));
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  Digest request = digest_of ("p", 1);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->request = g_strdup (digest_to_hex (&request).text);
  acquisition->provider = g_strdup (provider);
  acquisition->at = g_strdup (at);
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
  return record->digest;
}

static int64_t
count_tagged (Cache *cache, char **tags)
{
  g_autoptr (GError) error = NULL;
  CacheQuery query = { .tags = tags };
  int64_t n = 0;
  assert_ok (cache_count (cache, &query, &n, &error), error);
  return n;
}

static char *
tags_of (Cache *cache, const Digest *digest)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = cache_record_get (cache, digest, &error);
  g_assert_no_error (error);
  return tags_join (record->tags);
}

/* ---- tags ---- */

static void
tags_are_put_on_and_taken_off (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "W", NULL, NULL), shoes = answer (cache, "S", NULL, NULL);
  char *both[] = { (char *)"print", (char *)"hero", NULL };
  char *hero[] = { (char *)"hero", NULL };
  assert_ok (cache_tag (cache, &watch, both, NULL, &error), error);
  assert_ok (cache_tag (cache, &shoes, hero, NULL, &error), error);
  g_assert_cmpint (count_tagged (cache, hero), ==, 2);
  g_assert_cmpint (count_tagged (cache, both), ==, 1);
  assert_ok (cache_tag (cache, &watch, NULL, hero, &error), error);
  g_assert_cmpint (count_tagged (cache, hero), ==, 1);
  g_autofree char *left = tags_of (cache, &watch);
  g_assert_cmpstr (left, ==, "print");
}

static void
a_bad_tag_changes_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = answer (cache, "W", NULL, NULL);
  char *tags[] = { (char *)"hero", (char *)"a,b", NULL };
  g_assert_false (cache_tag (cache, &watch, tags, NULL, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  g_autofree char *left = tags_of (cache, &watch);
  g_assert_cmpstr (left, ==, "");
}

static void
what_is_not_there_takes_no_tag (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest none = digest_of ("none", 4);
  char *tags[] = { (char *)"hero", NULL };
  g_assert_false (cache_tag (cache, &none, tags, NULL, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (error->message, "nothing is told of the original "));
}

/* ---- answers ---- */

static bool
note (void *data, const Digest *digest, GError **error)
{
  static const char letters[] = "WSHD";
  for (unsigned i = 0; letters[i] != '\0'; i++) {
    Digest one = digest_of (&letters[i], 1);
    if (digest_equal (&one, digest))
      g_string_append_c (data, letters[i]);
  }
  return true;
}

static void
every_stored_answer_is_told_newest_first (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  answer (cache, "W", NULL, "2026-01-02T00:00:00Z");
  answer (cache, "H", NULL, "2026-01-04T00:00:00Z");
  answer (cache, "S", NULL, "2026-01-03T00:00:00Z");
  Digest lost = answer (cache, "D", NULL, "2026-01-05T00:00:00Z");
  answer (cache, "W", "another", "2026-01-01T00:00:00Z"); /* gave the same bytes */
  const DigestHex hex = digest_to_hex (&lost);
  g_autofree char *path = g_strdup_printf ("%s/originals/%.2s/%s.zst", cache_home (cache), hex.text,
                                           hex.text);
  g_assert_cmpint (g_remove (path), ==, 0);
  Digest request = digest_of ("p", 1), other = digest_of ("q", 1);
  g_autoptr (GString) found = g_string_new ("");
  assert_ok (cache_each_answer (cache, &request, note, found, &error), error);
  g_assert_cmpstr (found->str, ==, "HSW");
  assert_ok (cache_each_answer (cache, &other, note, found, &error), error);
  g_assert_cmpstr (found->str, ==, "HSW");
}

static bool
refuse (void *data, const Digest *digest, GError **error)
{
  ++*(unsigned *)data;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "enough");
  return false;
}

static void
a_visit_that_fails_ends_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  answer (cache, "W", NULL, NULL);
  answer (cache, "S", NULL, NULL);
  unsigned n_visits = 0;
  Digest request = digest_of ("p", 1);
  g_assert_false (cache_each_answer (cache, &request, refuse, &n_visits, &error));
  g_assert_cmpstr (error->message, ==, "enough");
  g_assert_cmpuint (n_visits, ==, 1);
}

/* ---- imports ---- */

static void
import (Cache *cache, const char *at, const char *provider, const char *prompt, double cost_usd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("watch", 5);
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup ("import");
  acquisition->path = g_strdup ("watch.png");
  acquisition->at = g_strdup (at);
  acquisition->provider = g_strdup (provider);
  acquisition->prompt = g_strdup (prompt);
  acquisition->cost_usd = cost_usd;
  g_ptr_array_add (record->acquisitions, acquisition);
  assert_ok (cache_record_put (cache, record, &error), error);
}

static void
assert_import (Cache *cache, const char *at, const char *prompt, double cost_usd)
{
  g_autoptr (GError) error = NULL;
  Digest digest = digest_of ("watch", 5);
  g_autoptr (CacheRecord) record = cache_record_get (cache, &digest, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (record->acquisitions->len, ==, 1);
  const CacheAcquisition *acquisition = record->acquisitions->pdata[0];
  g_assert_cmpstr (acquisition->at, ==, at);
  g_assert_cmpstr (acquisition->prompt, ==, prompt);
  g_assert_cmpfloat (acquisition->cost_usd, ==, cost_usd);
}

static void
an_import_again_corrects_and_costs_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  import (cache, "2026-01-01T00:00:00Z", NULL, NULL, 0.5);
  import (cache, "2026-01-02T00:00:00Z", NULL, NULL, 0.5);
  assert_import (cache, "2026-01-01T00:00:00Z", NULL, 0.5);
  import (cache, "2026-01-03T00:00:00Z", "shop", "A watch", 0);
  assert_import (cache, "2026-01-03T00:00:00Z", "A watch", 0.5);
  import (cache, "2026-01-04T00:00:00Z", "shop", "A watch", 0.25);
  assert_import (cache, "2026-01-04T00:00:00Z", "A watch", 0.25);
  /* Nothing is said of it. */
  import (cache, "2026-01-05T00:00:00Z", NULL, NULL, 0);
  assert_import (cache, "2026-01-04T00:00:00Z", "A watch", 0.25);
  /* An old bundle. */
  import (cache, "2026-01-02T00:00:00Z", NULL, "A clock", 0.75);
  assert_import (cache, "2026-01-04T00:00:00Z", "A watch", 0.25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/records/" name, function)
  CLAIM ("tags-are-put-on-and-taken-off", tags_are_put_on_and_taken_off);
  CLAIM ("a-bad-tag-changes-nothing", a_bad_tag_changes_nothing);
  CLAIM ("what-is-not-there-takes-no-tag", what_is_not_there_takes_no_tag);
  CLAIM ("every-stored-answer-is-told-newest-first", every_stored_answer_is_told_newest_first);
  CLAIM ("a-visit-that-fails-ends-it", a_visit_that_fails_ends_it);
  CLAIM ("an-import-again-corrects-and-costs-nothing", an_import_again_corrects_and_costs_nothing);
#undef CLAIM
  return g_test_run ();
}
