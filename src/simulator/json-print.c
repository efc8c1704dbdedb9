#include "simulator/json-print.h"

#include "document/json-write.h"

enum { INDENT = 2 };

typedef struct {
  Exchange *exchange;
  GString *text; /* not yet in the body */
  BodyEscape escape;
  int base64; /* BASE64_…, how a picture is spoilt */
} Printer;

const char *
json_picture_mark (void)
{
  static char mark[40];
  static gsize is_made;
  if (g_once_init_enter (&is_made)) {
    g_snprintf (mark, sizeof mark, "<picture-%08x%08x:", g_random_int (), g_random_int ());
    g_once_init_leave (&is_made, 1);
  }
  return mark;
}

char *
json_filler_text (int64_t length)
{
  return g_strdup_printf ("%s-%" G_GINT64_FORMAT "%c", json_picture_mark (), length,
                          JSON_PICTURE_END);
}

static void
flush (Printer *printer)
{
  body_add_text (printer->exchange->answer, printer->text->str, printer->text->len);
  g_string_truncate (printer->text, 0);
}

static void
add_picture (Printer *printer, unsigned number)
{
  Body *body = printer->exchange->answer;
  const Picture *picture = g_ptr_array_index (printer->exchange->pictures, number);
  flush (printer);
  if (printer->base64 == BASE64_BAD)
    body_add_text (body, "iVBOR*!?", 8);
  body_add_base64 (body, picture->bytes, printer->escape);
  if (printer->base64 == BASE64_LONG)
    body_add_text (body, "A", 1);
}

static void
print_string (Printer *printer, const char *text)
{
  const char *mark = strstr (text, json_picture_mark ());
  if (mark == NULL) {
    json_append_quoted (printer->text, text);
    return;
  }
  g_autofree char *before = g_strndup (text, (size_t)(mark - text));
  char *end;
  gint64 number = g_ascii_strtoll (mark + strlen (json_picture_mark ()), &end, 10);
  json_append_quoted (printer->text, before);
  g_string_truncate (printer->text, printer->text->len - 1);
  if (number >= 0) {
    add_picture (printer, (unsigned)number);
  } else {
    flush (printer);
    body_add_filler (printer->exchange->answer, 'A', -number);
  }
  g_autoptr (GString) rest = g_string_new (NULL);
  json_append_quoted (rest, end + 1);
  g_string_append (printer->text, rest->str + 1);
}

static void
new_line (Printer *printer, int depth)
{
  g_string_append_printf (printer->text, "\n%*s", depth * INDENT, "");
}

static void
print_value (Printer *printer, const cJSON *json, int depth)
{
  bool is_object = cJSON_IsObject (json);
  if (!is_object && !cJSON_IsArray (json)) {
    if (cJSON_IsString (json)) {
      print_string (printer, json->valuestring);
    } else {
      g_autofree char *scalar = json_write_line (json);
      g_string_append (printer->text, scalar);
    }
    return;
  }
  g_string_append_c (printer->text, is_object ? '{' : '[');
  for (const cJSON *item = json->child; item != NULL; item = item->next) {
    new_line (printer, depth + 1);
    if (is_object) {
      json_append_quoted (printer->text, item->string);
      g_string_append (printer->text, ": ");
    }
    print_value (printer, item, depth + 1);
    if (item->next != NULL)
      g_string_append_c (printer->text, ',');
  }
  if (json->child != NULL)
    new_line (printer, depth);
  g_string_append_c (printer->text, is_object ? '}' : ']');
}

void
json_print (const cJSON *json, Exchange *exchange)
{
  const Fault *fault = exchange->fault;
  Printer printer = {
    .exchange = exchange,
    .text = g_string_new (NULL),
    .escape = fault != NULL ? (BodyEscape)fault->escapes : ESCAPE_NONE,
    .base64 = fault != NULL ? fault->base64 : BASE64_GOOD,
  };
  print_value (&printer, json, 0);
  g_string_append_c (printer.text, '\n');
  flush (&printer);
  g_string_free (printer.text, TRUE);
}
