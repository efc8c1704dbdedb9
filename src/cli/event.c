#include "cli/event.h"

#include <stdio.h>

#include "base/secret.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "document/json-write.h"
#include "option/option.h"

cJSON *
event_begin (const char *name)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "event", name);
  return json;
}

void
event_add_text (cJSON *json, const char *name, const char *text)
{
  if (text != NULL)
    cJSON_AddStringToObject (json, name, text);
}

void
event_add_message (cJSON *json, const char *message)
{
  g_autofree char *shown = secret_hide (message);
  cJSON_AddStringToObject (json, "message", shown);
}

static const char *
class_name (RunErrorCode error_class)
{
  switch (error_class) {
  case RUN_ERROR_INVALID:
    return "invalid";
  case RUN_ERROR_PROVIDER:
  case RUN_ERROR_MAYBE_CHARGED:
    return "provider";
  case RUN_ERROR_REFUSED:
    return "refused";
  case RUN_ERROR_BUDGET:
    return "budget";
  case RUN_ERROR_MISS:
    return "miss";
  case RUN_ERROR_CORRUPT:
    return "corrupt";
  case RUN_ERROR_TARGET:
    return "target";
  case RUN_ERROR_INTERRUPTED:
    return "interrupted";
  case RUN_ERROR_FAILED:
    break;
  }
  return "failed";
}

void
event_add_failure (cJSON *json, RunErrorCode error_class, const char *message)
{
  cJSON *error = cJSON_AddObjectToObject (json, "error");
  cJSON_AddStringToObject (error, "class", class_name (error_class));
  event_add_message (error, message);
}

void
event_add_error (cJSON *json, const GError *error)
{
  /* A mistake on the command line is one of what was asked for. */
  RunErrorCode error_class = error->domain == OPTION_ERROR ? RUN_ERROR_INVALID
                                                           : run_error_class (error);
  event_add_failure (json, error_class, error->message);
}

void
event_add_original (cJSON *json, const CacheRecord *record)
{
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&record->digest).text);
  cJSON_AddNumberToObject (json, "bytes", (double)record->size_bytes);
  if (record->format == NULL || record->width == 0)
    return;
  cJSON_AddStringToObject (json, "format", record->format);
  cJSON_AddNumberToObject (json, "width", record->width);
  cJSON_AddNumberToObject (json, "height", record->height);
}

void
event_add_tags (cJSON *json, const GPtrArray *tags)
{
  cJSON *list = cJSON_AddArrayToObject (json, "tags");
  for (unsigned i = 0; i < tags->len; i++)
    cJSON_AddItemToArray (list, cJSON_CreateString (tags->pdata[i]));
}

void
event_print (cJSON *json)
{
  g_autofree char *line = json_write_line (json);
  printf ("%s\n", line);
  fflush (stdout);
  cJSON_Delete (json);
}

void
event_print_summary (cJSON *json, const GError *error, int code)
{
  if (error != NULL)
    event_add_error (json, error);
  cJSON_AddNumberToObject (json, "exit", code);
  event_print (json);
}

int
event_end (bool is_json, cJSON *summary, const GError *error)
{
  int code = error != NULL ? (int)exit_code_of (error) : EXIT_OK;
  if (is_json) {
    event_print_summary (summary, error, code);
    return code;
  }
  cJSON_Delete (summary);
  if (error != NULL)
    terminal_mistakes (error->message);
  return code;
}

int
event_end_counted (bool is_json, const char *name, double n, const GError *error)
{
  cJSON *summary = event_begin ("summary");
  cJSON_AddNumberToObject (summary, name, n);
  return event_end (is_json, summary, error);
}
