/* How many pixels `aspect-ratio` and `resolution` ask for, by the sizes that image models have. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "providers/generate.h"

/* `who` begins a sentence that ends with a range: "the synthetic provider draws". PROVIDER_ERROR
 * when the options contradict each other or a side is over `most_edge`. */
bool size_of_answer (const GenerateOptions *options, const char *who, int most_edge, int *out_width,
                     int *out_height, GError **error);
