/* How often each key may ask: --rpm, --rpd, --concurrent. */
#pragma once

#include "simulator/simulator.h"

typedef enum { QUOTA_OK, QUOTA_MINUTE, QUOTA_DAY, QUOTA_CONCURRENT } QuotaVerdict;

Quotas *quotas_new (void);
void quotas_free (Quotas *quotas);

/* Counts the request for its credential. *out_wait_ms: after how long it would be let through. */
QuotaVerdict quotas_take (Simulator *simulator, Exchange *exchange, int64_t *out_wait_ms);
/* The request is over: no more is to be sent, or its client has gone. A second time does nothing. */
void quotas_release (Quotas *quotas, Exchange *exchange);
