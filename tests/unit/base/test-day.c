#include "base/day.h"

#include <glib.h>

static const char pacific[] = "PST8PDT,M3.2.0,M11.1.0";

static int64_t
us_of (const char *iso8601)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso8601, NULL);
  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

static void
assert_day (const char *now, const char *rule, const char *begin, const char *end)
{
  g_assert_cmpint (day_begin_us (us_of (now), rule), ==, us_of (begin));
  g_assert_cmpint (day_end_us (us_of (now), rule), ==, us_of (end));
}

static void
test_utc (void)
{
  assert_day ("2026-11-22T17:41:00Z", "UTC", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
  assert_day ("2026-11-22T00:00:00Z", "UTC", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
  assert_day ("2026-12-31T23:59:59.999999Z", "UTC", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z");
  assert_day ("1969-12-31T23:59:59.5Z", "UTC", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z");
}

/* By the rule alone: this machine may have no time zone files. */
static void
test_pacific (void)
{
  assert_day ("2026-01-15T07:59:59.999999Z", pacific, "2026-01-14T08:00:00Z",
              "2026-01-15T08:00:00Z");
  assert_day ("2026-01-15T08:00:00Z", pacific, "2026-01-15T08:00:00Z", "2026-01-16T08:00:00Z");
  assert_day ("2026-07-15T06:59:59Z", pacific, "2026-07-14T07:00:00Z", "2026-07-15T07:00:00Z");
  assert_day ("2049-07-15T07:00:00Z", pacific, "2049-07-15T07:00:00Z", "2049-07-16T07:00:00Z");
}

static void
test_clock_changes (void)
{
  /* 8 March 2026 has 23 hours, 1 November 25; either half of them, and the hour that is there
   * twice. */
  assert_day ("2026-03-08T08:00:00Z", pacific, "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z");
  assert_day ("2026-03-08T09:59:59Z", pacific, "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z");
  assert_day ("2026-03-09T06:59:59Z", pacific, "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z");
  assert_day ("2026-03-07T12:00:00Z", pacific, "2026-03-07T08:00:00Z", "2026-03-08T08:00:00Z");
  assert_day ("2026-11-01T07:00:00Z", pacific, "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z");
  assert_day ("2026-11-01T08:30:00Z", pacific, "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z");
  assert_day ("2026-11-01T09:30:00Z", pacific, "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z");
  assert_day ("2026-11-02T07:59:59Z", pacific, "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z");
}

/* As in Chile: at midnight of 6 September 2026 it is one o'clock. */
static void
test_change_at_midnight (void)
{
  const char rule[] = "<-04>4<-03>,M9.1.0/0,M4.1.0/0";
  assert_day ("2026-09-06T12:00:00Z", rule, "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z");
  assert_day ("2026-09-06T03:59:59Z", rule, "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z");
  /* And back: at midnight of 5 April it is eleven o'clock of the 4th again. */
  assert_day ("2026-04-05T03:30:00Z", rule, "2026-04-04T03:00:00Z", "2026-04-05T04:00:00Z");
}

static void
test_other_rules (void)
{
  assert_day ("2026-11-22T17:41:00Z", "no rule", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z");
  g_setenv ("TZ", "JST-9", TRUE);
  assert_day ("2026-11-22T17:41:00Z", NULL, "2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("TZDIR", "/nowhere", TRUE);
  g_test_add_func ("/base/day/utc-days-begin-at-its-midnight", test_utc);
  g_test_add_func ("/base/day/a-rule-needs-no-time-zone-files", test_pacific);
  g_test_add_func ("/base/day/a-day-with-a-clock-change-has-23-or-25-hours", test_clock_changes);
  g_test_add_func ("/base/day/clocks-may-change-at-midnight", test_change_at_midnight);
  g_test_add_func ("/base/day/no-rule-is-here-and-another-text-is-utc", test_other_rules);
  return g_test_run ();
}
