/* Google's token endpoint, its token exchange and the impersonation of accounts. */
#pragma once

#include "simulator/simulator.h"

/* POST /token: jwt-bearer and refresh_token. */
void token_answer (Simulator *simulator, Exchange *exchange);
/* POST /v1/token: token-exchange. */
void token_answer_exchange (Simulator *simulator, Exchange *exchange);
/* …:generateAccessToken. The caller's own token is checked before. */
void token_answer_impersonation (Simulator *simulator, Exchange *exchange);
/* GET /subject-token, as text, or with ?format=json as {"access_token":…}. */
void token_answer_subject (Simulator *simulator, Exchange *exchange);
