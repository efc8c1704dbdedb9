#include "simulator/exchange.h"

#include "simulator/json-print.h"

static void
field_clear (gpointer data)
{
  Field *field = data;
  g_free (field->name);
  g_free (field->value);
}

GArray *
fields_new (void)
{
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (fields, field_clear);
  return fields;
}

void
fields_add (GArray *fields, const char *name, const char *value)
{
  Field field = { g_strdup (name), g_strdup (value != NULL ? value : "") };
  g_array_append_val (fields, field);
}

static const char *
find (const GArray *fields, const char *name)
{
  const char *found = NULL;
  for (unsigned i = 0; i < fields->len; i++) {
    const Field *field = &g_array_index (fields, Field, i);
    if (g_ascii_strcasecmp (field->name, name) == 0)
      found = field->value;
  }
  return found;
}

Exchange *
exchange_new (const char *method, const char *path)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  exchange->method = g_strdup (method);
  exchange->path = g_utf8_make_valid (path, -1);
  exchange->headers = fields_new ();
  exchange->query = fields_new ();
  exchange->answer_headers = fields_new ();
  exchange->body = g_byte_array_new ();
  exchange->answer = body_new ();
  exchange->pictures = g_ptr_array_new_with_free_func ((GDestroyNotify)picture_unref);
  return exchange;
}

void
exchange_free (Exchange *exchange)
{
  if (exchange == NULL)
    return;
  g_free (exchange->method);
  g_free (exchange->path);
  g_array_unref (exchange->headers);
  g_array_unref (exchange->query);
  g_array_unref (exchange->answer_headers);
  g_byte_array_unref (exchange->body);
  body_free (exchange->answer);
  g_ptr_array_unref (exchange->pictures);
  g_free (exchange->surface);
  g_free (exchange->model);
  g_free (exchange->prompt);
  g_free (exchange->credential);
  cJSON_Delete (exchange->json);
  cJSON_Delete (exchange->log_body);
  g_free (exchange);
}

const char *
exchange_header (const Exchange *exchange, const char *name)
{
  return find (exchange->headers, name);
}

const char *
exchange_query (const Exchange *exchange, const char *name)
{
  return find (exchange->query, name);
}

void
exchange_set_header (Exchange *exchange, const char *name, const char *value)
{
  for (unsigned i = 0; i < exchange->answer_headers->len; i++)
    if (g_ascii_strcasecmp (g_array_index (exchange->answer_headers, Field, i).name, name) == 0)
      g_array_remove_index (exchange->answer_headers, i--);
  fields_add (exchange->answer_headers, name, value);
}

static void
begin (Exchange *exchange, int status, const char *type)
{
  exchange->status = status;
  body_free (exchange->answer);
  exchange->answer = body_new ();
  exchange_set_header (exchange, "Content-Type", type);
}

static void
forget_pictures (Exchange *exchange)
{
  g_ptr_array_set_size (exchange->pictures, 0);
  exchange->price_usd = 0;
  exchange->price_images = 0;
}

void
exchange_answer_text (Exchange *exchange, int status, const char *type, const char *text)
{
  begin (exchange, status, type);
  forget_pictures (exchange);
  body_add_text (exchange->answer, text, strlen (text));
}

void
exchange_answer_json (Exchange *exchange, int status, const cJSON *json)
{
  begin (exchange, status, "application/json; charset=UTF-8");
  if (status >= 400)
    forget_pictures (exchange);
  json_print (json, exchange);
}

unsigned
exchange_add_picture (Exchange *exchange, Picture *picture)
{
  g_ptr_array_add (exchange->pictures, picture_ref (picture));
  return exchange->pictures->len - 1;
}

char *
exchange_picture_text (const Exchange *exchange, unsigned picture)
{
  return g_strdup_printf ("%s%u%c", json_picture_mark (), picture, JSON_PICTURE_END);
}

bool
exchange_parse_json (Exchange *exchange)
{
  exchange->json = cJSON_ParseWithLength ((const char *)exchange->body->data, exchange->body->len);
  return cJSON_IsObject (exchange->json);
}
