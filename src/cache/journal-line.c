/* One line of the journal:
 *
 *     {"version":1,"line":"begin","call":"3f…","at":…,"checksum":"e3b0…"}
 *                                                                 └ sha256 of the line up to here
 */
#include <math.h>
#include <string.h>

#include "base/secret.h"
#include "cache/journal.h"
#include "document/json-write.h"

#define CHECKSUM_START ",\"checksum\":\""
#define CHECKSUM_END "\"}"

enum {
  VERSION = 1,
  /* Escaped, a byte takes at most 6: all members of a call stay within a line. */
  MOST_TEXT_BYTES = 600,
};

JournalCall *
journal_call_new (void)
{
  return g_new0 (JournalCall, 1);
}

void
journal_call_free (JournalCall *call)
{
  if (call == NULL)
    return;
  g_free (call->id);
  g_free (call->at);
  g_free (call->request);
  g_free (call->provider);
  g_free (call->model);
  g_free (call->image_id);
  g_free (call->pipeline);
  g_free (call->ended_at);
  g_free (call->result);
  g_free (call->original);
  g_free (call->message);
  g_free (call);
}

/* ---- text ---- */

static void
add_text (cJSON *object, const char *key, const char *text)
{
  if (text == NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *hidden = secret_hide (valid);
  if (strlen (hidden) > MOST_TEXT_BYTES)
    *g_utf8_find_prev_char (hidden, hidden + MOST_TEXT_BYTES + 1) = '\0';
  cJSON_AddStringToObject (object, key, hidden);
}

char *
journal_format_line (const JournalCall *call, bool is_end)
{
  cJSON *object = cJSON_CreateObject ();
  cJSON_AddNumberToObject (object, "version", VERSION);
  add_text (object, "line", is_end ? "end" : "begin");
  add_text (object, "call", call->id);
  add_text (object, "at", call->at);
  add_text (object, "request", call->request);
  add_text (object, "provider", call->provider);
  add_text (object, "model", call->model);
  add_text (object, "image-id", call->image_id);
  add_text (object, "pipeline", call->pipeline);
  cJSON_AddNumberToObject (object, "cost-usd", call->cost_usd);
  if (is_end) {
    add_text (object, "ended-at", call->ended_at);
    add_text (object, "result", call->result);
    add_text (object, "original", call->original);
    add_text (object, "message", call->message);
  }
  g_autofree char *body = json_write_line (object);
  cJSON_Delete (object);
  GString *line = g_string_new (body);
  g_string_truncate (line, line->len - strlen ("}"));
  g_string_append (line, CHECKSUM_START);
  Digest checksum = digest_of (line->str, line->len);
  g_string_append (line, digest_to_hex (&checksum).text);
  g_string_append (line, CHECKSUM_END);
  return g_string_free (line, FALSE);
}

/* ---- and back ---- */

static const char *
find_fault (const char *line, size_t length)
{
  size_t tail = DIGEST_HEX_CHARACTERS + strlen (CHECKSUM_END);
  size_t start = strlen (CHECKSUM_START);
  if (length > JOURNAL_MOST_LINE_BYTES)
    return "it is longer than any line of a journal";
  if (length < tail + start || memcmp (line + length - tail - start, CHECKSUM_START, start) != 0 ||
      memcmp (line + length - strlen (CHECKSUM_END), CHECKSUM_END, strlen (CHECKSUM_END)) != 0)
    return "it is cut short or changed: it does not end with a checksum";
  Digest checksum = digest_of (line, length - tail);
  if (memcmp (line + length - tail, digest_to_hex (&checksum).text, DIGEST_HEX_CHARACTERS) != 0)
    return "it was changed: its checksum does not match its text";
  return NULL;
}

/* A member that is not there leaves *out_text alone; one of the wrong kind clears *ok. */
static void
read_text (const cJSON *object, const char *key, char **out_text, bool *ok)
{
  const cJSON *member = cJSON_GetObjectItemCaseSensitive (object, key);
  if (cJSON_IsString (member) && *out_text == NULL)
    *out_text = g_strdup (member->valuestring);
  else if (member != NULL)
    *ok = false;
}

static JournalCall *
read_call (const cJSON *object, const char **out_what)
{
  g_autoptr (JournalCall) call = journal_call_new ();
  g_autofree char *line = NULL;
  bool ok = true;
  const cJSON *version = cJSON_GetObjectItemCaseSensitive (object, "version");
  const cJSON *cost = cJSON_GetObjectItemCaseSensitive (object, "cost-usd");
  *out_what = "it was written by a newer Peel";
  if (cJSON_IsNumber (version) && version->valuedouble > VERSION)
    return NULL;
  *out_what = "a member of it is missing or has a wrong value";
  if (!cJSON_IsNumber (version) || version->valuedouble != VERSION || !cJSON_IsNumber (cost) ||
      !isfinite (cost->valuedouble))
    return NULL;
  call->cost_usd = cost->valuedouble;
  read_text (object, "line", &line, &ok);
  read_text (object, "call", &call->id, &ok);
  read_text (object, "at", &call->at, &ok);
  read_text (object, "request", &call->request, &ok);
  read_text (object, "provider", &call->provider, &ok);
  read_text (object, "model", &call->model, &ok);
  read_text (object, "image-id", &call->image_id, &ok);
  read_text (object, "pipeline", &call->pipeline, &ok);
  read_text (object, "ended-at", &call->ended_at, &ok);
  read_text (object, "result", &call->result, &ok);
  read_text (object, "original", &call->original, &ok);
  read_text (object, "message", &call->message, &ok);
  call->has_result = g_strcmp0 (line, "end") == 0;
  if (!ok || call->id == NULL || (!call->has_result && g_strcmp0 (line, "begin") != 0) ||
      call->has_result != (call->result != NULL))
    return NULL;
  *out_what = NULL;
  return g_steal_pointer (&call);
}

JournalCall *
journal_parse_line (const char *line, size_t length, const char **out_what)
{
  *out_what = find_fault (line, length);
  if (*out_what != NULL)
    return NULL;
  cJSON *object = g_utf8_validate_len (line, length, NULL) ? cJSON_ParseWithLength (line, length)
                                                           : NULL;
  JournalCall *call = NULL;
  *out_what = "it is not a JSON object";
  if (cJSON_IsObject (object))
    call = read_call (object, out_what);
  cJSON_Delete (object);
  return call;
}
