/* Draws the picture itself: no account, no network, no cost, and the same pixels everywhere.
 * It stands in for image models, so its sizes are theirs. */
#include "providers/size.h"
#include "providers/types.h"

static bool
expected_size (const GenerateOptions *options, const Model *row, int *out_width, int *out_height,
               GError **error)
{
  return size_of_answer (options, "the synthetic provider draws", PAINTER_MOST_EDGE, out_width,
                         out_height, error);
}

static bool
first_step (const ProviderRequest *request, ProviderStep *out_step, GError **error)
{
  *out_step = (ProviderStep){
    .kind = PROVIDER_DRAW,
    .drawing = {
      .prompt = request->options->prompt,
      .seed = request->options->seed,
      .variant = request->variant,
      .width = request->width,
      .height = request->height,
    },
  };
  return true;
}

const ProviderType provider_synthetic = {
  .name = "synthetic",
  .summary = "Draws a picture from the prompt on this machine: no account, no network, no cost",
  .default_model = "painter",
  /* Made by an algorithm that learned from no pictures. */
  .source_type = "algorithmicMedia",
  .expected_size = expected_size,
  .first_step = first_step,
};
