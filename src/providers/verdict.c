#include "providers/verdict.h"

#include <math.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/units.h"

enum { MOST_WORDS = 400, MOST_WAIT_MS = 24 * 3600 * 1000 };

void
verdict_clear (Verdict *verdict)
{
  g_clear_pointer (&verdict->url, g_free);
  g_clear_pointer (&verdict->message, g_free);
  g_clear_pointer (&verdict->declared_type, g_free);
  g_clear_pointer (&verdict->model_version, g_free);
  g_clear_pointer (&verdict->response_id, g_free);
  g_clear_pointer (&verdict->finish_reason, g_free);
  g_clear_pointer (&verdict->usage, g_free);
}

/* Of a name that stands twice the last one counts, as most readers of JSON have it. */
const cJSON *
answer_item (const cJSON *object, const char *name)
{
  const cJSON *found = NULL, *member;
  cJSON_ArrayForEach (member, object) if (member->string != NULL &&
                                          strcmp (member->string, name) == 0) found = member;
  return found;
}

const cJSON *
answer_member (const cJSON *object, const char *camel, const char *snake)
{
  const cJSON *member = answer_item (object, camel);
  return member != NULL ? member : answer_item (object, snake);
}

const char *
answer_text (const cJSON *object, const char *camel, const char *snake)
{
  return cJSON_GetStringValue (answer_member (object, camel, snake));
}

int
answer_blob (const ProviderAnswer *answer, const cJSON *value)
{
  if (!cJSON_IsNumber (value) || !(value->valuedouble >= 0) ||
      value->valuedouble >= answer->n_blobs || floor (value->valuedouble) != value->valuedouble)
    return -1;
  return (int)value->valuedouble;
}

const cJSON *
answer_root (const ProviderAnswer *answer)
{
  return cJSON_IsArray (answer->json) ? cJSON_GetArrayItem (answer->json, 0) : answer->json;
}

char *
service_words (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) line = g_string_new (NULL);
  bool had_space = true;
  unsigned n = 0;
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar sign = g_utf8_get_char (at);
    bool is_space = g_unichar_isspace (sign) || !g_unichar_isprint (sign);
    if (is_space && had_space)
      continue;
    if (++n > MOST_WORDS) {
      g_string_append (line, "…");
      break;
    }
    g_string_append_unichar (line, is_space ? ' ' : sign);
    had_space = is_space;
  }
  g_strchomp (line->str);
  return secret_hide (line->str);
}

void
verdict_fail (Verdict *verdict, FailureKind kind, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_free (verdict->message);
  verdict->kind = VERDICT_FAILED;
  verdict->failure = kind;
  verdict->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* ---- how long to wait ---- */

static int64_t
wait_of (double seconds)
{
  return isfinite (seconds) && seconds >= 0 ? (int64_t)MIN (ceil (seconds * 1000), MOST_WAIT_MS)
                                            : -1;
}

int64_t
duration_parse_ms (const char *text)
{
  size_t length = strlen (text);
  double seconds;
  if (length < 2 || length > 32 || text[length - 1] != 's')
    return -1;
  g_autofree char *number = g_strndup (text, length - 1);
  return units_parse_number (number, &seconds) ? wait_of (seconds) : -1;
}

/* A number of seconds or a date (RFC 9110). */
static int64_t
parse_retry_after (const char *text)
{
  double seconds;
  if (units_parse_number (text, &seconds))
    return wait_of (seconds);
  int64_t date_us = http_date_parse (text);
  return date_us >= 0 ? MAX (0, wait_of ((double)(date_us - clock_now_us ()) / 1e6)) : -1;
}

int64_t
answer_retry_after_ms (const ProviderAnswer *answer)
{
  double ms;
  const char *text = http_headers_get (answer->headers, "retry-after-ms");
  if (text != NULL && units_parse_number (text, &ms))
    return wait_of (ms / 1000);
  text = http_headers_get (answer->headers, "retry-after");
  return text != NULL ? parse_retry_after (text) : -1;
}

/* ---- by the status ---- */

void
verdict_fail_by_status (Verdict *verdict, const ProviderAnswer *answer, const char *who)
{
  g_autofree char *words = service_words (answer->text);
  bool is_page = g_strstr_len (words, -1, "<") != NULL;
  const char *what = words[0] == '\0' ? "without a word"
                     : is_page        ? "with a page of HTML instead of JSON"
                                      : words;
  int status = answer->status;
  FailureKind kind = status == 401                                     ? FAILURE_LOGIN
                     : status == 429                                   ? FAILURE_THROTTLE
                     : status == 408 || status == 499 || status >= 500 ? FAILURE_TRANSIENT
                     : status == 403 || status == 404                  ? FAILURE_RUN
                                                                       : FAILURE_ITEM;
  const char *meaning = "";
  if (status == 404)
    meaning = "; is 'base-url' right? Nothing that Peel knows is at that address";
  else if (status == 413)
    meaning = "; the request is too large: fewer or smaller reference pictures";
  else if (status >= 300 && status < 400)
    meaning = "; it sends elsewhere, where no key is sent: put the final address into 'base-url'";
  else if (status == 200)
    meaning = "; it is no service of this kind, or something between answered for it";
  verdict_fail (verdict, kind, "%s answered %d %s%s%s", who, status,
                is_page || words[0] == '\0' ? "" : "and said: ", what, meaning);
  /* A gateway that gave up waiting knows nothing of what the service behind it did. */
  verdict->is_billed = status == 500 || status == 502 || status == 504 || status == 200;
  verdict->retry_after_ms = answer_retry_after_ms (answer);
}
