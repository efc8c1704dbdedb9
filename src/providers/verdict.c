#include "providers/verdict.h"

#include <math.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/units.h"
#include "document/json-write.h"

enum {
  MOST_WORDS = 400,             /* characters */
  MOST_CREDENTIAL = 4096,       /* characters of one that begins before the cut */
  MOST_USAGE_BYTES = 16 * 1024, /* Gemini's longest are below 1 KB */
  MOST_WAIT_MS = 24 * 3600 * 1000,
};

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

const cJSON *
answer_error (const ProviderAnswer *answer)
{
  const cJSON *error = answer_item (answer_root (answer), "error");
  return cJSON_IsNull (error) ? NULL : error;
}

/* "code" is a number, or a text of one. A gateway's own status may hide that the request was wrong;
 * of an answer that is no error by its status, whatever says that it is one is taken. */
int
answer_code (const ProviderAnswer *answer, const cJSON *error)
{
  const cJSON *code = answer_item (error, "code");
  int64_t number = 0;
  if (cJSON_IsNumber (code))
    number = code->valueint;
  else if (cJSON_IsString (code) && !units_parse_integer (code->valuestring, &number))
    number = 0;
  bool is_clear = number >= 400 && number < (answer->status < 400 ? 600 : 500);
  return is_clear ? (int)number : answer->status;
}

bool
answer_is_success (const ProviderAnswer *answer)
{
  return answer->status / 100 == 2 && cJSON_IsObject (answer_root (answer)) &&
         answer_error (answer) == NULL;
}

char *
answer_dup_address (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
      return NULL;
  return length > 0 && g_utf8_validate (text, (gssize)length, NULL) ? g_strndup (text, length)
                                                                    : NULL;
}

/* At most `most` characters of a text, on one line. */
static GString *
on_one_line (const char *text, unsigned most)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);
  bool had_space = true;
  for (const char *at = valid; *at != '\0' && most > 0; at = g_utf8_next_char (at)) {
    gunichar sign = g_utf8_get_char (at);
    bool is_space = g_unichar_isspace (sign) || !g_unichar_isprint (sign);
    if (is_space && had_space)
      continue;
    g_string_append_unichar (line, is_space ? ' ' : sign);
    had_space = is_space;
    most--;
  }
  if (line->len > 0 && had_space)
    g_string_truncate (line, line->len - 1);
  return line;
}

/* Hidden before it is cut: half a credential has no shape to know it by. */
char *
service_words (const char *text)
{
  g_autoptr (GString) line = on_one_line (text, MOST_WORDS + MOST_CREDENTIAL);
  char *words = secret_hide (line->str);
  if (g_utf8_strlen (words, -1) <= MOST_WORDS)
    return words;
  g_autofree char *whole = words;
  g_autofree char *start = g_utf8_substring (whole, 0, MOST_WORDS);
  return g_strconcat (start, "…", NULL);
}

static cJSON *
copy_clean (const cJSON *item)
{
  if (cJSON_IsString (item)) {
    g_autofree char *words = service_words (item->valuestring);
    return cJSON_CreateString (words);
  }
  if (!cJSON_IsObject (item) && !cJSON_IsArray (item))
    return cJSON_Duplicate (item, false);
  cJSON *copy = cJSON_IsObject (item) ? cJSON_CreateObject () : cJSON_CreateArray ();
  const cJSON *child;
  cJSON_ArrayForEach (child, item)
  {
    g_autofree char *name = service_words (child->string != NULL ? child->string : "");
    if (cJSON_IsObject (item))
      cJSON_AddItemToObject (copy, name, copy_clean (child));
    else
      cJSON_AddItemToArray (copy, copy_clean (child));
  }
  return copy;
}

char *
answer_dup_usage (const cJSON *usage)
{
  if (!cJSON_IsObject (usage))
    return NULL;
  cJSON *clean = copy_clean (usage);
  g_autofree char *text = json_write_line (clean);
  cJSON_Delete (clean);
  return strlen (text) <= MOST_USAGE_BYTES ? g_steal_pointer (&text) : NULL;
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

/* A gateway that gave up waiting knows nothing of what the service behind it did. 520, 522 and 524 are
 * Cloudflare's words for that, which many gateways stand behind: 524 comes after 100 s, when a picture
 * is half done. */
bool
status_is_billed (int status)
{
  return status == 499 || status == 500 || status == 502 || status == 504 || status == 520 ||
         status == 522 || status == 524;
}

void
verdict_fail_by_status (Verdict *verdict, const ProviderAnswer *answer, const char *who)
{
  g_autofree char *words = service_words (answer->text);
  bool is_page = words[0] == '<';
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
  else if (status == 401)
    meaning = "; the credential was not accepted";
  else if (status == 403)
    meaning = "; whoever asks may not do this";
  else if (kind == FAILURE_TRANSIENT || kind == FAILURE_THROTTLE)
    meaning = "; run again later";
  else if (status == 200)
    meaning = "; it is no service of this kind, or something between answered for it";
  verdict_fail (verdict, kind, "%s answered %d %s%s%s", who, status,
                is_page || words[0] == '\0' ? "" : "and said: ", what, meaning);
  verdict->may_change_key = status == 403 || status == 429;
  verdict->is_overloaded = status == 503;
  /* A success without a picture that can be found may be one all the same. */
  verdict->is_billed = status_is_billed (status) || status / 100 == 2;
  verdict->retry_after_ms = answer_retry_after_ms (answer);
}
