#include <math.h>

#include "sample.h"

typedef struct {
  int jobs;
  char **vars;
  bool dry_run, fold;
  char *report;
} Command;

typedef struct {
  bool quiet, verbose, help;
  int color;
} Global;

static const OptionChoice colors[] = { { "auto", 0, NULL }, { "never", 1, NULL }, { 0 } };

static const Option command_rows[] = {
  { OPTION_INT (Command, jobs), .name = "jobs", .help = "Number of lanes", .letter = 'j',
    .value_name = "N", .min = 1, .max = 512, .fallback = "2" },
  { OPTION_TEXTS (Command, vars), .name = "var", .help = "Sets a variable", .value_name = "K=V",
    .flags = OPTION_REPEATED, .fallback = "a=1" },
  { OPTION_BOOL (Command, dry_run), .name = "dry-run", .help = "Only plan", .letter = 'n' },
  { OPTION_BOOL (Command, fold), .name = "fold", .help = "Fold lines", .fallback = "true" },
  { OPTION_TEXT (Command, report), .name = "report", .help = "Where to", .letter = 'r' },
  { 0 },
};
static const OptionTable command_table = { command_rows, sizeof (Command), NULL };

static const Option global_rows[] = {
  { OPTION_BOOL (Global, quiet), .name = "quiet", .help = "Say less", .letter = 'q' },
  { OPTION_BOOL (Global, verbose), .name = "verbose", .help = "Say more", .letter = 'v' },
  { OPTION_BOOL (Global, help), .name = "help", .help = "Show this", .letter = 'h' },
  { OPTION_CHOICE (Global, color), .name = "color", .help = "Colours", .choices = colors },
  { 0 },
};
static const OptionTable global_table = { global_rows, sizeof (Global), NULL };

typedef struct {
  Command *command;
  Global *global;
  char *positionals; /* joined by blanks */
  char *error;       /* or NULL */
  char **arguments;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  options_free (&command_table, outcome->command);
  options_free (&global_table, outcome->global);
  g_free (outcome->positionals);
  g_free (outcome->error);
  g_strfreev (outcome->arguments);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static Outcome
parse (const char *line)
{
  Outcome outcome = { options_new (&command_table), options_new (&global_table),
                      .arguments = g_strsplit (line, " ", -1) };
  const OptionTable *const tables[] = { &command_table, &global_table };
  void *const structs[] = { outcome.command, outcome.global };
  g_autoptr (GPtrArray) positionals = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  bool ok = options_parse_arguments (tables, structs, 2, (int)g_strv_length (outcome.arguments),
                                     outcome.arguments, positionals, &error);
  g_assert_cmpint (ok, ==, error == NULL);
  if (!ok) {
    g_assert_error (error, OPTION_ERROR, OPTION_ERROR_USAGE);
    outcome.error = g_strdup (error->message);
  }
  g_ptr_array_add (positionals, NULL);
  outcome.positionals = g_strjoinv (" ", (char **)positionals->pdata);
  return outcome;
}

static void
every_spelling_of_a_number_is_read (void)
{
  static const char *const lines[] = { "-j4",  "-j 4", "--jobs 4",    "--jobs=4",
                                       "-qj4", "-j=4", "--jobs 9 -j4" };
  for (unsigned i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_auto (Outcome) outcome = parse (lines[i]);
    g_assert_cmpstr (outcome.error, ==, NULL);
    g_assert_cmpint (outcome.command->jobs, ==, 4);
    g_assert_cmpstr (outcome.positionals, ==, "");
  }
}

static void
switches_are_set_and_unset (void)
{
  g_auto (Outcome) outcome = parse ("-nqv --no-fold --no-verbose --help=true");
  g_assert_cmpstr (outcome.error, ==, NULL);
  g_assert_true (outcome.command->dry_run);
  g_assert_true (outcome.global->quiet);
  g_assert_false (outcome.global->verbose);
  g_assert_true (outcome.global->help);
  g_assert_false (outcome.command->fold);
}

static void
positionals_stand_anywhere (void)
{
  g_auto (Outcome) outcome = parse ("a -n b - -j 4 c -- -q --jobs");
  g_assert_cmpstr (outcome.error, ==, NULL);
  g_assert_cmpstr (outcome.positionals, ==, "a b - c -q --jobs");
  g_assert_false (outcome.global->quiet);
}

static void
a_repeated_option_replaces_its_default (void)
{
  g_auto (Outcome) outcome = parse ("--var b=2,3 --var=c=x=y");
  g_assert_cmpstr (outcome.error, ==, NULL);
  g_assert_cmpstr (outcome.command->vars[0], ==, "b=2,3");
  g_assert_cmpstr (outcome.command->vars[1], ==, "c=x=y");
  g_assert_null (outcome.command->vars[2]);
  g_auto (Outcome) untouched = parse ("x");
  g_assert_cmpstr (untouched.command->vars[0], ==, "a=1");
}

static void
a_value_may_look_like_an_option_or_be_empty (void)
{
  g_auto (Outcome) outcome = parse ("--report --jobs");
  g_assert_cmpstr (outcome.command->report, ==, "--jobs");
  g_auto (Outcome) empty = parse ("--report=");
  g_assert_cmpstr (empty.command->report, ==, "");
}

static void
mistakes_are_told_in_words (void)
{
  static const char *const cases[][2] = {
    { "--jobz 4", "there is no option --jobz; did you mean --jobs?" },
    { "--no-fodl", "there is no option --no-fodl; did you mean --no-fold?" },
    { "--no-jobs", "there is no option --no-jobs; did you mean --jobs?" },
    { "--completely-else", "there is no option --completely-else; --help lists them" },
    { "-x", "there is no option -x; --help lists them" },
    { "-qé", "there is no option -é; --help lists them" },
    { "--jobs", "--jobs needs a value: --jobs N" },
    { "-qj", "-j needs a value: -j N" },
    { "--report", "--report needs a value: --report TEXT" },
    { "--jobs 0", "--jobs takes 1 to 512, not '0'" },
    { "-jx", "-j takes 1 to 512, not 'x'" },
    { "--quiet=maybe", "--quiet takes true or false, not 'maybe'" },
    { "--no-quiet=true", "--no-quiet takes no value" },
    { "--color=neevr", "--color takes auto | never, not 'neevr'; did you mean 'never'?" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Outcome) outcome = parse (cases[i][0]);
    g_assert_cmpstr (outcome.error, ==, cases[i][1]);
  }
}

/* Set one row of the sample table from a text and give what it holds then, or the complaint. */
static char *
set_sample (const char *name, const char *text)
{
  Sample *options = options_new (&sample_table);
  const Option *row = option_find (&sample_table, name);
  char *said = NULL;
  if (option_set_text (row, text, options, &said))
    said = option_format (row, options);
  options_free (&sample_table, options);
  return said;
}

static void
texts_set_every_kind (void)
{
  static const char *const cases[][3] = {
    { "strip", "true", "true" },
    { "width", "0800", "800" },
    { "width", "8e2", "takes 1 to 65535 px, not '8e2'" },
    { "sigma", "-0", "0" },
    { "sigma", "1.50", "1.5" },
    { "sigma", "inf", "takes 0 to 10, not 'inf'" },
    { "sigma", "nan", "takes 0 to 10, not 'nan'" },
    { "quality", "best", "best" },
    { "quality", "82.5", "82.5" },
    { "quality", "bset", "takes 1 to 100 or good | best, not 'bset'; did you mean 'best'?" },
    { "keep", "icc, exif", "exif,icc" },
    { "keep", "", "" },
    { "keep", "icc,icc", "names 'icc' twice" },
    { "keywords", "a, b", "a,b" },
    { "image", "/a/./b", "/a/b" },
    { "image", "-", "-" },
    { "image", "", "takes the path of a file, not ''" },
    { "max-bytes", "1.5 MiB", "1536KiB" },
    { "max-bytes", "180",
      "takes a size with its unit such as 180KB, not '180': write the unit, 180KB" },
    { "timeout", "90s", "90s" },
    { "density", "118.11dpcm", NULL },
    { "density", "1e400dpi", "takes 72dpi to 1200dpi, not '1e400dpi'" },
    { "length", "0.3cm", "3mm" },
    { "length", "0mm", "0mm" },
    { "length", "3", "takes 0mm to 50mm, not '3': write the unit, 3mm" },
    { "length", "3px", "takes 0mm to 50mm, not '3px'" },
    { "background", "Red", "#ff0000" },
    { "background", "#abc", "#aabbcc" },
    { "background", "transparent", "#00000000" },
    { "background", "#abcd",
      "takes a colour such as white, '#ff8000' or '#ff800080', not '#abcd'" },
    { "ratio", "32:18", "32:18" },
    { "key", "env:KEY", "env:KEY" },
    { "key", "file:/k/../key", "file:/key" },
    { "key", "hunter2", "takes env:NAME or file:PATH, never the secret itself" },
    { "key", "env:hunter-2", "takes env:NAME or file:PATH, never the secret itself" },
    { "prompt", "", "" },
    { "set", "x", "takes a map of copyright, rating, not 'x'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *said = set_sample (cases[i][0], cases[i][1]);
    if (cases[i][2] != NULL)
      g_assert_cmpstr (said, ==, cases[i][2]);
    else
      g_assert_true (g_str_has_suffix (said, "dpi"));
  }
}

/* -0 and an endless density would compare or print in two ways. */
static void
numbers_have_one_zero_and_an_end (void)
{
  Sample *options = options_new (&sample_table);
  g_autofree char *complaint = NULL;
  g_assert_true (option_set_text (option_find (&sample_table, "sigma"), "-0", options, &complaint));
  g_assert_false (signbit (options->sigma));
  const Option unlimited = { OPTION_DENSITY (Sample, density), .name = "d" };
  g_assert_false (option_set_text (&unlimited, "1e308dpcm", options, &complaint));
  g_assert_cmpstr (complaint, ==, "takes a density with its unit such as 300dpi, not '1e308dpcm'");
  g_autofree char *endless = NULL;
  const Option longest = { OPTION_LENGTH (Sample, length), .name = "l" };
  g_assert_false (option_set_text (&longest, "1e308cm", options, &endless));
  g_clear_pointer (&endless, g_free);
  g_assert_false (option_set_text (&longest, "-1mm", options, &endless));
  g_clear_pointer (&endless, g_free);
  g_assert_true (option_set_text (&longest, "-0mm", options, &endless));
  g_assert_false (signbit (options->length));
  options_free (&sample_table, options);
}

/* What stood there stays when the new text is wrong. */
static void
a_wrong_text_changes_nothing (void)
{
  for (const Option *row = sample_rows; row->name != NULL; row++) {
    Sample *options = options_new (&sample_table);
    g_autofree char *before = option_format (row, options);
    g_autofree char *complaint = NULL;
    bool ok = option_set_text (row, row->kind == OPTION_KIND_CHOICES ? "exif,?" : "?", options,
                               &complaint);
    g_assert_cmpint (ok, ==, complaint == NULL);
    g_autofree char *after = option_format (row, options);
    if (!ok)
      g_assert_cmpstr (before, ==, after);
    options_free (&sample_table, options);
  }
}

static void
a_value_is_shortened_and_credentials_are_dotted (void)
{
  g_autofree char *a_long = g_strnfill (300, 'x');
  g_autofree char *said = set_sample ("width", a_long);
  g_assert_cmpint (strlen (said), <, 120);
  g_autofree char *key = set_sample ("width", "AIzaSyA0123456789abcdefghijklmnopqrstuv");
  g_assert_null (strstr (key, "0123456789"));
  g_autofree char *broken = set_sample ("width", "\xff\xfe");
  g_assert_true (g_utf8_validate (broken, -1, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/option/arguments/" name, function)
  ADD ("every-spelling-of-a-number-is-read", every_spelling_of_a_number_is_read);
  ADD ("switches-are-set-and-unset", switches_are_set_and_unset);
  ADD ("positionals-stand-anywhere", positionals_stand_anywhere);
  ADD ("a-repeated-option-replaces-its-default", a_repeated_option_replaces_its_default);
  ADD ("a-value-may-look-like-an-option-or-be-empty", a_value_may_look_like_an_option_or_be_empty);
  ADD ("mistakes-are-told-in-words", mistakes_are_told_in_words);
  ADD ("texts-set-every-kind", texts_set_every_kind);
  ADD ("numbers-have-one-zero-and-an-end", numbers_have_one_zero_and_an_end);
  ADD ("a-wrong-text-changes-nothing", a_wrong_text_changes_nothing);
  ADD ("a-value-is-shortened-and-credentials-are-dotted",
       a_value_is_shortened_and_credentials_are_dotted);
  return g_test_run ();
}
