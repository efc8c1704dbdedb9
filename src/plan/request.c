/* What is asked of a provider, and its fingerprint: model, prompt, ratio, resolution, seed, variant;
 * reference pictures by what they hold; never who is asked, nor how often or how long. */
#include "plan/plan-private.h"

#include "base/path.h"
#include "providers/capability.h"
#include "providers/size.h"

void
plan_request_free (PlanRequest *request)
{
  if (request == NULL)
    return;
  step_unref (request->step);
  if (request->references != NULL)
    g_array_unref (request->references);
  g_free (request->gone);
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

/* ---- reference pictures ---- */

static void
reference_clear (gpointer data)
{
  g_free (((PlanReference *)data)->path);
}

static const Mark *
mark_of_reference (const Step *source, unsigned i)
{
  const Node *node = node_get (source->node, "references");
  bool is_list = node != NULL && node->kind == NODE_LIST && i < node_length (node);
  return is_list ? &node_item (node, i)->mark : mark_of (source, "references");
}

/* "original:HASH" */
static bool
find_original (const Plan *plan, const char *hash, Digest *out_digest, GError **error)
{
  char *hashes[] = { (char *)hash, NULL };
  const RecallOptions asked = { .hash = hashes };
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)plan_original_free);
  if (!plan->world->recall (plan->world->data, &asked, found, error))
    return false;
  *out_digest = ((PlanOriginal *)found->pdata[0])->digest;
  return true;
}

/* What is sent along leaves this machine, so a pipeline from elsewhere may not choose it among all
 * files of the user. Where links lead to counts; the file is read by that name. */
static bool
find_file (const Plan *plan, PlanReference *reference, const char *text, const char *folder,
           GError **error)
{
  const PlanWorld *world = plan->world;
  g_autofree char *named = path_resolve (folder, text);
  reference->path = world->real_path != NULL ? world->real_path (world->data, named)
                                             : g_strdup (named);
  if (plan->pipeline->allow_outside || path_is_within (reference->path, plan->real_folder))
    return world->file_digest (world->data, reference->path, &reference->digest, error);
  g_set_error (error, PIPELINE_ERROR, PIPELINE_ERROR_INVALID,
               "'%s' is outside the pipeline's folder, and would be sent away; --allow-outside "
               "permits it",
               text);
  return false;
}

static bool
add_reference (const Plan *plan, const char *text, const char *folder, GArray *references,
               GError **error)
{
  PlanReference reference = { 0 };
  if (g_str_has_prefix (text, "original:")) {
    if (!find_original (plan, text + strlen ("original:"), &reference.digest, error))
      return false;
  } else if (!find_file (plan, &reference, text, folder, error)) {
    g_free (reference.path);
    return false;
  }
  g_array_append_val (references, reference);
  return true;
}

static bool
read_references (const Plan *plan, PlanRequest *request, Problems *problems)
{
  const GenerateOptions *options = request->options;
  const Node *node = node_get (request->step->node, "references");
  const char *folder = pipeline_folder_of (plan->pipeline,
                                           node != NULL ? node : request->step->node);
  bool ok = true;
  request->references = g_array_new (FALSE, FALSE, sizeof (PlanReference));
  g_array_set_clear_func (request->references, reference_clear);
  for (unsigned i = 0; options->references != NULL && options->references[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    if (!add_reference (plan, options->references[i], folder, request->references, &error))
      ok = problems_add (problems, mark_of_reference (request->step, i), "%s", error->message);
  }
  g_autoptr (GError) error = NULL;
  if (ok && options->mask != NULL &&
      !add_reference (plan, options->mask, folder, request->references, &error))
    ok = problems_add (problems, mark_of (request->step, "mask"), "%s", error->message);
  return ok;
}

/* ---- the model ---- */

static bool
choose_model (const Plan *plan, PlanRequest *request, Problems *problems)
{
  const ProviderType *provider = request->provider;
  const ModelTable *models = config_models (plan->pipeline->config);
  const char *name = provider->model != NULL ? provider->model (request->options, request->config)
                                             : NULL;
  if (name == NULL)
    name = provider->default_model;
  request->model = name;
  if (provider->has_models && models == NULL)
    return true;
  g_autoptr (GError) error = NULL;
  const char *option = "model";
  if (provider->has_models)
    request->row = model_table_find (models, provider->name, name, &error);
  if (error != NULL && (request->row = model_table_find_retired (models, name)) != NULL) {
    /* What it drew is as good as ever; only a miss is an error. */
    request->gone = g_strdup (error->message);
    request->model = request->row->id;
    return true;
  }
  if (request->row != NULL)
    request->model = model_id_at (request->row, provider->name);
  if (error != NULL ||
      (provider->check != NULL &&
       !provider->check (request->options, request->row, request->config, &option, &error)))
    return problems_add (problems, mark_of (request->step, option), "%s", error->message);
  return true;
}

static void
find_price (PlanRequest *request)
{
  const ProviderType *provider = request->provider;
  bool has_own = provider->cost != NULL && request->config != NULL &&
                 provider->cost (request->config) > 0;
  if (has_own) {
    request->cost_usd = provider->cost (request->config);
    request->has_price = true;
  } else if (request->row != NULL) {
    request->has_price = model_price (request->row, request->options->resolution,
                                      request->references->len, &request->cost_usd);
  }
  request->is_paid = has_own ||
                     (provider->has_models && (request->row == NULL || !request->row->is_free));
}

/* ---- the request ---- */

static bool
request_fingerprint (const Plan *plan, PlanRequest *request, Problems *problems)
{
  g_autoptr (GError) error = NULL;
  const char *family = request->row != NULL ? model_family (request->row) : request->model;
  g_autoptr (GString) text = g_string_new ("peel request 1\n");
  g_string_append_printf (text, "model %s\nvariant %d\ngenerate", family, request->variant);
  if (!options_append_canonical (&generate_options, request->options, plan->world->file_digest,
                                 plan->world->data, text, &error))
    return problems_add (problems, mark_of (request->step, "mask"), "%s", error->message);
  unsigned n = generate_n_references (request->options);
  for (unsigned i = 0; i < n; i++)
    g_string_append_printf (
      text, "%s%s", i == 0 ? "\nreferences " : " ",
      digest_to_hex (&g_array_index (request->references, PlanReference, i).digest).text);
  request->fingerprint = digest_of (text->str, text->len);
  return true;
}

/* Of a model that is gone nobody knows the sizes any more. */
static bool
find_size (PlanRequest *request, GError **error)
{
  enum { MOST_EDGE = 65535 };
  return request->gone != NULL
           ? size_of_answer (request->options, request->model, MOST_EDGE, &request->width,
                             &request->height, error)
           : request->provider->expected_size (request->options, request->row, &request->width,
                                               &request->height, error);
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
  request->variant = image->variant;
  request->provider = choose_provider (request->step, problems);
  if (request->provider == NULL)
    return NULL;
  request->config = config_provider (plan->pipeline->config, request->provider);
  if (!choose_model (plan, request, problems) || !read_references (plan, request, problems))
    return NULL;
  find_price (request);
  g_autoptr (GError) error = NULL;
  if (!find_size (request, &error)) {
    problems_add (problems, mark_of (request->step, "resolution"), "%s", error->message);
    return NULL;
  }
  return request_fingerprint (plan, request, problems) ? g_steal_pointer (&request) : NULL;
}

/* ---- of the whole plan ---- */

static bool
may_be_paid (const char *name, const Config *config)
{
  const ProviderType *provider = provider_find (name);
  if (provider == NULL || provider->has_models)
    return true;
  const void *own = config_provider (config, provider);
  return own != NULL && provider->cost != NULL && provider->cost (own) > 0;
}

/* What stands in the file is enough: a look at each image would take as long as planning it. */
bool
plan_may_be_paid (const Plan *plan)
{
  const Node *first = node_item (plan->pipeline->stage_list, 0);
  const Node *options = node_get (first, "generate"), *names = node_get (options, "provider");
  if (options == NULL)
    return first->has_references;
  if (options->kind != NODE_MAP) /* a prompt alone, or a variable that stands for anything */
    return options->has_references;
  if (names == NULL)
    return false;
  if (names->has_references)
    return true;
  if (names->kind != NODE_LIST)
    return may_be_paid (names->text, plan->pipeline->config);
  for (unsigned i = 0; i < node_length (names); i++)
    if (may_be_paid (node_item (names, i)->text, plan->pipeline->config))
      return true;
  return false;
}
