/* A comparison on the terminal, or as events. */
#pragma once

#include "cli/comparison.h"

/* `folder`: where the pictures are, or NULL. Failures go to stderr. */
void compare_report_print (const Comparison *comparison, const char *folder);
/* An event for each image and provider. */
void compare_report_events (const Comparison *comparison);
/* The last line of --json. `comparison` may hold nothing; `error` may be NULL. */
void compare_report_summary (const Comparison *comparison, const char *folder, double spent_usd,
                             double maybe_usd, const GError *error, int code);
