#include "run/readiness.h"

#include "run/login.h"
#include "transport/google-search.h"

static void
ignore_warning (void *data, const char *warning)
{
}

/* What an option of its configuration says, if it has one of that name. */
static bool
has_option (const ProviderType *provider, const void *own, const char *name)
{
  const Option *option = option_find (provider->config, name);
  g_autofree char *text = option != NULL ? option_format (option, own) : NULL;
  return text != NULL && text[0] != '\0';
}

/* A metadata server that nobody has seen is no login, unless somebody says that there is one. */
bool
readiness_of (const ProviderType *provider, const Config *config, const char *token_command)
{
  const void *own = config_provider (config, provider);
  ProviderLogin wanted = { 0 };
  if (own == NULL)
    return provider->config == NULL;
  if (provider->login == NULL)
    return true;
  provider->login (own, &wanted);
  g_autoptr (Login) login = login_new (provider, own, token_command, ignore_warning, NULL, NULL);
  if (login == NULL)
    return false;
  const Credential *credential = login->credentials->pdata[0];
  bool is_meant = config_names_provider (config, provider) ||
                  google_project_of_environment () != NULL;
  bool has_project = !wanted.takes_google || wanted.key != NULL ||
                     credential_project (credential) != NULL ||
                     credential_learns_project (credential) ||
                     has_option (provider, own, "project") ||
                     google_project_of_environment () != NULL;
  return has_project && (is_meant || !credential_is_guess (credential));
}
