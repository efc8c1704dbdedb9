#include "run/login.h"

#include <sys/stat.h>

#include "base/path.h"
#include "base/secret.h"
#include "run/run-error.h"
#include "transport/google-search.h"

enum { MOST_KEY_BYTES = 64 * 1024 };

typedef struct {
  void (*tell) (void *data, const char *warning);
  void *data;
} Teller;

/* ---- keys ---- */

static void
warn_of_open_file (const Teller *teller, const char *path)
{
  struct stat status;
  if (stat (path, &status) != 0 || (status.st_mode & 077) == 0)
    return;
  g_autofree char *warning = g_strdup_printf (
    "the key in %s can be read by other users of this machine: chmod 600 %s", path, path);
  teller->tell (teller->data, warning);
}

/* "env:NAME" or "file:/path" to what it holds. */
static char *
read_secret (const char *reference, const Teller *teller, const char **out_from, GError **error)
{
  const char *name = strchr (reference, ':') + 1;
  char *text = NULL;
  size_t length;
  *out_from = name;
  if (g_str_has_prefix (reference, "env:")) {
    const char *value = g_getenv (name);
    if (value == NULL || value[0] == '\0')
      (void)run_fail (error, RUN_ERROR_PROVIDER,
                      "the environment has no %s, which the configuration names for a key", name);
    else
      text = g_strdup (value);
    return text;
  }
  if (path_read_file (name, MOST_KEY_BYTES, &text, &length, error))
    warn_of_open_file (teller, name);
  return text;
}

static bool
add_key (Login *login, const ProviderLogin *wanted, const char *key, const char *from,
         GError **error)
{
  const char *scheme = strcmp (wanted->header, "Authorization") == 0 ? "Bearer" : NULL;
  Credential *credential = credential_new_key (wanted->header, scheme, key, from, error);
  if (credential == NULL)
    return false;
  g_ptr_array_add (login->credentials, credential);
  return true;
}

static bool
add_configured_key (Login *login, const ProviderLogin *wanted, const char *reference,
                    const Teller *teller, GError **error)
{
  const char *from;
  char *key = read_secret (reference, teller, &from, error);
  bool ok = key != NULL && add_key (login, wanted, key, from, error);
  secret_free (key);
  return ok;
}

static bool
add_configured_keys (Login *login, const ProviderLogin *wanted, const Teller *teller,
                     GError **error)
{
  if (wanted->key != NULL && !add_configured_key (login, wanted, wanted->key, teller, error))
    return false;
  for (unsigned i = 0; wanted->keys != NULL && wanted->keys[i] != NULL; i++)
    if (!add_configured_key (login, wanted, wanted->keys[i], teller, error))
      return false;
  return true;
}

static bool
add_key_of_environment (Login *login, const ProviderLogin *wanted, GError **error)
{
  for (unsigned i = 0; wanted->key_names != NULL && wanted->key_names[i] != NULL; i++) {
    const char *key = g_getenv (wanted->key_names[i]);
    if (key != NULL && key[0] != '\0')
      return add_key (login, wanted, key, wanted->key_names[i], error);
  }
  return true;
}

/* ---- Google's ways ---- */

static bool
add_google (Login *login, const ProviderLogin *wanted, GError **error)
{
  const CredentialPlaces places = {
    .home = g_get_home_dir (),
    .file = wanted->key_file,
    .options = { .uses_token_endpoint = wanted->uses_token_endpoint },
  };
  Credential *credential = credential_find_google (&places, error);
  if (credential == NULL)
    return false;
  g_ptr_array_add (login->credentials, credential);
  return true;
}

/* ---- all ---- */

static bool
find (Login *login, const ProviderLogin *wanted, const Teller *teller, GError **error)
{
  if (wanted->token_command != NULL && wanted->token_command[0] != NULL) {
    g_ptr_array_add (login->credentials,
                     credential_new_command ((const char *const *)wanted->token_command));
    return true;
  }
  if (!add_configured_keys (login, wanted, teller, error))
    return false;
  if (login->credentials->len > 0)
    return true;
  if (!add_key_of_environment (login, wanted, error))
    return false;
  if (login->credentials->len > 0)
    return true;
  if (wanted->takes_google)
    return add_google (login, wanted, error);
  if (wanted->key_names == NULL)
    return run_fail (
      error, RUN_ERROR_PROVIDER,
      "'%s' needs a key for the address that your configuration gives: name it under "
      "'keys' there. Keys of the environment are meant for the service itself",
      login->provider->name);
  g_autofree char *names = g_strjoinv (" or ", (char **)wanted->key_names);
  return run_fail (error, RUN_ERROR_PROVIDER,
                   "'%s' needs a key: set %s in the environment, or name one in your configuration "
                   "(docs/configuration.md)",
                   login->provider->name, names);
}

static void
tell_warnings (const Login *login, const Teller *teller)
{
  for (unsigned i = 0; i < login->credentials->len; i++) {
    const GPtrArray *warnings = credential_warnings (login->credentials->pdata[i]);
    for (unsigned k = 0; k < warnings->len; k++)
      teller->tell (teller->data, warnings->pdata[k]);
  }
}

Login *
login_new (const ProviderType *provider, const void *config, const char *token_command,
           void (*tell) (void *data, const char *warning), void *data, GError **error)
{
  const Teller teller = { tell, data };
  ProviderLogin wanted = { 0 };
  provider->login (config, &wanted);
  char *const shell[] = { (char *)"/bin/sh", (char *)"-c", (char *)token_command, NULL };
  if (token_command != NULL && wanted.takes_google && wanted.key == NULL)
    wanted.token_command = shell;
  g_autoptr (GError) problem = NULL;
  g_autoptr (Login) login = g_new0 (Login, 1);
  login->provider = provider;
  login->credentials = g_ptr_array_new_with_free_func ((GDestroyNotify)credential_free);
  if (!find (login, &wanted, &teller, &problem)) {
    run_fail (error, RUN_ERROR_PROVIDER, "%s", problem->message);
    return NULL;
  }
  tell_warnings (login, &teller);
  return g_steal_pointer (&login);
}

void
login_free (Login *login)
{
  if (login == NULL)
    return;
  g_ptr_array_unref (login->credentials);
  g_free (login);
}

char *
login_account (Quotas *quotas, const ProviderType *provider, const Credential *credential,
               bool is_shared)
{
  return quotas_account (quotas, provider->name,
                         is_shared ? "all keys" : credential_identity (credential));
}
