#include <glib/gstdio.h>

#include "base/atomic-file.h"
#include "cache/cache.h"
#include "cache/sidecar.h"
#include "cache/tags.h"
#include "support/scratch.h"

static CacheRecord *
diver_watch (void)
{
  CacheRecord *record = cache_record_new ();
  record->digest = digest_of ("watch", 5);
  record->size_bytes = INT64_C (6000000000);
  record->format = g_strdup ("png");
  record->width = 4096;
  record->height = 2048;
  record->orientation = 1;
  record->has_alpha = true;
  record->bit_depth = 16;
  record->n_channels = 4;
  record->source_type = g_strdup ("trainedAlgorithmicMedia");
  return record;
}

static CacheAcquisition *
add (CacheRecord *record, const char *request, const char *path, const char *at)
{
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup (request != NULL ? "generate" : "load");
  acquisition->request = g_strdup (request);
  acquisition->path = g_strdup (path);
  acquisition->at = g_strdup (at);
  g_ptr_array_add (record->acquisitions, acquisition);
  return acquisition;
}

static const CacheAcquisition *
acquisition (const CacheRecord *record, unsigned i)
{
  return record->acquisitions->pdata[i];
}

/* ---- the text ---- */

static void
says_what_it_was_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = diver_watch ();
  CacheAcquisition *first = add (record, "ab12", NULL, "2026-11-22T17:41:00Z");
  first->prompt = g_strdup ("A watch, \"wet\"\n\tat 5° – 日本 \\ ${price}");
  first->provider = g_strdup ("synthetic");
  first->model = g_strdup ("synthetic-1");
  first->pipeline = g_strdup ("diver-watch");
  first->image_id = g_strdup ("diver-watch@front");
  first->variant = 3;
  first->cost_usd = 0.134;
  first->is_paid = true;
  first->duration_ms = 8123;
  first->declared_type = g_strdup ("image/png");
  first->location = g_strdup ("europe-west1");
  first->model_version = g_strdup ("synthetic-1-0815");
  first->response_id = g_strdup ("r-7");
  first->finish_reason = g_strdup ("STOP");
  first->usage = g_strdup ("{\"tokens\":1290}");
  first->stored_us = INT64_C (1795369260123456);
  add (record, NULL, "photo.png", NULL);
  tags_add (record->tags, "print");
  tags_add (record->tags, "hero");

  g_autofree char *text = sidecar_format (record);
  g_autoptr (CacheRecord) back = sidecar_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_true (digest_equal (&back->digest, &record->digest));
  g_assert_cmpint (back->size_bytes, ==, record->size_bytes);
  g_assert_cmpstr (back->format, ==, "png");
  g_assert_cmpint (back->width, ==, 4096);
  g_assert_cmpint (back->height, ==, 2048);
  g_assert_cmpint (back->orientation, ==, 1);
  g_assert_true (back->has_alpha);
  g_assert_false (back->has_icc);
  g_assert_cmpint (back->bit_depth, ==, 16);
  g_assert_cmpint (back->n_channels, ==, 4);
  g_assert_cmpstr (back->source_type, ==, record->source_type);
  g_assert_cmpuint (back->acquisitions->len, ==, 2);
  const CacheAcquisition *read = acquisition (back, 0);
  g_assert_cmpstr (read->source, ==, "generate");
  g_assert_cmpstr (read->prompt, ==, first->prompt);
  g_assert_cmpstr (read->provider, ==, "synthetic");
  g_assert_cmpstr (read->model, ==, "synthetic-1");
  g_assert_cmpstr (read->pipeline, ==, "diver-watch");
  g_assert_cmpstr (read->image_id, ==, "diver-watch@front");
  g_assert_cmpint (read->variant, ==, 3);
  g_assert_true (read->cost_usd == 0.134);
  g_assert_true (read->is_paid);
  g_assert_cmpint (read->duration_ms, ==, 8123);
  g_assert_cmpstr (read->declared_type, ==, "image/png");
  g_assert_cmpstr (read->location, ==, "europe-west1");
  g_assert_cmpstr (read->model_version, ==, "synthetic-1-0815");
  g_assert_cmpstr (read->response_id, ==, "r-7");
  g_assert_cmpstr (read->finish_reason, ==, "STOP");
  g_assert_cmpstr (read->usage, ==, first->usage);
  g_assert_cmpint (read->stored_us, ==, first->stored_us);
  g_assert_null (acquisition (back, 1)->request);
  g_assert_cmpstr (acquisition (back, 1)->path, ==, "photo.png");
  g_assert_false (acquisition (back, 1)->is_paid);
  g_autofree char *tags = tags_join (back->tags);
  g_assert_cmpstr (tags, ==, "hero,print");
  g_autofree char *again = sidecar_format (back);
  g_assert_cmpstr (text, ==, again);
}

static void
what_says_nothing_is_absent (void)
{
  g_autoptr (CacheRecord) record = diver_watch ();
  add (record, "ab12", NULL, "2026-11-22T17:41:00Z");
  g_autofree char *text = sidecar_format (record);
  static const char *const members[] = { "tags",          "is-paid",       "duration-ms",
                                         "declared-type", "response-id",   "model-version",
                                         "location",      "finish-reason", "usage",
                                         "path" };
  for (unsigned i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_null (strstr (text, members[i]));
}

static void
any_flipped_bit_is_found (void)
{
  g_autoptr (CacheRecord) record = diver_watch ();
  CacheAcquisition *paid = add (record, "ab12", NULL, "2026-11-22T17:41:00Z");
  paid->is_paid = true;
  paid->duration_ms = 8123;
  paid->usage = g_strdup ("{}");
  tags_add (record->tags, "hero");
  g_autofree char *text = sidecar_format (record);
  size_t length = strlen (text);
  for (size_t bit = 0; bit < length * 8; bit++) {
    g_autoptr (GError) error = NULL;
    text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    g_assert_null (sidecar_parse (text, length, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
  }
}

static void
a_cut_text_is_found (void)
{
  g_autoptr (CacheRecord) record = diver_watch ();
  g_autofree char *text = sidecar_format (record);
  for (size_t length = 0; length < strlen (text); length++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (sidecar_parse (text, length, &error));
    g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  }
}

/* `body` with a checksum that is right: someone who writes sidecars, but not as we do. */
static void
check_refused (const char *body, CacheErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *start = g_strdup_printf ("%s,\n  \"checksum\": \"", body);
  Digest checksum = digest_of (start, strlen (start));
  g_autofree char *text = g_strdup_printf ("%s%s\"\n}\n", start, digest_to_hex (&checksum).text);
  g_assert_null (sidecar_parse (text, strlen (text), &error));
  g_assert_error (error, CACHE_ERROR, (int)code);
}

#define ORIGINAL "\"original\": \"" ZEROS ZEROS ZEROS ZEROS "\""
#define ZEROS "0000000000000000"

static void
what_makes_no_sense_is_refused (void)
{
  check_refused ("{ \"version\": 1", CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, \"original\": \"12\", \"acquisitions\": []",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": 1", CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [1]", CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"width\": -1",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"width\": 3e9",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"size-bytes\": 1e300",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"format\": \"\xff\"",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"tags\": \"hero\"",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [], \"tags\": [\"a,b\"]",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [{ \"is-paid\": 1 }]",
                 CACHE_ERROR_CORRUPT);
  check_refused ("{ \"version\": 1, " ORIGINAL ", \"acquisitions\": [{ \"duration-ms\": 0.5 }]",
                 CACHE_ERROR_CORRUPT);
  check_refused ("[", CACHE_ERROR_CORRUPT);
}

/* As it was written before there were tags and what is told of an answer; and a newer one that says
 * more than we know. */
static void
members_may_be_missing_or_unknown (void)
{
  static const char *const more[] = { "", ", \"mood\": \"calm\"" };
  for (unsigned i = 0; i < G_N_ELEMENTS (more); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *start = g_strdup_printf (
      "{ \"version\": 1, " ORIGINAL ", \"size-bytes\": 7%s, \"acquisitions\": [{ "
      "\"source\": \"generate\", \"request\": \"ab12\", \"variant\": 1, \"cost-usd\": 0.5, "
      "\"stored-us\": 3%s }],\n  \"checksum\": \"",
      more[i], more[i]);
    Digest checksum = digest_of (start, strlen (start));
    g_autofree char *text = g_strdup_printf ("%s%s\"\n}\n", start, digest_to_hex (&checksum).text);
    g_autoptr (CacheRecord) record = sidecar_parse (text, strlen (text), &error);
    g_assert_no_error (error);
    g_assert_cmpuint (record->tags->len, ==, 0);
    g_assert_false (acquisition (record, 0)->is_paid);
    g_assert_true (acquisition (record, 0)->cost_usd == 0.5);
    g_assert_null (acquisition (record, 0)->usage);
  }
}

static void
one_of_a_newer_peel_is_not_called_damaged (void)
{
  check_refused ("{ \"version\": 2, \"originals\": []", CACHE_ERROR_FAILED);
}

/* ---- the files ---- */

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static void
put (Cache *cache, const CacheRecord *record)
{
  g_autoptr (GError) error = NULL;
  assert_ok (cache_record_put (cache, record, &error), error);
}

static CacheRecord *
get (Cache *cache, const CacheRecord *record)
{
  g_autoptr (GError) error = NULL;
  CacheRecord *back = cache_record_get (cache, &record->digest, &error);
  g_assert_no_error (error);
  return back;
}

static char *
sidecar_path (Cache *cache, const CacheRecord *record)
{
  DigestHex hex = digest_to_hex (&record->digest);
  return g_strdup_printf ("%s/originals/%.2s/%s.json", cache_home (cache), hex.text, hex.text);
}

static void
no_sidecar_is_no_error (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) record = diver_watch ();
  g_assert_null (get (cache, record));
}

static void
the_same_file_loaded_again_changes_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) record = diver_watch ();
  add (record, NULL, "photo-\xff.png", "2026-11-22T17:41:00Z");
  put (cache, record);
  g_autofree char *path = sidecar_path (cache, record);
  GStatBuf before, after;
  g_assert_cmpint (g_stat (path, &before), ==, 0);
  g_free (((CacheAcquisition *)record->acquisitions->pdata[0])->at);
  ((CacheAcquisition *)record->acquisitions->pdata[0])->at = NULL;
  put (cache, record);
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpint (before.st_ino, ==, after.st_ino);
}

static void
every_way_it_was_got_is_kept (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  static const char *const paths[] = { "a.png", "b.png", "a.png", "c.png" };
  for (unsigned i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (CacheRecord) record = diver_watch ();
    add (record, NULL, paths[i], NULL);
    put (cache, record);
  }
  g_autoptr (CacheRecord) wanted = diver_watch ();
  g_autoptr (CacheRecord) back = get (cache, wanted);
  g_assert_cmpuint (back->acquisitions->len, ==, 3);
  g_assert_cmpstr (acquisition (back, 2)->path, ==, "c.png");
  g_assert_nonnull (acquisition (back, 0)->at);
}

static void
a_generated_original_stays_one_when_its_file_is_loaded (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) generated = diver_watch ();
  put (cache, generated);
  g_autoptr (CacheRecord) loaded = diver_watch ();
  g_clear_pointer (&loaded->source_type, g_free);
  add (loaded, NULL, "watch.png", NULL);
  put (cache, loaded);
  g_autoptr (CacheRecord) back = get (cache, loaded);
  g_assert_cmpstr (back->source_type, ==, "trainedAlgorithmicMedia");
}

/* As a paid answer, and as what the second answer to the same request was. */
static CacheRecord *
paid_answer (const char *at, double cost_usd)
{
  CacheRecord *record = diver_watch ();
  CacheAcquisition *answer = add (record, "ab12", NULL, at);
  answer->cost_usd = cost_usd;
  answer->is_paid = cost_usd > 0;
  return record;
}

static void
what_was_paid_for_twice_costs_twice (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) first = paid_answer ("2026-11-22T17:41:00Z", 0.25);
  g_autoptr (CacheRecord) second = paid_answer ("2026-11-22T17:42:00Z", 0.5);
  g_autoptr (CacheRecord) untold = paid_answer ("2026-11-22T17:42:00Z", 0);
  put (cache, first);
  put (cache, first); /* told again, not bought again */
  put (cache, second);
  put (cache, untold);
  g_autoptr (CacheRecord) back = get (cache, first);
  g_assert_cmpuint (back->acquisitions->len, ==, 1);
  g_assert_true (acquisition (back, 0)->cost_usd == 0.75);
  g_assert_true (acquisition (back, 0)->is_paid);
  put (cache, back); /* as a bundle brings it */
  g_autoptr (CacheRecord) again = get (cache, first);
  g_assert_true (acquisition (again, 0)->cost_usd == 0.75);
  g_assert_cmpint (acquisition (again, 0)->stored_us, ==, acquisition (back, 0)->stored_us);
}

static void
acquisitions_stay_in_the_order_of_their_times (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  static const char *const times[] = { "2026-02", "2026-03", "2026-01" };
  for (unsigned i = 0; i < G_N_ELEMENTS (times); i++) {
    g_autoptr (CacheRecord) record = diver_watch ();
    add (record, NULL, times[i], times[i]);
    put (cache, record);
  }
  g_autoptr (CacheRecord) wanted = diver_watch ();
  g_autoptr (CacheRecord) back = get (cache, wanted);
  g_assert_cmpstr (acquisition (back, 0)->at, ==, "2026-01");
  g_assert_cmpstr (acquisition (back, 2)->at, ==, "2026-03");
}

/* An original that is given on purpose is kept as one, though a run has loaded its file before. */
static void
an_import_is_told_beside_a_load (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) loaded = diver_watch ();
  add (loaded, NULL, "watch.png", "2026-01");
  put (cache, loaded);
  g_autoptr (CacheRecord) imported = diver_watch ();
  CacheAcquisition *import = add (imported, NULL, "watch.png", "2026-02");
  g_free (import->source);
  import->source = g_strdup ("import");
  put (cache, imported);
  g_autoptr (CacheRecord) back = get (cache, loaded);
  g_assert_cmpuint (back->acquisitions->len, ==, 2);
  g_assert_cmpstr (acquisition (back, 1)->source, ==, "import");
}

static void
tags_are_only_added_by_a_put (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  static const char *const tags[] = { "print", NULL, "hero", "print" };
  for (unsigned i = 0; i < G_N_ELEMENTS (tags); i++) {
    g_autoptr (CacheRecord) record = diver_watch ();
    if (tags[i] != NULL)
      tags_add (record->tags, tags[i]);
    put (cache, record);
  }
  g_autoptr (CacheRecord) wanted = diver_watch ();
  g_autoptr (CacheRecord) back = get (cache, wanted);
  g_autofree char *joined = tags_join (back->tags);
  g_assert_cmpstr (joined, ==, "hero,print");
}

static void
a_damaged_one_goes_to_quarantine (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) record = diver_watch ();
  put (cache, record);
  g_autofree char *path = sidecar_path (cache, record);
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  g_assert_null (cache_record_get (cache, &record->digest, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, path));
  g_autofree char *moved = g_strdup_printf ("%s/quarantine/%s.json", cache_home (cache),
                                            digest_to_hex (&record->digest).text);
  g_assert_nonnull (strstr (error->message, moved));
  g_assert_true (g_file_test (moved, G_FILE_TEST_EXISTS));
  g_assert_null (get (cache, record));
}

static void
one_that_tells_of_another_original_is_damaged (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) record = diver_watch ();
  put (cache, record);
  g_autoptr (CacheRecord) other = diver_watch ();
  other->digest.bytes[31] ^= 1;
  g_autofree char *from = sidecar_path (cache, record);
  g_autofree char *to = sidecar_path (cache, other);
  g_assert_cmpint (g_rename (from, to), ==, 0);
  g_assert_null (cache_record_get (cache, &other->digest, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
}

static void
a_put_over_a_damaged_one_is_kept_and_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (CacheRecord) record = diver_watch ();
  put (cache, record);
  g_autofree char *path = sidecar_path (cache, record);
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  add (record, NULL, "again.png", NULL);
  g_assert_false (cache_record_put (cache, record, &error));
  g_assert_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT);
  g_autoptr (CacheRecord) back = get (cache, record);
  g_assert_cmpstr (acquisition (back, 0)->path, ==, "again.png");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/sidecar/" name, function)
  CLAIM ("says-what-it-was-told", says_what_it_was_told);
  CLAIM ("what-says-nothing-is-absent", what_says_nothing_is_absent);
  CLAIM ("any-flipped-bit-is-found", any_flipped_bit_is_found);
  CLAIM ("a-cut-text-is-found", a_cut_text_is_found);
  CLAIM ("what-makes-no-sense-is-refused", what_makes_no_sense_is_refused);
  CLAIM ("members-may-be-missing-or-unknown", members_may_be_missing_or_unknown);
  CLAIM ("one-of-a-newer-peel-is-not-called-damaged", one_of_a_newer_peel_is_not_called_damaged);
  CLAIM ("no-sidecar-is-no-error", no_sidecar_is_no_error);
  CLAIM ("the-same-file-loaded-again-changes-nothing", the_same_file_loaded_again_changes_nothing);
  CLAIM ("every-way-it-was-got-is-kept", every_way_it_was_got_is_kept);
  CLAIM ("a-generated-original-stays-one-when-its-file-is-loaded",
         a_generated_original_stays_one_when_its_file_is_loaded);
  CLAIM ("what-was-paid-for-twice-costs-twice", what_was_paid_for_twice_costs_twice);
  CLAIM ("acquisitions-stay-in-the-order-of-their-times",
         acquisitions_stay_in_the_order_of_their_times);
  CLAIM ("an-import-is-told-beside-a-load", an_import_is_told_beside_a_load);
  CLAIM ("tags-are-only-added-by-a-put", tags_are_only_added_by_a_put);
  CLAIM ("a-damaged-one-goes-to-quarantine", a_damaged_one_goes_to_quarantine);
  CLAIM ("one-that-tells-of-another-original-is-damaged",
         one_that_tells_of_another_original_is_damaged);
  CLAIM ("a-put-over-a-damaged-one-is-kept-and-told", a_put_over_a_damaged_one_is_kept_and_told);
#undef CLAIM
  return g_test_run ();
}
