#include "providers/generate.h"

static const Option rows[] = {
  { OPTION_TEXTS (GenerateOptions, provider), .name = "provider",
    .help =
      "Who makes the picture; several are tried in order. 'synthetic' draws locally, for free",
    .fallback = "synthetic",
    /* The same request may be answered by another provider: who was asked shapes no pixels. */
    .flags = OPTION_RUN_ONLY, .value_name = "NAME" },
  { OPTION_TEXT (GenerateOptions, model), .name = "model",
    .help = "Model to ask; unset: the provider's usual one. The synthetic provider has one painter"
            " and takes any name",
    /* The request names the model that the provider settled on, also when none was written. */
    .flags = OPTION_RUN_ONLY, .value_name = "NAME" },
  { OPTION_TEXT (GenerateOptions, prompt), .name = "prompt",
    .help = "What to picture. A block scalar (|) keeps '#', quotes and line ends as they are",
    .flags = OPTION_REQUIRED | OPTION_FREE_TEXT },
  { OPTION_RATIO (GenerateOptions, aspect_ratio), .name = "aspect-ratio",
    .help = "Width to height. A resolution of WIDTHxHEIGHT has its own", .fallback = "1:1" },
  { OPTION_TEXT (GenerateOptions, resolution), .name = "resolution",
    .help = "1K, 2K or 4K: about 1, 4 or 17 megapixels at any ratio. Or WIDTHxHEIGHT in px, where"
            " the provider can",
    .fallback = "1K", .value_name = "SIZE" },
  { OPTION_INT (GenerateOptions, seed), .name = "seed",
    .help = "Another number, another picture of the same prompt", .max = 2147483647,
    .fallback = "0" },
  { OPTION_INT (GenerateOptions, variants), .name = "variants",
    .help = "How many pictures to make of the prompt, an image each", .min = 1, .max = 16,
    .fallback = "1",
    /* Each variant's number is part of its request, so that more variants leave the first alone. */
    .flags = OPTION_RUN_ONLY },
  { 0 },
};

const OptionTable generate_options = { rows, sizeof (GenerateOptions), .shorthand = "prompt" };
