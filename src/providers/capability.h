/* What a row of the models table lets a request ask. */
#pragma once

#include "providers/provider.h"

/* References, resolution, ratio and the options that only some models take. *out_option as in
 * ProviderType.check. */
bool capability_check (const GenerateOptions *options, const Model *row, const char **out_option,
                       GError **error);
/* By the row's sizes, or by its steps. */
bool capability_size (const GenerateOptions *options, const Model *row, int *out_width,
                      int *out_height, GError **error);
/* Is it written, or at its default? `name` is an option of `generate`. */
bool generate_has (const GenerateOptions *options, const char *name);
unsigned generate_n_references (const GenerateOptions *options);
