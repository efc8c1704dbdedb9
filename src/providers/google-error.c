/* Errors of Google's services: google.rpc.Status under "error". */
#include "providers/verdict.h"

typedef struct {
  int code;
  const char *status, *message; /* "" where they are missing */
  const char *reason;           /* ErrorInfo */
  const char *field;            /* BadRequest */
  int64_t retry_ms;             /* RetryInfo; -1: none */
  bool is_daily, is_never;      /* QuotaFailure: of a day; of 0 */
} GoogleError;

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static bool
is_zero (const cJSON *quota)
{
  return cJSON_IsNumber (quota) ? quota->valuedouble == 0
                                : strcmp (or_empty (cJSON_GetStringValue (quota)), "0") == 0;
}

/* Several quotas may be used up at a time: the one that takes longest counts. */
static void
read_violations (const cJSON *detail, GoogleError *found)
{
  const cJSON *violation;
  cJSON_ArrayForEach (violation, answer_item (detail, "violations"))
  {
    const char *id = or_empty (answer_text (violation, "quotaId", "quota_id"));
    found->is_daily = found->is_daily || strstr (id, "PerDay") != NULL;
    found->is_never = found->is_never ||
                      is_zero (answer_member (violation, "quotaValue", "quota_value"));
  }
}

static void
read_details (const cJSON *details, GoogleError *found)
{
  const cJSON *detail;
  cJSON_ArrayForEach (detail, details)
  {
    const char *type = or_empty (answer_text (detail, "@type", "@type"));
    if (g_str_has_suffix (type, "google.rpc.RetryInfo"))
      found->retry_ms = duration_parse_ms (
        or_empty (answer_text (detail, "retryDelay", "retry_delay")));
    else if (g_str_has_suffix (type, "google.rpc.QuotaFailure"))
      read_violations (detail, found);
    else if (g_str_has_suffix (type, "google.rpc.ErrorInfo"))
      found->reason = or_empty (answer_text (detail, "reason", "reason"));
    else if (g_str_has_suffix (type, "google.rpc.BadRequest"))
      found->field = or_empty (answer_text (
        cJSON_GetArrayItem (answer_member (detail, "fieldViolations", "field_violations"), 0),
        "field", "field"));
  }
}

static bool
read_error (const ProviderAnswer *answer, GoogleError *out)
{
  const cJSON *error = answer_error (answer);
  *out = (GoogleError){
    .status = "", .message = "", .reason = "", .field = "", .retry_ms = -1, .code = answer->status
  };
  if (cJSON_IsString (error)) {
    out->message = error->valuestring;
    return true;
  }
  if (!cJSON_IsObject (error))
    return false;
  out->code = answer_code (answer, error);
  out->status = or_empty (answer_text (error, "status", "status"));
  out->message = or_empty (answer_text (error, "message", "message"));
  read_details (answer_item (error, "details"), out);
  return true;
}

static bool
says (const GoogleError *error, const char *words)
{
  g_autofree char *message = g_ascii_strdown (error->message, -1);
  return strstr (message, words) != NULL;
}

/* ---- what it is about ---- */

typedef struct {
  FailureKind kind;
  const char *meaning; /* and what to do */
} Judgement;

static Judgement
judge_400 (const GoogleError *error)
{
  if (strcmp (error->reason, "API_KEY_INVALID") == 0 || says (error, "api key not valid"))
    return (Judgement){ FAILURE_LOGIN,
                        "the key is wrong: make one at aistudio.google.com/apikey and "
                        "name it in your configuration or GEMINI_API_KEY" };
  if (strcmp (error->status, "FAILED_PRECONDITION") == 0)
    return (Judgement){ FAILURE_RUN, "the account may not do this: billing is off, or the service "
                                     "is not offered where this machine is" };
  if (says (error, "valid role"))
    return (Judgement){ FAILURE_ITEM,
                        "a content without a role reached Vertex AI; Peel always sends "
                        "one, so something between took it out" };
  if (says (error, "unknown name"))
    return (Judgement){ FAILURE_ITEM, "this service does not know an option of the request: leave "
                                      "that option out, or use a provider that has it" };
  return (Judgement){ FAILURE_ITEM, "the request was not accepted as it is" };
}

static Judgement
judge_403 (const GoogleError *error, const char *who)
{
  if (strcmp (error->reason, "SERVICE_DISABLED") == 0 ||
      says (error, "has not been used in project"))
    return (Judgement){ FAILURE_RUN,
                        "the API is off in this project: enable it in the Google Cloud "
                        "console" };
  if (strcmp (error->reason, "BILLING_DISABLED") == 0 || says (error, "billing"))
    return (Judgement){ FAILURE_RUN,
                        "billing is off in this project: turn it on in the Google Cloud "
                        "console" };
  if (strcmp (who, "vertex") != 0)
    return (Judgement){ FAILURE_RUN,
                        "the key may not do this: its project or its restrictions forbid it" };
  return (Judgement){ FAILURE_RUN,
                      "the account has no right to this: it needs the role 'Vertex AI "
                      "User' in the project that is asked ('peel doctor' tells which)" };
}

static Judgement
judge_429 (const GoogleError *error)
{
  if (error->is_never || says (error, "limit: 0"))
    return (Judgement){ FAILURE_RUN,
                        "the quota is 0, so it will never be answered: this model needs "
                        "a paid plan" };
  if (error->is_daily)
    return (Judgement){ FAILURE_DAY, "the quota of the day is used up" };
  if (says (error, "spend"))
    return (Judgement){ FAILURE_THROTTLE,
                        "the spending limit of the account is reached: wait, or raise it "
                        "at the service" };
  return (Judgement){ FAILURE_THROTTLE, "too many requests for now: fewer at a time ('jobs' in the "
                                        "configuration), or later" };
}

static Judgement
judge (const GoogleError *error, const char *who)
{
  switch (error->code) {
  case 400:
    return judge_400 (error);
  case 401:
    return (Judgement){ FAILURE_LOGIN,
                        "the credential was not accepted, or has expired: log in again "
                        "('peel doctor' tells with what)" };
  case 403:
    return judge_403 (error, who);
  case 404:
    return (Judgement){ FAILURE_RUN,
                        "the model is not there: it has another name, is gone, is not in "
                        "this location, or this project may not use it" };
  case 413:
    return (Judgement){ FAILURE_ITEM, "the request is too large: fewer or smaller references" };
  case 429:
    return judge_429 (error);
  case 504:
    return (Judgement){ FAILURE_TRANSIENT,
                        "the service did not finish in its own time: run again later" };
  case 503:
    return (Judgement){ FAILURE_TRANSIENT, "the service is overloaded: run again later" };
  default:
    break;
  }
  if (error->code >= 500 || error->code == 408 || error->code == 499)
    return (Judgement){ FAILURE_TRANSIENT, "trouble of the service's own: run again later" };
  return (Judgement){ FAILURE_ITEM, "the request was not accepted as it is" };
}

void
google_judge_error (const ProviderAnswer *answer, const char *who, Verdict *verdict)
{
  GoogleError error;
  if (!read_error (answer, &error)) {
    verdict_fail_by_status (verdict, answer, who);
    return;
  }
  Judgement judgement = judge (&error, who);
  g_autofree char *words = service_words (error.message);
  g_autofree char *status = service_words (error.status);
  g_autofree char *field = service_words (error.field);
  verdict_fail (verdict, judgement.kind, "%s answered %d%s%s: %s%s%s%s (%s)", who, error.code,
                status[0] != '\0' ? " " : "", status, words[0] != '\0' ? words : "no reason given",
                field[0] != '\0' ? " [" : "", field, field[0] != '\0' ? "]" : "",
                judgement.meaning);
  verdict->retry_after_ms = MAX (error.retry_ms, answer_retry_after_ms (answer));
  verdict->may_change_key = error.code == 403 || error.code == 429;
  verdict->is_overloaded = error.code == 503;
  verdict->may_move = error.code == 404 || error.code == 429 || error.code == 503;
  /* "Deadline expired before operation could complete": it had begun. */
  verdict->is_billed = status_is_billed (error.code) ||
                       (error.code == 503 && says (&error, "deadline"));
}
