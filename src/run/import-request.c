/* Which request of a pipeline an import is the answer to. */
#include "base/nearest.h"
#include "run/import.h"
#include "run/world.h"

void
import_request_clear (ImportRequest *request)
{
  g_free (request->image_id);
  g_free (request->prompt);
  g_free (request->model);
  g_free (request->source_type);
  *request = (ImportRequest){ .variant = 0 };
}

#define fail(error, ...) (g_set_error (error, RUN_ERROR, RUN_ERROR_INVALID, __VA_ARGS__), false)

static bool
fail_unknown_image (const Plan *plan, const char *image_id, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  for (unsigned i = 0; i < plan_n_images (plan); i++)
    g_ptr_array_add (ids, plan_image (plan, i)->id);
  const char *near = nearest_name (image_id, (const char *const *)ids->pdata, ids->len);
  if (near != NULL)
    return fail (error, "the pipeline has no image '%s'; did you mean '%s'?", image_id, near);
  return fail (error, "the pipeline has no image '%s'; 'peel plan' lists its images", image_id);
}

/* How many images have the id, and the last of them that has the variant as well. */
static unsigned
count_images (const Plan *plan, const char *image_id, int variant, int *out_index)
{
  unsigned n = 0;
  *out_index = -1;
  for (unsigned i = 0; i < plan_n_images (plan); i++) {
    const PlanImage *image = plan_image (plan, i);
    if (image_id != NULL && strcmp (image->id, image_id) != 0)
      continue;
    n++;
    if (variant == 0 || image->variant == variant)
      *out_index = (int)i;
  }
  return n;
}

static bool
choose_image (const Plan *plan, const char *image_id, int variant, unsigned *out_index,
              GError **error)
{
  int index;
  unsigned n = count_images (plan, image_id, variant, &index);
  if (n == 0 && image_id == NULL)
    return fail (error, "the pipeline has no images");
  if (n == 0)
    return fail_unknown_image (plan, image_id, error);
  if (index < 0)
    return fail (error, "there is no variant %d of %s; it has %u", variant,
                 image_id != NULL ? image_id : "the image", n);
  const PlanImage *image = plan_image (plan, (unsigned)index);
  bool same_id = image_id != NULL || strcmp (plan_image (plan, 0)->id, image->id) == 0;
  if (n > 1 && variant == 0 && same_id && image->has_variants)
    return fail (error, "%s has %u variants; choose one with --variant N", image->id, n);
  if (n > 1 && image_id == NULL && !(variant > 0 && image->has_variants && same_id))
    return fail (error, "the pipeline has %u images; choose one with --image ID, such as '%s'", n,
                 plan_image (plan, 0)->id);
  if (image->source == PLAN_LOADED)
    return fail (error, "%s is loaded from %s, not generated: there is no request to answer",
                 image->id, image->file);
  if (image->source == PLAN_RECALLED)
    return fail (error,
                 "%s is recalled from the cache, not generated: there is no request to answer",
                 image->id);
  *out_index = (unsigned)index;
  return true;
}

bool
import_find_request (const Pipeline *pipeline, const char *home, const char *image_id, int variant,
                     ImportRequest *out_request, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  g_auto (World) world = { .home = home };
  const PlanWorld questions = world_of (&world);
  g_autoptr (Plan) plan = plan_new (pipeline, &questions, problems);
  unsigned index = 0;
  if (plan == NULL)
    return problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error);
  if (!choose_image (plan, image_id, variant, &index, error))
    return false;
  g_autoptr (PlanRequest) request = plan_request (plan, index, problems);
  if (request == NULL)
    return problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error);
  const PlanChoice *choice = plan_choice (request);
  *out_request = (ImportRequest){
    .fingerprint = choice->fingerprint,
    .variant = request->variant,
    .image_id = g_strdup (plan_image (plan, index)->id),
    .prompt = g_strdup (request->options->prompt),
    .model = g_strdup (choice->model),
    .source_type = g_strdup (choice->provider->source_type),
  };
  return true;
}
