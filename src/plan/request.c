/* What is asked of a provider, and its fingerprint: model, prompt, ratio, resolution, seed, variant;
 * never who is asked, nor how often or how long. */
#include "plan/plan-private.h"

void
plan_request_free (PlanRequest *request)
{
  if (request == NULL)
    return;
  step_unref (request->step);
  g_free (request);
}

/* Where an option was written; the stage if it was not. */
static const Mark *
mark_of (const Step *source, const char *option)
{
  const Node *node = node_get (source->node, option);
  return node != NULL ? &node->mark : &source->mark;
}

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
      complain_unknown (name, is_list ? &node_item (node, i)->mark : mark_of (source, "provider"),
                        problems);
    ok = ok && provider != NULL;
    if (chosen == NULL)
      chosen = provider;
  }
  return !ok ? NULL : chosen != NULL ? chosen : provider_find ("synthetic");
}

static Digest
request_fingerprint (const PlanRequest *request)
{
  g_autoptr (GString) text = g_string_new ("peel request 1\n");
  g_string_append_printf (text, "model %s\nvariant %d\ngenerate", request->model, request->variant);
  /* No file option, so nothing can fail. */
  options_append_canonical (&generate_options, request->options, NULL, NULL, text, NULL);
  return digest_of (text->str, text->len);
}

PlanRequest *
plan_request (const Plan *plan, unsigned i, Problems *problems)
{
  return plan_request_of (plan, plan_image (plan, i), problems);
}

PlanRequest *
plan_request_of (const Plan *plan, const PlanImage *image, Problems *problems)
{
  g_autoptr (PlanRequest) request = g_new0 (PlanRequest, 1);
  request->step = plan_source_step (plan, image->row, problems);
  if (request->step == NULL)
    return NULL;
  request->options = request->step->options;
  request->provider = choose_provider (request->step, problems);
  if (request->provider == NULL)
    return NULL;
  const ProviderType *provider = request->provider;
  request->config = config_provider (plan->pipeline->config, provider);
  request->model = provider->model != NULL ? provider->model (request->options, request->config)
                                           : provider->default_model;
  if (provider->cost != NULL && request->config != NULL)
    request->cost_usd = provider->cost (request->config);
  request->is_paid = request->cost_usd > 0;
  request->variant = image->variant;
  g_autoptr (GError) error = NULL;
  if (!request->provider->expected_size (request->options, &request->width, &request->height,
                                         &error)) {
    problems_add (problems, mark_of (request->step, "resolution"), "%s", error->message);
    return NULL;
  }
  request->fingerprint = request_fingerprint (request);
  return g_steal_pointer (&request);
}
