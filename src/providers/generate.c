#include "providers/generate.h"

static const OptionChoice persons[] = {
  { "allow-all", PERSON_ALL, "anyone" },
  { "allow-adult", PERSON_ADULT, "adults only" },
  { "allow-none", PERSON_NONE, "nobody" },
  { 0 },
};

static const OptionChoice thresholds[] = {
  { "block-low", SAFETY_BLOCK_LOW, "what is harmful with a low probability, or more" },
  { "block-medium", SAFETY_BLOCK_MEDIUM, "with a medium one, or more" },
  { "block-high", SAFETY_BLOCK_HIGH, "with a high one" },
  { "block-none", SAFETY_BLOCK_NONE, "nothing is blocked; the answer still tells" },
  { "off", SAFETY_OFF, "the filter is off" },
  { 0 },
};

#define SAFETY_ROW(field, words)                                                                   \
  OPTION_CHOICE (SafetyOptions, field), .name = words, .choices = thresholds
static const Option safety_rows[] = {
  { SAFETY_ROW (all, "all"), .help = "What is blocked in each category that is not named" },
  { SAFETY_ROW (hate_speech, "hate-speech"), .help = "What is blocked as hate speech" },
  { SAFETY_ROW (dangerous_content, "dangerous-content"), .help = "What is blocked as dangerous" },
  { SAFETY_ROW (harassment, "harassment"), .help = "What is blocked as harassment" },
  { SAFETY_ROW (sexually_explicit, "sexually-explicit"),
    .help = "What is blocked as sexually explicit" },
  { 0 },
};
static const OptionTable safety_options = { safety_rows, sizeof (SafetyOptions),
                                            .shorthand = "all" };

static const OptionChoice thinking_levels[] = {
  { "minimal", THINKING_MINIMAL, NULL },
  { "low", THINKING_LOW, NULL },
  { "medium", THINKING_MEDIUM, NULL },
  { "high", THINKING_HIGH, NULL },
  { 0 },
};

static const OptionChoice output_types[] = {
  { "png", OUTPUT_TYPE_PNG, NULL },
  { "jpeg", OUTPUT_TYPE_JPEG, NULL },
  { "webp", OUTPUT_TYPE_WEBP, NULL },
  { 0 },
};

static const OptionChoice preferences[] = {
  { "quality", PREFER_QUALITY, "the best pictures" },
  { "speed", PREFER_SPEED, "the least time for a picture" },
  { "cost", PREFER_COST, "the lowest price" },
  { 0 },
};

static const OptionChoice acceptances[] = {
  { "any", ACCEPT_ANY, "of any provider: the same model is the same request" },
  { "same-provider", ACCEPT_SAME_PROVIDER, "only of those that are to be asked" },
  { 0 },
};

static const OptionChoice other_sizes[] = {
  { "warn", OTHER_SIZE_WARN, "outputs are made of what came, and a warning tells" },
  { "fail", OTHER_SIZE_FAIL, "the image fails; its original is kept" },
  { 0 },
};

static const Option rows[] = {
  { OPTION_TEXTS (GenerateOptions, provider), .name = "provider",
    .help = "Who makes the picture; of several the first that can be asked, then the next. 'auto': "
            "whoever"
            " suits 'prefer' best. 'synthetic' draws locally, for free",
    .fallback = "synthetic",
    /* The same request may be answered by another provider: who was asked shapes no pixels. */
    .flags = OPTION_RUN_ONLY, .value_name = "NAME" },
  { OPTION_CHOICE (GenerateOptions, prefer), .name = "prefer", .choices = preferences,
    .help = "What 'provider: auto' goes by", .fallback = "quality", .flags = OPTION_RUN_ONLY },
  { OPTION_CHOICE (GenerateOptions, accept), .name = "accept", .choices = acceptances,
    .help = "Whose answers of the cache are taken", .fallback = "any", .flags = OPTION_RUN_ONLY },
  { OPTION_TEXT (GenerateOptions, model), .name = "model",
    .help = "Model to ask; unset: the provider's usual one. The synthetic provider has one painter"
            " and takes any name",
    /* The request names the model that the provider settled on, also when none was written. */
    .flags = OPTION_RUN_ONLY, .value_name = "NAME" },
  { OPTION_TEXT (GenerateOptions, prompt), .name = "prompt",
    .help = "What to picture. A block scalar (|) keeps '#', quotes and line ends as they are",
    .flags = OPTION_REQUIRED | OPTION_FREE_TEXT },
  { OPTION_TEXT (GenerateOptions, negative_prompt), .name = "negative-prompt",
    .help = "What is not to be in the picture, for models that are told so apart",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXTS (GenerateOptions, references), .name = "references",
    .help = "Pictures to go by, in order: files, or original:HASH of the cache",
    /* Where they are shapes no pixels: what they hold is part of the request by itself. */
    .flags = OPTION_RUN_ONLY, .value_name = "FILE" },
  { OPTION_FILE (GenerateOptions, mask), .name = "mask",
    .help =
      "A PNG of the first reference's size: where it is transparent, the picture is changed" },
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
  { OPTION_CHOICE (GenerateOptions, person_generation), .name = "person-generation",
    .choices = persons,
    .help = "Who may be in the picture; unset: what the service usually allows" },
  { OPTION_GROUP (GenerateOptions, safety, SafetyOptions, &safety_options), .name = "safety",
    .help = "What the service's filters block; unset: what they usually do" },
  { OPTION_CHOICE (GenerateOptions, thinking), .name = "thinking", .choices = thinking_levels,
    .help = "How much the model thinks before it draws, which is billed" },
  { OPTION_CHOICE (GenerateOptions, output_type), .name = "output-type", .choices = output_types,
    .help = "The format of the original, where it can be chosen" },
  { OPTION_INT (GenerateOptions, output_quality), .name = "output-quality", .min = 1, .max = 100,
    .help = "The quality of an original in JPEG or WebP; without 'output-type' it is a JPEG" },
  { OPTION_TEXT (GenerateOptions, quality), .name = "quality", .value_name = "WORD",
    .help = "How much effort goes into the picture: low, medium, high, …" },
  { OPTION_TEXT (GenerateOptions, background), .name = "background", .value_name = "WORD",
    .help = "How what is behind the picture is: transparent, opaque or auto" },
  { OPTION_TEXT (GenerateOptions, moderation), .name = "moderation", .value_name = "WORD",
    .help = "How strictly prompts are judged: auto or low" },
  { OPTION_TEXTS (GenerateOptions, labels), .name = "labels", .value_name = "KEY=VALUE",
    .help = "Labels of the call in the bill of Vertex AI, for Gemini's models (others go without):"
            " lower-case letters, digits, '_' and '-'",
    .flags = OPTION_RUN_ONLY },
  { OPTION_INT (GenerateOptions, upscale_factor), .name = "upscale-factor", .min = 2, .max = 4,
    .help = "How many times as large an upscaler makes its reference" },
  { OPTION_CHOICE (GenerateOptions, on_other_size), .name = "on-other-size", .choices = other_sizes,
    .fallback = "warn",
    .help = "What to do when the picture has not the pixels that were asked for",
    .flags = OPTION_RUN_ONLY },
  { 0 },
};

const OptionTable generate_options = { rows, sizeof (GenerateOptions), .shorthand = "prompt" };
