#include "base/units.h"

#include <math.h>

#include "support/scratch.h"

static void
bytes_carry_their_unit (void)
{
  static const struct {
    const char *text;
    int64_t bytes;
  } good[] = {
    { "0B", 0 },           { "512B", 512 },      { "180KB", 180000 },
    { "180kb", 180000 },   { "180 KB", 180000 }, { "1.5MiB", 1572864 },
    { "2GiB", 1LL << 31 }, { "4e3KB", 4000000 }, { "1TB", 1000000000000 },
  };
  static const char *const bad[] = { "",       "180",   "KB",   "180KBs", "-1KB",     "1e30TB",
                                     "180KB ", " 1KB",  "0x1B", "1,5MB",  "infKB",    "nanB",
                                     "1e",     "..1KB", "١KB",  "1K",     "9999999TB" };
  for (unsigned i = 0; i < G_N_ELEMENTS (good); i++) {
    int64_t bytes = -1;
    g_assert_true (units_parse_bytes (good[i].text, &bytes));
    g_assert_cmpint (bytes, ==, good[i].bytes);
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
    int64_t bytes = 42;
    g_test_message ("bytes '%s'", bad[i]);
    g_assert_false (units_parse_bytes (bad[i], &bytes));
    g_assert_cmpint (bytes, ==, 42);
  }
}

static void
durations_carry_their_unit (void)
{
  int64_t ms = 0;
  g_assert_true (units_parse_duration ("250ms", &ms));
  g_assert_cmpint (ms, ==, 250);
  g_assert_true (units_parse_duration ("1.5s", &ms));
  g_assert_cmpint (ms, ==, 1500);
  g_assert_true (units_parse_duration ("5m", &ms));
  g_assert_cmpint (ms, ==, 300000);
  g_assert_true (units_parse_duration ("1w", &ms));
  g_assert_cmpint (ms, ==, 7 * 86400000);
  g_assert_false (units_parse_duration ("60", &ms));
  g_assert_false (units_parse_duration ("-5s", &ms));
  g_assert_false (units_parse_duration ("5 minutes", &ms));
}

static void
densities_are_told_in_dpi (void)
{
  double dpi = 0;
  g_assert_true (units_parse_density ("300dpi", &dpi));
  g_assert_cmpfloat (dpi, ==, 300);
  g_assert_true (units_parse_density ("300 PPI", &dpi));
  g_assert_cmpfloat (dpi, ==, 300);
  g_assert_true (units_parse_density ("118dpcm", &dpi));
  g_assert_cmpfloat_with_epsilon (dpi, 299.72, 1e-9);
  g_assert_false (units_parse_density ("300", &dpi));
  g_assert_false (units_parse_density ("300dp", &dpi));
}

static void
lengths_are_told_in_millimetres (void)
{
  double mm = -1;
  g_assert_true (units_parse_length ("3mm", &mm));
  g_assert_cmpfloat (mm, ==, 3);
  g_assert_true (units_parse_length ("0mm", &mm));
  g_assert_cmpfloat (mm, ==, 0);
  g_assert_true (units_parse_length ("29.7 CM", &mm));
  g_assert_cmpfloat_with_epsilon (mm, 297, 1e-9);
  g_assert_true (units_parse_length ("0.125in", &mm));
  g_assert_cmpfloat_with_epsilon (mm, 3.175, 1e-12);
  g_assert_false (units_parse_length ("3", &mm));
  g_assert_false (units_parse_length ("3m", &mm));
  g_assert_false (units_parse_length ("3inch", &mm));
}

static void
numbers_are_plain_decimals (void)
{
  static const char *const bad[] = { "",    "-",  ".",  "1,5",   "0x10", "inf",
                                     "NaN", "1 ", " 1", "1e400", "5px" };
  double number = 0;
  g_assert_true (units_parse_number ("-0.5", &number));
  g_assert_cmpfloat (number, ==, -0.5);
  g_assert_true (units_parse_number (".5", &number));
  g_assert_cmpfloat (number, ==, 0.5);
  g_assert_true (units_parse_number ("+1e3", &number));
  g_assert_cmpfloat (number, ==, 1000);
  for (unsigned i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_test_message ("number '%s'", bad[i]);
    g_assert_false (units_parse_number (bad[i], &number));
  }
  g_assert_cmpfloat (number, ==, 1000);
}

static void
integers_stop_at_64_bits (void)
{
  int64_t integer = 0;
  g_assert_true (units_parse_integer ("-9223372036854775808", &integer));
  g_assert_cmpint (integer, ==, INT64_MIN);
  g_assert_true (units_parse_integer ("9223372036854775807", &integer));
  g_assert_cmpint (integer, ==, INT64_MAX);
  g_assert_false (units_parse_integer ("9223372036854775808", &integer));
  g_assert_false (units_parse_integer ("1.0", &integer));
  g_assert_false (units_parse_integer ("1e3", &integer));
  g_assert_false (units_parse_integer (" 1", &integer));
  g_assert_false (units_parse_integer ("", &integer));
  g_assert_cmpint (integer, ==, INT64_MAX);
}

static void
what_is_formatted_reads_back (void)
{
  static const int64_t wholes[] = { 0,
                                    1,
                                    999,
                                    1000,
                                    1024,
                                    180000,
                                    1536 * 1024,
                                    60000,
                                    86400000,
                                    86400001,
                                    (int64_t)1 << 40,
                                    4000000000000 };
  for (unsigned i = 0; i < G_N_ELEMENTS (wholes); i++) {
    int64_t back = -1;
    g_autofree char *bytes = units_format_bytes (wholes[i]);
    g_assert_true (units_parse_bytes (bytes, &back));
    g_assert_cmpint (back, ==, wholes[i]);
    g_autofree char *duration = units_format_duration (wholes[i]);
    g_assert_true (units_parse_duration (duration, &back));
    g_assert_cmpint (back, ==, wholes[i]);
  }
  static const double numbers[] = { 0,    0.1,  1.0 / 3, 100,  -2.5,      1e-7,  1e15,
                                    1e22, M_PI, 299.72,  8192, 123456789, 5e-324 };
  for (unsigned i = 0; i < G_N_ELEMENTS (numbers); i++) {
    double back = NAN;
    g_autofree char *number = units_format_number (numbers[i]);
    g_assert_true (units_parse_number (number, &back));
    g_assert_true (back == numbers[i]);
    g_autofree char *density = units_format_density (numbers[i]);
    g_assert_true (units_parse_density (density, &back));
    g_assert_true (back == numbers[i]);
    g_autofree char *length = units_format_length (numbers[i]);
    g_assert_true (units_parse_length (length, &back));
    g_assert_true (back == numbers[i]);
  }
}

static void
assert_taken (char *text, const char *wanted)
{
  g_assert_cmpstr (text, ==, wanted);
  g_free (text);
}

static void
is_spelled_as_a_person_would (void)
{
  assert_taken (units_format_bytes (180000), "180KB");
  assert_taken (units_format_bytes (1024), "1KiB");
  assert_taken (units_format_bytes (0), "0B");
  assert_taken (units_format_duration (60000), "1m");
  assert_taken (units_format_duration (90000), "90s");
  assert_taken (units_format_number (100), "100");
  assert_taken (units_format_number (0.1), "0.1");
  assert_taken (units_format_number (-0.0), "0");
  assert_taken (units_format_density (300), "300dpi");
  assert_taken (units_format_length (3.175), "3.175mm");
  assert_taken (units_format_length (0), "0mm");
}

static void
durations_are_told_in_two_units (void)
{
  assert_taken (units_describe_duration (0), "0 s");
  assert_taken (units_describe_duration (500), "0.5 s");
  assert_taken (units_describe_duration (33838), "34 s");
  assert_taken (units_describe_duration (120 * 1000), "2 min");
  assert_taken (units_describe_duration (125 * 1000), "2 min 5 s");
  assert_taken (units_describe_duration ((5 * 3600 + 3 * 60 + 9) * 1000), "5 h 3 min");
  assert_taken (units_describe_duration (3LL * 86400 * 1000), "3 d");
}

static void
sizes_have_three_digits (void)
{
  assert_taken (units_describe_bytes (0), "0 B");
  assert_taken (units_describe_bytes (999), "999 B");
  assert_taken (units_describe_bytes (1000), "1.00 KB");
  assert_taken (units_describe_bytes (9996), "10.0 KB");
  assert_taken (units_describe_bytes (18432112), "18.4 MB");
  assert_taken (units_describe_bytes (184321120), "184 MB");
  assert_taken (units_describe_bytes (999600), "1.00 MB");
  assert_taken (units_describe_bytes (-18432112), "-18.4 MB");
  assert_taken (units_describe_bytes (INT64_C (4500000000000000)), "4500 TB");
  assert_taken (units_describe_usd (0), "0.00 USD");
  assert_taken (units_describe_usd (3 * 0.1), "0.30 USD");
  assert_taken (units_describe_usd (0.134), "0.1340 USD");
  assert_taken (units_describe_usd (1234.5), "1234.50 USD");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/units/durations-are-told-in-two-units", durations_are_told_in_two_units);
  g_test_add_func ("/base/units/bytes-carry-their-unit", bytes_carry_their_unit);
  g_test_add_func ("/base/units/durations-carry-their-unit", durations_carry_their_unit);
  g_test_add_func ("/base/units/densities-are-told-in-dpi", densities_are_told_in_dpi);
  g_test_add_func ("/base/units/lengths-are-told-in-millimetres", lengths_are_told_in_millimetres);
  g_test_add_func ("/base/units/numbers-are-plain-decimals", numbers_are_plain_decimals);
  g_test_add_func ("/base/units/integers-stop-at-64-bits", integers_stop_at_64_bits);
  g_test_add_func ("/base/units/what-is-formatted-reads-back", what_is_formatted_reads_back);
  g_test_add_func ("/base/units/is-spelled-as-a-person-would", is_spelled_as_a_person_would);
  g_test_add_func ("/base/units/sizes-have-three-digits", sizes_have_three_digits);
  return g_test_run ();
}
