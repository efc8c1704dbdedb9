#include "providers/generate.h"

#include "stages/stage.h"

const StageType stage_generate = {
  .name = "generate",
  .summary = "Asks a provider for a picture, unless the cache has the answer.",
  .role = STAGE_SOURCE,
  .revision = 1,
  .options = &generate_options,
};
