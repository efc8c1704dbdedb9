/* What is asked of a provider, and its fingerprint: model, prompt, ratio, resolution, seed, variant;
 * reference pictures by what they hold; never who is asked, nor how often or how long. */
#include "plan/plan-private.h"

#include "base/path.h"

void
plan_request_free (PlanRequest *request)
{
  if (request == NULL)
    return;
  step_unref (request->step);
  if (request->references != NULL)
    g_array_unref (request->references);
  if (request->choices != NULL)
    g_array_unref (request->choices);
  g_free (request);
}

const Mark *
plan_mark_of (const Step *source, const char *option)
{
  const Node *node = node_get (source->node, option);
  return node != NULL ? &node->mark : &source->mark;
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
  return is_list ? &node_item (node, i)->mark : plan_mark_of (source, "references");
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
    ok = problems_add (problems, plan_mark_of (request->step, "mask"), "%s", error->message);
  return ok;
}

/* ---- the request ---- */

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
  if (!read_references (plan, request, problems) || !plan_choose (plan, request, problems))
    return NULL;
  return g_steal_pointer (&request);
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
  const Node *chosen = node_get (config_generate (plan->pipeline->config), "provider");
  if (options == NULL)
    return first->has_references;
  if (chosen != NULL)
    names = chosen;
  else if (options->kind != NODE_MAP) /* a prompt alone, or a variable that stands for anything */
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
