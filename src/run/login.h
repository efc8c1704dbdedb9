/* The credentials of one provider in a run: found when the first call needs them. Whose turn it is
 * the gate knows. */
#pragma once

#include "cache/quotas.h"
#include "providers/provider.h"
#include "transport/credential.h"

typedef struct {
  const ProviderType *provider;
  GPtrArray *credentials; /* Credential*, at least one */
} Login;

/* `token_command`, or NULL, is in place of every other way to Google. RUN_ERROR_PROVIDER: nothing to ask with; the text says where was looked and what to do. `tell` is
 * called with what a person should know: a key file that others can read. */
Login *login_new (const ProviderType *provider, const void *config, const char *token_command,
                  void (*tell) (void *data, const char *warning), void *data, GError **error);
void login_free (Login *login);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Login, login_free)

/* Whose quotas a credential uses: those of the key itself, of the project that it asks for, or of what is known
 * of who asks; or (`is_shared`, of a Pace) of all keys together. May change once it learns its project. New string, of quotas_account. */
char *login_account (Quotas *quotas, const ProviderType *provider, const Credential *credential,
                     bool is_shared);
