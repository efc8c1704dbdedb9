/* One block of a picture, its raw bytes, written out. */
#pragma once

#include <cjson/cJSON.h>

#include "cli/command.h"

/* Are --extract KIND and --to FILE ones that go together, and with the rest? Either may be NULL. */
bool inspect_extract_check (const Invocation *invocation, const char *kind, const char *to,
                            GError **error);
/* Writes the data of `found` to the file `to`, whole or not at all; "-" is standard output, and a pipe or a
 * device is written into. */
bool inspect_extract_write (const cJSON *found, const char *to, GError **error);
