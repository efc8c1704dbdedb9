/* Access tokens that were given out, and the key that assertions are verified with. */
#pragma once

#include "simulator/simulator.h"

typedef enum { TOKEN_OK, TOKEN_UNKNOWN, TOKEN_EXPIRED } TokenState;

Tokens *tokens_new (const SimulatorOptions *options, GError **error);
void tokens_free (Tokens *tokens);

/* A new token that lives as the options say. New string. */
char *tokens_issue (Simulator *simulator);
/* Is it one of ours, one of --access-token, or an assertion that the account signed itself? */
TokenState tokens_check (Simulator *simulator, const char *token);

typedef enum { JWT_OK, JWT_MALFORMED, JWT_NO_KEY, JWT_BAD_SIGNATURE } JwtState;
/* Verifies the RS256 signature. *out_claims is set with JWT_OK; the caller deletes it. */
JwtState tokens_verify_jwt (Tokens *tokens, const char *jwt, cJSON **out_claims);
