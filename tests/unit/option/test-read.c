#include "document/document.h"
#include "sample.h"
#include "wrong-kinds.h"

typedef struct {
  Sample *options;
  char *problems; /* all of them, or NULL */
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  options_free (&sample_table, outcome->options);
  g_free (outcome->problems);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static char *
read_table (const OptionTable *table, const char *owner, const char *yaml, void *options)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("t.yaml", yaml, strlen (yaml), problems);
  g_autofree char *unread = problems_format (problems);
  g_assert_cmpstr (unread, ==, "");
  bool ok = options_read (table, document->root, owner, "/shop", options, problems);
  g_assert_cmpint (ok, ==, problems_count (problems) == 0);
  return ok ? NULL : problems_format (problems);
}

static Outcome
read_sample (const char *yaml)
{
  Outcome outcome = { options_new (&sample_table), NULL };
  outcome.problems = read_table (&sample_table, "sample", yaml, outcome.options);
  return outcome;
}

static void
assert_problem (const char *yaml, const char *expected)
{
  g_auto (Outcome) outcome = read_sample (yaml);
  g_assert_cmpstr (outcome.problems, ==, expected);
}

static void
every_kind_is_read (void)
{
  g_auto (Outcome) outcome = read_sample ("strip: true\n"
                                          "width: 0x10\n"
                                          "sigma: 1e0\n"
                                          "quality: 82\n"
                                          "fit: contain\n"
                                          "keep: [xmp, icc]\n"
                                          "prompt: |\n"
                                          "  a # b\n"
                                          "keywords: [watch, 2026]\n"
                                          "image: art/../logo.png\n"
                                          "max-bytes: 180KB\n"
                                          "timeout: 5m\n"
                                          "density: 300dpi\n"
                                          "length: 0.125in\n"
                                          "background: \"#ff800080\"\n"
                                          "ratio: 16:9\n"
                                          "key: { env: GEMINI_API_KEY }\n"
                                          "set: { copyright: 2026, rating: 5 }\n");
  const Sample *s = outcome.options;
  g_assert_cmpstr (outcome.problems, ==, NULL);
  g_assert_true (s->strip);
  g_assert_cmpint (s->width, ==, 16);
  g_assert_cmpfloat (s->sigma, ==, 1);
  g_assert_false (s->quality.is_word);
  g_assert_cmpfloat (s->quality.number, ==, 82);
  g_assert_cmpint (s->fit, ==, 2);
  g_assert_cmpuint (s->keep, ==, 1u << 1 | 1u << 2);
  g_assert_cmpstr (s->prompt, ==, "a # b\n");
  g_assert_cmpstr (s->keywords[0], ==, "watch");
  g_assert_cmpstr (s->keywords[1], ==, "2026");
  g_assert_null (s->keywords[2]);
  g_assert_cmpstr (s->image, ==, "/shop/logo.png");
  g_assert_cmpint (s->max_bytes, ==, 180000);
  g_assert_cmpint (s->timeout, ==, 300000);
  g_assert_cmpfloat (s->density, ==, 300);
  g_assert_cmpfloat_with_epsilon (s->length, 3.175, 1e-12);
  g_assert_cmpfloat (s->background.green, ==, 128);
  g_assert_cmpfloat (s->background.alpha, ==, 128 / 255.0);
  g_assert_cmpint (s->ratio.width, ==, 16);
  g_assert_cmpint (s->ratio.height, ==, 9);
  g_assert_cmpstr (s->key, ==, "env:GEMINI_API_KEY");
  g_assert_cmpstr (s->set.copyright, ==, "2026");
  g_assert_cmpint (s->set.rating, ==, 5);
}

static void
what_is_not_given_keeps_its_default (void)
{
  g_auto (Outcome) outcome = read_sample ("width: 1\nset:\nkeep: []\n");
  const Sample *s = outcome.options;
  g_assert_cmpstr (outcome.problems, ==, NULL);
  g_assert_cmpfloat (s->sigma, ==, 0.5);
  g_assert_true (s->quality.is_word);
  g_assert_cmpint (s->quality.word, ==, 1);
  g_assert_cmpint (s->timeout, ==, 60000);
  g_assert_cmpfloat (s->background.red, ==, 255);
  g_assert_cmpuint (s->keep, ==, 0);
  g_assert_null (s->prompt);
  g_assert_null (s->set.copyright);
}

static void
one_word_is_a_list_of_one (void)
{
  g_auto (Outcome) outcome = read_sample ("width: 1\nkeep: exif\nkeywords: a, b\n");
  g_assert_cmpstr (outcome.problems, ==, NULL);
  g_assert_cmpuint (outcome.options->keep, ==, 1);
  g_assert_cmpstr (outcome.options->keywords[0], ==, "a, b");
  g_assert_null (outcome.options->keywords[1]);
}

/* Every option against every kind of node. */
static void
every_wrong_kind_is_refused_in_words (void)
{
  static const char *const values[] = { "true",   "12", "1.5",  "wide",
                                        "\"12\"", "~",  "[[]]", "{ a: b }" };
  g_autoptr (GString) said = g_string_new (NULL);
  for (const Option *row = sample_rows; row->name != NULL; row++)
    for (unsigned i = 0; i < G_N_ELEMENTS (values); i++) {
      bool is_width = strcmp (row->name, "width") == 0;
      g_autofree char *yaml = g_strdup_printf ("%s\n%s: %s\n", is_width ? "" : "width: 1",
                                               row->name, values[i]);
      g_auto (Outcome) outcome = read_sample (yaml);
      g_auto (GStrv) lines = g_strsplit (outcome.problems != NULL ? outcome.problems : "", "\n", 2);
      g_string_append_printf (said, "%s: %s -> %s\n", row->name, values[i],
                              lines[0] != NULL ? lines[0] + strlen ("t.yaml:") : "ok");
    }
  g_assert_cmpstr (said->str, ==, wrong_kinds);
}

static void
all_mistakes_are_told_with_their_place (void)
{
  assert_problem (
    "widht: 3\n"
    "colour-of-everything: 1\n"
    "fit: cove\n"
    "keep: [icc, exfi, icc]\n",
    "t.yaml:1:1: 'sample' has no option 'widht'; did you mean 'width'?\n"
    "    widht: 3\n"
    "    ^~~~~\n"
    "t.yaml:1:1: 'sample' needs 'width'\n"
    "    widht: 3\n"
    "    ^\n"
    "t.yaml:2:1: 'sample' has no option 'colour-of-everything'; it has: strip, width, "
    "sigma, quality, fit, keep, prompt, keywords, image, max-bytes, timeout, density, "
    "length, background, ratio, key, set\n"
    "    colour-of-everything: 1\n"
    "    ^~~~~~~~~~~~~~~~~~~~\n"
    "t.yaml:3:6: 'fit' takes cover | contain | fill, not 'cove'; did you mean "
    "'cover'?\n"
    "    fit: cove\n"
    "         ^~~~\n"
    "t.yaml:4:13: 'keep' takes a list of icc | exif | xmp, not 'exfi'; did you mean "
    "'exif'?\n"
    "    keep: [icc, exfi, icc]\n"
    "                ^~~~\n"
    "t.yaml:4:19: 'keep' names 'icc' twice\n"
    "    keep: [icc, exfi, icc]\n"
    "                      ^~~");
}

static void
a_group_is_read_by_its_own_table (void)
{
  assert_problem ("width: 1\nset: { copyrigt: x, rating: 6 }\n",
                  "t.yaml:2:8: 'set' has no option 'copyrigt'; did you mean 'copyright'?\n"
                  "    set: { copyrigt: x, rating: 6 }\n"
                  "           ^~~~~~~~\n"
                  "t.yaml:2:29: 'rating' takes 1 to 5, not '6'\n"
                  "    set: { copyrigt: x, rating: 6 }\n"
                  "                                ^");
}

static void
text_lost_to_a_comment_is_an_error (void)
{
  assert_problem ("width: 1\nprompt: item #5 of it\n",
                  "t.yaml:2:9: the text of 'prompt' ends at ' #' (the rest would be a comment): "
                  "quote the value or use |\n"
                  "    prompt: item #5 of it\n"
                  "            ^~~~");
  g_auto (Outcome) outcome = read_sample ("width: 1\nkeywords:\n  - item #5\n"
                                          "set:\n  copyright: me #1\n");
  g_assert_nonnull (strstr (outcome.problems, "t.yaml:3:5: the text of 'keywords' ends"));
  g_assert_nonnull (strstr (outcome.problems, "t.yaml:5:14: the text of 'copyright' ends"));
}

static void
a_literal_secret_is_not_shown (void)
{
  static const char *const literals[] = {
    "key: hunter2",
    "key: { env: hunter2, b: hunter2 }",
    "key: { value: hunter2 }",
    "key: { env: hunter-2 }",
    "key: [hunter2]",
    "key: \"hunter2\"",
    "key:\n  value: hunter2",
    " { \"widht\": 3, \"key\": \"hunter2\" }",
    "{ \"key\": { \"value\": \"hunter2\" }, \"widht\": 3 }",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (literals); i++) {
    g_auto (Outcome) outcome = read_sample (literals[i]);
    g_assert_nonnull (outcome.problems);
    g_assert_nonnull (
      strstr (outcome.problems, "'key' takes { env: NAME } or { file: path }, never the secret"));
    g_assert_null (strstr (outcome.problems, "hunter"));
    g_assert_null (outcome.options->key);
  }
}

static void
a_secret_file_is_found_from_the_folder (void)
{
  g_auto (Outcome) outcome = read_sample ("width: 1\nkey: { file: ../key.txt }\n");
  g_assert_cmpstr (outcome.problems, ==, NULL);
  g_assert_cmpstr (outcome.options->key, ==, "file:/key.txt");
}

static void
the_range_is_exact (void)
{
  static const char *const refused[] = {
    "width: 0",
    "width: 65536",
    "width: 99999999999999999999",
    "width: 1\nsigma: -0.1",
    "width: 1\nsigma: 10.01",
    "width: 1\ndensity: 71dpi",
    "width: 1\nlength: -0.1mm",
    "width: 1\nlength: 5.1cm",
    "width: 1\nratio: 0:1",
    "width: 1\nratio: \"1:\"",
    "width: 1\nratio: -1:2",
    "width: 1\nmax-bytes: -1B",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_auto (Outcome) outcome = read_sample (refused[i]);
    g_assert_nonnull (outcome.problems);
  }
  g_auto (Outcome) outcome = read_sample ("width: 65535\nsigma: 10\ndensity: 1200dpi\nlength: 5cm");
  g_assert_cmpstr (outcome.problems, ==, NULL);
}

/* Words may be quoted; numbers and switches may not, however the text is written. */
static void
a_text_is_no_number (void)
{
  g_auto (Outcome) outcome = read_sample ("width: 1\nquality: \"best\"\nfit: 'fill'\n");
  g_assert_cmpstr (outcome.problems, ==, NULL);
  g_assert_cmpint (outcome.options->quality.word, ==, 2);
  g_auto (Outcome) folded = read_sample ("width: 1\nquality: >-\n  82\nstrip: 'true'\n");
  g_assert_nonnull (
    strstr (folded.problems, "'quality' takes 1 to 100 or good | best, not the text '82'\n"));
  g_assert_nonnull (strstr (
    folded.problems, "'strip' takes true or false, not the text 'true': take the quotes away\n"));
}

typedef struct {
  double ink;
} Percents;
static const Option percent_rows[] = {
  { OPTION_NUMBER (Percents, ink), .name = "ink", .help = "Ink", .min = 100, .max = 400,
    .unit = "%" },
  { 0 },
};
static const OptionTable percent_table = { percent_rows, sizeof (Percents), "ink" };

static void
percents_may_have_their_sign (void)
{
  static const char *const written[] = { "ink: 300", "ink: 300%", "300%", "ink: '300%'" };
  for (unsigned i = 0; i < G_N_ELEMENTS (written); i++) {
    Percents *options = options_new (&percent_table);
    g_autofree char *problems = read_table (&percent_table, "color", written[i], options);
    g_assert_cmpstr (problems, ==, NULL);
    g_assert_cmpfloat (options->ink, ==, 300);
    options_free (&percent_table, options);
  }
  Percents *options = options_new (&percent_table);
  g_autofree char *much = read_table (&percent_table, "color", "ink: 500%", options);
  g_assert_true (g_str_has_prefix (much, "t.yaml:1:6: 'ink' takes 100 to 400 %, not '500%'"));
  g_autofree char *other = read_table (&percent_table, "color", "ink: 300 dpi", options);
  g_assert_nonnull (other);
  options_free (&percent_table, options);
}

static const OptionTable short_table = { set_rows, sizeof (SampleSet), "rating" };
static const OptionTable empty_table = { (const Option[]){ { 0 } }, 1, NULL };

static void
a_bare_value_sets_the_shorthand (void)
{
  SampleSet *set = options_new (&short_table);
  g_autofree char *none = read_table (&short_table, "rate", "3", set);
  g_assert_cmpstr (none, ==, NULL);
  g_assert_cmpint (set->rating, ==, 3);
  g_autofree char *wrong = read_table (&short_table, "rate", "[3]", set);
  g_assert_true (g_str_has_prefix (wrong, "t.yaml:1:1: 'rating' takes 1 to 5, not a list\n"));
  options_free (&short_table, set);
}

static void
a_bare_value_without_shorthand_is_refused (void)
{
  SampleSet *set = options_new (&set_table);
  g_autofree char *wrong = read_table (&set_table, "set", "x", set);
  g_assert_cmpstr (wrong, ==,
                   "t.yaml:1:1: 'set' takes a map of options, not 'x'; it has: copyright, rating\n"
                   "    x\n"
                   "    ^");
  options_free (&set_table, set);

  void *nothing = options_new (&empty_table);
  g_autofree char *bare = read_table (&empty_table, "flip", "x", nothing);
  g_autofree char *named = read_table (&empty_table, "flip", "x: 1", nothing);
  g_assert_true (g_str_has_prefix (bare, "t.yaml:1:1: 'flip' takes no options, so not 'x'\n"));
  g_assert_true (g_str_has_prefix (named, "t.yaml:1:1: 'flip' has no options, so not 'x'\n"));
  options_free (&empty_table, nothing);
}

static void
nothing_given_still_needs_what_is_required (void)
{
  g_autoptr (Problems) problems = problems_new ();
  Sample *options = options_new (&sample_table);
  g_assert_false (options_read (&sample_table, NULL, "sample", "/", options, problems));
  g_autofree char *text = problems_format (problems);
  g_assert_cmpstr (text, ==, "'sample' needs 'width'");
  options_free (&sample_table, options);
  assert_problem ("~", "t.yaml:1:1: 'sample' needs 'width'\n    ~\n    ^");
}

/* Reading the same wrong tree twice adds no problem the second time, but is false again. */
static void
a_mistake_told_before_is_still_one (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("t.yaml", "width: x", 8, problems);
  Sample *options = options_new (&sample_table);
  g_assert_false (options_read (&sample_table, document->root, "s", "/", options, problems));
  g_assert_false (options_read (&sample_table, document->root, "s", "/", options, problems));
  g_assert_cmpuint (problems_count (problems), ==, 1);
  options_free (&sample_table, options);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/option/read/" name, function)
  ADD ("every-kind-is-read", every_kind_is_read);
  ADD ("what-is-not-given-keeps-its-default", what_is_not_given_keeps_its_default);
  ADD ("one-word-is-a-list-of-one", one_word_is_a_list_of_one);
  ADD ("every-wrong-kind-is-refused-in-words", every_wrong_kind_is_refused_in_words);
  ADD ("all-mistakes-are-told-with-their-place", all_mistakes_are_told_with_their_place);
  ADD ("a-group-is-read-by-its-own-table", a_group_is_read_by_its_own_table);
  ADD ("text-lost-to-a-comment-is-an-error", text_lost_to_a_comment_is_an_error);
  ADD ("a-literal-secret-is-not-shown", a_literal_secret_is_not_shown);
  ADD ("a-secret-file-is-found-from-the-folder", a_secret_file_is_found_from_the_folder);
  ADD ("the-range-is-exact", the_range_is_exact);
  ADD ("a-text-is-no-number", a_text_is_no_number);
  ADD ("percents-may-have-their-sign", percents_may_have_their_sign);
  ADD ("a-bare-value-sets-the-shorthand", a_bare_value_sets_the_shorthand);
  ADD ("a-bare-value-without-shorthand-is-refused", a_bare_value_without_shorthand_is_refused);
  ADD ("nothing-given-still-needs-what-is-required", nothing_given_still_needs_what_is_required);
  ADD ("a-mistake-told-before-is-still-one", a_mistake_told_before_is_still_one);
  return g_test_run ();
}
