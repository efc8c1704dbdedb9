/* Who can be asked, in what order, and for what: each choice with its model, its price, the pixels that are expected
 * and the fingerprint of the request. That names model family, prompt, ratio, resolution, seed and variant, reference
 * pictures by what they hold; never who is asked, nor how often or how long. */
#include "plan/plan-private.h"
#include "providers/capability.h"
#include "providers/size.h"

static void
choice_clear (gpointer data)
{
  g_free (((PlanChoice *)data)->gone);
}

const PlanChoice *
plan_choice (const PlanRequest *request)
{
  return &g_array_index (request->choices, PlanChoice, request->choice);
}

bool
plan_next_choice (PlanRequest *request)
{
  if (request->choice + 1 >= request->choices->len)
    return false;
  request->choice++;
  return true;
}

/* ---- the provider ---- */

static void
complain_far_from_any (const char *name, const Mark *mark, Problems *problems)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (unsigned i = 0; i < provider_n_types (); i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", provider_types[i]->name);
  problems_add (problems, mark, "there is no provider '%s'; this Peel has: %s", name, all->str);
}

static const ProviderType *
complain_unknown (const char *name, const Mark *mark, Problems *problems)
{
  const char *near = provider_nearest (name);
  if (near != NULL)
    problems_add (problems, mark, "there is no provider '%s'; did you mean '%s'?", name, near);
  else
    complain_far_from_any (name, mark, problems);
  return NULL;
}

/* The first one; the others are only checked. */
static const ProviderType *
choose_provider (const Step *source, Problems *problems)
{
  const GenerateOptions *options = source->options;
  const Node *node = node_get (source->node, "provider");
  const ProviderType *chosen = NULL;
  bool ok = true;
  for (unsigned i = 0; options->provider != NULL && options->provider[i] != NULL; i++) {
    const char *name = options->provider[i];
    const ProviderType *provider = provider_find (name);
    bool is_list = node != NULL && node->kind == NODE_LIST && i < node_length (node);
    if (provider == NULL)
      complain_unknown (
        name, is_list ? &node_item (node, i)->mark : plan_mark_of (source, "provider"), problems);
    ok = ok && provider != NULL;
    if (chosen == NULL)
      chosen = provider;
  }
  return !ok ? NULL : chosen != NULL ? chosen : provider_find ("synthetic");
}

/* ---- the model ---- */

static bool
choose_model (const Plan *plan, const PlanRequest *request, PlanChoice *choice, Problems *problems)
{
  const ProviderType *provider = choice->provider;
  const ModelTable *models = config_models (plan->pipeline->config);
  const char *name = provider->model != NULL ? provider->model (request->options, choice->config)
                                             : NULL;
  if (name == NULL)
    name = provider->default_model;
  choice->model = name;
  if (provider->has_models && models == NULL)
    return true;
  g_autoptr (GError) error = NULL;
  const char *option = "model";
  if (provider->has_models)
    choice->row = model_table_find (models, provider->name, name, &error);
  if (error != NULL && (choice->row = model_table_find_retired (models, name)) != NULL) {
    /* What it drew is as good as ever; only a miss is an error. */
    choice->gone = g_strdup (error->message);
    choice->model = choice->row->id;
    return true;
  }
  if (choice->row != NULL)
    choice->model = model_id_at (choice->row, provider->name);
  if (error != NULL ||
      (provider->check != NULL &&
       !provider->check (request->options, choice->row, choice->config, &option, &error)))
    return problems_add (problems, plan_mark_of (request->step, option), "%s", error->message);
  return true;
}

static void
find_price (const PlanRequest *request, PlanChoice *choice)
{
  const ProviderType *provider = choice->provider;
  bool has_own = provider->cost != NULL && choice->config != NULL &&
                 provider->cost (choice->config) > 0;
  if (has_own) {
    choice->cost_usd = provider->cost (choice->config);
    choice->has_price = true;
  } else if (choice->row != NULL) {
    choice->has_price = model_price (choice->row, request->options->resolution,
                                     request->references->len, &choice->cost_usd);
  }
  choice->is_paid = has_own ||
                    (provider->has_models && (choice->row == NULL || !choice->row->is_free));
}

/* ---- the request ---- */

static bool
find_fingerprint (const Plan *plan, const PlanRequest *request, PlanChoice *choice,
                  Problems *problems)
{
  g_autoptr (GError) error = NULL;
  const char *family = choice->row != NULL ? model_family (choice->row) : choice->model;
  g_autoptr (GString) text = g_string_new ("peel request 1\n");
  g_string_append_printf (text, "model %s\nvariant %d\ngenerate", family, request->variant);
  if (!options_append_canonical (&generate_options, request->options, plan->world->file_digest,
                                 plan->world->data, text, &error))
    return problems_add (problems, plan_mark_of (request->step, "mask"), "%s", error->message);
  unsigned n = generate_n_references (request->options);
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (
      text, "%s%s", i == 0 ? "\nreferences " : " ",
      digest_to_hex (&g_array_index (request->references, PlanReference, i).digest).text);
  choice->fingerprint = digest_of (text->str, text->len);
  return true;
}

/* Of a model that is gone nobody knows the sizes any more. */
static bool
find_size (const PlanRequest *request, PlanChoice *choice, GError **error)
{
  enum { MOST_EDGE = 65535 };
  return choice->gone != NULL
           ? size_of_answer (request->options, choice->model, MOST_EDGE, &choice->width,
                             &choice->height, error)
           : choice->provider->expected_size (request->options, choice->row, &choice->width,
                                              &choice->height, error);
}

static bool
fill_choice (const Plan *plan, const PlanRequest *request, PlanChoice *choice, Problems *problems)
{
  g_autoptr (GError) error = NULL;
  choice->config = config_provider (plan->pipeline->config, choice->provider);
  if (!choose_model (plan, request, choice, problems))
    return false;
  find_price (request, choice);
  if (!find_size (request, choice, &error))
    return problems_add (problems, plan_mark_of (request->step, "resolution"), "%s",
                         error->message);
  return find_fingerprint (plan, request, choice, problems);
}

bool
plan_choose (const Plan *plan, PlanRequest *request, Problems *problems)
{
  PlanChoice choice = { .provider = choose_provider (request->step, problems) };
  if (choice.provider == NULL)
    return false;
  request->choices = g_array_new (FALSE, FALSE, sizeof (PlanChoice));
  g_array_set_clear_func (request->choices, choice_clear);
  bool ok = fill_choice (plan, request, &choice, problems);
  g_array_append_val (request->choices, choice);
  return ok;
}
