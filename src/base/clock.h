/* Time, in one place so that tests can say what it is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Never goes back; for durations. */
int64_t clock_monotonic_us (void);
/* Now as "2026-11-22T17:41:00Z"; PEEL_TEST_NOW in the environment replaces it. New string. */
char *clock_now_iso8601 (void);

/* The same moment in microseconds of Unix time. */
int64_t clock_now_us (void);
/* When this day began, in this machine's time zone. */
int64_t clock_day_us (void);
/* A point in time for people, in this machine's time zone: "14:03:20" within the hour, "14:03" on this day,
 * "2026-11-28 08:00" else. New string. */
char *clock_describe_moment (int64_t us, int64_t now_us);
/* For programs: "2026-11-28T08:00:00+01", in this machine's time zone. New string. */
char *clock_format_moment (int64_t us);
/* A point in time as people write it, in microseconds of Unix time: "30d" (so long ago), "2026-01-31"
 * (the begin of that day in this machine's time zone, or with `is_end` its last microsecond), or a
 * whole ISO 8601 time, local unless it says otherwise. False: it is none of these. */
bool clock_parse_moment (const char *text, bool is_end, int64_t *out_us);
