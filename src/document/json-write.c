#include "document/json-write.h"

#include <math.h>
#include <string.h>

#include "base/units.h"

enum { MOST_LINE_CHARACTERS = 100, INDENT = 2 };

void
json_append_quoted (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_string_append_c (out, '"');
  for (const char *c = valid; *c != '\0'; c++) {
    unsigned char byte = (unsigned char)*c;
    if (byte == '"' || byte == '\\')
      g_string_append_printf (out, "\\%c", byte);
    else if (byte == '\n')
      g_string_append (out, "\\n");
    else if (byte == '\r')
      g_string_append (out, "\\r");
    else if (byte == '\t')
      g_string_append (out, "\\t");
    else if (byte < 0x20 || byte == 0x7F)
      g_string_append_printf (out, "\\u%04x", byte);
    else
      g_string_append_c (out, *c);
  }
  g_string_append_c (out, '"');
}

static bool
is_container (const cJSON *json)
{
  return cJSON_IsArray (json) || cJSON_IsObject (json);
}

static void
append_number (GString *out, double number)
{
  if (!isfinite (number)) {
    g_string_append (out, "null");
    return;
  }
  /* Up to here a double holds every integer, and a reader may want it without an exponent. */
  if (number == rint (number) && fabs (number) <= 9007199254740992.0) {
    g_string_append_printf (out, "%" G_GINT64_FORMAT, (gint64)number);
    return;
  }
  g_autofree char *text = units_format_number (number);
  g_string_append (out, text);
}

static void
append_scalar (GString *out, const cJSON *json)
{
  if (cJSON_IsString (json))
    json_append_quoted (out, json->valuestring);
  else if (cJSON_IsNumber (json))
    append_number (out, json->valuedouble);
  else if (cJSON_IsRaw (json))
    g_string_append (out, json->valuestring);
  else
    g_string_append (out, cJSON_IsTrue (json) ? "true" : cJSON_IsFalse (json) ? "false" : "null");
}

/* `gap` is what stands after ',' and a key; `pad` is inside the braces of an object. */
static void
append_on_line (GString *out, const cJSON *json, const char *gap, const char *pad)
{
  if (!is_container (json)) {
    append_scalar (out, json);
    return;
  }
  bool is_object = cJSON_IsObject (json);
  const char *inside = is_object && json->child != NULL ? pad : "";
  g_string_append_printf (out, "%c%s", is_object ? '{' : '[', inside);
  for (const cJSON *child = json->child; child != NULL; child = child->next) {
    if (is_object) {
      json_append_quoted (out, child->string);
      g_string_append_printf (out, ":%s", gap);
    }
    append_on_line (out, child, gap, pad);
    if (child->next != NULL)
      g_string_append_printf (out, ",%s", gap);
  }
  g_string_append_printf (out, "%s%c", inside, is_object ? '}' : ']');
}

static bool
holds_containers (const cJSON *json)
{
  for (const cJSON *child = json->child; child != NULL; child = child->next)
    if (is_container (child))
      return true;
  return false;
}

static void append_pretty (GString *out, const cJSON *json, int indent, size_t line_start);

static void
append_spread (GString *out, const cJSON *json, int indent)
{
  bool is_object = cJSON_IsObject (json);
  g_string_append_c (out, is_object ? '{' : '[');
  for (const cJSON *child = json->child; child != NULL; child = child->next) {
    g_string_append_c (out, '\n');
    size_t line_start = out->len;
    g_string_append_printf (out, "%*s", indent + INDENT, "");
    if (is_object) {
      json_append_quoted (out, child->string);
      g_string_append (out, ": ");
    }
    append_pretty (out, child, indent + INDENT, line_start);
    if (child->next != NULL)
      g_string_append_c (out, ',');
  }
  g_string_append_printf (out, "\n%*s%c", indent, "", is_object ? '}' : ']');
}

/* Tries one line first and takes it back if it is too long; the ',' that may follow counts. */
static void
append_pretty (GString *out, const cJSON *json, int indent, size_t line_start)
{
  size_t before = out->len;
  if (!holds_containers (json)) {
    append_on_line (out, json, " ", " ");
    if (!is_container (json) || json->child == NULL ||
        g_utf8_strlen (out->str + line_start, -1) < MOST_LINE_CHARACTERS)
      return;
    g_string_truncate (out, before);
  }
  append_spread (out, json, indent);
}

char *
json_write_pretty (const cJSON *json)
{
  GString *out = g_string_new (NULL);
  append_pretty (out, json, 0, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

char *
json_write_line (const cJSON *json)
{
  GString *out = g_string_new (NULL);
  append_on_line (out, json, "", "");
  return g_string_free (out, FALSE);
}
