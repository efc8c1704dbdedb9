#include "pipeline/rules.h"

#include "image/format.h"

/* Those that are read (image/format.h), by their names there: of a PDF no pixels are seen, so that it keeps to no
 * rule. */
static const OptionChoice formats[] = {
  { "jpeg", IMAGE_FORMAT_JPEG, NULL }, { "png", IMAGE_FORMAT_PNG, NULL },
  { "webp", IMAGE_FORMAT_WEBP, NULL }, { "avif", IMAGE_FORMAT_AVIF, NULL },
  { "tiff", IMAGE_FORMAT_TIFF, NULL }, { "gif", IMAGE_FORMAT_GIF, NULL },
  { "heic", IMAGE_FORMAT_HEIC, NULL }, { NULL },
};
static const OptionChoice colors[] = {
  { "srgb", PRESET_RULES_SRGB, "RGB whose profile is sRGB, or that has none" },
  { "gray", PRESET_RULES_GRAY, NULL },
  { "cmyk", PRESET_RULES_CMYK, NULL },
  { NULL },
};

enum { MOST_EDGE = 65535 };

static const Option rows[] = {
  { OPTION_CHOICES (PresetRules, formats), .name = "formats", .help = "The formats that are taken",
    .choices = formats },
  { OPTION_INT (PresetRules, min_width), .name = "min-width", .help = "The least width", .min = 1,
    .max = MOST_EDGE, .unit = "px" },
  { OPTION_INT (PresetRules, min_height), .name = "min-height", .help = "The least height",
    .min = 1, .max = MOST_EDGE, .unit = "px" },
  { OPTION_INT (PresetRules, min_long_edge), .name = "min-long-edge",
    .help = "The least that the longer of width and height is", .min = 1, .max = MOST_EDGE,
    .unit = "px" },
  { OPTION_INT (PresetRules, max_width), .name = "max-width", .help = "The greatest width",
    .min = 1, .max = MOST_EDGE, .unit = "px" },
  { OPTION_INT (PresetRules, max_height), .name = "max-height", .help = "The greatest height",
    .min = 1, .max = MOST_EDGE, .unit = "px" },
  { OPTION_NUMBER (PresetRules, max_megapixels), .name = "max-megapixels",
    .help = "The most pixels, in millions", .min = 0.01, .max = 10000, .unit = "megapixels" },
  { OPTION_RATIO (PresetRules, aspect_ratio), .name = "aspect-ratio",
    .help = "The shape, such as 4:5" },
  { OPTION_NUMBER (PresetRules, aspect_tolerance), .name = "aspect-tolerance",
    .help = "How far from 'aspect-ratio' a shape may be; one pixel always is", .min = 0, .max = 50,
    .unit = "%", .fallback = "1" },
  { OPTION_RATIO (PresetRules, min_aspect_ratio), .name = "min-aspect-ratio",
    .help = "The narrowest shape, such as 4:5" },
  { OPTION_RATIO (PresetRules, max_aspect_ratio), .name = "max-aspect-ratio",
    .help = "The widest shape, such as 16:9" },
  { OPTION_BYTES (PresetRules, max_bytes), .name = "max-bytes", .help = "The largest file",
    .min = 1, .max = 1e12 },
  { OPTION_DENSITY (PresetRules, min_dpi), .name = "min-dpi",
    .help = "The least density that the file says of itself", .min = 1, .max = 10000 },
  { OPTION_CHOICES (PresetRules, color), .name = "color",
    .help = "The colour spaces that are taken", .choices = colors },
  { OPTION_BOOL (PresetRules, alpha), .name = "alpha",
    .help = "Whether a file may have transparency", .fallback = "true" },
  { OPTION_BOOL (PresetRules, enlarged), .name = "enlarged",
    .help = "Whether a picture may have been made larger than its original", .fallback = "true" },
  { OPTION_BOOL (PresetRules, needs_ai_label), .name = "ai-label",
    .help = "Whether a generated picture must say so in its XMP (DigitalSourceType)",
    .fallback = "false" },
  { 0 },
};

const OptionTable preset_rules_options = { rows, sizeof (PresetRules), .shorthand = NULL };

void
preset_rules_free (PresetRules *rules)
{
  options_free (&preset_rules_options, rules);
}

/* What a place takes does not depend on what somebody makes for it. */
static bool
check_references (const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++)
    ok = check_references (node_item (node, i), problems) && ok;
  if (node->text == NULL || !node->has_references)
    return ok;
  return problems_add (problems, &node->mark,
                       "a rule has no variables: it says what a place takes, whatever 'with' says");
}

static const Node *
given (const Node *map, const char *name)
{
  const Node *node = node_get (map, name);
  return node != NULL && node->kind != NODE_NULL ? node : NULL;
}

static bool
check_order (const Node *map, const char *least, double low, const char *most, double high,
             Problems *problems)
{
  if (given (map, least) == NULL || given (map, most) == NULL || low <= high)
    return true;
  return problems_add (problems, &given (map, most)->mark,
                       "no picture can keep both: '%s' is more than '%s'", least, most);
}

static double
value_of (Ratio ratio)
{
  return ratio.height > 0 ? (double)ratio.width / ratio.height : 0;
}

static bool
check_shape (const Node *map, const PresetRules *rules, Problems *problems)
{
  const Node *exact = given (map, "aspect-ratio"), *tolerance = given (map, "aspect-tolerance");
  bool has_range = given (map, "min-aspect-ratio") != NULL ||
                   given (map, "max-aspect-ratio") != NULL;
  if (exact == NULL && tolerance != NULL)
    return problems_add (problems, &tolerance->mark, "'aspect-tolerance' needs 'aspect-ratio'");
  if (exact != NULL && has_range)
    return problems_add (problems, &exact->mark,
                         "'aspect-ratio' does not go with 'min-aspect-ratio' and "
                         "'max-aspect-ratio': take the shape or the range");
  return check_order (map, "min-aspect-ratio", value_of (rules->min_aspect_ratio),
                      "max-aspect-ratio", value_of (rules->max_aspect_ratio), problems);
}

/* Is anything asked for? `alpha: true` is no rule. */
static bool
has_any (const PresetRules *rules)
{
  for (const Option *row = rows; row->name != NULL; row++)
    if (!option_is_default (row, rules))
      return true;
  return false;
}

static bool
fill (const Node *map, PresetRules *rules, Problems *problems)
{
  if (map->kind != NODE_MAP)
    return problems_add (problems, &map->mark,
                         "'rules' takes a map such as { formats: [jpeg, png], max-bytes: 5MB }, "
                         "not %s",
                         node_kind_words (map->kind));
  if (!check_references (map, problems) ||
      !options_read (&preset_rules_options, map, "rules", "/", rules, problems))
    return false;
  if (!has_any (rules))
    return problems_add (problems, &map->mark,
                         "'rules' asks for nothing: without a rule leave it out");
  bool ok = check_order (map, "min-width", rules->min_width, "max-width", rules->max_width,
                         problems);
  ok = check_order (map, "min-height", rules->min_height, "max-height", rules->max_height,
                    problems) &&
       ok;
  return check_shape (map, rules, problems) && ok;
}

PresetRules *
preset_rules_read (const Node *map, Problems *problems)
{
  g_autoptr (PresetRules) rules = options_new (&preset_rules_options);
  return fill (map, rules, problems) ? g_steal_pointer (&rules) : NULL;
}

bool
preset_rules_take_format (const PresetRules *rules, const char *format)
{
  if (rules->formats == 0)
    return true;
  ImageFormat found = image_format_of_name (format);
  return found != IMAGE_FORMAT_UNKNOWN && (rules->formats & 1u << found) != 0;
}
