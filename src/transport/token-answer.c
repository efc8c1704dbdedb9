#include "transport/token-answer.h"

#include "base/secret.h"
#include "transport/json-text.h"
#include "transport/transport-error.h"

enum {
  MOST_WORDS_CHARACTERS = 300, /* of what a service says in its own words */
  MOST_LIFE_S = 366 * 86400,
};

/* ---- refusals ---- */

/* One line of at most so many characters, without secrets. New string. */
static char *
dup_words (const char *text)
{
  /* First hidden, then cut: the first half of a secret is not known. */
  g_autofree char *hidden = secret_hide (text);
  g_autofree char *valid = g_utf8_make_valid (hidden, -1);
  GString *out = g_string_new (NULL);
  int n = 0;
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    if (n++ == MOST_WORDS_CHARACTERS) {
      g_string_append (out, "…");
      break;
    }
    gunichar letter = g_utf8_get_char (at);
    g_string_append_unichar (out, g_unichar_isprint (letter) ? letter : ' ');
  }
  return g_strchomp (g_string_free (out, FALSE));
}

typedef struct {
  const char *code;    /* "invalid_grant", "PERMISSION_DENIED" */
  const char *subtype; /* "invalid_rapt" */
  const char *words;
} Refusal;

/* {"error": "code", "error_description": …}, or {"error": {"status": …, "message": …}}. */
static Refusal
read_refusal (const Node *root)
{
  Refusal refusal = { NULL };
  const Node *inner = node_get (root, "error");
  if (inner != NULL && inner->kind == NODE_MAP) {
    refusal.code = json_text_member (inner, "status");
    refusal.words = json_text_member (inner, "message");
    return refusal;
  }
  refusal.code = json_text_member (root, "error");
  refusal.subtype = json_text_member (root, "error_subtype");
  refusal.words = json_text_member (root, "error_description");
  return refusal;
}

static bool
is_one_of (const char *text, const char *const *list)
{
  return text != NULL && g_strv_contains (list, text);
}

/* The rule of Google's own libraries. */
static bool
is_worth_asking_again (int status, const Refusal *refusal)
{
  static const char *const codes[] = { "internal_failure", "server_error",
                                       "temporarily_unavailable", NULL };
  switch (status) {
  case 0:
  case 408:
  case 429:
  case 500:
  case 503:
  case 504:
    return true;
  default:
    return is_one_of (refusal->code, codes) || is_one_of (refusal->words, codes);
  }
}

static TokenHint
hint_of (const Refusal *refusal)
{
  const char *words = refusal->words != NULL ? refusal->words : "";
  if (strstr (words, "short-lived token") != NULL)
    return TOKEN_HINT_CLOCK;
  if (g_strcmp0 (refusal->code, "invalid_grant") == 0 ||
      g_strcmp0 (refusal->code, "invalid_rapt") == 0 ||
      g_strcmp0 (refusal->subtype, "invalid_rapt") == 0)
    return TOKEN_HINT_GRANT;
  return TOKEN_HINT_NONE;
}

static char *
dup_refusal_words (int status, const Refusal *refusal)
{
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "HTTP %d", status);
  g_autofree char *code = dup_words (refusal->code != NULL ? refusal->code : "");
  g_autofree char *subtype = dup_words (refusal->subtype != NULL ? refusal->subtype : "");
  g_autofree char *words = dup_words (refusal->words != NULL ? refusal->words : "");
  if (code[0] != '\0')
    g_string_append_printf (out, " %s", code);
  if (subtype[0] != '\0')
    g_string_append_printf (out, " (%s)", subtype);
  if (words[0] != '\0')
    g_string_append_printf (out, ": %s", words);
  return g_string_free (out, FALSE);
}

TokenVerdict
token_answer_refuse (int status, const char *body, size_t length, TokenHint *out_hint,
                     GError **error)
{
  *out_hint = TOKEN_HINT_NONE;
  if (status == 0) {
    g_autofree char *why = g_strndup (body, length);
    g_autofree char *words = dup_words (why);
    transport_error_set (error, TRANSPORT_ERROR_UNAVAILABLE, "no answer (%s)", words);
    return TOKEN_LATER;
  }
  /* A body that is no JSON (a proxy's page) says nothing. */
  int line;
  g_autoptr (Document) document = json_text_read (body, length, TOKEN_ANSWER_MOST_BYTES, &line);
  Refusal refusal = read_refusal (document != NULL ? document->root : NULL);
  bool is_later = is_worth_asking_again (status, &refusal);
  *out_hint = is_later ? TOKEN_HINT_NONE : hint_of (&refusal);
  g_autofree char *words = dup_refusal_words (status, &refusal);
  transport_error_set (error, is_later ? TRANSPORT_ERROR_UNAVAILABLE : TRANSPORT_ERROR_CREDENTIAL,
                       "%s", words);
  return is_later ? TOKEN_LATER : TOKEN_DENIED;
}

/* ---- tokens ---- */

static bool
read_number (const Node *node, double *out)
{
  if (node->kind == NODE_INT || node->kind == NODE_NUMBER) {
    *out = node->number;
    return true;
  }
  if (node->kind != NODE_TEXT || node->text[0] == '\0')
    return false;
  char *end;
  *out = g_ascii_strtod (node->text, &end);
  return *end == '\0';
}

/* 0: what is there cannot be a life. */
static int64_t
read_life (const Node *root, int64_t now_s)
{
  const Node *seconds = node_get (root, "expires_in");
  const char *time = json_text_member (root, "expireTime");
  double life_s = TOKEN_ASSUMED_LIFE_S;
  if (seconds != NULL && seconds->kind != NODE_NULL && !read_number (seconds, &life_s))
    return 0;
  if (seconds == NULL && time != NULL) {
    g_autoptr (GDateTime) end = g_date_time_new_from_iso8601 (time, NULL);
    if (end == NULL)
      return 0;
    life_s = (double)g_date_time_to_unix (end) - (double)now_s;
  }
  return life_s >= 1 ? (int64_t)MIN (life_s, (double)MOST_LIFE_S) : 0;
}

static TokenVerdict
deny (int status, const char *what, GError **error)
{
  transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "HTTP %d, but the answer %s", status,
                       what);
  return TOKEN_DENIED;
}

TokenVerdict
token_answer_read (int status, const char *body, size_t length, int64_t now_s, TokenAnswer *out,
                   GError **error)
{
  *out = (TokenAnswer){ NULL };
  if (status < 200 || status > 299)
    return token_answer_refuse (status, body, length, &out->hint, error);
  if (length > TOKEN_ANSWER_MOST_BYTES)
    return deny (status, "has more than 256 KiB", error);
  int line;
  g_autoptr (Document) document = json_text_read (body, length, TOKEN_ANSWER_MOST_BYTES, &line);
  if (document == NULL)
    return deny (status, "is not a JSON object", error);
  const char *token = json_text_member (document->root, "access_token");
  if (token == NULL)
    token = json_text_member (document->root, "accessToken");
  if (token == NULL)
    return deny (status, "has no 'access_token'", error);
  secret_remember (token);
  if (strlen (token) > TOKEN_MOST_BYTES)
    return deny (status, "has a token of more than 16 KiB", error);
  if (!json_text_is_token (token))
    return deny (status, "has a token with characters that no token has", error);
  int64_t life_s = read_life (document->root, now_s);
  if (life_s == 0)
    return deny (status, "has no life left for the token (is the clock of this computer right?)",
                 error);
  out->token = g_strdup (token);
  out->life_s = life_s;
  return TOKEN_GIVEN;
}
