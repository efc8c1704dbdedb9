#include "providers/capability.h"

#include "providers/size.h"

/* Those that a model must be known to take. */
static const char *const special[] = {
  "negative-prompt", "mask",    "person-generation", "safety",     "thinking",       "output-type",
  "output-quality",  "quality", "background",        "moderation", "upscale-factor",
};

bool
generate_has (const GenerateOptions *options, const char *name)
{
  return !option_is_default (option_find (&generate_options, name), options);
}

OutputType
generate_output_type (const GenerateOptions *options)
{
  return options->output_type == OUTPUT_TYPE_UNSET && options->output_quality > 0
           ? OUTPUT_TYPE_JPEG
           : (OutputType)options->output_type;
}

unsigned
generate_n_references (const GenerateOptions *options)
{
  return options->references != NULL ? g_strv_length (options->references) : 0;
}

bool
capability_check (const GenerateOptions *options, const Model *row, const char **out_option,
                  GError **error)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (special); i++) {
    *out_option = special[i];
    if (generate_has (options, special[i]) && !model_takes (row, special[i]))
      return provider_fail (error, "the model '%s' takes no '%s'%s", row->id, special[i],
                            strcmp (special[i], "negative-prompt") == 0
                              ? "; say in the prompt what is not to be there"
                              : "");
  }
  *out_option = "output-quality";
  if (options->output_type == OUTPUT_TYPE_PNG && options->output_quality > 0)
    return provider_fail (error, "a PNG has no quality: leave 'output-quality' out, or say "
                                 "'output-type: jpeg'");
  *out_option = "references";
  unsigned n = generate_n_references (options);
  if (n > (unsigned)row->most_references && row->most_references == 0)
    return provider_fail (error, "the model '%s' takes no reference pictures", row->id);
  if (n > (unsigned)row->most_references)
    return provider_fail (error, "the model '%s' takes at most %d reference pictures, not %u",
                          row->id, row->most_references, n);
  *out_option = "resolution";
  int width, height;
  return capability_size (options, row, &width, &height, error);
}

const char *
capability_find_special (const GenerateOptions *options)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (special); i++)
    if (generate_has (options, special[i]))
      return special[i];
  return generate_n_references (options) > 0 ? "references" : NULL;
}

/* ---- pixels ---- */

enum { MOST_EDGE = 65535 }; /* px */

static const struct {
  const char *name;
  int scale;
} resolutions[] = { { "512", 1 }, { "1K", 1 }, { "2K", 2 }, { "4K", 4 } };

bool
capability_is_resolution (const char *word)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (resolutions); i++)
    if (strcmp (resolutions[i].name, word) == 0)
      return true;
  return false;
}

/* Digits only, 1 to 65535; moves on to what stands behind them. */
static bool
take_edge (const char **at, int *out_edge)
{
  int edge = 0;
  for (; g_ascii_isdigit (**at) && edge <= MOST_EDGE; (*at)++)
    edge = edge * 10 + g_ascii_digit_value (**at);
  *out_edge = edge;
  return edge > 0 && edge <= MOST_EDGE;
}

static bool
take_sign (const char **at, char sign)
{
  return *(*at)++ == sign;
}

bool
capability_parse_size (const char *text, Ratio *out_ratio, int *out_width, int *out_height)
{
  Ratio ratio;
  int width, height;
  if (!take_edge (&text, &ratio.width) || !take_sign (&text, ':') ||
      !take_edge (&text, &ratio.height) || !take_sign (&text, ' ') || !take_edge (&text, &width) ||
      !take_sign (&text, 'x') || !take_edge (&text, &height) || *text != '\0')
    return false;
  *out_ratio = ratio;
  *out_width = width;
  *out_height = height;
  return true;
}

static Ratio
ratio_of (const GenerateOptions *options)
{
  Ratio ratio = options->aspect_ratio;
  return ratio.width > 0 && ratio.height > 0 ? ratio : (Ratio){ 1, 1 };
}

/* The text of that ratio, however it is spelt; NULL: there is none. */
static const char *
find_size (char *const *sizes, Ratio wanted, int *out_width, int *out_height)
{
  Ratio ratio;
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++)
    if (capability_parse_size (sizes[i], &ratio, out_width, out_height) &&
        (int64_t)ratio.width * wanted.height == (int64_t)ratio.height * wanted.width)
      return sizes[i];
  return NULL;
}

static char *const *
sizes_of (const GenerateOptions *options, const Model *row)
{
  return strcmp (options->resolution, "512") == 0 ? row->small_sizes : row->sizes;
}

char *
capability_dup_ratio (const GenerateOptions *options, const Model *row)
{
  int width, height;
  Ratio ratio = ratio_of (options);
  const char *size = find_size (sizes_of (options, row), ratio, &width, &height);
  return size != NULL ? g_strndup (size, strcspn (size, " "))
                      : g_strdup_printf ("%d:%d", ratio.width, ratio.height);
}

static bool
fail_ratio (const Model *row, char *const *sizes, Ratio wanted, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++)
    g_string_append_printf (all, "%s%.*s", i > 0 ? ", " : "", (int)strcspn (sizes[i], " "),
                            sizes[i]);
  return provider_fail (
    error,
    "the model '%s' has no aspect ratio %d:%d; it has %s. Ask for a near one, and 'crop' "
    "the picture",
    row->id, wanted.width, wanted.height, all->str);
}

static bool
fail_resolution (const Model *row, const char *wanted, GError **error)
{
  g_autofree char *all = row->resolutions != NULL ? g_strjoinv (", ", row->resolutions) : NULL;
  return provider_fail (error, "the model '%s' has no resolution %s; it has %s", row->id, wanted,
                        all != NULL ? all : "WIDTHxHEIGHT only");
}

/* Begins a sentence that ends with a range. */
static char *
dup_who (const Model *row)
{
  return g_strdup_printf ("the model '%s' draws", row->id);
}

/* Any size in steps: OpenAI's. */
static bool
free_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
           GError **error)
{
  g_autofree char *who = dup_who (row);
  int most_edge = row->most_edge > 0 ? row->most_edge : MOST_EDGE;
  if (!size_of_answer (options, who, most_edge, out_width, out_height, error))
    return false;
  if (*out_width % row->size_step != 0 || *out_height % row->size_step != 0)
    return provider_fail (error, "the model '%s' draws sides in steps of %d px, not %s", row->id,
                          row->size_step, options->resolution);
  if (row->most_pixels > 0 && (int64_t)*out_width * *out_height > row->most_pixels)
    return provider_fail (error, "the model '%s' draws at most %d pixels, not %dx%d", row->id,
                          row->most_pixels, *out_width, *out_height);
  double ratio = (double)MAX (*out_width, *out_height) / MIN (*out_width, *out_height);
  if (row->most_ratio > 0 && ratio > row->most_ratio)
    return provider_fail (
      error, "the model '%s' draws a side at most %g times as long as the other, not %dx%d",
      row->id, row->most_ratio, *out_width, *out_height);
  return true;
}

bool
capability_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
                 GError **error)
{
  const char *resolution = options->resolution;
  bool is_named = g_ascii_isdigit (resolution[0]) && strchr (resolution, 'x') == NULL;
  if (is_named && (row->resolutions == NULL ||
                   !g_strv_contains ((const char *const *)row->resolutions, resolution)))
    return fail_resolution (row, resolution, error);
  if (row->size_step > 0)
    return free_size (options, row, out_width, out_height, error);
  if (!is_named)
    return fail_resolution (row, resolution, error);
  char *const *sizes = sizes_of (options, row);
  Ratio ratio = ratio_of (options);
  int width, height, scale = 1;
  g_autofree char *who = dup_who (row);
  if (sizes == NULL)
    return size_of_answer (options, who, MOST_EDGE, out_width, out_height, error);
  if (find_size (sizes, ratio, &width, &height) == NULL)
    return fail_ratio (row, sizes, ratio, error);
  for (unsigned i = 0; i < G_N_ELEMENTS (resolutions); i++)
    if (strcmp (resolutions[i].name, resolution) == 0)
      scale = resolutions[i].scale;
  *out_width = width * scale;
  *out_height = height * scale;
  return true;
}
