/* What a kind of credential implements, and what they share. */
#pragma once

#include "transport/credential.h"
#include "transport/token-answer.h"

enum {
  CREDENTIAL_TIMEOUT_MS = 30 * 1000, /* of a request to a token endpoint */
  CREDENTIAL_JWT_LIFE_S = 3600,      /* the most that Google takes */
};

typedef struct {
  /* Sets the kind and what goes with it; READY after credential_put_token(). Errors are not kept. */
  bool (*ask) (Credential *credential, int64_t now_s, CredentialStep *out, GError **error);
  /* Takes an answer (status 0: none came, the body says why). GIVEN: go on, with or without a token by
   * now. NULL: the kind never sends. */
  TokenVerdict (*take) (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
                        GError **error);
  /* May be NULL: nothing can be done. A token was refused. */
  void (*refused) (Credential *credential);
  void (*free_state) (void *state);
  const char *grant_hint; /* what to do when what was shown is no longer good; or NULL */
} CredentialType;

struct Credential {
  const CredentialType *type;
  void *state; /* of the type */
  char *description;
  char *scope;
  char *project;
  char *quota_project;
  GPtrArray *warnings; /* char* */

  /* Static keys use these only. */
  char *header;
  char *scheme;
  char *token;
  bool is_static;
  bool is_guess;
  bool learns_project;

  int64_t got_s;
  int64_t refresh_at_s;
  int64_t expires_s;
  bool follows_refusal;

  bool is_pending;
  int n_tries;
  int64_t wait_ms;
  GError *failure; /* for good */

  /* A token of the type is then only good to ask for that of another account. */
  struct Impersonation *impersonation;
  char *source_token;
};

Credential *credential_new (const CredentialType *type, void *state, char *take_description,
                            const CredentialOptions *options);
/* Keeps a copy, remembers it. */
void credential_put_token (Credential *credential, const char *token, int64_t life_s,
                           int64_t now_s);
/* token_answer_read(), credential_put_token() and the hint of the type. */
TokenVerdict credential_take_token_answer (Credential *credential, const CredentialAnswer *answer,
                                           int64_t now_s, GError **error);
/* A POST of a form; `take_form` is wiped. */
HttpRequest *credential_form_request (const char *url, char *take_form);

/* ---- kinds that come from a file; each consumes it ---- */
Credential *service_account_new (KeyFile *file, const CredentialOptions *options, GError **error);
Credential *user_account_new (KeyFile *file, const CredentialOptions *options);
Credential *external_account_new (KeyFile *file, const CredentialOptions *options);

/* ---- impersonation ---- */
typedef struct Impersonation Impersonation;
Impersonation *impersonation_new (const KeyFile *file);
void impersonation_free (Impersonation *impersonation);
HttpRequest *impersonation_ask (const Impersonation *impersonation, const char *scope,
                                const char *source_token);
/* "x@y.example", or "" if the address does not say it. New string. */
char *impersonation_dup_account (const KeyFile *file);
