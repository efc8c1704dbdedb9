/* Errors of OpenAI's API and of what speaks like it: {"error": {"message", "type", "param", "code"}},
 * where gateways also write a text, and numbers of HTTP for codes. */
#include "base/units.h"
#include "providers/verdict.h"

typedef struct {
  const char *message, *param; /* "" where they are missing */
  char code[64];
  int status;
} OpenaiError;

static void
read_code (const cJSON *code, OpenaiError *out)
{
  int64_t number;
  if (cJSON_IsString (code) && !units_parse_integer (code->valuestring, &number))
    g_strlcpy (out->code, code->valuestring, sizeof out->code);
}

static bool
read_error (const ProviderAnswer *answer, OpenaiError *out)
{
  const cJSON *error = answer_error (answer);
  *out = (OpenaiError){ .message = "", .param = "", .status = answer->status };
  if (cJSON_IsString (error)) {
    out->message = error->valuestring;
    return true;
  }
  if (!cJSON_IsObject (error))
    return false;
  const char *message = answer_text (error, "message", "message");
  const char *param = answer_text (error, "param", "param");
  out->message = message != NULL ? message : "";
  out->param = param != NULL ? param : "";
  read_code (answer_item (error, "code"), out);
  out->status = answer_code (answer, error);
  return true;
}

static bool
is_refusal (const OpenaiError *error)
{
  return strcmp (error->code, "moderation_blocked") == 0 ||
         strcmp (error->code, "content_policy_violation") == 0 ||
         strstr (error->message, "safety_violations") != NULL;
}

static const char *
meaning_of (const OpenaiError *error, FailureKind *out_kind)
{
  int status = error->status;
  *out_kind = FAILURE_ITEM;
  if (strcmp (error->code, "insufficient_quota") == 0) {
    *out_kind = FAILURE_RUN;
    return "the account has no credit left: add some at the service";
  }
  if (strcmp (error->code, "billing_hard_limit_reached") == 0) {
    *out_kind = FAILURE_RUN;
    return "the spending limit of the account is reached: raise it at the service";
  }
  if (strcmp (error->code, "unsupported_country_region_territory") == 0) {
    *out_kind = FAILURE_RUN;
    return "the service is not offered where this machine is";
  }
  if (strcmp (error->code, "model_not_found") == 0) {
    *out_kind = FAILURE_RUN;
    return "the service has no such model, or not for this key";
  }
  if (status == 401) {
    *out_kind = FAILURE_LOGIN;
    return "the key is wrong: name the right one in your configuration or OPENAI_API_KEY";
  }
  if (status == 403 || status == 404) {
    *out_kind = FAILURE_RUN;
    return "the account may not do this, or the service has no such model or address";
  }
  if (status == 429) {
    *out_kind = FAILURE_THROTTLE;
    return "too many requests for now: fewer at a time ('jobs' in the configuration), or later";
  }
  if (status == 408 || status == 409 || status >= 500) {
    *out_kind = FAILURE_TRANSIENT;
    return "trouble of the service's own: run again later";
  }
  if (strcmp (error->code, "unknown_parameter") == 0)
    return "this service does not know that option: leave it out, or choose the gateway's "
           "'profile' in the configuration";
  return "the request was not accepted as it is";
}

void
openai_judge_error (const ProviderAnswer *answer, const char *who, Verdict *verdict)
{
  OpenaiError error;
  if (!read_error (answer, &error)) {
    verdict_fail_by_status (verdict, answer, who);
    return;
  }
  FailureKind kind;
  const char *meaning = meaning_of (&error, &kind);
  g_autofree char *words = service_words (error.message);
  g_autofree char *code = service_words (error.code);
  g_autofree char *param = service_words (error.param);
  const char *id = http_headers_get (answer->headers, "x-request-id");
  g_autofree char *number = id != NULL ? service_words (id) : g_strdup ("");
  g_autofree char *reference = number[0] != '\0' ? g_strdup_printf (" [request %s]", number)
                                                 : g_strdup ("");
  if (is_refusal (&error)) {
    verdict->kind = VERDICT_REFUSED;
    verdict->message = g_strdup_printf ("%s refused the picture (%s) and said: %s: rewrite the "
                                        "prompt%s",
                                        who, code[0] != '\0' ? code : "safety", words, reference);
    return;
  }
  verdict_fail (verdict, kind, "%s answered %d%s%s: %s%s%s%s (%s)%s", who, error.status,
                code[0] != '\0' ? " " : "", code, words[0] != '\0' ? words : "no reason given",
                param[0] != '\0' ? " [" : "", param, param[0] != '\0' ? "]" : "", meaning,
                reference);
  verdict->retry_after_ms = answer_retry_after_ms (answer);
  verdict->may_change_key = error.status == 403 || error.status == 429 ||
                            strcmp (error.code, "insufficient_quota") == 0 ||
                            strcmp (error.code, "billing_hard_limit_reached") == 0;
  verdict->is_overloaded = error.status == 503;
  verdict->is_billed = status_is_billed (error.status);
}
