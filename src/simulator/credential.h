/* Who asks: keys and tokens of each surface. */
#pragma once

#include "simulator/simulator.h"

/* x-goog-api-key, ?key=, or a key as Bearer, as gateways take it. False after answering. */
bool credential_check_key (Simulator *simulator, Exchange *exchange);
/* Authorization: Bearer, a token; Vertex AI. False after answering. */
bool credential_check_token (Simulator *simulator, Exchange *exchange);
/* What came as a key or a token, good or not; NULL: neither. Borrowed. */
const char *credential_shown (const Exchange *exchange);
/* What stands behind "Bearer ", or NULL. Borrowed. */
const char *credential_bearer (const Exchange *exchange);
/* Which of --key it is, from 1; 0: none of them. */
unsigned credential_key_number (const SimulatorOptions *options, const char *key);
/* Authorization: Bearer, a key; OpenAI. False after answering. */
bool credential_check_openai (Simulator *simulator, Exchange *exchange);
