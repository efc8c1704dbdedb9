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

unsigned
generate_n_references (const GenerateOptions *options)
{
  return options->references != NULL ? g_strv_length (options->references) : 0;
}

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED, format, arguments);
  va_end (arguments);
  return false;
}

bool
capability_check (const GenerateOptions *options, const Model *row, const char **out_option,
                  GError **error)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (special); i++) {
    *out_option = special[i];
    if (generate_has (options, special[i]) && !model_takes (row, special[i]))
      return fail (error, "the model '%s' takes no '%s'%s", row->id, special[i],
                   strcmp (special[i], "negative-prompt") == 0
                     ? "; say in the prompt what is not to be there"
                     : "");
  }
  *out_option = "references";
  unsigned n = generate_n_references (options);
  if (n > (unsigned)row->most_references && row->most_references == 0)
    return fail (error, "the model '%s' takes no reference pictures", row->id);
  if (n > (unsigned)row->most_references)
    return fail (error, "the model '%s' takes at most %d reference pictures, not %u", row->id,
                 row->most_references, n);
  *out_option = "resolution";
  int width, height;
  return capability_size (options, row, &width, &height, error);
}

/* ---- pixels ---- */

static bool
parse_row (const char *text, Ratio *out_ratio, int *out_width, int *out_height)
{
  return sscanf (text, "%d:%d %dx%d", &out_ratio->width, &out_ratio->height, out_width,
                 out_height) == 4;
}

static Ratio
ratio_of (const GenerateOptions *options)
{
  Ratio ratio = options->aspect_ratio;
  return ratio.width > 0 && ratio.height > 0 ? ratio : (Ratio){ 1, 1 };
}

static bool
find_size (char *const *sizes, Ratio wanted, int *out_width, int *out_height)
{
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++) {
    Ratio ratio;
    if (parse_row (sizes[i], &ratio, out_width, out_height) &&
        (int64_t)ratio.width * wanted.height == (int64_t)ratio.height * wanted.width)
      return true;
  }
  return false;
}

static bool
fail_ratio (const Model *row, char *const *sizes, Ratio wanted, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++)
    g_string_append_printf (all, "%s%.*s", i > 0 ? ", " : "", (int)strcspn (sizes[i], " "),
                            sizes[i]);
  return fail (
    error,
    "the model '%s' has no aspect ratio %d:%d; it has %s. Ask for a near one, and 'crop' "
    "the picture",
    row->id, wanted.width, wanted.height, all->str);
}

static bool
fail_resolution (const Model *row, const char *wanted, GError **error)
{
  g_autofree char *all = row->resolutions != NULL ? g_strjoinv (", ", row->resolutions) : NULL;
  return fail (error, "the model '%s' has no resolution %s; it has %s", row->id, wanted,
               all != NULL ? all : "WIDTHxHEIGHT only");
}

/* Any size in steps: OpenAI's. */
static bool
free_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
           GError **error)
{
  g_autofree char *who = g_strdup_printf ("the model '%s' draws", row->id);
  if (!size_of_answer (options, who, row->most_edge, out_width, out_height, error))
    return false;
  if (*out_width % row->size_step != 0 || *out_height % row->size_step != 0)
    return fail (error, "the model '%s' draws sides in steps of %d px, not %s", row->id,
                 row->size_step, options->resolution);
  double ratio = (double)MAX (*out_width, *out_height) / MIN (*out_width, *out_height);
  if (row->most_ratio > 0 && ratio > row->most_ratio)
    return fail (error,
                 "the model '%s' draws a side at most %g times as long as the other, not %dx%d",
                 row->id, row->most_ratio, *out_width, *out_height);
  return true;
}

bool
capability_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
                 GError **error)
{
  static const struct {
    const char *name;
    int scale;
  } scales[] = { { "512", 1 }, { "1K", 1 }, { "2K", 2 }, { "4K", 4 } };
  const char *resolution = options->resolution;
  bool is_named = g_ascii_isdigit (resolution[0]) && strchr (resolution, 'x') == NULL;
  if (is_named && (row->resolutions == NULL ||
                   !g_strv_contains ((const char *const *)row->resolutions, resolution)))
    return fail_resolution (row, resolution, error);
  if (row->size_step > 0)
    return free_size (options, row, out_width, out_height, error);
  if (!is_named)
    return fail_resolution (row, resolution, error);
  char *const *sizes = strcmp (resolution, "512") == 0 ? row->small_sizes : row->sizes;
  Ratio ratio = ratio_of (options);
  int width, height, scale = 1;
  if (sizes == NULL)
    return size_of_answer (options, row->id, 65535, out_width, out_height, error);
  if (!find_size (sizes, ratio, &width, &height))
    return fail_ratio (row, sizes, ratio, error);
  for (unsigned i = 0; i < G_N_ELEMENTS (scales); i++)
    if (strcmp (scales[i].name, resolution) == 0)
      scale = scales[i].scale;
  *out_width = width * scale;
  *out_height = height * scale;
  return true;
}
