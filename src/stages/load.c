#include "stages/load.h"

#include "stages/stage.h"

static const Option rows[] = {
  { OPTION_TEXTS (LoadOptions, files), .name = "files",
    .help = "Pictures to start from: paths and globs, relative to the pipeline's folder",
    .flags = OPTION_REQUIRED },
  { OPTION_BOOL (LoadOptions, keep), .name = "keep",
    .help = "Keep the bytes in the cache of originals as well", .fallback = "true" },
  { 0 },
};
const OptionTable load_options = { rows, sizeof (LoadOptions), .shorthand = "files" };

const StageType stage_load = {
  .name = "load",
  .summary = "Starts from pictures that are already there.",
  .role = STAGE_SOURCE,
  .revision = 1,
  .options = &load_options,
};
