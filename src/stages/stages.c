#include "stages/stage.h"

#include "base/nearest.h"

/* In order of name. A new stage is its file, its line here and its line in CMakeLists.txt. */
#define STAGES(STAGE)                                                                              \
  STAGE (adjust)                                                                                   \
  STAGE (blur)                                                                                     \
  STAGE (color)                                                                                    \
  STAGE (crop)                                                                                     \
  STAGE (flatten)                                                                                  \
  STAGE (flip)                                                                                     \
  STAGE (generate)                                                                                 \
  STAGE (load)                                                                                     \
  STAGE (metadata)                                                                                 \
  STAGE (overlay)                                                                                  \
  STAGE (pad)                                                                                      \
  STAGE (page)                                                                                     \
  STAGE (placeholder)                                                                              \
  STAGE (recall)                                                                                   \
  STAGE (recompress)                                                                               \
  STAGE (resize)                                                                                   \
  STAGE (rotate)                                                                                   \
  STAGE (sharpen)                                                                                  \
  STAGE (trim)                                                                                     \
  STAGE (upscale)

#define DECLARE(name) extern const StageType stage_##name;
STAGES (DECLARE)

#define POINT(name) &stage_##name,
const StageType *const stage_types[] = { STAGES (POINT) };

G_DEFINE_QUARK (peel_stage_error, stage_error)

int
stage_revision (const StageType *type, const void *options)
{
  return type->revision_of != NULL ? type->revision_of (options) : type->revision;
}

unsigned
stage_n_types (void)
{
  return G_N_ELEMENTS (stage_types);
}

const StageType *
stage_find (const char *name)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (stage_types); i++)
    if (g_str_equal (stage_types[i]->name, name))
      return stage_types[i];
  return NULL;
}

const char *
stage_nearest (const char *name)
{
  const char *names[G_N_ELEMENTS (stage_types)];
  for (unsigned i = 0; i < G_N_ELEMENTS (stage_types); i++)
    names[i] = stage_types[i]->name;
  return nearest_name (name, names, G_N_ELEMENTS (names));
}

#undef stage_fail
bool
stage_fail (GError **error, StageErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (STAGE_ERROR, code, format, arguments);
  va_end (arguments);
  return false;
}
