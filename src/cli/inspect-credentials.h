/* Content Credentials of `peel inspect`, for people. */
#pragma once

#include <stdbool.h>
#include <cjson/cJSON.h>

/* The section made of the member "c2pa"; nothing when there is none. */
void inspect_credentials_print (const cJSON *json, bool is_verbose);
