#include "simulator/openai-error.h"

static void
add_text_or_null (cJSON *object, const char *name, const char *text)
{
  if (text != NULL)
    cJSON_AddStringToObject (object, name, text);
  else
    cJSON_AddNullToObject (object, name);
}

#undef openai_error
bool
openai_error (Exchange *exchange, int status, const char *type, const char *param, const char *code,
              const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  cJSON *json = cJSON_CreateObject ();
  cJSON *error = cJSON_AddObjectToObject (json, "error");
  cJSON_AddStringToObject (error, "message", message);
  cJSON_AddStringToObject (error, "type", type);
  add_text_or_null (error, "param", param);
  add_text_or_null (error, "code", code);
  exchange_answer_json (exchange, status, json);
  cJSON_Delete (json);
  return false;
}
