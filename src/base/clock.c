#include "base/clock.h"

#include <string.h>
#include <glib.h>

#include "base/units.h"

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

int64_t
clock_now_us (void)
{
  g_autofree char *text = clock_now_iso8601 ();
  g_autoptr (GDateTime) now = g_date_time_new_from_iso8601 (text, NULL);
  return now != NULL ? g_date_time_to_unix (now) * G_USEC_PER_SEC : g_get_real_time ();
}

static bool
is_date (const char *text)
{
  static const char shape[] = "dddd-dd-dd";
  if (strlen (text) != strlen (shape))
    return false;
  for (size_t i = 0; shape[i] != '\0'; i++)
    if (shape[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
      return false;
  return true;
}

int64_t
clock_day_us (void)
{
  int64_t now_us = clock_now_us (), day_us = now_us;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);
  g_autofree char *date = now != NULL ? g_date_time_format (now, "%Y-%m-%d") : NULL;
  return date != NULL && clock_parse_moment (date, false, &day_us) ? day_us : now_us;
}

bool
clock_parse_moment (const char *text, bool is_end, int64_t *out_us)
{
  int64_t ms;
  if (units_parse_duration (text, &ms)) {
    int64_t now = clock_now_us ();
    *out_us = ms < now / 1000 ? now - ms * 1000 : 1;
    return true;
  }
  bool is_day = is_date (text);
  g_autofree char *whole = is_day ? g_strconcat (text, "T00:00:00", NULL) : g_strdup (text);
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (whole, zone);
  if (time == NULL)
    return false;
  g_autoptr (GDateTime) next = is_day && is_end ? g_date_time_add_days (time, 1) : NULL;
  *out_us = next != NULL
              ? g_date_time_to_unix (next) * G_USEC_PER_SEC - 1
              : g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return true;
}

static GDateTime *
local_time (int64_t us)
{
  return g_date_time_new_from_unix_local (us / G_USEC_PER_SEC);
}

char *
clock_describe_moment (int64_t us, int64_t now_us)
{
  static const int64_t hour_us = (int64_t)3600 * G_USEC_PER_SEC;
  g_autoptr (GDateTime) time = local_time (us), now = local_time (now_us);
  if (time == NULL || now == NULL)
    return g_strdup ("a time that is none");
  bool is_near = llabs (us - now_us) <= hour_us;
  bool is_today = g_date_time_get_year (time) == g_date_time_get_year (now) &&
                  g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now);
  return g_date_time_format (time, is_near ? "%H:%M:%S" : is_today ? "%H:%M" : "%Y-%m-%d %H:%M");
}

char *
clock_format_moment (int64_t us)
{
  g_autoptr (GDateTime) time = local_time (us);
  return time != NULL ? g_date_time_format_iso8601 (time) : g_strdup ("");
}
