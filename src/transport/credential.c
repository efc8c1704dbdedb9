#include "transport/credential-type.h"

#include "base/secret.h"
#include "transport/json-text.h"

enum {
  REFRESH_EARLY_S = 225,
  MOST_TRIES = 3,
  /* A renewal that failed, while the old token is good for a while. */
  NEXT_RENEWAL_S = 30,
  /* A token that lived longer than this was good once. */
  GOOD_ONCE_S = 60,
};

void
credential_step_clear (CredentialStep *step)
{
  g_clear_pointer (&step->request, http_request_free);
}

Credential *
credential_new (const CredentialType *type, void *state, char *take_description,
                const CredentialOptions *options)
{
  Credential *credential = g_new0 (Credential, 1);
  credential->type = type;
  credential->state = state;
  credential->description = take_description;
  const char *scope = options != NULL ? options->scope : NULL;
  credential->scope = g_strdup (scope != NULL ? scope : CREDENTIAL_CLOUD_SCOPE);
  credential->project = g_strdup (options != NULL ? options->project : NULL);
  credential->quota_project = g_strdup (options != NULL ? options->quota_project : NULL);
  credential->warnings = g_ptr_array_new_with_free_func (g_free);
  credential->header = g_strdup ("Authorization");
  credential->scheme = g_strdup ("Bearer");
  return credential;
}

void
credential_free (Credential *credential)
{
  if (credential == NULL)
    return;
  if (credential->type->free_state != NULL)
    credential->type->free_state (credential->state);
  g_free (credential->description);
  g_free (credential->scope);
  g_free (credential->project);
  g_free (credential->quota_project);
  g_ptr_array_unref (credential->warnings);
  g_free (credential->header);
  g_free (credential->scheme);
  secret_free (credential->token);
  secret_free (credential->source_token);
  impersonation_free (credential->impersonation);
  g_clear_error (&credential->failure);
  g_free (credential);
}

/* ---- tokens ---- */

static bool
is_good (const Credential *credential, int64_t now_s)
{
  return credential->token != NULL && (credential->is_static || now_s < credential->expires_s);
}

static bool
is_fresh (const Credential *credential, int64_t now_s)
{
  return is_good (credential, now_s) && (credential->is_static || now_s < credential->refresh_at_s);
}

static void
replace_secret (char **at, const char *text)
{
  secret_free (*at);
  *at = g_strdup (text);
}

void
credential_put_token (Credential *credential, const char *token, int64_t life_s, int64_t now_s)
{
  secret_remember (token);
  if (credential->impersonation != NULL && credential->source_token == NULL) {
    replace_secret (&credential->source_token, token);
    return;
  }
  /* A refusal takes the token away, the end of its life does not. */
  credential->follows_refusal = credential->follows_refusal && credential->token == NULL;
  replace_secret (&credential->source_token, NULL);
  replace_secret (&credential->token, token);
  credential->got_s = now_s;
  credential->expires_s = now_s + life_s;
  credential->refresh_at_s = now_s + MAX (life_s - REFRESH_EARLY_S, life_s / 2);
}

HttpRequest *
credential_form_request (const char *url, char *take_form)
{
  HttpRequest *request = http_request_new ("POST", url);
  http_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
  http_request_add_header (request, "Accept", "application/json");
  http_request_add_text (request, take_form, -1);
  request->timeout_ms = CREDENTIAL_TIMEOUT_MS;
  secret_free (take_form);
  return request;
}

static const char *
hint_words (const Credential *credential, int status, TokenHint hint)
{
  if (hint == TOKEN_HINT_CLOCK)
    return "the clock of this computer seems to be wrong: set it";
  if (credential->source_token != NULL)
    return status == 403 ? "who asks needs the role roles/iam.serviceAccountTokenCreator there"
                         : NULL;
  return hint == TOKEN_HINT_GRANT ? credential->type->grant_hint : NULL;
}

TokenVerdict
credential_take_token_answer (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
                              GError **error)
{
  TokenAnswer token;
  g_autoptr (GError) problem = NULL;
  TokenVerdict verdict = token_answer_read (answer->status, answer->body, answer->length, now_s,
                                            &token, &problem);
  if (verdict == TOKEN_GIVEN) {
    credential_put_token (credential, token.token, token.life_s, now_s);
    secret_free (token.token);
    return verdict;
  }
  const char *hint = hint_words (credential, answer->status, token.hint);
  if (hint != NULL)
    transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL, "%s; %s", problem->message, hint);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return verdict;
}

/* ---- steps ---- */

static bool
ask (Credential *credential, int64_t now_s, CredentialStep *step, GError **error)
{
  if (credential->source_token == NULL && !credential->type->ask (credential, now_s, step, error)) {
    g_prefix_error (error, "%s: ", credential->description);
    return false;
  }
  if (credential->source_token != NULL) {
    /* What the type gave without a request may be this. */
    step->kind = CREDENTIAL_SEND;
    step->request = impersonation_ask (credential->impersonation, credential->scope,
                                       credential->source_token);
  }
  return true;
}

bool
credential_step (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  CredentialStep step = { CREDENTIAL_READY };
  if (credential->failure != NULL) {
    g_propagate_error (error, g_error_copy (credential->failure));
    return false;
  }
  if (credential->is_pending && !is_good (credential, now_s)) {
    step.kind = CREDENTIAL_PENDING;
  } else if (!credential->is_pending && !is_fresh (credential, now_s)) {
    if (!ask (credential, now_s, &step, error))
      return false;
    credential->is_pending = step.kind != CREDENTIAL_READY;
    step.wait_ms = credential->wait_ms;
    credential->wait_ms = 0;
  }
  *out = step;
  return true;
}

/* 1 s, then 2 s, each 10 % less or more so that many who failed together do not come together. */
static bool
try_later (Credential *credential, int64_t now_s, GError *problem, GError **error)
{
  if (++credential->n_tries < MOST_TRIES) {
    int wait_ms = 1000 << (credential->n_tries - 1);
    credential->wait_ms = wait_ms + g_random_int_range (-wait_ms / 10, wait_ms / 10 + 1);
    return true;
  }
  credential->n_tries = 0;
  replace_secret (&credential->source_token, NULL);
  if (is_good (credential, now_s)) {
    credential->refresh_at_s = MIN (credential->expires_s, now_s + NEXT_RENEWAL_S);
    return true;
  }
  return transport_error_set (error, TRANSPORT_ERROR_UNAVAILABLE, "%s: no token after %d tries: %s",
                              credential->description, MOST_TRIES, problem->message);
}

static bool
fail (Credential *credential, const GError *problem, GError **error)
{
  /* That there is none at all is no word about this one. */
  if (g_error_matches (problem, TRANSPORT_ERROR, TRANSPORT_ERROR_NO_CREDENTIAL))
    credential->failure = g_error_copy (problem);
  else
    transport_error_set (&credential->failure, TRANSPORT_ERROR_CREDENTIAL, "%s: %s",
                         credential->description, problem->message);
  replace_secret (&credential->token, NULL);
  replace_secret (&credential->source_token, NULL);
  g_propagate_error (error, g_error_copy (credential->failure));
  return false;
}

static bool
take (Credential *credential, const CredentialAnswer *answer, int64_t now_s, GError **error)
{
  g_return_val_if_fail (credential->is_pending && credential->type->take != NULL, false);
  credential->is_pending = false;
  g_autoptr (GError) problem = NULL;
  TokenVerdict verdict = credential->source_token != NULL
                           ? credential_take_token_answer (credential, answer, now_s, &problem)
                           : credential->type->take (credential, answer, now_s, &problem);
  switch (verdict) {
  case TOKEN_GIVEN:
    credential->n_tries = 0;
    return true;
  case TOKEN_LATER:
    return try_later (credential, now_s, problem, error);
  case TOKEN_DENIED:
    break;
  }
  return fail (credential, problem, error);
}

bool
credential_take_answer (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
                        GError **error)
{
  return take (credential, answer, now_s, error);
}

bool
credential_take_silence (Credential *credential, const char *why, int64_t now_s, GError **error)
{
  CredentialAnswer answer = { .body = why, .length = strlen (why) };
  return take (credential, &answer, now_s, error);
}

bool
credential_take_output (Credential *credential, int status, const char *output, size_t length,
                        int64_t now_s, GError **error)
{
  CredentialAnswer answer = { .status = status, .body = output, .length = length };
  return take (credential, &answer, now_s, error);
}

/* ---- use ---- */

static char *
dup_header_value (const Credential *credential)
{
  return credential->scheme != NULL
           ? g_strdup_printf ("%s %s", credential->scheme, credential->token)
           : g_strdup (credential->token);
}

void
credential_add_headers (const Credential *credential, HttpRequest *request)
{
  g_return_if_fail (credential->token != NULL);
  char *value = dup_header_value (credential);
  http_request_add_header (request, credential->header, value);
  secret_free (value);
  if (credential->quota_project != NULL)
    http_request_add_header (request, "x-goog-user-project", credential->quota_project);
}

/* Was it asked with the token that is used now? */
static bool
was_asked_with_this (const Credential *credential, const HttpRequest *asked)
{
  char *value = dup_header_value (credential);
  bool found = false;
  for (unsigned i = 0; i < asked->headers->len && !found; i++) {
    const char *header = asked->headers->pdata[i];
    size_t n = strlen (credential->header);
    found = g_ascii_strncasecmp (header, credential->header, n) == 0 && header[n] == ':' &&
            strcmp (header + n + 1 + strspn (header + n + 1, " "), value) == 0;
  }
  secret_free (value);
  return found;
}

bool
credential_refused (Credential *credential, const HttpRequest *asked, int64_t now_s)
{
  if (credential->is_static || credential->failure != NULL)
    return false;
  if (credential->token == NULL || !was_asked_with_this (credential, asked))
    return true;
  bool was_good = !credential->follows_refusal || now_s - credential->got_s > GOOD_ONCE_S;
  if (!was_good)
    return false;
  replace_secret (&credential->token, NULL);
  credential->follows_refusal = true;
  if (credential->type->refused != NULL)
    credential->type->refused (credential);
  return true;
}

const char *
credential_identity (const Credential *credential)
{
  if (credential->is_static)
    return credential->token;
  return credential->project != NULL ? credential->project : credential->description;
}

const char *
credential_project (const Credential *credential)
{
  return credential->project;
}

const char *
credential_describe (const Credential *credential)
{
  return credential->description;
}

bool
credential_is_guess (const Credential *credential)
{
  return credential->is_guess;
}

bool
credential_learns_project (const Credential *credential)
{
  return credential->learns_project;
}

const GPtrArray *
credential_warnings (const Credential *credential)
{
  return credential->warnings;
}

/* ---- files ---- */

static Credential *
new_of_kind (KeyFile *file, const CredentialOptions *options, GError **error)
{
  switch (file->kind) {
  case KEY_FILE_SERVICE_ACCOUNT:
    return service_account_new (file, options, error);
  case KEY_FILE_USER:
    return user_account_new (file, options);
  case KEY_FILE_EXTERNAL:
    return external_account_new (file, options);
  case KEY_FILE_IMPERSONATED:
    break;
  }
  g_assert_not_reached ();
}

/* Takes the place of a text that is not given. */
static void
put_default (char **text, const char *value)
{
  if (*text == NULL)
    *text = g_strdup (value);
}

static void
add_impersonation (Credential *credential, const KeyFile *file)
{
  g_autofree char *source = g_steal_pointer (&credential->description);
  g_autofree char *account = impersonation_dup_account (file);
  credential->description = g_strdup_printf ("service account %s, impersonated by %s", account,
                                             source);
  credential->impersonation = impersonation_new (file);
}

Credential *
credential_take_file (KeyFile *take_file, const CredentialOptions *options, GError **error)
{
  g_autoptr (KeyFile) file = take_file;
  CredentialOptions chosen = options != NULL ? *options : (CredentialOptions){ NULL };
  bool has_source = file->kind == KEY_FILE_IMPERSONATED;
  g_autofree char *path = g_strdup (file->path);
  g_autofree char *project = g_strdup (file->project);
  g_autofree char *quota_project = g_strdup (file->quota_project);
  bool is_open = file->is_open;
  /* What the key signs itself is for Google's APIs, of which this one is not certain. */
  chosen.uses_token_endpoint = chosen.uses_token_endpoint || has_source;
  KeyFile *own = has_source ? g_steal_pointer (&file->source) : g_steal_pointer (&file);
  Credential *credential = new_of_kind (own, &chosen, error);
  if (credential == NULL)
    return NULL;
  if (has_source)
    add_impersonation (credential, file);
  put_default (&credential->project, project);
  put_default (&credential->quota_project, quota_project);
  if (is_open)
    g_ptr_array_add (credential->warnings,
                     g_strdup_printf ("%s holds a secret, and others than its owner may open it: "
                                      "chmod 600 %s",
                                      path, path));
  return credential;
}

Credential *
credential_load (const char *path, const CredentialOptions *options, GError **error)
{
  KeyFile *file = key_file_read (path, error);
  return file != NULL ? credential_take_file (file, options, error) : NULL;
}
