/* Every mistake that can be found before anything is read, paid for or made. */
#include "plan/paths.h"
#include "plan/plan-private.h"

/* What an original that is not generated is taken for while nobody has looked at it: larger than any size that a
 * pipeline asks for, so that no two sizes fall together, within what every format can hold, and of
 * a shape far from those in use (1:1, 5:4, 4:3), so that a width and a height do not fall together
 * either: 40x30 is what both of them give for many a picture, and only the real one may say so. */
static const Shape assumed_shape = {
  .width = 16001, .height = 13907, .is_exact = true, .bit_depth = 8, .n_channels = 3
};

static bool
expected_facts (const Plan *plan, unsigned i, OriginalFacts *out_facts, Problems *problems)
{
  *out_facts = (OriginalFacts){ .is_expected = true, .shape = assumed_shape };
  out_facts->is_assumed = plan_image (plan, i)->source != PLAN_GENERATED;
  if (out_facts->is_assumed)
    return true;
  g_autoptr (PlanRequest) request = plan_request (plan, i, problems);
  if (request == NULL)
    return false;
  const PlanChoice *choice = plan_choice (request);
  out_facts->shape.width = choice->width;
  out_facts->shape.height = choice->height;
  out_facts->source_type = choice->provider->source_type;
  return true;
}

typedef struct {
  PlanPaths *paths;
  const Step *step;
  Problems *problems;
} Reader;

static void
add_read_file (void *data, const char *path)
{
  const Reader *reader = data;
  if (!plan_paths_add_input (reader->paths, path))
    problems_add (reader->problems, &reader->step->mark,
                  "'%s' reads a file that an output would overwrite: %s", reader->step->type->name,
                  path);
}

/* Overlays and profiles are inputs too. */
static void
add_read_files (const Derivative *derivative, PlanPaths *paths, Problems *problems)
{
  for (unsigned i = 0; i < derivative->steps->len; i++) {
    const Step *step = derivative->steps->pdata[i];
    Reader reader = { paths, step, problems };
    options_each_file (step->type->options, step->options, add_read_file, &reader);
  }
}

/* Sizes of real files are not known here: whether one is large enough is for the run to say. */
static bool
expand_image (const Plan *plan, unsigned i, bool with_proofs, PlanPaths *paths,
              unsigned *n_targets_missed, Problems *problems)
{
  OriginalFacts facts;
  if (!expected_facts (plan, i, &facts, problems))
    /* What else is wrong is told in one go; sizes are a guess then. */
    facts = (OriginalFacts){ .is_expected = true, .is_assumed = true, .shape = assumed_shape };
  g_autoptr (Expansion) expansion = plan_expand (plan, i, &facts, problems);
  if (expansion == NULL)
    return false;
  bool ok = true;
  for (unsigned d = 0; d < expansion->derivatives->len; d++) {
    const Derivative *derivative = expansion->derivatives->pdata[d];
    if (derivative->problem != NULL) {
      *n_targets_missed += derivative->misses_target;
      ok = problems_add (problems, &derivative->problem_mark, "%s", derivative->problem);
      continue;
    }
    add_read_files (derivative, paths, problems);
    ok = plan_paths_claim (paths, derivative->path, derivative->shown, &derivative->mark,
                           problems) &&
         (!with_proofs || !derivative_is_for_print (derivative) ||
          plan_paths_claim_proof (paths, derivative, problems)) &&
         ok;
  }
  return ok;
}

static void
add_paths_of_plan (const Plan *plan, PlanPaths *paths, Problems *problems)
{
  const Node *manifest = node_get (plan->pipeline->root, "manifest");
  if (!plan_paths_add_plan (paths, plan))
    problems_add (problems, manifest != NULL ? &manifest->mark : NULL,
                  "the manifest would overwrite a file that the pipeline reads");
}

bool
plan_check (const Plan *plan, bool with_proofs, unsigned *out_n_targets_missed, Problems *problems)
{
  enum { ENOUGH_PROBLEMS = 100 };
  g_autoptr (PlanPaths) paths = plan_paths_new (plan->world);
  unsigned before = problems_count (problems);
  *out_n_targets_missed = 0;
  add_paths_of_plan (plan, paths, problems);
  for (unsigned i = 0; i < plan_n_images (plan); i++) {
    expand_image (plan, i, with_proofs, paths, out_n_targets_missed, problems);
    if (problems_count (problems) > before + ENOUGH_PROBLEMS)
      break;
  }
  return problems_count (problems) == before;
}
