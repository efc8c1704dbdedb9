#include <glib/gstdio.h>

#include "cache/query.h"
#include "cache/sidecar.h"
#include "cache/tags.h"
#include "support/scratch.h"

/* ---- originals to look for ---- */

typedef struct {
  const char *content; /* its hash names it; its length is its size */
  const char *source, *prompt, *provider, *model, *pipeline, *image_id, *path, *at;
  double cost_usd;
  bool is_paid;
} Told;

static Cache *
open_cache (Scratch *scratch)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, "home"), &error);
  g_assert_no_error (error);
  return cache;
}

static Digest
request_of (const char *prompt)
{
  return digest_of (prompt, strlen (prompt));
}

static CacheAcquisition *
acquisition_of (const Told *told)
{
  CacheAcquisition *acquisition = cache_acquisition_new ();
  acquisition->source = g_strdup (told->source != NULL ? told->source : "generate");
  acquisition->prompt = g_strdup (told->prompt);
  if (told->prompt != NULL) {
    Digest request = request_of (told->prompt);
    acquisition->request = g_strdup (digest_to_hex (&request).text);
  }
  acquisition->provider = g_strdup (told->provider);
  acquisition->model = g_strdup (told->model);
  acquisition->pipeline = g_strdup (told->pipeline);
  acquisition->image_id = g_strdup (told->image_id);
  acquisition->path = g_strdup (told->path);
  acquisition->at = g_strdup (told->at != NULL ? told->at : "2026-01-01T00:00:00Z");
  acquisition->cost_usd = told->cost_usd;
  acquisition->is_paid = told->is_paid;
  return acquisition;
}

static CacheRecord *
record_of (const Told *told)
{
  CacheRecord *record = cache_record_new ();
  record->digest = digest_of (told->content, strlen (told->content));
  record->size_bytes = (int64_t)strlen (told->content);
  record->format = g_strdup ("png");
  record->width = 640;
  record->height = 480;
  g_ptr_array_add (record->acquisitions, acquisition_of (told));
  return record;
}

static void
put (Cache *cache, const Told *told)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = record_of (told);
  assert_ok (cache_record_put (cache, record, &error), error);
}

/* A sidecar by itself, not synced: the index is made when it is first asked. */
static void
write_sidecar (Cache *cache, const CacheRecord *record)
{
  const DigestHex hex = digest_to_hex (&record->digest);
  g_autofree char *text = sidecar_format (record);
  g_autofree char *folder = g_strdup_printf ("%s/originals/%.2s", cache_home (cache), hex.text);
  g_autofree char *path = g_strdup_printf ("%s/%s.json", folder, hex.text);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Oldest to newest. */
static const Told shop[] = {
  { .content = "W",
    .prompt = "A brass diver's watch on slate",
    .provider = "synthetic",
    .model = "painter-1",
    .pipeline = "diver-watch",
    .image_id = "diver-watch@front",
    .at = "2026-01-01T00:00:00Z" },
  { .content = "SS",
    .prompt = "Schuhe aus Größe 42, élégant",
    .provider = "vertex",
    .model = "nano-banana-pro",
    .pipeline = "web/shoes",
    .image_id = "shoes@side",
    .at = "2026-02-01T00:00:00Z",
    .cost_usd = 0.25 },
  { .content = "HHH",
    .source = "load",
    .path = "straw hat.png",
    .pipeline = "hats",
    .image_id = "straw hat",
    .at = "2026-03-01T00:00:00Z" },
  { .content = "IIII", .source = "import", .path = "old [1].tif", .at = "2026-04-01T00:00:00Z" },
  { .content = "DDDDD",
    .prompt = "a brass door knob",
    .provider = "vertex",
    .model = "imagen-4",
    .pipeline = "doors",
    .image_id = "doors[1]",
    .at = "2026-05-01T00:00:00Z",
    .is_paid = true },
};

static void
put_shop (Cache *cache)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (shop); i++) {
    g_autoptr (CacheRecord) record = record_of (&shop[i]);
    write_sidecar (cache, record);
  }
}

static Digest
original (unsigned i)
{
  return digest_of (shop[i].content, strlen (shop[i].content));
}

/* ---- what is found, as the first letters of the contents ---- */

static bool
note_letter (void *data, const CacheRow *row, GError **error)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (shop); i++) {
    Digest digest = original (i);
    if (digest_equal (&digest, &row->digest))
      g_string_append_c (data, shop[i].content[0]);
  }
  return true;
}

static void
assert_found (Cache *cache, const CacheQuery *query, const char *letters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) found = g_string_new ("");
  assert_ok (cache_query (cache, query, note_letter, found, &error), error);
  g_assert_cmpstr (found->str, ==, letters);
  int64_t n;
  assert_ok (cache_count (cache, query, &n, &error), error);
  if (query->limit == 0)
    g_assert_cmpint (n, ==, strlen (letters));
}

static void
assert_text_finds (Cache *cache, const char *text, const char *letters)
{
  CacheQuery query = { .text = text };
  assert_found (cache, &query, letters);
}

/* ---- claims ---- */

static void
an_empty_cache_finds_nothing (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  CacheQuery all = { 0 };
  assert_found (cache, &all, "");
}

static void
the_newest_come_first (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  CacheQuery all = { 0 }, two = { .limit = 2 }, oldest = { .limit = 2, .oldest_first = true };
  assert_found (cache, &all, "DIHSW");
  assert_found (cache, &two, "DI");
  assert_found (cache, &oldest, "WS");
  Told again = shop[0];
  again.at = "2026-06-01T00:00:00Z";
  put (cache, &again);
  assert_found (cache, &two, "WD");
}

static void
all_words_must_be_there (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  assert_text_finds (cache, "brass", "DW");
  assert_text_finds (cache, "watch brass", "W");
  assert_text_finds (cache, "brass hat", "");
  assert_text_finds (cache, "front slate", "W"); /* image id and prompt */
  assert_text_finds (cache, "  ", "DIHSW");
}

static void
case_and_accents_do_not_matter (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  assert_text_finds (cache, "BRASS", "DW");
  assert_text_finds (cache, "elegant", "S");
  assert_text_finds (cache, "GROSSE", "");
  assert_text_finds (cache, "größe", "S");
  assert_text_finds (cache, "große", "S");
}

static void
a_star_takes_what_begins_so (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  assert_text_finds (cache, "bra", "");
  assert_text_finds (cache, "bra*", "DW");
  assert_text_finds (cache, "bra** do*", "D");
  assert_text_finds (cache, "*", "DIHSW");
  assert_text_finds (cache, "*rass", ""); /* only a star at the end is one */
  assert_text_finds (cache, "*brass", "DW");
}

static void
every_field_is_searched (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  Digest hat = original (2);
  char *tags[] = { (char *)"Sommer", NULL };
  assert_ok (cache_tag (cache, &hat, tags, NULL, &error), error);
  assert_text_finds (cache, "slate", "W");
  assert_text_finds (cache, "sommer", "H");
  assert_text_finds (cache, "web/shoes", "S");
  assert_text_finds (cache, "shoes/web", "");
  assert_text_finds (cache, "side", "S");
  assert_text_finds (cache, "png", "H");
}

/* None of it is an operator, a column or a broken string. */
static void
what_users_write_is_no_syntax (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  static const char *const texts[] = {
    "brass AND watch",
    "brass OR hat",
    "NOT brass",
    "NEAR(brass watch)",
    "text:brass hat",
    "\"brass",
    "brass\"hat",
    "(brass",
    "^brass hat",
    "brass + hat",
    "-brass hat",
    "{text}:brass",
    "\xff",
    "';DROP TABLE words;--",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    CacheQuery query = { .text = texts[i] };
    int64_t n;
    assert_ok (cache_count (cache, &query, &n, &error), error);
    g_assert_cmpint (n, <=, 2);
  }
  assert_text_finds (cache, "brass OR hat", "");
  assert_text_finds (cache, "diver's", "W");
  assert_text_finds (cache, "\"brass\"", "DW");
  assert_text_finds (cache, "(brass)", "DW");
  assert_text_finds (cache, "brass + watch", "W");
  assert_text_finds (cache, "!!!", "");
}

static void
too_many_words_are_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  g_autoptr (GString) text = g_string_new ("");
  for (unsigned i = 0; i < 200; i++)
    g_string_append (text, "brass ");
  assert_text_finds (cache, text->str, "DW");
  g_string_append (text, "brass");
  CacheQuery query = { .text = text->str };
  int64_t n;
  g_assert_false (cache_count (cache, &query, &n, &error));
  g_assert_cmpstr (error->message, ==,
                   "a search takes at most 200 words; a few rare ones find more than a whole text");
}

static void
globs_take_stars_and_question_marks (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  CacheQuery provider = { .provider = "vertex" }, pro = { .model = "*-pro" };
  CacheQuery watch = { .pipeline = "d?ver-watch" }, none = { .pipeline = "diver" };
  CacheQuery bracket = { .image_id = "doors[?]" }, plain = { .image_id = "doors[1]" };
  CacheQuery both = { .provider = "vertex", .pipeline = "diver-watch" };
  assert_found (cache, &provider, "DS");
  assert_found (cache, &pro, "S");
  assert_found (cache, &watch, "W");
  assert_found (cache, &none, "");
  assert_found (cache, &bracket, "D");
  assert_found (cache, &plain, "D");
  assert_found (cache, &both, "");
}

/* The watch was drawn in one pipeline and its file loaded in another. */
static void
one_acquisition_must_fit_all (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  put (cache, &(Told){ .content = "W",
                       .source = "load",
                       .path = "watch.png",
                       .pipeline = "hats",
                       .image_id = "watch",
                       .at = "2026-07-01T00:00:00Z" });
  CacheQuery hats = { .pipeline = "hats" }, drawn = { .pipeline = "diver-watch" };
  CacheQuery mixed = { .pipeline = "hats", .provider = "synthetic" };
  assert_found (cache, &hats, "WH");
  assert_found (cache, &drawn, "W");
  assert_found (cache, &mixed, "");
  assert_text_finds (cache, "slate watch.png", "W");
}

static void
a_request_finds_its_answers (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  Digest request = request_of (shop[4].prompt);
  const DigestHex hex = digest_to_hex (&request);
  CacheQuery query = { .request = hex.text }, junk = { .request = "junk" };
  assert_found (cache, &query, "D");
  assert_found (cache, &junk, "");
}

static void
times_and_sizes_bound (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  const int64_t february_us = INT64_C (1769904000000000), april_us = INT64_C (1775001600000000);
  CacheQuery times = { .since_us = february_us, .until_us = april_us };
  CacheQuery later = { .since_us = february_us + 1, .until_us = april_us - 1 };
  CacheQuery sizes = { .least_bytes = 2, .most_bytes = 4 };
  assert_found (cache, &times, "IHS");
  assert_found (cache, &later, "H");
  assert_found (cache, &sizes, "IHS");
}

static void
digests_choose (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  Digest digests[] = { original (0), original (3), original (3), digest_of ("none", 4) };
  CacheQuery four = { .digests = digests, .n_digests = 4 };
  CacheQuery one = { .digests = digests, .n_digests = 1 };
  assert_found (cache, &four, "IW");
  assert_found (cache, &one, "W");
}

static bool
keep_row (void *data, const CacheRow *row, GError **error)
{
  CacheRow *kept = data;
  g_assert_cmpint (row->size_bytes, ==, 1);
  g_assert_cmpstr (row->format, ==, "png");
  g_assert_cmpint (row->width, ==, 640);
  g_assert_cmpint (row->height, ==, 480);
  g_assert_cmpstr (row->first_at, ==, "2026-01-01T00:00:00Z");
  g_assert_cmpstr (row->last_at, ==, "2026-07-01T00:00:00Z");
  g_assert_cmpstr (row->source, ==, "load");
  g_assert_cmpstr (row->path, ==, "watch.png");
  g_assert_cmpstr (row->provider, ==, "");
  g_assert_cmpstr (row->prompt, ==, "");
  g_assert_null (row->request);
  g_assert_cmpstr (row->first_image_id, ==, "diver-watch@front");
  g_assert_cmpstr (row->first_path, ==, "");
  g_assert_cmpstr (row->tags, ==, "hero,print");
  *kept = *row;
  return true;
}

static void
a_row_tells_the_oldest_and_the_newest (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  Digest watch = original (0);
  put (cache, &shop[0]);
  put (cache, &(Told){ .content = "W",
                       .source = "load",
                       .path = "watch.png",
                       .cost_usd = 0.5,
                       .at = "2026-07-01T00:00:00Z" });
  char *tags[] = { (char *)"print", (char *)"hero", NULL };
  assert_ok (cache_tag (cache, &watch, tags, NULL, &error), error);
  CacheQuery all = { 0 };
  CacheRow row;
  assert_ok (cache_query (cache, &all, keep_row, &row, &error), error);
  g_assert_true (row.cost_usd == 0.5);
  g_assert_true (row.is_paid);
}

static bool
note_paid (void *data, const CacheRow *row, GError **error)
{
  if (row->is_paid)
    note_letter (data, row, error);
  return true;
}

static void
what_cost_money_or_was_imported_is_paid (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  CacheQuery all = { 0 };
  g_autoptr (GString) paid = g_string_new ("");
  assert_ok (cache_query (cache, &all, note_paid, paid, &error), error);
  g_assert_cmpstr (paid->str, ==, "DIS");
  CacheQuery only = { .only_paid = true }, two = { .only_paid = true, .limit = 2 };
  assert_found (cache, &only, "DIS");
  assert_found (cache, &two, "DI");
}

static void
figures_add_up (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  put (cache, &(Told){ .content = "DDDDD", .source = "load", .path = "door.png" });
  CacheFigures figures;
  assert_ok (cache_figures (cache, &figures, &error), error);
  g_assert_cmpint (figures.n_originals, ==, 5);
  g_assert_cmpint (figures.n_pictures, ==, 5);
  g_assert_cmpint (figures.n_paid, ==, 3);
  g_assert_cmpint (figures.raw_bytes, ==, 1 + 2 + 3 + 4 + 5);
  g_assert_cmpint (figures.acquired_bytes, ==, 1 + 2 + 3 + 4 + 5 + 5);
  g_assert_true (figures.spent_usd == 0.25);
}

typedef struct {
  unsigned n_visits;
} Visits;

static bool
refuse_the_second (void *data, const CacheRow *row, GError **error)
{
  Visits *visits = data;
  if (++visits->n_visits < 2)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "enough");
  return false;
}

static void
a_visit_that_fails_ends_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  put_shop (cache);
  CacheQuery all = { 0 };
  Visits visits = { 0 };
  g_assert_false (cache_query (cache, &all, refuse_the_second, &visits, &error));
  g_assert_cmpstr (error->message, ==, "enough");
  g_assert_cmpuint (visits.n_visits, ==, 2);
}

static void
a_rebuilt_index_says_the_same (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  g_autoptr (Cache) other = open_cache (scratch);
  put_shop (cache);
  CacheQuery all = { 0 };
  assert_found (other, &all, "DIHSW");
  int64_t n;
  assert_ok (cache_rebuild_index (cache, NULL, NULL, &n, &error), error);
  g_assert_cmpint (n, ==, 5);
  assert_found (cache, &all, "DIHSW");
  assert_found (other, &all, "DIHSW");
  assert_text_finds (other, "brass", "DW");
  put (other, &(Told){ .content = "HHH", .source = "load", .path = "brass.png" });
  assert_text_finds (cache, "brass", "DHW");
}

static bool
count_row (void *data, const CacheRow *row, GError **error)
{
  ++*(unsigned *)data;
  return true;
}

/* More than what is read at a time. */
static void
a_long_answer_is_whole (void)
{
  enum { N = 1000 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch);
  for (unsigned i = 0; i < N; i++) {
    g_autoptr (CacheRecord) record = cache_record_new ();
    record->digest = digest_of (&i, sizeof i);
    write_sidecar (cache, record);
  }
  CacheQuery all = { 0 };
  int64_t n;
  assert_ok (cache_rebuild_index (cache, NULL, NULL, &n, &error), error);
  g_assert_cmpint (n, ==, N);
  unsigned n_rows = 0;
  assert_ok (cache_query (cache, &all, count_row, &n_rows, &error), error);
  g_assert_cmpuint (n_rows, ==, N);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/query/" name, function)
  CLAIM ("an-empty-cache-finds-nothing", an_empty_cache_finds_nothing);
  CLAIM ("the-newest-come-first", the_newest_come_first);
  CLAIM ("all-words-must-be-there", all_words_must_be_there);
  CLAIM ("case-and-accents-do-not-matter", case_and_accents_do_not_matter);
  CLAIM ("a-star-takes-what-begins-so", a_star_takes_what_begins_so);
  CLAIM ("every-field-is-searched", every_field_is_searched);
  CLAIM ("what-users-write-is-no-syntax", what_users_write_is_no_syntax);
  CLAIM ("too-many-words-are-refused", too_many_words_are_refused);
  CLAIM ("globs-take-stars-and-question-marks", globs_take_stars_and_question_marks);
  CLAIM ("one-acquisition-must-fit-all", one_acquisition_must_fit_all);
  CLAIM ("a-request-finds-its-answers", a_request_finds_its_answers);
  CLAIM ("times-and-sizes-bound", times_and_sizes_bound);
  CLAIM ("digests-choose", digests_choose);
  CLAIM ("a-row-tells-the-oldest-and-the-newest", a_row_tells_the_oldest_and_the_newest);
  CLAIM ("what-cost-money-or-was-imported-is-paid", what_cost_money_or_was_imported_is_paid);
  CLAIM ("figures-add-up", figures_add_up);
  CLAIM ("a-visit-that-fails-ends-it", a_visit_that_fails_ends_it);
  CLAIM ("a-rebuilt-index-says-the-same", a_rebuilt_index_says_the_same);
  CLAIM ("a-long-answer-is-whole", a_long_answer_is_whole);
#undef CLAIM
  return g_test_run ();
}
