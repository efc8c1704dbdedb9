#include "run/rules-check.h"

#include <math.h>

#include "base/units.h"
#include "image/format.h"
#include "metadata/vocabulary.h"
#include "run/enlargement.h"

typedef struct {
  const PresetRules *rules;
  const cJSON *facts;
  const Ancestry *ancestry;
  int width, height; /* px, upright */
  GPtrArray *verdicts;
} Check;

static void
verdict_free (void *data)
{
  RuleVerdict *verdict = data;
  g_free (verdict->found);
  g_free (verdict->asked);
  g_free (verdict);
}

/* Takes both texts. */
static void
add (Check *check, const char *rule, RuleState state, char *found, char *asked, const char *advice)
{
  RuleVerdict *verdict = g_new0 (RuleVerdict, 1);
  verdict->rule = rule;
  verdict->state = state;
  verdict->found = found;
  verdict->asked = asked;
  verdict->advice = state == RULE_BROKEN ? advice : NULL;
  g_ptr_array_add (check->verdicts, verdict);
}

static RuleState
holds_if (bool holds)
{
  return holds ? RULE_HOLDS : RULE_BROKEN;
}

static const cJSON *
get (const cJSON *json, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive (json, name);
}

static double
number (const cJSON *json, const char *name)
{
  const cJSON *item = get (json, name);
  return cJSON_IsNumber (item) ? item->valuedouble : 0;
}

static const char *
text (const cJSON *json, const char *name)
{
  const char *value = cJSON_GetStringValue (get (json, name));
  return value != NULL ? value : "";
}

/* "jpeg, png or webp". New string. */
static char *
dup_choices (const Check *check, const char *rule)
{
  g_autofree char *list = option_format (option_find (&preset_rules_options, rule), check->rules);
  g_auto (GStrv) words = g_strsplit (list, ",", -1);
  GString *out = g_string_new (NULL);
  for (char **word = words; *word != NULL; word++)
    g_string_append_printf (out, "%s%s",
                            word == words     ? ""
                            : word[1] == NULL ? " or "
                                              : ", ",
                            *word);
  return g_string_free (out, FALSE);
}

/* ---- format, size and shape ---- */

static void
check_format (Check *check)
{
  const char *format = text (check->facts, "format");
  if (check->rules->formats == 0)
    return;
  add (check, "formats", holds_if (preset_rules_take_format (check->rules, format)),
       g_strdup (format), dup_choices (check, "formats"),
       "make it with another 'recompress: { format: \342\200\246 }'");
}

static void
check_edge (Check *check, const char *rule, int edge, int asked, bool is_least)
{
  if (asked == 0)
    return;
  add (check, rule, holds_if (is_least ? edge >= asked : edge <= asked),
       g_strdup_printf ("%d px", edge),
       g_strdup_printf ("at %s %d px", is_least ? "least" : "most", asked),
       is_least ? "make it of a larger original, or cut less off"
                : "make it smaller with 'resize'");
}

static void
check_sizes (Check *check)
{
  const PresetRules *rules = check->rules;
  check_edge (check, "min-width", check->width, rules->min_width, true);
  check_edge (check, "min-height", check->height, rules->min_height, true);
  check_edge (check, "min-long-edge", MAX (check->width, check->height), rules->min_long_edge,
              true);
  check_edge (check, "max-width", check->width, rules->max_width, false);
  check_edge (check, "max-height", check->height, rules->max_height, false);
  double megapixels = (double)check->width * check->height / 1e6;
  if (rules->max_megapixels > 0)
    add (check, "max-megapixels", holds_if (megapixels <= rules->max_megapixels),
         g_strdup_printf ("%.3g megapixels", megapixels),
         g_strdup_printf ("at most %g megapixels", rules->max_megapixels),
         "make it smaller with 'resize'");
}

/* Sizes are whole: no picture of 1200 px has a ratio of exactly 1.91. */
static bool
is_within_a_pixel (const Check *check, double ratio)
{
  return fabs (check->width - check->height * ratio) <= 1 ||
         fabs (check->height - check->width / ratio) <= 1;
}

static void
check_shape (Check *check)
{
  static const char advice[] = "cut it to that shape with 'crop' or with 'resize' and 'fit: cover'";
  const PresetRules *rules = check->rules;
  const Ratio *exact = &rules->aspect_ratio;
  double found = (double)check->width / check->height;
  const struct {
    const char *rule, *words;
    const Ratio *ratio;
    bool is_least;
  } bounds[] = {
    { "min-aspect-ratio", "no narrower than", &rules->min_aspect_ratio, true },
    { "max-aspect-ratio", "no wider than", &rules->max_aspect_ratio, false },
  };
  if (exact->width > 0) {
    double asked = (double)exact->width / exact->height;
    bool holds = fabs (found / asked - 1) * 100 <= rules->aspect_tolerance ||
                 is_within_a_pixel (check, asked);
    add (check, "aspect-ratio", holds_if (holds),
         g_strdup_printf ("%dx%d px (%.4g:1)", check->width, check->height, found),
         g_strdup_printf ("%d:%d (%.4g:1), give or take %g %%", exact->width, exact->height, asked,
                          rules->aspect_tolerance),
         advice);
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (bounds); i++) {
    const Ratio *ratio = bounds[i].ratio;
    if (ratio->width == 0)
      continue;
    double asked = (double)ratio->width / ratio->height;
    bool holds = (bounds[i].is_least ? found >= asked : found <= asked) ||
                 is_within_a_pixel (check, asked);
    add (check, bounds[i].rule, holds_if (holds),
         g_strdup_printf ("%dx%d px (%.4g:1)", check->width, check->height, found),
         g_strdup_printf ("%s %d:%d (%.4g:1)", bounds[i].words, ratio->width, ratio->height, asked),
         advice);
  }
}

static void
check_bytes (Check *check)
{
  double bytes = number (check->facts, "bytes");
  if (check->rules->max_bytes == 0)
    return;
  g_autofree char *found = units_describe_bytes ((int64_t)bytes);
  g_autofree char *asked = units_format_bytes (check->rules->max_bytes);
  add (check, "max-bytes", holds_if (bytes <= (double)check->rules->max_bytes),
       g_strdup_printf ("%.0f bytes (%s)", bytes, found), g_strdup_printf ("at most %s", asked),
       "make it with 'recompress: { max-bytes: \342\200\246 }', or smaller");
}

/* ---- density and colour ---- */

/* PNG counts whole dots to the metre, JFIF may count them to the centimetre: 118 are 299.7 dpi. */
#define ROUNDING_DPI 0.5

static double
least_claim (const cJSON *claim)
{
  return fmin (number (claim, "x-dpi"), number (claim, "y-dpi"));
}

/* Of several claims the lowest counts: nobody knows which one a printer believes. */
static void
check_density (Check *check)
{
  const cJSON *density = get (check->facts, "density"), *other;
  double asked = check->rules->min_dpi, found = least_claim (density);
  if (asked <= 0)
    return;
  cJSON_ArrayForEach (other, get (density, "others")) found = fmin (found, least_claim (other));
  g_autofree char *words = units_format_density (asked);
  add (check, "min-dpi", holds_if (found + ROUNDING_DPI >= asked),
       density != NULL ? g_strdup_printf ("%g dpi", found) : g_strdup ("it tells no density"),
       g_strdup_printf ("at least %s", words),
       "make it of more pixels for its size on paper, and let 'page' or 'recompress' write the "
       "density");
}

static void
check_color (Check *check)
{
  const cJSON *icc = get (check->facts, "icc");
  double channels = number (get (check->facts, "pixels"), "channels");
  bool is_other = channels == 3 && icc != NULL && !cJSON_IsTrue (get (icc, "is-srgb"));
  PresetRulesColor color = channels == 1   ? PRESET_RULES_GRAY
                           : channels == 3 ? PRESET_RULES_SRGB
                                           : PRESET_RULES_CMYK;
  if (check->rules->color == 0)
    return;
  char *found = is_other
                  ? g_strdup_printf ("RGB of another profile (%s)", text (icc, "description"))
                  : g_strdup (channels == 1   ? "gray"
                              : channels == 3 ? "srgb"
                                              : "cmyk");
  add (check, "color", holds_if (!is_other && (check->rules->color & 1u << color) != 0), found,
       dup_choices (check, "color"), "convert it with 'color'");
}

static void
check_alpha (Check *check)
{
  bool has_alpha = cJSON_IsTrue (get (get (check->facts, "pixels"), "has-alpha"));
  if (check->rules->alpha)
    return;
  add (check, "alpha", holds_if (!has_alpha),
       g_strdup (has_alpha ? "it has transparency" : "no transparency"),
       g_strdup ("no transparency"), "put it on a background with 'flatten'");
}

/* ---- where it comes from ---- */

/* Of one that was made here. New string. */
static char *
describe_enlargement (const Ancestry *ancestry, RuleState *out_state)
{
  const char *stage;
  Enlargement enlargement = enlargement_of (ancestry->recipe, ancestry->width, ancestry->height,
                                            &stage);
  g_autofree char *size = ancestry->width > 0
                            ? g_strdup_printf ("of %dx%d px", ancestry->width, ancestry->height)
                            : g_strdup ("which the cache no longer knows");
  switch (enlargement) {
  case ENLARGEMENT_NONE:
    *out_state = RULE_HOLDS;
    return g_strdup_printf ("nothing made it larger than its original, %s", size);
  case ENLARGEMENT_SOME:
    *out_state = RULE_BROKEN;
    return g_strdup_printf ("'%s' made it larger than its original, %s", stage, size);
  case ENLARGEMENT_UNKNOWN:
    break;
  }
  *out_state = RULE_UNKNOWN;
  return g_strdup_printf ("'%s' may have made it larger than its original, %s", stage, size);
}

static void
check_enlarged (Check *check)
{
  RuleState state = RULE_UNKNOWN;
  char *found = NULL;
  if (check->rules->enlarged)
    return;
  switch (check->ancestry->kind) {
  case ANCESTRY_UNKNOWN:
    found = g_strdup ("it was not made here");
    break;
  case ANCESTRY_CHANGED:
    found = g_strdup ("something else wrote to it since it was made here");
    break;
  case ANCESTRY_ORIGINAL:
    state = RULE_HOLDS;
    found = g_strdup ("it is an original");
    break;
  case ANCESTRY_MADE:
    found = describe_enlargement (check->ancestry, &state);
    break;
  }
  add (check, "enlarged", state, found, g_strdup ("not larger than its original"),
       "make it at a size that its original has, or of a larger original");
}

/* What the places of a file's label say, the XMP's apart: IPTC puts it there, and there it is read. */
static const char *
label_in (const cJSON *facts, bool in_xmp)
{
  const cJSON *label, *list = get (get (facts, "ai-label"), "found");
  const char *strongest = NULL;
  int rank = VOCABULARY_NONE;
  cJSON_ArrayForEach (label, list)
  {
    const char *term = text (label, "source-type");
    if ((strcmp (text (label, "from"), "xmp") == 0) != in_xmp)
      continue;
    rank = vocabulary_stronger (rank, vocabulary_rank (term));
    strongest = rank == vocabulary_rank (term) ? term : strongest;
  }
  return strongest;
}

static bool
is_ai (const char *term)
{
  return term != NULL && vocabulary_is_ai (vocabulary_rank (term));
}

static void
check_label (Check *check)
{
  const cJSON *facts = check->facts;
  const Ancestry *ancestry = check->ancestry;
  const char *written = label_in (facts, true), *elsewhere = label_in (facts, false);
  bool tells_how = get (facts, "parameters") != NULL || get (facts, "synthid") != NULL;
  RuleState state = RULE_HOLDS;
  char *found;
  if (!check->rules->needs_ai_label)
    return;
  if (is_ai (written)) {
    found = g_strdup (written);
  } else if (is_ai (ancestry->source_type)) {
    state = RULE_BROKEN;
    found = g_strdup_printf (
      "none, and %s is generated (%s)",
      ancestry->kind == ANCESTRY_CHANGED ? "what was made here under its name" : "its original",
      ancestry->source_type);
  } else if (is_ai (elsewhere)) {
    state = RULE_BROKEN;
    found = g_strdup_printf ("none in its XMP, though it says %s elsewhere", elsewhere);
  } else if (tells_how) {
    state = RULE_BROKEN;
    found = g_strdup ("none, though its metadata tell how it was generated");
  } else if (written != NULL) {
    found = g_strdup (written);
  } else if (ancestry->has_original) {
    found = g_strdup ("none, and nothing says that its original is generated");
  } else {
    state = RULE_UNKNOWN;
    found = g_strdup ("none, and nobody here knows whether it was generated");
  }
  add (check, "ai-label", state, found, g_strdup ("DigitalSourceType in the XMP, if generated"),
       "make it again with 'metadata: provenance', and let nothing write to it after that");
}

/* ---- */

GPtrArray *
rules_check (const PresetRules *rules, const cJSON *facts, const Ancestry *ancestry)
{
  const cJSON *pixels = get (facts, "pixels");
  Check check = {
    .rules = rules,
    .facts = facts,
    .ancestry = ancestry,
    .width = (int)number (pixels, "width"),
    .height = (int)number (pixels, "height"),
    .verdicts = g_ptr_array_new_with_free_func (verdict_free),
  };
  check_format (&check);
  check_sizes (&check);
  check_shape (&check);
  check_bytes (&check);
  check_density (&check);
  check_color (&check);
  check_alpha (&check);
  check_enlarged (&check);
  check_label (&check);
  return check.verdicts;
}
