#include "cli/inspect-rows.h"

#include "cli/terminal.h"

/* Of a value of several kilobytes the beginning tells what it is. */
enum { MOST_SIGNS = 240 };

struct InspectRows {
  Table *table;
  bool is_whole;
  unsigned n;
};

InspectRows *
inspect_rows_new (bool is_whole)
{
  InspectRows *rows = g_new0 (InspectRows, 1);
  rows->table = table_new (2, "ll");
  rows->is_whole = is_whole;
  return rows;
}

void
inspect_rows_free (InspectRows *rows)
{
  if (rows == NULL)
    return;
  table_free (rows->table);
  g_free (rows);
}

void
inspect_rows_add (InspectRows *rows, const char *name, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *value = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *indented = g_strconcat ("  ", name, NULL);
  g_strdelimit (value, "\r\n\t", ' ');
  if (!rows->is_whole && g_utf8_validate (value, -1, NULL) &&
      g_utf8_strlen (value, -1) > MOST_SIGNS) {
    g_autofree char *kept = g_utf8_substring (value, 0, MOST_SIGNS);
    g_autofree char *cut = g_strconcat (kept, "\342\200\246", NULL);
    table_add (rows->table, indented, cut);
  } else {
    table_add (rows->table, indented, value);
  }
  rows->n++;
}

void
inspect_rows_print (const InspectRows *rows)
{
  table_print (rows->table, false);
}

void
inspect_rows_print_section (const InspectRows *rows, const char *heading)
{
  if (rows->n == 0)
    return;
  terminal_print ("\n%s", heading);
  inspect_rows_print (rows);
}

const cJSON *
found_get (const cJSON *json, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive (json, name);
}

const char *
found_text (const cJSON *json, const char *name)
{
  return cJSON_GetStringValue (found_get (json, name));
}

double
found_number (const cJSON *json, const char *name)
{
  const cJSON *item = found_get (json, name);
  return cJSON_IsNumber (item) ? item->valuedouble : 0;
}

bool
found_flag (const cJSON *json, const char *name)
{
  return cJSON_IsTrue (found_get (json, name));
}
