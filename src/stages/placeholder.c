#include "stages/stage.h"

typedef struct {
  unsigned kinds;
} PlaceholderOptions;

static const OptionChoice kinds[] = {
  { "thumbhash", PLACEHOLDER_THUMBHASH, "25 bytes, with shape and transparency" },
  { "blurhash", PLACEHOLDER_BLURHASH, "About 30 characters, widely supported" },
  { "lqip", PLACEHOLDER_LQIP, "A tiny WebP as a data URI, at most 600 bytes" },
  { "color", PLACEHOLDER_COLOR, "The dominant colour" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_CHOICES (PlaceholderOptions, kinds), .name = "kinds",
    .help = "What the manifest tells of the picture for the time until it is loaded",
    .choices = kinds, .fallback = "thumbhash,color" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (PlaceholderOptions),
                                           .shorthand = "kinds" };

static void
deliver (const void *data, Delivery *delivery)
{
  const PlaceholderOptions *options = data;
  delivery->placeholders = options->kinds;
}

const StageType stage_placeholder = {
  .name = "placeholder",
  .summary = "Puts a stand-in for the picture into the manifest.",
  .role = STAGE_DELIVERY,
  .revision = 1,
  .options = &options_table,
  .deliver = deliver,
};
