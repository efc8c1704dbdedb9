/* docs/reference/models.md: the models table that came with Peel. */
#include "cli/reference-models.h"

#include "cli/model-words.h"
#include "document/document.h"
#include "pipeline/pipeline.h"
#include "providers/models.h"

static void
append_current (const ModelTable *table, GString *out)
{
  g_string_append (out, "\n| Model | Aliases | Providers | A picture costs | As of |\n"
                        "|---|---|---|---|---|\n");
  for (unsigned i = 0; i < model_table_length (table); i++) {
    const Model *model = model_table_row (table, i);
    if (model_is_retired (model))
      continue;
    g_autofree char *aliases = model_list_words (model->aliases, "");
    g_autofree char *providers = model_list_words (model->providers, "");
    g_autofree char *price = model_price_words (model);
    g_string_append_printf (out, "| `%s` | %s | %s | %s | %s |\n", model->id, aliases, providers,
                            price, model->prices_as_of != NULL ? model->prices_as_of : "");
  }
}

/* A table of ratios is told once, under all models that share it. */
static char *
pixels_of (const Model *model)
{
  g_autofree char *free_size = model_free_size_words (model);
  g_autoptr (GString) out = g_string_new (NULL);
  if (free_size != NULL)
    g_string_append_printf (out, "\nTakes %s.\n", free_size);
  if (model->sizes == NULL || model->resolutions == NULL)
    return g_strdup (out->str);
  g_autofree char *heads = g_strjoinv (" | ", model->resolutions);
  g_string_append_printf (out, "\n| Ratio | %s |\n|---|", heads);
  for (unsigned k = 0; model->resolutions[k] != NULL; k++)
    g_string_append (out, "---|");
  g_string_append_c (out, '\n');
  for (unsigned i = 0; model->sizes[i] != NULL; i++) {
    g_autofree char *ratio = model_dup_ratio (model->sizes[i]);
    g_string_append_printf (out, "| %s |", ratio);
    for (unsigned k = 0; model->resolutions[k] != NULL; k++) {
      g_autofree char *pixels = model_pixel_words (model, ratio, model->resolutions[k]);
      g_string_append_printf (out, " %s |", pixels);
    }
    g_string_append_c (out, '\n');
  }
  return g_strdup (out->str);
}

static void
append_pixels (const ModelTable *table, GString *out)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *last = NULL;
  g_string_append (out, "\n## Pixels\n");
  for (unsigned i = 0; i <= model_table_length (table); i++) {
    const Model *model = i < model_table_length (table) ? model_table_row (table, i) : NULL;
    if (model != NULL && model_is_retired (model))
      continue;
    g_autofree char *pixels = model != NULL ? pixels_of (model) : NULL;
    if (last != NULL && g_strcmp0 (last, pixels) != 0) {
      g_string_append_printf (out, "\n### %s\n%s", names->str, last);
      g_string_truncate (names, 0);
    }
    if (model != NULL)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", model->id);
    g_free (last);
    last = g_steal_pointer (&pixels);
  }
}

static void
append_retired (const ModelTable *table, GString *out)
{
  g_string_append (out, "\n## Gone\n\n| Model | Since | Ask instead |\n|---|---|---|\n");
  for (unsigned i = 0; i < model_table_length (table); i++) {
    const Model *model = model_table_row (table, i);
    if (model_is_retired (model))
      g_string_append_printf (out, "| `%s` | %s | %s |\n", model->id, model->retired,
                              model->successor != NULL ? model->successor : "");
  }
}

bool
reference_append_models (const char *preset_folder, GString *out, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (ModelTable) table = model_table_new ();
  g_autofree char *path = g_build_filename (preset_folder, "models.yaml", NULL);
  g_autoptr (Document) document = document_load (path, path, NULL, problems);
  const Node *map = document != NULL ? node_get (document->root, "models") : NULL;
  if (map == NULL || !model_table_read (table, map, problems)) {
    if (problems_count (problems) == 0)
      problems_add (problems, NULL, "%s has no 'models'", path);
    return problems_raise (problems, PIPELINE_ERROR, PIPELINE_ERROR_INVALID, error);
  }
  g_string_append (out, "# Models\n\nThe same, in a terminal, with what your configuration adds: "
                        "`peel models` and `peel models NAME`.\nPrices are in US dollars, as "
                        "published on the date beside them; [providers.md](../providers.md) tells "
                        "how to add a\nmodel or a price.\n");
  append_current (table, out);
  append_pixels (table, out);
  append_retired (table, out);
  g_string_append (out, "\n## Options of a row\n\n");
  options_append_markdown (&model_options, false, out);
  return true;
}
