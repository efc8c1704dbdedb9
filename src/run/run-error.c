#include "run/run-error.h"

#include "cache/cache.h"
#include "image/image.h"
#include "pipeline/pipeline.h"
#include "providers/provider.h"
#include "stages/stage.h"
#include "transport/transport-error.h"

G_DEFINE_QUARK (peel_run_error, run_error)

#undef run_fail
bool
run_fail (GError **error, RunErrorCode code, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (RUN_ERROR, (int)code, format, arguments);
  va_end (arguments);
  return false;
}

RunErrorCode
run_error_class (const GError *error)
{
  if (error->domain == RUN_ERROR)
    return (RunErrorCode)error->code;
  if (g_error_matches (error, PIPELINE_ERROR, PIPELINE_ERROR_INVALID))
    return RUN_ERROR_INVALID;
  if (g_error_matches (error, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    return RUN_ERROR_CORRUPT;
  if (g_error_matches (error, IMAGE_ERROR, IMAGE_ERROR_TARGET) ||
      g_error_matches (error, IMAGE_ERROR, IMAGE_ERROR_INK) ||
      g_error_matches (error, STAGE_ERROR, STAGE_ERROR_TARGET))
    return RUN_ERROR_TARGET;
  if (error->domain == TRANSPORT_ERROR ||
      g_error_matches (error, PROVIDER_ERROR, PROVIDER_ERROR_CONFIG))
    return RUN_ERROR_PROVIDER;
  return RUN_ERROR_FAILED;
}
