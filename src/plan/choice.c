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
plan_can_ask (const PlanChoice *choice)
{
  return choice->gone == NULL && choice->is_ready;
}

const PlanChoice *
plan_choice_at (const PlanRequest *request, unsigned i)
{
  return &g_array_index (request->choices, PlanChoice, i);
}

bool
plan_next_choice (PlanRequest *request)
{
  for (unsigned i = request->choice + 1; i < request->choices->len; i++)
    if (plan_can_ask (plan_choice_at (request, i))) {
      request->choice = i;
      return true;
    }
  return false;
}

int
plan_find_choice (const PlanRequest *request, const Digest *fingerprint)
{
  for (unsigned i = 0; i < request->choices->len; i++)
    if (digest_equal (&plan_choice_at (request, i)->fingerprint, fingerprint))
      return (int)i;
  return -1;
}

char *
plan_describe_choices (const PlanRequest *request)
{
  const PlanChoice *last = plan_choice (request);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "%s (%s)", last->provider->name, last->model);
  for (unsigned i = request->choice + 1; i < request->choices->len; i++) {
    const PlanChoice *choice = plan_choice_at (request, i);
    if (!plan_can_ask (choice))
      continue;
    g_string_append_printf (text, ", else %s", choice->provider->name);
    if (strcmp (choice->model, last->model) != 0)
      g_string_append_printf (text, " (%s)", choice->model);
    last = choice;
  }
  return g_string_free (text, FALSE);
}

/* ---- the model ---- */

static bool
check_model (const PlanRequest *request, PlanChoice *choice, const char **out_option,
             GError **error)
{
  const ProviderType *provider = choice->provider;
  if (choice->row != NULL)
    choice->model = model_id_at (choice->row, provider->name);
  return provider->check == NULL ||
         provider->check (request->options, choice->row, choice->config, out_option, error);
}

static bool
find_model (const Plan *plan, const PlanRequest *request, PlanChoice *choice,
            const char **out_option, GError **error)
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
  g_autoptr (GError) problem = NULL;
  *out_option = "model";
  if (provider->has_models)
    choice->row = model_table_find (models, provider->name, name, &problem);
  if (problem == NULL)
    return check_model (request, choice, out_option, error);
  choice->row = model_table_find_retired (models, name);
  if (choice->row == NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return false;
  }
  /* What it drew is as good as ever; only a miss is an error. */
  choice->gone = g_strdup (problem->message);
  choice->model = choice->row->id;
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

/* ---- one choice ---- */

static bool
find_fingerprint (const Plan *plan, const PlanRequest *request, PlanChoice *choice, GError **error)
{
  const char *family = choice->row != NULL ? model_family (choice->row) : choice->model;
  g_autoptr (GString) text = g_string_new ("peel request 1\n");
  g_string_append_printf (text, "model %s\nvariant %d\ngenerate", family, request->variant);
  if (!options_append_canonical (&generate_options, request->options, plan->world->file_digest,
                                 plan->world->data, text, error))
    return false;
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

bool
plan_fill_choice (const Plan *plan, const PlanRequest *request, PlanChoice *choice,
                  const char **out_option, GError **error)
{
  choice->config = config_provider (plan->pipeline->config, choice->provider);
  if (choice->row != NULL ? !check_model (request, choice, out_option, error)
                          : !find_model (plan, request, choice, out_option, error))
    return false;
  find_price (request, choice);
  *out_option = "resolution";
  if (!find_size (request, choice, error))
    return false;
  *out_option = "mask";
  return find_fingerprint (plan, request, choice, error);
}

bool
plan_is_ready (const Plan *plan, const PlanChoice *choice)
{
  const PlanWorld *world = plan->world;
  if (choice->provider->needs_config && choice->config == NULL)
    return false;
  return world->is_ready == NULL ||
         world->is_ready (world->data, choice->provider, plan->pipeline->config);
}

/* ---- those that are named ---- */

static const Mark *
mark_of_provider (const Step *source, unsigned i)
{
  const Node *node = node_get (source->node, "provider");
  bool is_list = node != NULL && node->kind == NODE_LIST && i < node_length (node);
  return is_list ? &node_item (node, i)->mark : plan_mark_of (source, "provider");
}

static bool
complain_far_from_any (const char *name, const Mark *mark, Problems *problems)
{
  g_autoptr (GString) all = g_string_new (NULL);
  for (unsigned i = 0; i < provider_n_types (); i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", provider_types[i]->name);
  return problems_add (problems, mark, "there is no provider '%s'; this Peel has: %s", name,
                       all->str);
}

static bool
complain_unknown (const char *name, const Mark *mark, Problems *problems)
{
  const char *near = strcmp (name, GENERATE_AUTO) != 0 ? provider_nearest (name) : NULL;
  if (strcmp (name, GENERATE_AUTO) == 0)
    return problems_add (problems, mark,
                         "'" GENERATE_AUTO "' stands alone: it chooses among all providers");
  if (near != NULL)
    return problems_add (problems, mark, "there is no provider '%s'; did you mean '%s'?", name,
                         near);
  return complain_far_from_any (name, mark, problems);
}

static bool
check_names (const Step *source, char *const *names, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; names[i] != NULL; i++) {
    const Mark *mark = mark_of_provider (source, i);
    if (provider_find (names[i]) == NULL)
      ok = complain_unknown (names[i], mark, problems);
    for (unsigned k = 0; k < i; k++)
      if (strcmp (names[k], names[i]) == 0)
        ok = problems_add (problems, mark, "'%s' stands here twice", names[i]);
  }
  return ok;
}

/* In a list the mistake names whose it is, since the others may not have it. */
static bool
add_named (const Plan *plan, PlanRequest *request, const char *name, bool is_alone,
           Problems *problems)
{
  g_autoptr (GError) error = NULL;
  const char *option = "provider";
  PlanChoice choice = { .provider = provider_find (name) };
  bool ok = plan_fill_choice (plan, request, &choice, &option, &error);
  choice.is_ready = is_alone || (ok && plan_is_ready (plan, &choice));
  g_array_append_val (request->choices, choice);
  if (ok)
    return true;
  bool is_named = is_alone || strstr (error->message, name) != NULL;
  return problems_add (problems, plan_mark_of (request->step, option), "%s%s%s",
                       is_named ? "" : name, is_named ? "" : ": ", error->message);
}

static bool
add_all_named (const Plan *plan, PlanRequest *request, Problems *problems)
{
  char *const usual[] = { (char *)"synthetic", NULL };
  char *const *names = request->options->provider;
  bool ok = true;
  if (names == NULL || names[0] == NULL)
    names = usual;
  if (!check_names (request->step, names, problems))
    return false;
  for (unsigned i = 0; names[i] != NULL; i++)
    ok = add_named (plan, request, names[i], names[1] == NULL, problems) && ok;
  return ok;
}

/* ---- all ---- */

/* The first that can be asked; or else one whose refusal says what to do. */
static unsigned
first_turn (const PlanRequest *request)
{
  for (unsigned i = 0; i < request->choices->len; i++)
    if (plan_can_ask (plan_choice_at (request, i)))
      return i;
  for (unsigned i = 0; i < request->choices->len; i++)
    if (plan_choice_at (request, i)->gone == NULL)
      return i;
  return 0;
}

bool
plan_choose (const Plan *plan, PlanRequest *request, Problems *problems)
{
  char *const *names = request->options->provider;
  bool is_auto = names != NULL && names[0] != NULL && names[1] == NULL &&
                 strcmp (names[0], GENERATE_AUTO) == 0;
  if (!is_auto && node_get (request->step->node, "prefer") != NULL)
    return problems_add (problems, plan_mark_of (request->step, "prefer"),
                         "'prefer' is what 'provider: " GENERATE_AUTO
                         "' goes by; of providers that are named, the order is what counts");
  request->choices = g_array_new (FALSE, FALSE, sizeof (PlanChoice));
  g_array_set_clear_func (request->choices, choice_clear);
  if (is_auto ? !plan_rank (plan, request, problems) : !add_all_named (plan, request, problems))
    return false;
  request->choice = first_turn (request);
  return true;
}
