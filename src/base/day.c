#include "base/day.h"

#include <glib.h>

static GTimeZone *
zone_of (const char *rule)
{
  if (rule == NULL)
    return g_time_zone_new_local ();
  GTimeZone *zone = g_time_zone_new_identifier (rule);
  return zone != NULL ? zone : g_time_zone_new_utc ();
}

/* Rounded down, also before 1970. */
static int64_t
seconds_of (int64_t us)
{
  return us / G_USEC_PER_SEC - (us % G_USEC_PER_SEC < 0 ? 1 : 0);
}

/* Where clocks go forward at midnight, the day begins at what its first moment is called (GLib takes
 * 00:00 for 01:00 then). */
static int64_t
midnight_us (GTimeZone *zone, GDateTime *date)
{
  g_autoptr (GDateTime)
    midnight = g_date_time_new (zone, g_date_time_get_year (date), g_date_time_get_month (date),
                                g_date_time_get_day_of_month (date), 0, 0, 0);
  return midnight != NULL ? g_date_time_to_unix (midnight) * G_USEC_PER_SEC : 0;
}

static int64_t
midnight_near (int64_t now_us, const char *rule, int days_later)
{
  g_autoptr (GTimeZone) zone = zone_of (rule);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (seconds_of (now_us));
  g_autoptr (GDateTime) now = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autoptr (GDateTime) date = now != NULL ? g_date_time_add_days (now, days_later) : NULL;
  return date != NULL ? midnight_us (zone, date) : now_us;
}

int64_t
day_begin_us (int64_t now_us, const char *rule)
{
  return midnight_near (now_us, rule, 0);
}

int64_t
day_end_us (int64_t now_us, const char *rule)
{
  return midnight_near (now_us, rule, 1);
}
