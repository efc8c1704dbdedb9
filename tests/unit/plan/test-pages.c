#include "plan/sheet-words.h"
#include "planned.h"

#define WATCH "stages:\n  - generate: A watch\n"
#define LOADED "stages:\n  - load: a.png\n"
#define OUTPUT(stages) "outputs:\n  - to: a.tif\n    stages: [" stages "]\n"

static void
a_page_is_as_large_as_its_sheet (void)
{
  assert_outputs (WATCH OUTPUT ("page: { size: A4, bleed: 3mm }"), 4096, 4096, "a.tif 2551x3579");
  assert_outputs (WATCH OUTPUT ("page: { size: A4, bleed: 3mm }"), 4800, 3584, "a.tif 3579x2551");
}

static void
a_page_that_is_too_coarse_fails_only_its_output (void)
{
  assert_outputs (
    WATCH OUTPUT ("page: { size: A3, bleed: 3mm }") "  - to: small.tif\n", 4096, 4096,
    "a.tif: A3 297x420 mm + 3 mm bleed from 4096x4096 px gives 244 dpi, and 250 is the "
    "least for this size; choose a smaller sheet, put 'upscale' before 'page', or say "
    "'min-dpi: 244dpi'\nsmall.tif 4096x4096");
  assert_outputs (WATCH OUTPUT ("upscale: 2, page: { size: A3, bleed: 3mm }"), 4096, 4096,
                  "a.tif 3579x5031");
  assert_outputs (WATCH OUTPUT ("page: { size: A3, bleed: 3mm, min-dpi: 244dpi }"), 4096, 4096,
                  "a.tif 2911x4092");
}

#define SETTLED(stage)                                                                             \
  "a.tif: '" stage "' changes the size of the picture, and 'page' has settled it; put '" stage     \
  "' before 'page', or 'page' into those outputs that are for print"

static void
what_changes_the_size_belongs_before_it (void)
{
  assert_outputs (WATCH OUTPUT ("page: A6, resize: 100"), 4096, 4096, SETTLED ("resize"));
  assert_outputs (WATCH OUTPUT ("page: A6, crop: '1:1'"), 4096, 4096, SETTLED ("crop"));
  assert_outputs (WATCH OUTPUT ("page: A6, rotate: 90"), 4096, 4096, SETTLED ("rotate"));
  assert_outputs (WATCH OUTPUT ("page: A6, trim: {}"), 4096, 4096, SETTLED ("trim"));
  assert_outputs (WATCH OUTPUT ("trim: {}, page: A6, trim: {}"), 4096, 4096, SETTLED ("trim"));
  assert_outputs (WATCH OUTPUT ("page: A6, upscale: 2"), 4096, 4096, SETTLED ("upscale"));
}

/* A stage that goes wrong on the page says so itself: before it, it would go wrong as well. */
static void
a_stage_that_fails_on_a_page_says_how (void)
{
#define OUTSIDE "page: A6, crop: { left: 9000, top: 0, width: 5, height: 5 }"
  assert_outputs (WATCH OUTPUT (OUTSIDE), 4096, 4096,
                  "a.tif: 'crop' takes a box of 5x5 px at 9000,0, which leaves the picture: it has "
                  "1240x1748 px");
  assert_outputs (WATCH OUTPUT ("trim: {}, " OUTSIDE), 4096, 4096, SETTLED ("crop"));
}

static void
what_keeps_the_size_may_follow (void)
{
  assert_outputs (WATCH OUTPUT ("page: A6, sharpen: {}, color: p3, resize: 1240, flip: {}"), 4096,
                  4096, "a.tif 1240x1748");
  assert_outputs (WATCH OUTPUT ("trim: {}, page: A6, resize: 1240"), 4096, 4096, "a.tif 1240x1748");
}

static void
there_is_one_page (void)
{
#define TWICE                                                                                      \
  "the picture is a page already: a chain has one 'page'; take one of the two out, or write an "   \
  "output for each"
  assert_outputs (WATCH OUTPUT ("page: A6, page: A6"), 4096, 4096, "a.tif: " TWICE);
  assert_outputs (WATCH "  - page: A6\n" OUTPUT ("page: A7"), 4096, 4096, "a.tif: " TWICE);
}

static void
a_page_has_one_density (void)
{
  assert_outputs (WATCH OUTPUT ("page: A6, recompress: { density: 300dpi }"), 4096, 4096,
                  "p.yaml:6:38: 'density' does not go with 'page', which writes the one that its "
                  "pixels have; say 'dpi' in 'page'");
}

static char *
checked (const char *text, unsigned *out_n_missed)
{
  g_auto (Planned) plan = planned (text);
  g_assert_nonnull (plan.plan);
  plan_check (plan.plan, false, out_n_missed, plan.problems);
  return said (plan.problems);
}

/* Mistakes of a pipeline are told of files, too, that nobody has looked at; what only their size can tell is not. */
static void
files_that_nobody_looked_at_have_pages (void)
{
  unsigned n_missed;
  g_autofree char *fine = checked (LOADED OUTPUT ("page: { size: 5000x5000mm }"), &n_missed);
  g_assert_cmpstr (fine, ==, "");
  g_autofree char *late = checked (LOADED OUTPUT ("page: A6, resize: 100"), &n_missed);
  g_assert_true (g_str_has_prefix (late, "p.yaml:6:24: 'resize' changes the size"));
  g_assert_cmpuint (n_missed, ==, 0);
}

static void
an_original_to_be_made_is_known_to_be_too_small (void)
{
  unsigned n_missed;
  g_autofree char *said = checked (WATCH OUTPUT ("page: A4"), &n_missed);
  g_assert_cmpuint (n_missed, ==, 1);
  g_assert_nonnull (strstr (said, " from 1024x1024 px gives 87 dpi, and 300 is the least"));
}

static void
a_sheet_is_told_in_words_and_numbers (void)
{
  Sheet sheet = { .width_mm = 210,
                  .height_mm = 297,
                  .bleed_mm = 0.125 * 25.4,
                  .bleed = SHEET_BLEED_MIRROR,
                  .slug_mm = 10,
                  .dpi = 300,
                  .effective_dpi = 343.3663 };
  g_autofree char *text = sheet_to_text (&sheet);
  g_assert_cmpstr (text, ==, "A4 210x297 mm + 3.18 mm bleed (mirror) + crop marks, 300 dpi of 343");
  cJSON *json = sheet_to_json (&sheet);
  char *printed = cJSON_PrintUnformatted (json);
  g_assert_cmpstr (printed, ==,
                   "{\"width-mm\":210,\"height-mm\":297,\"bleed-mm\":3.18,\"bleed\":\"mirror\","
                   "\"slug-mm\":10,\"dpi\":300,\"effective-dpi\":343.4}");
  cJSON_free (printed);
  cJSON_Delete (json);
  Sheet bare = { .width_mm = 300, .height_mm = 300, .dpi = 87, .effective_dpi = 87.4 };
  g_autofree char *short_text = sheet_to_text (&bare);
  g_assert_cmpstr (short_text, ==, "300x300 mm, 87 dpi of 87");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/plan/pages/" name, function)
  ADD ("a-page-is-as-large-as-its-sheet", a_page_is_as_large_as_its_sheet);
  ADD ("a-page-that-is-too-coarse-fails-only-its-output",
       a_page_that_is_too_coarse_fails_only_its_output);
  ADD ("what-changes-the-size-belongs-before-it", what_changes_the_size_belongs_before_it);
  ADD ("a-stage-that-fails-on-a-page-says-how", a_stage_that_fails_on_a_page_says_how);
  ADD ("what-keeps-the-size-may-follow", what_keeps_the_size_may_follow);
  ADD ("there-is-one-page", there_is_one_page);
  ADD ("a-page-has-one-density", a_page_has_one_density);
  ADD ("files-that-nobody-looked-at-have-pages", files_that_nobody_looked_at_have_pages);
  ADD ("an-original-to-be-made-is-known-to-be-too-small",
       an_original_to_be_made_is_known_to_be_too_small);
  ADD ("a-sheet-is-told-in-words-and-numbers", a_sheet_is_told_in_words_and_numbers);
  return g_test_run ();
}
