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

static const ProviderType *
choose_provider (const Step *source, Problems *problems)
{
  const GenerateOptions *options = source->options;
  const char *name = options->provider != NULL ? options->provider[0] : NULL;
  const ProviderType *provider = name != NULL ? provider_find (name) : provider_types[0];
  const Node *node = node_get (source->node, "provider");
  const Mark *mark = node != NULL ? &node->mark : &source->mark;
  if (provider != NULL)
    return provider;
  const char *near = provider_nearest (name);
  if (near != NULL)
    problems_add (problems, mark, "there is no provider '%s'; did you mean '%s'?", name, near);
  else
    problems_add (problems, mark, "there is no provider '%s'; this Peel has: %s", name,
                  provider_types[0]->name);
  return NULL;
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
  const PlanImage *image = plan_image (plan, i);
  g_autoptr (PlanRequest) request = g_new0 (PlanRequest, 1);
  request->step = plan_source_step (plan, image->row, problems);
  if (request->step == NULL)
    return NULL;
  request->options = request->step->options;
  request->provider = choose_provider (request->step, problems);
  if (request->provider == NULL)
    return NULL;
  request->model = request->provider->default_model;
  request->variant = image->variant;
  g_autoptr (GError) error = NULL;
  if (!request->provider->expected_size (request->options, &request->width, &request->height,
                                         &error)) {
    problems_add (problems, &request->step->mark, "%s", error->message);
    return NULL;
  }
  request->fingerprint = request_fingerprint (request);
  return g_steal_pointer (&request);
}
