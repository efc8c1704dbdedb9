#include "cli/provider-state.h"

#include "run/login.h"

/* Beside the names of keys, which providers tell. */
static const char *const google_names[] = { "GOOGLE_APPLICATION_CREDENTIALS",
                                            "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", NULL };

static void
add_warning (void *data, const char *warning)
{
  ProviderState *state = data;
  g_ptr_array_add (state->warnings, g_strdup (warning));
}

static bool
is_any_set (const char *const *names)
{
  for (; names != NULL && *names != NULL; names++) {
    const char *value = g_getenv (*names);
    if (value != NULL && value[0] != '\0')
      return true;
  }
  return false;
}

/* What an option of its configuration says, if it has one of that name. New string, or NULL. */
static char *
dup_option (const ProviderType *type, const void *config, const char *name)
{
  const Option *option = type->config != NULL ? option_find (type->config, name) : NULL;
  return option != NULL && config != NULL ? option_format (option, config) : NULL;
}

static void
add_login (ProviderState *state, const Credential *credential)
{
  state->is_guess = credential_is_guess (credential);
  state->needs_project = state->needs_project && !credential_learns_project (credential);
  if (state->project == NULL)
    state->project = g_strdup (credential_project (credential));
  g_ptr_array_add (
    state->logins,
    g_strdup_printf ("%s%s", credential_describe (credential),
                     state->is_guess ? ", if this is a machine of Google's cloud" : ""));
}

static void
look_for_login (ProviderState *state, const ProviderType *type, const void *config)
{
  ProviderLogin wanted = { 0 };
  g_autoptr (GError) error = NULL;
  type->login (config, &wanted);
  state->is_in_environment = is_any_set (wanted.key_names) ||
                             (wanted.takes_google && is_any_set (google_names));
  state->base_url = dup_option (type, config, "base-url");
  state->project = dup_option (type, config, "project");
  state->needs_project = wanted.takes_google && wanted.key == NULL;
  g_autoptr (Login) login = login_new (type, config, NULL, add_warning, state, &error);
  for (unsigned i = 0; login != NULL && i < login->credentials->len; i++)
    add_login (state, login->credentials->pdata[i]);
  if (login == NULL)
    state->problem = g_strdup (error->message);
  state->is_ready = login != NULL && (!state->needs_project || state->project != NULL);
}

ProviderState *
provider_state_new (const Config *config, const ProviderType *type)
{
  ProviderState *state = g_new0 (ProviderState, 1);
  const void *own = config_provider (config, type);
  state->logins = g_ptr_array_new_with_free_func (g_free);
  state->warnings = g_ptr_array_new_with_free_func (g_free);
  state->is_configured = config_names_provider (config, type);
  state->sends = type->login != NULL;
  state->is_ready = !type->needs_config || own != NULL;
  if (state->sends && own != NULL)
    look_for_login (state, type, own);
  return state;
}

void
provider_state_free (ProviderState *state)
{
  if (state == NULL)
    return;
  g_ptr_array_unref (state->logins);
  g_ptr_array_unref (state->warnings);
  g_free (state->problem);
  g_free (state->project);
  g_free (state->base_url);
  g_free (state);
}

const char *
provider_state_word (const ProviderState *state, const ProviderType *type)
{
  if (type->config == NULL)
    return "needs no configuration";
  if (state->is_configured)
    return "configured";
  return type->needs_config ? "not configured, and it must be"
                            : "not configured: its defaults stand";
}

char *
provider_state_login (const ProviderState *state, const char *indent)
{
  if (!state->sends)
    return NULL;
  if (state->problem != NULL) {
    g_auto (GStrv) lines = g_strsplit (state->problem, "\n", -1);
    g_autofree char *between = g_strconcat ("\n", indent, NULL);
    g_autofree char *text = g_strjoinv (between, lines);
    return g_strdup_printf ("nothing to log in with: %s", text);
  }
  g_autoptr (GString) out = g_string_new (NULL);
  for (unsigned i = 0; i < state->logins->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", then " : "",
                            (const char *)state->logins->pdata[i]);
  return g_strdup (out->str);
}
