#include "sample.h"

static char *
help_of (const OptionTable *table, bool flags, int width)
{
  GString *out = g_string_new (NULL);
  options_append_help (table, flags, width, out);
  return g_string_free (out, FALSE);
}

static void
help_has_two_columns (void)
{
  g_autofree char *help = help_of (&sample_table, false, 80);
  g_assert_cmpstr (help, ==,
                   "  strip BOOL           Take everything out\n"
                   "  width INT            Width of the result (1 to 65535 px; required)\n"
                   "  sigma NUMBER         Radius (0 to 10; default: 0.5)\n"
                   "  quality NUMBER|WORD  How good (1 to 100 or good | best; default: good)\n"
                   "  fit WORD             How the picture meets the box (cover | contain | fill;\n"
                   "                       default: cover)\n"
                   "                         cover: Fills the box and cuts what is over\n"
                   "                         contain: Fits into the box\n"
                   "  keep WORD,…          What stays (a list of icc | exif | xmp; default: icc)\n"
                   "  prompt TEXT          What to draw\n"
                   "  keywords TEXT,…      Words to find it by\n"
                   "  image FILE           Picture to lay over\n"
                   "  max-bytes SIZE       Largest size\n"
                   "  timeout TIME         Longest wait (default: 60s)\n"
                   "  density DENSITY      Dots of the print (72dpi to 1200dpi)\n"
                   "  length LENGTH        Bleed of the print (0mm to 50mm; default: 0mm)\n"
                   "  background COLOR     Colour of new areas (default: white)\n"
                   "  ratio W:H            Shape of the result\n"
                   "  key TEXT             Key of the service\n"
                   "  set.copyright TEXT   Who holds the rights\n"
                   "  set.rating INT       Stars (1 to 5)\n");
}

typedef struct {
  int jobs;
  bool dry_run, fold;
  char **vars;
  char *name;
  SampleSet set;
} Command;

static const Option command_rows[] = {
  { OPTION_INT (Command, jobs), .name = "jobs", .help = "Number of pictures worked on at once",
    .letter = 'j', .value_name = "N", .min = 1, .max = 512 },
  { OPTION_BOOL (Command, dry_run), .name = "dry-run", .help = "Only plan", .letter = 'n' },
  { OPTION_BOOL (Command, fold), .name = "fold", .help = "Fold lines", .fallback = "true" },
  { OPTION_TEXTS (Command, vars), .name = "var", .help = "Sets a variable", .value_name = "K=V",
    .flags = OPTION_REPEATED },
  { OPTION_TEXT (Command, name), .name = "a-name-too-long-for-its-column",
    .help = "Left <|> alone" },
  { OPTION_GROUP (Command, set, SampleSet, &set_table), .name = "set", .help = "No flag" },
  { 0 },
};
static const OptionTable command_table = { command_rows, sizeof (Command), NULL };

static void
help_of_a_command_shows_its_flags (void)
{
  g_autofree char *help = help_of (&command_table, true, 56);
  g_assert_cmpstr (help, ==,
                   "  -j, --jobs N     Number of pictures worked on at once\n"
                   "                   (1 to 512)\n"
                   "  -n, --dry-run    Only plan\n"
                   "      --[no-]fold  Fold lines (default: true)\n"
                   "      --var K=V    Sets a variable (may be repeated)\n"
                   "      --a-name-too-long-for-its-column TEXT\n"
                   "                   Left <|> alone\n");
}

static void
help_keeps_its_width (void)
{
  for (int width = 60; width <= 120; width += 20) {
    g_autofree char *help = help_of (&sample_table, false, width);
    g_auto (GStrv) lines = g_strsplit (help, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, width);
      g_assert_false (g_str_has_suffix (lines[i], " "));
    }
  }
  g_autofree char *narrow = help_of (&sample_table, false, -1);
  g_assert_nonnull (strstr (narrow, "set.rating INT       Stars (1 to 5)\n"));
}

static void
markdown_is_a_table (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  options_append_markdown (&set_table, false, out);
  g_assert_cmpstr (out->str, ==,
                   "| Option | Takes | Default | Meaning |\n"
                   "|---|---|---|---|\n"
                   "| `copyright` | a text |  | Who holds the rights |\n"
                   "| `rating` | 1 to 5 |  | Stars |\n");
  g_string_truncate (out, 0);
  options_append_markdown (&sample_table, false, out);
  g_assert_nonnull (
    strstr (out->str, "| `width` | 1 to 65535 px | required | Width of the result |"));
  g_assert_nonnull (strstr (out->str, "| `fit` | cover \\| contain \\| fill | `cover` | How the "
                                      "picture meets the box<br>`cover`: Fills"));
  g_assert_nonnull (strstr (out->str, "| `set.rating` |"));
}

static void
markdown_of_a_command_shows_its_flags (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  options_append_markdown (&command_table, true, out);
  g_assert_cmpstr (
    out->str, ==,
    "| Option | Takes | Default | Meaning |\n"
    "|---|---|---|---|\n"
    "| `-j, --jobs N` | 1 to 512 |  | Number of pictures worked on at once |\n"
    "| `-n, --dry-run` |  |  | Only plan |\n"
    "| `--[no-]fold` |  | `true` | Fold lines |\n"
    "| `--var K=V` | a text; may be repeated |  | Sets a variable |\n"
    "| `--a-name-too-long-for-its-column TEXT` | a text |  | Left &lt;\\|> alone |\n");
}

static void
values_are_described_with_their_range (void)
{
  static const struct {
    OptionKind kind;
    double min, max;
    const char *unit, *expected;
  } cases[] = {
    { OPTION_KIND_INT, 0, 0, NULL, "a whole number" },
    { OPTION_KIND_INT, 0, 0, "px", "a whole number of px" },
    { OPTION_KIND_INT, 1, 0, "px", "at least 1 px" },
    { OPTION_KIND_INT, 0, 100, NULL, "0 to 100" },
    { OPTION_KIND_NUMBER, -180, 180, "°", "-180 to 180 °" },
    { OPTION_KIND_NUMBER, 0.5, 1000, NULL, "0.5 to 1000" },
    { OPTION_KIND_BYTES, 1000, 1e7, NULL, "1KB to 10MB" },
    { OPTION_KIND_DURATION, 1000, 0, NULL, "at least 1s" },
    { OPTION_KIND_DENSITY, 72, 1200, "dpi", "72dpi to 1200dpi" },
    { OPTION_KIND_LENGTH, 0, 50, NULL, "0mm to 50mm" },
    { OPTION_KIND_LENGTH, 0, 0, NULL, "a length with its unit such as 3mm" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Option row = { .kind = cases[i].kind,
                         .name = "x",
                         .min = cases[i].min,
                         .max = cases[i].max,
                         .unit = cases[i].unit };
    g_autofree char *said = option_describe_values (&row);
    g_assert_cmpstr (said, ==, cases[i].expected);
  }
}

static void
a_good_table_has_no_fault (void)
{
  g_assert_cmpstr (options_find_fault (&sample_table), ==, NULL);
  g_assert_cmpstr (options_find_fault (&command_table), ==, NULL);
}

static void
faults_of_a_table_are_found (void)
{
  static const OptionChoice too_high[] = { { "high", 32, NULL }, { 0 } };
  static const struct {
    Option row;
    const char *shorthand, *expected;
  } cases[] = {
    { { OPTION_INT (SampleSet, rating), .name = "x", .help = "X", .fallback = "9", .min = 1,
        .max = 5 },
      NULL,
      "the default of 'x' takes 1 to 5, not '9'" },
    { { OPTION_INT (SampleSet, rating), .name = "Big_name", .help = "X" },
      NULL,
      "'Big_name' is no kebab-case name" },
    { { OPTION_INT (SampleSet, rating), .name = "x" }, NULL, "'x' has no help" },
    { { OPTION_INT (SampleSet, rating), .name = "x", .help = "lower" },
      NULL,
      "the help of 'x' begins without a capital or ends with a full stop" },
    { { OPTION_INT (SampleSet, rating), .name = "x", .help = "Stop." },
      NULL,
      "the help of 'x' begins without a capital or ends with a full stop" },
    { { OPTION_CHOICE (SampleSet, rating), .name = "x", .help = "X" }, NULL, "'x' has no choices" },
    { { .kind = OPTION_KIND_CHOICES, .name = "x", .help = "X", .choices = too_high },
      NULL,
      "the word 'high' of 'x' has no bit" },
    { { .kind = OPTION_KIND_GROUP, .name = "x", .help = "X" }, NULL, "'x' has no table" },
    { { OPTION_GROUP (SampleSet, rating, int, &set_table), .name = "x", .help = "X",
        .fallback = "1" },
      NULL,
      "'x' is a group and has a default" },
    { { OPTION_INT (SampleSet, rating), .name = "x", .help = "X" },
      "y",
      "the shorthand 'y' is no option" },
    { { OPTION_KIND_INT, sizeof (SampleSet), "x", "X" }, NULL, "'x' lies outside its struct" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Option rows[] = { cases[i].row, { 0 } };
    const OptionTable table = { rows, sizeof (SampleSet), cases[i].shorthand };
    g_autofree char *fault = options_find_fault (&table);
    g_assert_cmpstr (fault, ==, cases[i].expected);
  }
}

static void
a_name_given_twice_is_a_fault (void)
{
  const Option rows[] = {
    { OPTION_INT (SampleSet, rating), .name = "x", .help = "X", .letter = 'x' },
    { OPTION_INT (SampleSet, rating), .name = "x", .help = "X" },
    { 0 },
  };
  const OptionTable table = { rows, sizeof (SampleSet), NULL };
  g_autofree char *fault = options_find_fault (&table);
  g_assert_cmpstr (fault, ==, "'x' stands twice");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/option/doc/" name, function)
  ADD ("help-has-two-columns", help_has_two_columns);
  ADD ("help-of-a-command-shows-its-flags", help_of_a_command_shows_its_flags);
  ADD ("help-keeps-its-width", help_keeps_its_width);
  ADD ("markdown-is-a-table", markdown_is_a_table);
  ADD ("markdown-of-a-command-shows-its-flags", markdown_of_a_command_shows_its_flags);
  ADD ("values-are-described-with-their-range", values_are_described_with_their_range);
  ADD ("a-good-table-has-no-fault", a_good_table_has_no_fault);
  ADD ("faults-of-a-table-are-found", faults_of_a_table_are_found);
  ADD ("a-name-given-twice-is-a-fault", a_name_given_twice_is_a_fault);
  return g_test_run ();
}
