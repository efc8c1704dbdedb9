#include "base/clock.h"

#include <glib.h>

int64_t
clock_monotonic_us (void)
{
  return g_get_monotonic_time ();
}

char *
clock_now_iso8601 (void)
{
  const char *fixed = g_getenv ("PEEL_TEST_NOW");
  if (fixed != NULL)
    return g_strdup (fixed);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
}
