/* Workload and workforce identity: a token of another identity provider, from a file or an address, is
 * exchanged for Google's (RFC 8693), and that perhaps for a service account's. The file is read and the
 * address asked each time anew: who runs the machine replaces such tokens. */
#include "transport/credential-type.h"

#include "base/path.h"
#include "base/secret.h"
#include "document/json-write.h"
#include "transport/json-text.h"

enum { MOST_SUBJECT_BYTES = 64 * 1024 };

typedef struct {
  KeyFile *file;
  char *subject; /* the other provider's token, when it is known and not yet used */
} ExternalAccount;

static void
external_free (void *data)
{
  ExternalAccount *account = data;
  key_file_free (account->file);
  secret_free (account->subject);
  g_free (account);
}

/* ---- the subject token ---- */

static bool
put_subject (ExternalAccount *account, const char *token, GError **error)
{
  secret_remember (token);
  if (strlen (token) > MOST_SUBJECT_BYTES || !json_text_is_token (token))
    return transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                                "what should be the subject token is none");
  secret_free (account->subject);
  account->subject = g_strdup (token);
  return true;
}

static bool
read_json_subject (ExternalAccount *account, const char *text, size_t length, GError **error)
{
  int line;
  g_autoptr (Document) document = json_text_read (text, length, MOST_SUBJECT_BYTES, &line);
  if (document == NULL)
    return transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                                "what should hold the subject token is not a JSON object");
  const char *token = json_text_member (document->root, account->file->subject_member);
  if (token == NULL)
    return transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                                "what should hold the subject token has no '%s'",
                                account->file->subject_member);
  return put_subject (account, token, error);
}

static bool
read_subject (ExternalAccount *account, const char *text, size_t length, GError **error)
{
  if (length > MOST_SUBJECT_BYTES)
    return transport_error_set (error, TRANSPORT_ERROR_CREDENTIAL,
                                "what should hold the subject token has more than 64 KiB");
  if (account->file->is_json)
    return read_json_subject (account, text, length, error);
  char *token = g_strstrip (g_strndup (text, length));
  bool ok = put_subject (account, token, error);
  secret_free (token);
  return ok;
}

static bool
load_subject (ExternalAccount *account, GError **error)
{
  size_t length;
  char *text = NULL;
  if (!path_read_file (account->file->subject_path, MOST_SUBJECT_BYTES, &text, &length, error))
    return false;
  bool ok = read_subject (account, text, length, error);
  explicit_bzero (text, length);
  g_free (text);
  if (!ok)
    g_prefix_error (error, "%s: ", account->file->subject_path);
  return ok;
}

static HttpRequest *
subject_request (const KeyFile *file)
{
  HttpRequest *request = http_request_new ("GET", file->subject_url);
  for (unsigned i = 0; i < file->subject_headers->len; i++)
    g_ptr_array_add (request->headers, g_strdup (file->subject_headers->pdata[i]));
  request->timeout_ms = CREDENTIAL_TIMEOUT_MS;
  request->is_direct = g_str_has_prefix (file->subject_url, "http:");
  return request;
}

/* ---- the exchange ---- */

static void
add_client (HttpRequest *request, const KeyFile *file)
{
  if (file->client_id == NULL)
    return;
  const char *secret = file->client_secret != NULL ? file->client_secret : "";
  char *both = g_strdup_printf ("%s:%s", file->client_id, secret);
  char *base64 = g_base64_encode ((const unsigned char *)both, strlen (both));
  char *value = g_strdup_printf ("Basic %s", base64);
  secret_remember (base64);
  http_request_add_header (request, "Authorization", value);
  secret_free (both);
  secret_free (base64);
  secret_free (value);
}

/* "&options=…", or "": {"userProject": "x"} says whose quota a workforce uses. New string. */
static char *
dup_options (const KeyFile *file)
{
  if (file->user_project == NULL || file->client_id != NULL)
    return g_strdup ("");
  g_autoptr (GString) options = g_string_new ("{\"userProject\":");
  json_append_quoted (options, file->user_project);
  g_string_append_c (options, '}');
  g_autofree char *form = http_form ("options", options->str, NULL);
  return g_strdup_printf ("&%s", form);
}

static HttpRequest *
exchange_request (const Credential *credential, const char *subject)
{
  const KeyFile *file = ((const ExternalAccount *)credential->state)->file;
  g_autofree char *options = dup_options (file);
  const char *scope = credential->impersonation != NULL ? CREDENTIAL_CLOUD_SCOPE
                                                        : credential->scope;
  char *form = http_form ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                          "audience", file->audience, "scope", scope, "requested_token_type",
                          "urn:ietf:params:oauth:token-type:access_token", "subject_token", subject,
                          "subject_token_type", file->subject_token_type, NULL);
  HttpRequest *request = credential_form_request (file->token_url,
                                                  g_strconcat (form, options, NULL));
  secret_free (form);
  add_client (request, file);
  return request;
}

static bool
external_ask (Credential *credential, int64_t now_s, CredentialStep *out, GError **error)
{
  ExternalAccount *account = credential->state;
  bool is_url = account->file->subject_url != NULL;
  if (!is_url && !load_subject (account, error))
    return false;
  out->kind = CREDENTIAL_SEND;
  out->request = account->subject != NULL ? exchange_request (credential, account->subject)
                                          : subject_request (account->file);
  return true;
}

static TokenVerdict
take_subject (ExternalAccount *account, const CredentialAnswer *answer, GError **error)
{
  if (answer->status >= 200 && answer->status <= 299) {
    if (read_subject (account, answer->body, answer->length, error))
      return TOKEN_GIVEN;
    g_prefix_error (error, "the address of 'credential_source': ");
    return TOKEN_DENIED;
  }
  TokenHint hint;
  TokenVerdict verdict = token_answer_refuse (answer->status, answer->body, answer->length, &hint,
                                              error);
  g_prefix_error (error, "no subject token: ");
  return verdict;
}

static TokenVerdict
external_take (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
               GError **error)
{
  ExternalAccount *account = credential->state;
  if (account->subject == NULL)
    return take_subject (account, answer, error);
  TokenVerdict verdict = credential_take_token_answer (credential, answer, now_s, error);
  if (verdict != TOKEN_LATER)
    g_clear_pointer (&account->subject, secret_free);
  return verdict;
}

static void
external_refused (Credential *credential)
{
  ExternalAccount *account = credential->state;
  g_clear_pointer (&account->subject, secret_free);
}

static const CredentialType external_type = {
  .ask = external_ask,
  .take = external_take,
  .refused = external_refused,
  .free_state = external_free,
  .grant_hint = "the subject token is over, or the pool does not know its issuer",
};

Credential *
external_account_new (KeyFile *file, const CredentialOptions *options)
{
  ExternalAccount *account = g_new0 (ExternalAccount, 1);
  account->file = file;
  if (file->impersonation_url == NULL)
    return credential_new (&external_type, account,
                           g_strdup_printf ("external account (file %s)", file->path), options);
  g_autofree char *name = impersonation_dup_account (file);
  Credential *credential = credential_new (
    &external_type, account,
    g_strdup_printf ("service account %s by an external account (file %s)", name, file->path),
    options);
  credential->impersonation = impersonation_new (file);
  return credential;
}
