#include "run/rules-check.h"

#include <string.h>

#include "image/format.h"

static const Ancestry unknown = { .kind = ANCESTRY_UNKNOWN };

/* "min-width broken, max-bytes ok" of the file that `facts` tells of. */
static char *
judge (const PresetRules *asked, const char *facts, const Ancestry *ancestry)
{
  static const char *const words[] = { "ok", "broken", "unknown" };
  cJSON *json = cJSON_Parse (facts);
  g_assert_nonnull (json);
  g_autoptr (GPtrArray) verdicts = rules_check (asked, json, ancestry);
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < verdicts->len; i++) {
    const RuleVerdict *verdict = verdicts->pdata[i];
    g_assert_nonnull (verdict->found);
    g_assert_nonnull (verdict->asked);
    g_assert_true ((verdict->advice != NULL) == (verdict->state == RULE_BROKEN));
    g_string_append_printf (out, "%s%s %s", i > 0 ? ", " : "", verdict->rule,
                            words[verdict->state]);
  }
  cJSON_Delete (json);
  return g_string_free (out, FALSE);
}

#define assert_judged(rules, facts, ancestry, wanted)                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *judged_ = judge (rules, facts, ancestry);                                     \
    g_assert_cmpstr (judged_, ==, wanted);                                                         \
  }                                                                                                \
  G_STMT_END

#define PIXELS(width, height, channels, alpha)                                                     \
  "\"pixels\":{\"width\":" #width ",\"height\":" #height ",\"channels\":" #channels                \
  ",\"has-alpha\":" #alpha "}"

/* Rules that ask for nothing. */
static PresetRules *
nothing (void)
{
  return options_new (&preset_rules_options);
}

static void
test_sizes (void)
{
  g_autoptr (PresetRules) rules = nothing ();
  assert_judged (rules, "{" PIXELS (500, 600, 3, false) "}", &unknown, "");
  rules->min_width = rules->max_height = rules->min_long_edge = 500;
  rules->min_height = 501;
  rules->max_width = 499;
  rules->max_megapixels = 0.25;
  assert_judged (rules, "{" PIXELS (500, 500, 3, false) "}", &unknown,
                 "min-width ok, min-height broken, min-long-edge ok, max-width broken, "
                 "max-height ok, max-megapixels ok");
  assert_judged (rules, "{" PIXELS (499, 501, 3, false) "}", &unknown,
                 "min-width broken, min-height ok, min-long-edge ok, max-width ok, "
                 "max-height broken, max-megapixels ok");
}

static void
test_shape (void)
{
  g_autoptr (PresetRules) rules = nothing ();
  rules->aspect_ratio = (Ratio){ 191, 100 };
  assert_judged (rules, "{" PIXELS (1200, 630, 3, false) "}", &unknown, "aspect-ratio ok");
  assert_judged (rules, "{" PIXELS (1200, 675, 3, false) "}", &unknown, "aspect-ratio broken");
  rules->aspect_tolerance = 0;
  assert_judged (rules, "{" PIXELS (1200, 630, 3, false) "}", &unknown, "aspect-ratio broken");
  assert_judged (rules, "{" PIXELS (1200, 628, 3, false) "}", &unknown, "aspect-ratio ok");
  rules->aspect_ratio = (Ratio){ 0, 0 };
  rules->min_aspect_ratio = (Ratio){ 4, 5 };
  rules->max_aspect_ratio = (Ratio){ 16, 9 };
  assert_judged (rules, "{" PIXELS (1200, 675, 3, false) "}", &unknown,
                 "min-aspect-ratio ok, max-aspect-ratio ok");
  assert_judged (rules, "{" PIXELS (1200, 600, 3, false) "}", &unknown,
                 "min-aspect-ratio ok, max-aspect-ratio broken");
  assert_judged (rules, "{" PIXELS (700, 900, 3, false) "}", &unknown,
                 "min-aspect-ratio broken, max-aspect-ratio ok");
}

static void
test_bytes_and_format (void)
{
  g_autoptr (PresetRules) rules = nothing ();
  rules->max_bytes = 1000;
  rules->formats = 1u << IMAGE_FORMAT_JPEG;
  assert_judged (rules, "{\"format\":\"jpeg\",\"bytes\":1000}", &unknown,
                 "formats ok, max-bytes ok");
  assert_judged (rules, "{\"format\":\"avif\",\"bytes\":1001}", &unknown,
                 "formats broken, max-bytes broken");
}

static void
test_density (void)
{
  g_autoptr (PresetRules) rules = nothing ();
  rules->min_dpi = 300;
  assert_judged (rules, "{\"density\":{\"x-dpi\":299.72,\"y-dpi\":299.72}}", &unknown,
                 "min-dpi ok");
  assert_judged (rules, "{\"density\":{\"x-dpi\":300,\"y-dpi\":299}}", &unknown, "min-dpi broken");
  assert_judged (rules,
                 "{\"density\":{\"x-dpi\":300,\"y-dpi\":300,"
                 "\"others\":[{\"x-dpi\":72,\"y-dpi\":72}]}}",
                 &unknown, "min-dpi broken");
  assert_judged (rules, "{}", &unknown, "min-dpi broken");
}

static void
test_color (void)
{
  g_autoptr (PresetRules) rules = nothing ();
  rules->color = 1u << PRESET_RULES_SRGB;
  rules->alpha = false;
  assert_judged (rules, "{" PIXELS (1, 1, 3, false) "}", &unknown, "color ok, alpha ok");
  assert_judged (rules, "{" PIXELS (1, 1, 3, true) ",\"icc\":{\"is-srgb\":true}}", &unknown,
                 "color ok, alpha broken");
  assert_judged (rules, "{" PIXELS (1, 1, 3, false) ",\"icc\":{\"is-srgb\":false}}", &unknown,
                 "color broken, alpha ok");
  assert_judged (rules, "{" PIXELS (1, 1, 1, false) "}", &unknown, "color broken, alpha ok");
  rules->color = 1u << PRESET_RULES_CMYK;
  assert_judged (rules, "{" PIXELS (1, 1, 4, false) ",\"icc\":{\"is-srgb\":false}}", &unknown,
                 "color ok, alpha ok");
}

#define LABEL(from, term)                                                                          \
  "{\"ai-label\":{\"found\":[{\"from\":\"" from "\",\"source-type\":\"" term "\"}]}}"
#define AI "trainedAlgorithmicMedia"

static void
test_label (void)
{
  static const Ancestry generated = { .kind = ANCESTRY_MADE,
                                      .has_original = true,
                                      .source_type = (char *)AI };
  static const Ancestry photo = { .kind = ANCESTRY_MADE, .has_original = true };
  static const Ancestry stripped = { .kind = ANCESTRY_CHANGED, .source_type = (char *)AI };
  static const struct {
    const char *facts;
    const Ancestry *ancestry;
    const char *wanted;
  } rows[] = {
    { LABEL ("xmp", AI), &generated, "ai-label ok" },
    { LABEL ("xmp", AI), &unknown, "ai-label ok" },
    { LABEL ("c2pa", AI), &unknown, "ai-label broken" },
    { LABEL ("xmp", "digitalCapture"), &unknown, "ai-label ok" },
    { LABEL ("xmp", "digitalCapture"), &generated, "ai-label broken" },
    { "{}", &generated, "ai-label broken" },
    { "{}", &stripped, "ai-label broken" },
    { "{}", &photo, "ai-label ok" },
    { "{}", &unknown, "ai-label unknown" },
    { "{\"parameters\":[{\"tool\":\"x\"}]}", &unknown, "ai-label broken" },
    { "{\"synthid\":{\"declared-by\":[\"c2pa\"]}}", &unknown, "ai-label broken" },
  };
  g_autoptr (PresetRules) rules = nothing ();
  rules->needs_ai_label = true;
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_judged (rules, rows[i].facts, rows[i].ancestry, rows[i].wanted);
}

static void
test_enlarged (void)
{
  static const struct {
    Ancestry ancestry;
    const char *wanted;
  } rows[] = {
    { { .kind = ANCESTRY_UNKNOWN }, "enlarged unknown" },
    { { .kind = ANCESTRY_CHANGED }, "enlarged unknown" },
    { { .kind = ANCESTRY_ORIGINAL }, "enlarged ok" },
    { { .kind = ANCESTRY_MADE, .recipe = (char *)"upscale 1 factor=\"2\"" }, "enlarged broken" },
    { { .kind = ANCESTRY_MADE, .recipe = (char *)"resize 1 width=\"2\"" }, "enlarged ok" },
    { { .kind = ANCESTRY_MADE, .recipe = (char *)"resize 1 when-smaller=\"enlarge\" width=\"2\"" },
      "enlarged unknown" },
  };
  g_autoptr (PresetRules) rules = nothing ();
  rules->enlarged = false;
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_judged (rules, "{}", &rows[i].ancestry, rows[i].wanted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/rules-check/sizes-have-bounds", test_sizes);
  g_test_add_func ("/run/rules-check/shapes-are-those-of-whole-pixels", test_shape);
  g_test_add_func ("/run/rules-check/bytes-and-formats", test_bytes_and_format);
  g_test_add_func ("/run/rules-check/of-densities-the-lowest-counts", test_density);
  g_test_add_func ("/run/rules-check/colours-and-transparency", test_color);
  g_test_add_func ("/run/rules-check/what-is-generated-says-so-in-its-xmp", test_label);
  g_test_add_func ("/run/rules-check/what-is-not-known-is-not-claimed", test_enlarged);
  return g_test_run ();
}
