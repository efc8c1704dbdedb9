/* `provider: auto`: of all pairs of a provider and a model that can do what is asked, the best first. The family of
 * the best that is ready is the request's, and the others of that family stand behind it. While none is ready,
 * nobody can be asked, and what any of them has drawn is as good as another's. */
#include <math.h>

#include "plan/plan-private.h"

/* Who comes first where `prefer` finds no difference; then the others, as they are listed. */
static const char *const first_names[] = { "vertex", "ai-studio", "openai" };

/* Those that send requests: the others draw for tests, or are programs that somebody must mean. */
static GPtrArray *
list_services (void)
{
  GPtrArray *services = g_ptr_array_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (first_names); i++)
    g_ptr_array_add (services, (gpointer)provider_find (first_names[i]));
  for (unsigned i = 0; i < provider_n_types (); i++) {
    const ProviderType *type = provider_types[i];
    if (type->take_answer != NULL && type->has_models && !g_ptr_array_find (services, type, NULL))
      g_ptr_array_add (services, (gpointer)type);
  }
  return services;
}

/* ---- what is better ---- */

/* Less is better; what nobody knows comes last. */
static double
score (const PlanChoice *choice, const GenerateOptions *options)
{
  double seconds = model_seconds (choice->row, options->resolution);
  switch ((Prefer)options->prefer) {
  case PREFER_QUALITY:
    return choice->row->quality > 0 ? -choice->row->quality : INFINITY;
  case PREFER_SPEED:
    return seconds > 0 ? seconds : INFINITY;
  case PREFER_COST:
    return choice->has_price ? choice->cost_usd : INFINITY;
  }
  return INFINITY;
}

static int
compare (const void *a, const void *b, void *options)
{
  double x = score (a, options), y = score (b, options);
  return x < y ? -1 : x > y;
}

/* ---- who can do it ---- */

typedef struct {
  const Plan *plan;
  const PlanRequest *request;
  const char *family; /* NULL: any */
  GArray *found;      /* PlanChoice */
  GString *refusals;  /* one of each provider */
} Survey;

/* The table begins with the models that people ask for: what the first one says is what helps most. */
static void
try_service (Survey *survey, const ProviderType *service)
{
  const ModelTable *models = config_models (survey->plan->pipeline->config);
  g_autoptr (GError) first = NULL;
  unsigned n_before = survey->found->len;
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *row = model_table_row (models, i);
    if (model_is_retired (row) || !model_is_at (row, service->name) ||
        (survey->family != NULL && strcmp (model_family (row), survey->family) != 0))
      continue;
    const char *option;
    PlanChoice choice = { .provider = service, .row = row };
    if (plan_fill_choice (survey->plan, survey->request, &choice, &option,
                          first == NULL ? &first : NULL)) {
      choice.is_ready = plan_is_ready (survey->plan, &choice);
      g_array_append_val (survey->found, choice);
    }
  }
  if (survey->found->len == n_before)
    g_string_append_printf (survey->refusals, "; %s: %s", service->name,
                            first != NULL ? first->message : "it does not have the model");
}

/* ---- the model that is named ---- */

static const Model *
find_named (const ModelTable *models, const GPtrArray *services, const char *name)
{
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *row = model_table_row (models, i);
    if (model_is_named (row, name))
      return row;
    for (unsigned s = 0; s < services->len; s++)
      if (strcmp (model_id_at (row, ((const ProviderType *)services->pdata[s])->name), name) == 0)
        return row;
  }
  return NULL;
}

/* Its answers are in the cache, and nobody can be asked for more. */
static bool
add_retired (const Plan *plan, PlanRequest *request, Problems *problems)
{
  g_autoptr (GError) error = NULL;
  const char *option = "model";
  PlanChoice choice = { .provider = provider_find (first_names[0]) };
  bool ok = plan_fill_choice (plan, request, &choice, &option, &error);
  g_array_append_val (request->choices, choice);
  return ok || problems_add (problems, plan_mark_of (request->step, option), "%s", error->message);
}

/* ---- all ---- */

static const PlanChoice *
first_ready (const GArray *found)
{
  for (unsigned i = 0; i < found->len; i++) {
    const PlanChoice *choice = &g_array_index (found, PlanChoice, i);
    if (choice->is_ready)
      return choice;
  }
  return NULL;
}

/* Of one family, those that are ready before the others. */
static void
take_best (const GArray *found, GArray *choices)
{
  const PlanChoice *best = first_ready (found);
  if (best == NULL) {
    g_array_append_vals (choices, found->data, found->len);
    return;
  }
  const bool turns[] = { true, false };
  for (unsigned turn = 0; turn < G_N_ELEMENTS (turns); turn++)
    for (unsigned i = 0; i < found->len; i++) {
      const PlanChoice *choice = &g_array_index (found, PlanChoice, i);
      if (choice->is_ready == turns[turn] &&
          strcmp (model_family (choice->row), model_family (best->row)) == 0)
        g_array_append_vals (choices, choice, 1);
    }
}

bool
plan_rank (const Plan *plan, PlanRequest *request, Problems *problems)
{
  const ModelTable *models = config_models (plan->pipeline->config);
  const char *name = request->options->model;
  g_autoptr (GPtrArray) services = list_services ();
  const Model *named = models != NULL && name != NULL ? find_named (models, services, name) : NULL;
  if (models == NULL || (name != NULL && named == NULL))
    return problems_add (problems, plan_mark_of (request->step, "model"),
                         "no provider has the model '%s' in the models table; 'peel models' lists "
                         "them, and a row under 'models:' in your configuration adds one",
                         name != NULL ? name : GENERATE_AUTO);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (PlanChoice));
  g_autoptr (GString) refusals = g_string_new (NULL);
  Survey survey = { plan, request, named != NULL ? model_family (named) : NULL, found, refusals };
  for (unsigned i = 0; i < services->len; i++)
    try_service (&survey, services->pdata[i]);
  if (found->len == 0 && named != NULL && model_is_retired (named))
    return add_retired (plan, request, problems);
  if (found->len == 0)
    return problems_add (problems, plan_mark_of (request->step, "provider"),
                         "no provider can do what is asked: %s", refusals->str + strlen ("; "));
  g_array_sort_with_data (found, compare, (gpointer)request->options);
  take_best (found, request->choices);
  return true;
}
