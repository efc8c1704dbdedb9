#include "cache/gc.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "cache/blob.h"
#include "cache/home.h"
#include "support/scratch.h"

enum { DAY = 86400 };

/* An item got on day `age` whose digest begins with its number. */
static void
add (GArray *items, int64_t day, int64_t frame_bytes, int64_t pixels_bytes, bool is_precious)
{
  GcItem item = {
    .got_us = day * DAY * G_USEC_PER_SEC,
    .frame_bytes = frame_bytes,
    .pixels_bytes = pixels_bytes,
    .has_disposable_pixels = frame_bytes > 0 && pixels_bytes > 0,
    .is_chosen = true,
    .is_precious = is_precious,
  };
  item.digest.bytes[0] = (uint8_t)items->len;
  g_array_append_val (items, item);
}

static GcFate
fate (const GArray *items, unsigned number)
{
  for (unsigned i = 0; i < items->len; i++) {
    const GcItem *item = &g_array_index (items, GcItem, i);
    if (item->digest.bytes[0] == number)
      return item->fate;
  }
  g_assert_not_reached ();
}

static void
assert_fates (const GArray *items, const GcFate *wanted)
{
  for (unsigned i = 0; i < items->len; i++)
    g_assert_cmpint (fate (items, i), ==, wanted[i]);
}

static void
test_age (void)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GcItem));
  const GcPolicy policy = { .before_us = 10LL * DAY * G_USEC_PER_SEC };
  GcTotals totals;
  add (items, 12, 100, 0, false);
  add (items, 5, 100, 30, false);
  add (items, 6, 100, 30, true);
  add (items, 10, 100, 0, false); /* then is not before then */
  gc_decide (items, &policy, &totals);
  assert_fates (items, (const GcFate[]){ GC_STAYS, GC_GOES, GC_STAYS_PRECIOUS, GC_STAYS });
  g_assert_cmpint (totals.n_going, ==, 1);
  g_assert_cmpint (totals.going_bytes, ==, 130);
  g_assert_cmpint (totals.n_precious, ==, 1);
  g_assert_cmpint (totals.bytes, ==, 460);
}

static void
test_paid_goes_when_it_is_said (void)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GcItem));
  const GcPolicy policy = { .before_us = 10LL * DAY * G_USEC_PER_SEC, .include_paid = true };
  GcTotals totals;
  add (items, 5, 100, 0, true);
  gc_decide (items, &policy, &totals);
  g_assert_cmpint (fate (items, 0), ==, GC_GOES);
}

static void
test_room (void)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GcItem));
  GcPolicy policy = { .most_bytes = 560 };
  GcTotals totals;
  add (items, 3, 100, 50, false);
  add (items, 1, 100, 50, true);
  add (items, 2, 100, 50, false);
  add (items, 4, 0, 100, false); /* pixels that stand alone are no spare */
  add (items, 5, 100, 0, false);
  /* 650 bytes: two of three spares, the oldest, are enough. */
  gc_decide (items, &policy, &totals);
  assert_fates (items,
                (const GcFate[]){ GC_STAYS, GC_PIXELS_GO, GC_PIXELS_GO, GC_STAYS, GC_STAYS });
  g_assert_cmpint (totals.pixels_going_bytes, ==, 100);

  /* 100 too many without the spares: the oldest that may go. */
  policy.most_bytes = 400;
  gc_decide (items, &policy, &totals);
  assert_fates (items, (const GcFate[]){ GC_PIXELS_GO, GC_PIXELS_GO, GC_GOES, GC_STAYS, GC_STAYS });
  g_assert_cmpint (totals.bytes - totals.going_bytes - totals.pixels_going_bytes, ==, 400);

  /* All but the one that was paid for. */
  policy.most_bytes = 1;
  gc_decide (items, &policy, &totals);
  assert_fates (items, (const GcFate[]){ GC_GOES, GC_PIXELS_GO, GC_GOES, GC_GOES, GC_GOES });

  policy.most_bytes = 650;
  gc_decide (items, &policy, &totals);
  assert_fates (items, (const GcFate[]){ GC_STAYS, GC_STAYS, GC_STAYS, GC_STAYS, GC_STAYS });
}

static void
test_choice (void)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (GcItem));
  const GcPolicy policy = { .most_bytes = 1, .before_us = 10LL * DAY * G_USEC_PER_SEC };
  GcTotals totals;
  add (items, 1, 100, 50, false);
  add (items, 2, 100, 50, false);
  g_array_index (items, GcItem, 0).is_chosen = false;
  gc_decide (items, &policy, &totals);
  assert_fates (items, (const GcFate[]){ GC_STAYS, GC_GOES });
}

/* ---- with files ---- */

static Digest
store (Cache *cache, const char *text, const char *source, const char *at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (CacheRecord) record = cache_record_new ();
  assert_ok (cache_put (cache, bytes, &record->digest, NULL, &error), error);
  record->size_bytes = (int64_t)strlen (text);
  if (source != NULL) {
    CacheAcquisition *acquisition = cache_acquisition_new ();
    acquisition->source = g_strdup (source);
    acquisition->at = g_strdup (at);
    g_ptr_array_add (record->acquisitions, acquisition);
    assert_ok (cache_record_put (cache, record, &error), error);
  }
  return record->digest;
}

static void
test_survey (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  Digest loaded = store (cache, "loaded", "load", "2020-01-01T00:00:00Z");
  Digest imported = store (cache, "imported", "import", "2020-01-01T00:00:00Z");
  Digest untold = store (cache, "untold", NULL, NULL);
  Digest recent = store (cache, "recent", "load", "2026-01-01T00:00:00Z");
  g_autoptr (GArray) items = gc_survey (cache, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 4);
  const GcPolicy policy = { .before_us = G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC };
  GcTotals totals;
  gc_decide (items, &policy, &totals);
  g_assert_cmpint (totals.n_going, ==, 1);
  g_assert_cmpint (totals.n_precious, ==, 1); /* what is not told of is as old as its file */
  for (unsigned i = 0; i < items->len; i++)
    assert_ok (gc_carry_out (cache, &g_array_index (items, GcItem, i), &error), error);
  g_assert_false (cache_has (cache, &loaded));
  g_assert_null (cache_record_get (cache, &loaded, &error));
  g_assert_no_error (error);
  g_assert_true (cache_has (cache, &imported));
  g_assert_true (cache_has (cache, &untold));
  g_assert_true (cache_has (cache, &recent));
}

/* All of 2020, and what nothing is told of whose file is as old. */
static GArray *
survey_all_old (Cache *cache)
{
  g_autoptr (GError) error = NULL;
  const GcPolicy policy = { .before_us = G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC,
                            .include_paid = true };
  GcTotals totals;
  GArray *items = gc_survey (cache, NULL, &error);
  g_assert_no_error (error);
  gc_decide (items, &policy, &totals);
  g_assert_cmpint (totals.n_going, ==, items->len);
  return items;
}

static void
carry_out_all (Cache *cache, GArray *items, unsigned n_going)
{
  g_autoptr (GError) error = NULL;
  for (unsigned i = 0; i < items->len; i++)
    assert_ok (gc_carry_out (cache, &g_array_index (items, GcItem, i), &error), error);
  g_assert_cmpint (gc_count (items).n_going, ==, n_going);
}

static void
make_old (Cache *cache, const Digest *digest)
{
  const struct timespec times[2] = { { .tv_sec = 1577836800 }, { .tv_sec = 1577836800 } };
  g_autofree char *path = home_blob_path (cache_home (cache), digest);
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
}

static void
test_got_again (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  Digest loaded = store (cache, "loaded", "load", "2020-01-01T00:00:00Z");
  Digest imported = store (cache, "imported", "load", "2020-01-01T00:00:00Z");
  Digest claimed = store (cache, "claimed", "load", "2020-01-01T00:00:00Z");
  Digest told = store (cache, "told", NULL, NULL);
  make_old (cache, &claimed);
  make_old (cache, &told);
  g_autoptr (GArray) items = survey_all_old (cache);
  make_old (cache, &imported);
  store (cache, "imported", "import", "2019-01-01T00:00:00Z");
  make_old (cache, &imported);          /* the sidecar alone tells */
  store (cache, "claimed", NULL, NULL); /* its file alone tells */
  store (cache, "told", "load", "2019-01-01T00:00:00Z");
  make_old (cache, &told);
  carry_out_all (cache, items, 1);
  g_assert_false (cache_has (cache, &loaded));
  g_assert_true (cache_has (cache, &imported));
  g_assert_true (cache_has (cache, &claimed));
  g_assert_true (cache_has (cache, &told));
}

static void
test_quarantine (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  const char *damaged = scratch_write (scratch, "home/quarantine/ab12.zst", "damaged");
  GcQuarantine swept;
  int64_t now = g_get_real_time (), second = G_USEC_PER_SEC;
  assert_ok (gc_sweep_quarantine (cache, now - 60 * second, true, &swept, &error), error);
  g_assert_cmpint (swept.n_files, ==, 0);
  assert_ok (gc_sweep_quarantine (cache, now + 60 * second, false, &swept, &error), error);
  g_assert_cmpint (swept.n_files, ==, 1);
  g_assert_cmpint (swept.bytes, ==, 7);
  g_assert_cmpint (access (damaged, F_OK), ==, 0);
  assert_ok (gc_sweep_quarantine (cache, now + 60 * second, true, &swept, &error), error);
  g_assert_cmpint (access (damaged, F_OK), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/gc/what-is-old-goes-and-what-was-paid-stays", test_age);
  g_test_add_func ("/cache/gc/what-was-paid-goes-when-that-is-said",
                   test_paid_goes_when_it_is_said);
  g_test_add_func ("/cache/gc/room-is-made-of-spare-pixels-first", test_room);
  g_test_add_func ("/cache/gc/what-was-not-chosen-stays", test_choice);
  g_test_add_func ("/cache/gc/what-nothing-is-told-of-stays", test_survey);
  g_test_add_func ("/cache/gc/what-was-got-or-used-since-the-survey-stays", test_got_again);
  g_test_add_func ("/cache/gc/quarantine-is-emptied-by-age", test_quarantine);
  return g_test_run ();
}
