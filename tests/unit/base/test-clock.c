#include "base/clock.h"

#include <glib.h>

static int64_t
moment (const char *text, bool is_end)
{
  int64_t us = -1;
  if (!clock_parse_moment (text, is_end, &us))
    g_assert_cmpint (us, ==, -1);
  return us;
}

static void
test_moments (void)
{
  const int64_t second = G_USEC_PER_SEC, day = 86400 * second;
  const int64_t date = G_GINT64_CONSTANT (1769814000) * second; /* 2026-01-31 in Berlin */
  g_setenv ("TZ", "Europe/Berlin", true);
  g_setenv ("PEEL_TEST_NOW", "2026-02-02T10:00:00Z", true);
  int64_t now = G_GINT64_CONSTANT (1770026400) * second;
  g_assert_cmpint (moment ("2026-01-31", false), ==, date);
  g_assert_cmpint (moment ("2026-01-31", true), ==, date + day - 1);
  g_assert_cmpint (moment ("2026-01-31T00:00:00", true), ==, date);
  g_assert_cmpint (moment ("2026-01-30T23:00:00Z", false), ==, date);
  g_assert_cmpint (moment ("2026-01-30T23:00:00.5Z", false), ==, date + second / 2);
  g_assert_cmpint (moment ("30d", false), ==, now - 30 * day);
  g_assert_cmpint (moment ("90m", true), ==, now - 90 * 60 * second);
  g_assert_cmpint (moment ("5000w", false), ==,
                   1); /* before time began: never 0, which is "open" */
  /* 29 March 2026 has 23 hours there. */
  g_assert_cmpint (moment ("2026-03-29", true) - moment ("2026-03-29", false), ==,
                   day - 3600 * second - 1);
}

static void
test_no_moments (void)
{
  const char *const texts[] = { "",         "yesterday", "30",          "2026-13-01", "2026-02-30",
                                "2026-1-1", "-3d",       "2026-01-31T", "x2026-01-31" };
  for (unsigned i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpint (moment (texts[i], false), ==, -1);
}

static void
assert_day (const char *now, const char *day)
{
  int64_t began_us;
  g_setenv ("PEEL_TEST_NOW", now, true);
  g_assert_true (clock_parse_moment (day, false, &began_us));
  g_assert_cmpint (clock_day_us (), ==, began_us);
}

static void
test_days (void)
{
  g_setenv ("TZ", "Europe/Berlin", true);
  assert_day ("2026-11-26T22:59:59Z", "2026-11-26");
  assert_day ("2026-11-26T23:00:00Z", "2026-11-27");
  assert_day ("2026-03-29T21:59:59Z", "2026-03-29");
  g_unsetenv ("PEEL_TEST_NOW");
}

static void
assert_described (int64_t after_s, const char *wanted)
{
  int64_t now_us = G_GINT64_CONSTANT (1770026400) * G_USEC_PER_SEC; /* 11:00 in Berlin */
  g_autofree char *text = clock_describe_moment (now_us + after_s * G_USEC_PER_SEC, now_us);
  g_assert_cmpstr (text, ==, wanted);
}

static void
test_descriptions (void)
{
  g_setenv ("TZ", "Europe/Berlin", true);
  assert_described (40, "11:00:40");
  assert_described (-40, "10:59:20");
  assert_described (3600, "12:00:00");
  assert_described (3601, "12:00");
  assert_described (13 * 3600 - 1, "23:59");
  assert_described (13 * 3600, "2026-02-03 00:00");
  g_autofree char *text = clock_format_moment (G_GINT64_CONSTANT (1770026400) * G_USEC_PER_SEC);
  g_assert_cmpstr (text, ==, "2026-02-02T11:00:00+01");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/clock/moments-are-ages-days-and-times", test_moments);
  g_test_add_func ("/base/clock/other-texts-are-no-moments", test_no_moments);
  g_test_add_func ("/base/clock/a-day-begins-at-midnight-here", test_days);
  g_test_add_func ("/base/clock/moments-are-told-as-short-as-they-can-be", test_descriptions);
  return g_test_run ();
}
