#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cache/flight.h"
#include "cache/journal.h"
#include "support/scratch.h"

#define REQUEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What journal_read tells: "ID RESULT" of each call, "!LINE" of each damage. */
static void
note_call (void *data, const JournalCall *call)
{
  g_string_append_printf (data, "%s %s\n", call->image_id,
                          call->has_result ? call->result : "open");
}

static void
note_damage (void *data, unsigned line, const char *what)
{
  g_string_append_printf (data, "!%u\n", line);
}

static char *
told (const char *home)
{
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);
  assert_ok (journal_read (home, note_call, note_damage, text, &error), error);
  return g_string_free (text, FALSE);
}

static void
assert_told (const char *home, const char *wanted)
{
  g_autofree char *text = told (home);
  g_assert_cmpstr (text, ==, wanted);
}

static Cache *
open_cache (Scratch *scratch, const char *name)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (scratch_path (scratch, name), &error);
  g_assert_no_error (error);
  return cache;
}

static JournalCall *
begin (Cache *cache, const char *image_id)
{
  g_autoptr (GError) error = NULL;
  JournalCall *call = journal_call_new ();
  call->request = g_strdup (REQUEST);
  call->provider = g_strdup ("command");
  call->model = g_strdup ("sdxl \"turbo\"");
  call->image_id = g_strdup (image_id);
  call->pipeline = g_strdup ("watch");
  call->cost_usd = 0.134;
  assert_ok (journal_begin (cache, call, &error), error);
  return call;
}

static void
end (Cache *cache, JournalCall *call, const char *result)
{
  g_autoptr (GError) error = NULL;
  call->result = g_strdup (result);
  assert_ok (journal_end (cache, call, &error), error);
}

static void
add_call (Cache *cache, const char *image_id, const char *result)
{
  g_autoptr (JournalCall) call = begin (cache, image_id);
  if (result != NULL)
    end (cache, call, result);
}

static char *
read_text (const char *home, size_t *out_length)
{
  g_autofree char *path = journal_path (home);
  char *text;
  g_assert_true (g_file_get_contents (path, &text, out_length, NULL));
  return text;
}

static void
write_text (const char *home, const char *text, size_t length)
{
  g_autofree char *path = journal_path (home);
  /* In place: a rename would be a lucky journal. */
  FILE *file = fopen (path, "wbe");
  g_assert_cmpuint (fwrite (text, 1, length, file), ==, length);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* ---- one line ---- */

static void
both_lines_say_what_they_were_told (void)
{
  g_autoptr (JournalCall) call = journal_call_new ();
  call->id = g_strdup ("c1");
  call->at = g_strdup ("2026-11-22T17:41:00Z");
  call->request = g_strdup (REQUEST);
  call->provider = g_strdup ("command");
  call->image_id = g_strdup ("watch@front,\n\"wet\" \x01 日本");
  call->cost_usd = 0.05;
  call->ended_at = g_strdup ("2026-11-22T17:42:00Z");
  call->result = g_strdup ("stored");
  call->original = g_strdup (REQUEST);
  for (int is_end = 0; is_end < 2; is_end++) {
    const char *what = NULL;
    g_autofree char *line = journal_format_line (call, is_end == 1);
    g_assert_null (strchr (line, '\n'));
    g_autoptr (JournalCall) back = journal_parse_line (line, strlen (line), &what);
    g_assert_cmpstr (what, ==, NULL);
    g_assert_cmpstr (back->id, ==, "c1");
    g_assert_cmpstr (back->at, ==, call->at);
    g_assert_cmpstr (back->request, ==, REQUEST);
    g_assert_cmpstr (back->provider, ==, "command");
    g_assert_cmpstr (back->model, ==, NULL);
    g_assert_cmpstr (back->image_id, ==, call->image_id);
    g_assert_cmpfloat (back->cost_usd, ==, 0.05);
    g_assert_cmpint (back->has_result, ==, is_end == 1);
    g_assert_cmpstr (back->result, ==, is_end == 1 ? "stored" : NULL);
    g_assert_cmpstr (back->original, ==, is_end == 1 ? REQUEST : NULL);
    g_autofree char *again = journal_format_line (back, is_end == 1);
    g_assert_cmpstr (again, ==, line);
  }
}

static void
long_texts_are_cut_to_fit_a_line (void)
{
  g_autoptr (JournalCall) call = journal_call_new ();
  g_autofree char *ones = g_strnfill (100000, '\x01');
  g_autoptr (GString) wide = g_string_new (NULL);
  for (int i = 0; i < 10000; i++)
    g_string_append (wide, "日");
  call->id = g_strdup ("c1");
  call->result = g_strdup ("failed");
  call->model = g_strdup (ones);
  call->pipeline = g_strdup (ones);
  call->provider = g_strdup (ones);
  call->image_id = g_strdup (wide->str);
  call->message = g_strdup (ones);
  const char *what;
  g_autofree char *line = journal_format_line (call, true);
  g_assert_cmpuint (strlen (line), <, JOURNAL_MOST_LINE_BYTES);
  g_autoptr (JournalCall) back = journal_parse_line (line, strlen (line), &what);
  g_assert_nonnull (back);
  g_assert_true (g_str_has_prefix (wide->str, back->image_id));
  g_assert_cmpuint (strlen (back->image_id), >, 500);
}

static void
what_looks_like_a_key_is_dots (void)
{
  g_autoptr (JournalCall) call = journal_call_new ();
  call->id = g_strdup ("c1");
  call->result = g_strdup ("failed");
  call->message = g_strdup ("refused sk-0123456789abcdef0123: no");
  g_autofree char *line = journal_format_line (call, true);
  g_assert_null (strstr (line, "sk-0123"));
  g_assert_nonnull (strstr (line, "refused ...."));
}

/* `members` with a checksum that is right: someone who writes journals, but not as we do. */
static void
check_refused (const char *members, const char *wanted)
{
  g_autofree char *start = g_strdup_printf ("{%s,\"checksum\":\"", members);
  Digest checksum = digest_of (start, strlen (start));
  g_autofree char *line = g_strdup_printf ("%s%s\"}", start, digest_to_hex (&checksum).text);
  const char *what = NULL;
  g_assert_null (journal_parse_line (line, strlen (line), &what));
  g_assert_cmpstr (what, ==, wanted);
}

static void
what_makes_no_sense_is_refused (void)
{
  static const char *const wrong = "a member of it is missing or has a wrong value";
  check_refused ("\"version\":1", wrong);
  check_refused ("\"version\":1,\"line\":\"begin\",\"call\":\"c1\"", wrong);
  check_refused ("\"version\":1,\"line\":\"begin\",\"call\":7,\"cost-usd\":0", wrong);
  check_refused ("\"version\":1,\"line\":\"middle\",\"call\":\"c1\",\"cost-usd\":0", wrong);
  check_refused ("\"version\":1,\"line\":\"end\",\"call\":\"c1\",\"cost-usd\":0", wrong);
  check_refused ("\"version\":0,\"line\":\"begin\",\"call\":\"c1\",\"cost-usd\":0", wrong);
  check_refused ("\"version\":2", "it was written by a newer Peel");
  check_refused ("\"version\" 2", "it is not a JSON object");
  check_refused ("\"version\":\"\xff\"", "it is not a JSON object");
}

/* ---- the file ---- */

static void
no_journal_is_no_calls (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  assert_told (scratch->folder, "");
}

static void
calls_are_told_in_order_of_their_beginning (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  g_autoptr (JournalCall) a = begin (cache, "a");
  g_autoptr (JournalCall) b = begin (cache, "b");
  g_autoptr (JournalCall) c = begin (cache, "c");
  assert_told (cache_home (cache), "a open\nb open\nc open\n");
  end (cache, c, "stored");
  end (cache, a, "failed");
  g_autoptr (JournalCall) d = begin (cache, "d");
  assert_told (cache_home (cache), "a failed\nb open\nc stored\nd open\n");
  g_assert_cmpstr (a->id, !=, b->id);
  g_assert_cmpstr (c->id, !=, d->id);
}

static void
processes_that_write_at_once_keep_their_lines_apart (void)
{
  enum { N_WRITERS = 8, N_CALLS = 20 };
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  pid_t writers[N_WRITERS];
  for (int w = 0; w < N_WRITERS; w++) {
    writers[w] = fork ();
    if (writers[w] != 0)
      continue;
    for (int i = 0; i < N_CALLS; i++)
      add_call (cache, "x", "stored");
    _exit (0);
  }
  for (int w = 0; w < N_WRITERS; w++)
    g_assert_cmpint (waitpid (writers[w], NULL, 0), ==, writers[w]);
  g_autofree char *text = told (cache_home (cache));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, N_WRITERS * N_CALLS + 1);
  g_assert_null (strstr (text, "open"));
  g_assert_null (strchr (text, '!'));
}

static void
a_torn_last_line_is_told_and_ended (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  add_call (cache, "a", "stored");
  size_t whole, length;
  g_free (read_text (cache_home (cache), &whole));
  add_call (cache, "b", NULL);
  g_autofree char *text = read_text (cache_home (cache), &length);
  for (size_t cut = whole + 1; cut < length - 1; cut += 17) {
    write_text (cache_home (cache), text, cut);
    assert_told (cache_home (cache), "a stored\n!3\n");
    add_call (cache, "c", NULL);
    assert_told (cache_home (cache), "a stored\n!3\nc open\n");
  }
  /* Only its end is missing: nothing is lost. */
  write_text (cache_home (cache), text, length - 1);
  assert_told (cache_home (cache), "a stored\nb open\n");
  add_call (cache, "c", NULL);
  assert_told (cache_home (cache), "a stored\nb open\nc open\n");
}

static void
any_flipped_bit_is_found (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  add_call (cache, "a", "stored");
  add_call (cache, "b", NULL);
  size_t length;
  g_autofree char *text = read_text (cache_home (cache), &length);
  for (size_t i = 0; i < length; i++) {
    text[i] ^= (char)(1 << (i % 8));
    write_text (cache_home (cache), text, length);
    g_autofree char *now = told (cache_home (cache));
    if (strchr (now, '!') == NULL)
      g_error ("byte %zu was changed, and nothing was told but: %s", i, now);
    text[i] ^= (char)(1 << (i % 8));
  }
}

static void
one_damaged_line_costs_no_other (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  add_call (cache, "a", "stored");
  add_call (cache, "b", "stored");
  size_t length;
  g_autofree char *text = read_text (cache_home (cache), &length);
  /* The first line of b: the second one tells it all. */
  char *line = strchr (strchr (text, '\n') + 1, '\n') + 1;
  line[10] ^= 1;
  write_text (cache_home (cache), text, length);
  assert_told (cache_home (cache), "a stored\n!3\nb stored\n");
}

static void
a_line_without_end_takes_no_memory (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  size_t length = 3 * JOURNAL_MOST_LINE_BYTES + 7;
  g_autofree char *text = g_strnfill (length, 'x');
  write_text (cache_home (cache), text, length);
  assert_told (cache_home (cache), "!1\n");
  add_call (cache, "a", NULL);
  assert_told (cache_home (cache), "!1\na open\n");
}

static void
a_call_is_lost_when_nobody_makes_it_any_more (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  g_autoptr (JournalCall) call = begin (cache, "a");
  g_autoptr (GError) error = NULL;
  Flight *flight = NULL;
  Digest request;
  g_assert_true (digest_from_hex (REQUEST, &request));
  assert_ok (flight_try (cache_home (cache), &request, &flight, &error), error);
  g_assert_false (journal_call_is_lost (cache_home (cache), call));
  flight_free (flight);
  g_assert_true (journal_call_is_lost (cache_home (cache), call));
  end (cache, call, "failed");
  g_assert_false (journal_call_is_lost (cache_home (cache), call));
  g_free (call->result);
  end (cache, call, "unknown");
  g_assert_true (journal_call_is_lost (cache_home (cache), call));
}

static void
a_journal_that_cannot_be_written_is_named (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = open_cache (scratch, "home");
  g_autofree char *path = journal_path (cache_home (cache));
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (JournalCall) call = journal_call_new ();
  g_assert_false (journal_begin (cache, call, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "a paid call that could not be noted is not made"));
}

/* ---- merging ---- */

static unsigned
merge (Cache *cache, const char *text, size_t length)
{
  g_autoptr (GError) error = NULL;
  unsigned n = 0;
  assert_ok (journal_merge (cache, text, length, &n, &error), error);
  return n;
}

static void
merging_adds_what_is_not_there_once (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) here = open_cache (scratch, "here");
  g_autoptr (Cache) there = open_cache (scratch, "there");
  add_call (here, "a", "stored");
  size_t length;
  g_autofree char *first = read_text (cache_home (here), &length);
  g_assert_cmpuint (merge (there, first, length), ==, 2);
  add_call (there, "b", NULL);
  g_autofree char *second = read_text (cache_home (there), &length);
  g_autofree char *twice = g_strconcat (second, second, NULL);
  g_assert_cmpuint (merge (here, twice, strlen (twice)), ==, 1);
  g_assert_cmpuint (merge (here, twice, strlen (twice)), ==, 0);
  assert_told (cache_home (here), "a stored\nb open\n");
}

static void
merging_leaves_damaged_lines_out (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) here = open_cache (scratch, "here");
  g_autoptr (Cache) there = open_cache (scratch, "there");
  add_call (there, "a", "stored");
  add_call (there, "b", NULL);
  size_t length;
  g_autofree char *text = read_text (cache_home (there), &length);
  text[20] ^= 1;
  g_assert_cmpuint (merge (here, text, length - 30), ==, 1);
  assert_told (cache_home (here), "a stored\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/journal/" name, function)
  CLAIM ("both-lines-say-what-they-were-told", both_lines_say_what_they_were_told);
  CLAIM ("long-texts-are-cut-to-fit-a-line", long_texts_are_cut_to_fit_a_line);
  CLAIM ("what-looks-like-a-key-is-dots", what_looks_like_a_key_is_dots);
  CLAIM ("what-makes-no-sense-is-refused", what_makes_no_sense_is_refused);
  CLAIM ("no-journal-is-no-calls", no_journal_is_no_calls);
  CLAIM ("calls-are-told-in-order-of-their-beginning", calls_are_told_in_order_of_their_beginning);
  CLAIM ("processes-that-write-at-once-keep-their-lines-apart",
         processes_that_write_at_once_keep_their_lines_apart);
  CLAIM ("a-torn-last-line-is-told-and-ended", a_torn_last_line_is_told_and_ended);
  CLAIM ("any-flipped-bit-is-found", any_flipped_bit_is_found);
  CLAIM ("one-damaged-line-costs-no-other", one_damaged_line_costs_no_other);
  CLAIM ("a-line-without-end-takes-no-memory", a_line_without_end_takes_no_memory);
  CLAIM ("a-call-is-lost-when-nobody-makes-it-any-more",
         a_call_is_lost_when_nobody_makes_it_any_more);
  CLAIM ("a-journal-that-cannot-be-written-is-named", a_journal_that_cannot_be_written_is_named);
  CLAIM ("merging-adds-what-is-not-there-once", merging_adds_what_is_not_there_once);
  CLAIM ("merging-leaves-damaged-lines-out", merging_leaves_damaged_lines_out);
#undef CLAIM
  return g_test_run ();
}
