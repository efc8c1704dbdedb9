#include "simulator/metadata-server.h"

#include "simulator/tokens.h"

#define FLAVOR "Metadata-Flavor"

static bool
is_direct (const Exchange *exchange)
{
  const char *flavor = exchange_header (exchange, FLAVOR);
  return flavor != NULL && strcmp (flavor, "Google") == 0 &&
         exchange_header (exchange, "X-Forwarded-For") == NULL &&
         exchange_header (exchange, "Via") == NULL;
}

static void
answer_token (Simulator *simulator, Exchange *exchange)
{
  g_autofree char *token = tokens_issue (simulator);
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "access_token", token);
  cJSON_AddNumberToObject (json, "expires_in", simulator->options->token_life_s);
  cJSON_AddStringToObject (json, "token_type", "Bearer");
  exchange_answer_json (exchange, 200, json);
  cJSON_Delete (json);
}

void
metadata_server_answer (Simulator *simulator, Exchange *exchange)
{
  exchange_set_header (exchange, FLAVOR, "Google");
  exchange_set_header (exchange, "Server", "Metadata Server for VM");
  if (!is_direct (exchange))
    exchange_answer_text (exchange, 403, "text/html; charset=UTF-8",
                          "<!DOCTYPE html>\n<title>Error 403 (Forbidden)!!1</title>\n"
                          "<p>Missing Metadata-Flavor:Google header.\n");
  else if (g_str_has_suffix (exchange->path, "/token"))
    answer_token (simulator, exchange);
  else if (g_str_has_suffix (exchange->path, "/project-id"))
    exchange_answer_text (exchange, 200, "application/text", simulator->options->project);
  else
    exchange_answer_text (exchange, 200, "application/text", "computeMetadata/\n");
}
