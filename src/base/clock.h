/* Time, in one place so that tests can say what it is. */
#pragma once

#include <stdint.h>

/* Never goes back; for durations. */
int64_t clock_monotonic_us (void);
/* Now as "2026-11-22T17:41:00Z"; PEEL_TEST_NOW in the environment replaces it. New string. */
char *clock_now_iso8601 (void);
