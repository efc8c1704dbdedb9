#include "cli/model-words.h"

#include "providers/capability.h"

char *
model_usd_words (double usd)
{
  return g_strdup_printf ("$%.4g", usd);
}

static char *
price_at (const Model *model, const char *resolution)
{
  double usd;
  if (!model_price (model, resolution, 0, &usd))
    return g_strdup ("not known");
  return model->is_free ? g_strdup ("free") : model_usd_words (usd);
}

/* Resolutions that cost the same stand together. */
char *
model_price_words (const Model *model)
{
  g_autofree char *last = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; model->resolutions != NULL && model->resolutions[i] != NULL; i++) {
    g_autofree char *price = price_at (model, model->resolutions[i]);
    if (last != NULL && strcmp (last, price) != 0)
      g_string_append_printf (out, ": %s; ", last);
    else if (last != NULL)
      g_string_append (out, ", ");
    g_string_append (out, model->resolutions[i]);
    g_free (last);
    last = g_steal_pointer (&price);
  }
  if (last == NULL)
    return price_at (model, "");
  g_string_append_printf (out, ": %s", last);
  return g_strdup (out->str);
}

char *
model_list_words (char *const *texts, const char *otherwise)
{
  return texts != NULL && texts[0] != NULL ? g_strjoinv (", ", (char **)texts)
                                           : g_strdup (otherwise);
}

char *
model_free_size_words (const Model *model)
{
  if (model->size_step == 0)
    return NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_string_append_printf (out, "any WIDTHxHEIGHT in steps of %d px", model->size_step);
  if (model->most_edge > 0)
    g_string_append_printf (out, ", at most %d px a side", model->most_edge);
  if (model->most_ratio > 0)
    g_string_append_printf (out, ", a side at most %g times as long as the other",
                            model->most_ratio);
  return g_strdup (out->str);
}

char *
model_dup_ratio (const char *size)
{
  return g_strndup (size, strcspn (size, " "));
}

/* Asked of what a request is checked with, so that the two cannot differ. */
char *
model_pixel_words (const Model *model, const char *ratio, const char *resolution)
{
  GenerateOptions *options = options_new (&generate_options);
  g_autofree char *complaint = NULL;
  int width = 0, height = 0;
  bool is_known = option_set_text (option_find (&generate_options, "aspect-ratio"), ratio, options,
                                   &complaint);
  g_free (options->resolution);
  options->resolution = g_strdup (resolution);
  is_known = is_known && capability_size (options, model, &width, &height, NULL);
  options_free (&generate_options, options);
  return is_known ? g_strdup_printf ("%dx%d", width, height) : g_strdup ("-");
}
