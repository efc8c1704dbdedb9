/* What was found of a picture, for people: the JSON of run/inspect.h in sections of rows. */
#pragma once

#include <stdbool.h>
#include <cjson/cJSON.h>

/* `title`: the file, or the hash of an original. With `is_verbose` the blocks of the file are listed too, and
 * long values are not cut. */
void inspect_text_print (const cJSON *json, const char *title, bool is_verbose);
