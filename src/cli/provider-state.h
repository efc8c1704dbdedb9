/* How a provider stands on this machine, for `peel providers` and `peel doctor`: is it configured, and
 * what would it show as proof of who asks? Files are read; nobody is asked, and no program is run. */
#pragma once

#include "pipeline/config.h"

typedef struct {
  bool is_configured; /* the user's configuration names it */
  bool is_ready; /* nothing is missing that a first request needs, as far as can be seen here */
  bool sends;    /* it asks a service, and so needs a login */
  bool is_guess; /* the login is a metadata server that nobody has seen yet */
  bool is_in_environment; /* a variable that is for it is set */
  GPtrArray *logins;      /* char*: "key of GEMINI_API_KEY"; without secrets */
  GPtrArray *warnings;    /* char* */
  char *problem;          /* why there is no login, or NULL */
  bool needs_project;     /* and will not learn it from the login */
  char *project;          /* NULL: not known */
  char *base_url;         /* NULL: the usual one */
} ProviderState;

/* `config` may be NULL: nothing is configured. */
ProviderState *provider_state_new (const Config *config, const ProviderType *type);
void provider_state_free (ProviderState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProviderState, provider_state_free)

/* "configured", "not configured", … */
const char *provider_state_word (const ProviderState *state, const ProviderType *type);
/* How it would log in, or what was looked for and not found, which may take several lines: each but the
 * first begins with `indent`. NULL: it needs no login. New string. */
char *provider_state_login (const ProviderState *state, const char *indent);
