/* When a day begins where it is counted: at a service's midnight, or at the user's. */
#pragma once

#include <stdint.h>

/* The first microsecond of the day in which `now_us` (Unix time) is. `rule` is a POSIX TZ rule
 * ("PST8PDT,M3.2.0,M11.1.0"), which needs no time zone files, "UTC", or NULL: this machine's zone. A
 * rule that is none counts as UTC. */
int64_t day_begin_us (int64_t now_us, const char *rule);
/* The first microsecond of the next day: 23 to 25 hours after the begin where clocks change. */
int64_t day_end_us (int64_t now_us, const char *rule);
