#include "pipeline/rules.h"

#include "image/format.h"

#include "written.h"

static void
test_table (void)
{
  g_assert_cmpstr (options_find_fault (&preset_rules_options), ==, NULL);
}

/* The table of formats and the choices of the rule are one list. */
static void
test_formats (void)
{
  unsigned n = 0;
  const Option *row = option_find (&preset_rules_options, "formats");
  for (unsigned format = 1; image_format_type (format) != NULL; format++) {
    const ImageFormatType *type = image_format_type (format);
    g_autofree char *yaml = g_strdup_printf ("formats: %s\n", type->name);
    g_autoptr (Problems) problems = problems_new ();
    g_autoptr (PresetRules) rules = preset_rules_read (written (yaml), problems);
    g_assert_cmpint (rules == NULL, ==, type->write_only);
    g_assert_true (rules == NULL || preset_rules_take_format (rules, type->name));
    n += !type->write_only;
  }
  for (const OptionChoice *choice = row->choices; choice->name != NULL; choice++)
    n--;
  g_assert_cmpuint (n, ==, 0);
}

static void
test_all (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (PresetRules) rules = preset_rules_read (
    written ("formats: [jpeg, png]\nmin-width: 500\nmax-megapixels: 64\naspect-ratio: \"4:5\"\n"
             "max-bytes: 16MB\nmin-dpi: 300dpi\ncolor: [srgb, gray]\nalpha: false\n"
             "enlarged: false\nai-label: true\n"),
    problems);
  g_assert_cmpuint (problems_count (problems), ==, 0);
  g_assert_true (preset_rules_take_format (rules, "png"));
  g_assert_false (preset_rules_take_format (rules, "avif"));
  g_assert_false (preset_rules_take_format (rules, "bmp"));
  g_assert_cmpint (rules->min_width, ==, 500);
  g_assert_cmpint (rules->min_height, ==, 0);
  g_assert_cmpint (rules->aspect_ratio.height, ==, 5);
  g_assert_cmpint (rules->max_bytes, ==, 16000000);
  g_assert_cmphex (rules->color, ==, 1u << PRESET_RULES_SRGB | 1u << PRESET_RULES_GRAY);
  g_assert_false (rules->alpha || rules->enlarged);
  g_assert_true (rules->needs_ai_label);
}

/* What is not asked for is allowed. */
static void
test_defaults (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (PresetRules) rules = preset_rules_read (written ("formats: jpeg\n"), problems);
  g_assert_cmpuint (problems_count (problems), ==, 0);
  g_assert_true (rules->alpha && rules->enlarged);
  g_assert_false (rules->needs_ai_label);
  g_autoptr (PresetRules) other = preset_rules_read (written ("min-width: 1\n"), problems);
  g_assert_true (preset_rules_take_format (other, "bmp"));
}

static void
test_all_at_once (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_assert_null (
    preset_rules_read (written ("min-widht: 500\nmax-bytes: 5\nalpha: maybe\n"), problems));
  g_assert_cmpuint (problems_count (problems), ==, 3);
}

static void
test_order (void)
{
  static const char *const wrong[] = {
    "min-width: 600\nmax-width: 500\n",
    "min-height: 600\nmax-height: 500\n",
    "min-aspect-ratio: \"2:1\"\nmax-aspect-ratio: \"1:1\"\n",
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (Problems) problems = problems_new ();
    g_assert_null (preset_rules_read (written (wrong[i]), problems));
    g_assert_cmpuint (problems_count (problems), ==, 1);
  }
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (PresetRules)
    equal = preset_rules_read (written ("min-width: 9\nmax-width: 9\n"), problems);
  g_assert_nonnull (equal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/rules/table-is-sound", test_table);
  g_test_add_func ("/pipeline/rules/formats-are-those-that-are-read", test_formats);
  g_test_add_func ("/pipeline/rules/reads-all-of-them", test_all);
  g_test_add_func ("/pipeline/rules/what-is-not-asked-for-is-allowed", test_defaults);
  g_test_add_func ("/pipeline/rules/tells-all-mistakes", test_all_at_once);
  g_test_add_func ("/pipeline/rules/least-is-not-more-than-most", test_order);
  return g_test_run ();
}
