/* What a row of the models table lets a request ask. */
#pragma once

#include "providers/provider.h"

/* References, resolution, ratio and the options that only some models take. *out_option as in
 * ProviderType.check. */
bool capability_check (const GenerateOptions *options, const Model *row, const char **out_option,
                       GError **error);
/* The first option that is given and that not every model takes, references among them; or NULL. */
const char *capability_find_special (const GenerateOptions *options);
/* By the row's sizes, or by its steps. */
bool capability_size (const GenerateOptions *options, const Model *row, int *out_width,
                      int *out_height, GError **error);
/* The aspect ratio as the row spells it ("16:9" for 32:18, which services refuse). New string. */
char *capability_dup_ratio (const GenerateOptions *options, const Model *row);
/* "16:9 1376x768", a text of a row's sizes. */
bool capability_parse_size (const char *text, Ratio *out_ratio, int *out_width, int *out_height);
/* Is it one of the words that a row's resolutions may be? */
bool capability_is_resolution (const char *word);
/* Is it written, or at its default? `name` is an option of `generate`. */
bool generate_has (const GenerateOptions *options, const char *name);
/* The format that is asked for: a quality without one means JPEG, which has qualities. */
OutputType generate_output_type (const GenerateOptions *options);
unsigned generate_n_references (const GenerateOptions *options);
