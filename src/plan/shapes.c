/* What a chain makes of a picture's shape, known without pixels. */
#include "plan/plan-private.h"

/* On a sheet a pixel has its place and its size: whatever changes the number of them belongs before it. */
static bool
change_shape (const Step *step, Shape *shape, bool *out_is_for_any, GError **error)
{
  *out_is_for_any = false;
  if (step->type->shape == NULL)
    return true;
  if (shape->sheet.width_mm == 0)
    return step->type->shape (step->options, shape, error);
  Shape after = *shape, exact = *shape;
  exact.is_exact = true;
  if (!step->type->shape (step->options, &after, error)) {
    *out_is_for_any = !g_error_matches (*error, STAGE_ERROR, STAGE_ERROR_GEOMETRY);
    return false;
  }
  *out_is_for_any = true;
  /* Also of an estimate: a stage that makes one of an exact size changes it. */
  if (step->type->shape (step->options, &exact, NULL) && exact.is_exact &&
      exact.width == shape->width && exact.height == shape->height) {
    exact.is_exact = shape->is_exact;
    *shape = exact;
    return true;
  }
  return stage_fail (error, STAGE_ERROR_FAILED,
                     "'%s' changes the size of the picture, and 'page' has settled it; put '%s' "
                     "before 'page', or 'page' into those outputs that are for print",
                     step->type->name, step->type->name);
}

bool
plan_apply_shapes (const GPtrArray *steps, bool is_assumed, Shape *shape, Mark *out_mark,
                   GError **error)
{
  for (unsigned i = 0; i < steps->len; i++) {
    const Step *step = steps->pdata[i];
    g_autoptr (GError) problem = NULL;
    bool is_for_any;
    if (change_shape (step, shape, &is_for_any, &problem))
      continue;
    if (is_assumed && !is_for_any)
      continue;
    g_propagate_error (error, g_steal_pointer (&problem));
    *out_mark = step->mark;
    return false;
  }
  return true;
}
