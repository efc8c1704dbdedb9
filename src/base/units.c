#include "base/units.h"

#include <inttypes.h>

#include <errno.h>
#include <math.h>
#include <glib.h>

typedef struct {
  const char *name;
  double factor;
} Unit;

static const Unit byte_units[] = {
  { "B", 1 },        { "KB", 1e3 },        { "MB", 1e6 },           { "GB", 1e9 }, { "TB", 1e12 },
  { "KiB", 1024.0 }, { "MiB", 1048576.0 }, { "GiB", 1073741824.0 }, { NULL, 0 },
};
static const Unit duration_units[] = {
  { "ms", 1 },      { "s", 1e3 },      { "m", 60e3 }, { "h", 3600e3 },
  { "d", 86400e3 }, { "w", 604800e3 }, { NULL, 0 },
};
static const Unit length_units[] = { { "mm", 1 }, { "cm", 10 }, { "in", 25.4 }, { NULL, 0 } };
static const Unit density_units[] = { { "dpi", 1 }, { "ppi", 1 }, { "dpcm", 2.54 }, { NULL, 0 } };

/* A number at the start of `text`: digits, a point, a sign and an exponent, in the C locale;
 * no hexadecimal, no "inf", no leading space. */
static bool
parse_leading_number (const char *text, double *out_number, const char **out_rest)
{
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (!g_ascii_isdigit (*digits) && !(*digits == '.' && g_ascii_isdigit (digits[1])))
    return false;
  if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
    return false;
  char *end = NULL;
  double number = g_ascii_strtod (text, &end);
  if (end == text || !isfinite (number))
    return false;
  *out_number = number;
  *out_rest = end;
  return true;
}

static bool
parse_quantity (const char *text, const Unit *units, double *out_value)
{
  double number;
  const char *rest;
  if (!parse_leading_number (text, &number, &rest))
    return false;
  while (*rest == ' ')
    rest++;
  for (const Unit *unit = units; unit->name != NULL; unit++)
    if (g_ascii_strcasecmp (rest, unit->name) == 0) {
      *out_value = number * unit->factor;
      return true;
    }
  return false;
}

static bool
to_whole (double value, int64_t *out_whole)
{
  /* 2^62 leaves room for sums. */
  if (value < 0 || value > 4.6e18)
    return false;
  *out_whole = (int64_t)llround (value);
  return true;
}

bool
units_parse_bytes (const char *text, int64_t *out_bytes)
{
  double value;
  return parse_quantity (text, byte_units, &value) && to_whole (value, out_bytes);
}

bool
units_parse_duration (const char *text, int64_t *out_ms)
{
  double value;
  return parse_quantity (text, duration_units, &value) && to_whole (value, out_ms);
}

bool
units_parse_density (const char *text, double *out_dpi)
{
  return parse_quantity (text, density_units, out_dpi);
}

bool
units_parse_length (const char *text, double *out_mm)
{
  return parse_quantity (text, length_units, out_mm);
}

bool
units_parse_number (const char *text, double *out_number)
{
  double number;
  const char *rest;
  if (!parse_leading_number (text, &number, &rest) || *rest != '\0')
    return false;
  *out_number = number;
  return true;
}

bool
units_parse_integer (const char *text, int64_t *out_integer)
{
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (!g_ascii_isdigit (*digits))
    return false;
  char *end = NULL;
  errno = 0;
  int64_t value = g_ascii_strtoll (text, &end, 10);
  if (errno != 0 || *end != '\0')
    return false;
  *out_integer = value;
  return true;
}

char *
units_format_number (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  /* -0 is the same value and would be another fingerprint. */
  if (number == 0)
    number = 0;
  for (int precision = 1; precision <= 17; precision++) {
    char format[8];
    g_snprintf (format, sizeof format, "%%.%dg", precision);
    g_ascii_formatd (buffer, sizeof buffer, format, number);
    if (g_ascii_strtod (buffer, NULL) == number)
      break;
  }
  /* 1e+02 is no shorter for a person than 100. */
  if (strchr (buffer, 'e') != NULL && number == rint (number) && fabs (number) < 1e15)
    g_ascii_formatd (buffer, sizeof buffer, "%.0f", number);
  return g_strdup (buffer);
}

/* The largest unit that divides the value exactly. */
static char *
format_quantity (int64_t value, const Unit *units)
{
  const Unit *best = &units[0];
  for (const Unit *unit = units; unit->name != NULL; unit++)
    if (value != 0 && unit->factor > best->factor && value % (int64_t)unit->factor == 0)
      best = unit;
  return g_strdup_printf ("%" G_GINT64_FORMAT "%s", value / (int64_t)best->factor, best->name);
}

char *
units_format_bytes (int64_t bytes)
{
  return format_quantity (bytes, byte_units);
}

char *
units_format_duration (int64_t ms)
{
  return format_quantity (ms, duration_units);
}

char *
units_format_density (double dpi)
{
  g_autofree char *number = units_format_number (dpi);
  return g_strconcat (number, "dpi", NULL);
}

char *
units_format_length (double mm)
{
  g_autofree char *number = units_format_number (mm);
  return g_strconcat (number, "mm", NULL);
}

char *
units_describe_bytes (int64_t bytes)
{
  static const char *const names[] = { "B", "KB", "MB", "GB", "TB" };
  double value = (double)bytes;
  unsigned i = 0;
  /* 999.5 would be rounded to "1000". */
  while (fabs (value) >= 999.5 && i + 1 < G_N_ELEMENTS (names)) {
    value /= 1000;
    i++;
  }
  double size = fabs (value);
  int decimals = i == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char format[8];
  g_snprintf (format, sizeof format, "%%.%df", decimals);
  return g_strdup_printf ("%s %s", g_ascii_formatd (buffer, sizeof buffer, format, value),
                          names[i]);
}

char *
units_describe_duration (int64_t ms)
{
  static const struct {
    int64_t seconds;
    const char *name, *next_name;
    int64_t next_seconds;
  } units[] = { { 86400, "d", "h", 3600 }, { 3600, "h", "min", 60 }, { 60, "min", "s", 1 } };
  if (ms < 10 * 1000 && ms % 1000 != 0)
    return g_strdup_printf ("%.1f s", (double)ms / 1000);
  int64_t seconds = (ms + 500) / 1000;
  for (unsigned i = 0; i < G_N_ELEMENTS (units); i++) {
    int64_t n = seconds / units[i].seconds;
    int64_t rest = seconds % units[i].seconds / units[i].next_seconds;
    if (n > 0 && rest > 0)
      return g_strdup_printf ("%" PRId64 " %s %" PRId64 " %s", n, units[i].name, rest,
                              units[i].next_name);
    if (n > 0)
      return g_strdup_printf ("%" PRId64 " %s", n, units[i].name);
  }
  return g_strdup_printf ("%" PRId64 " s", seconds);
}

char *
units_describe_usd (double usd)
{
  double cents = usd * 100;
  bool is_whole = fabs (cents - round (cents)) < 1e-6;
  return g_strdup_printf (is_whole ? "%.2f USD" : "%.4f USD", usd);
}
