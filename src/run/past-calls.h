/* What the journal tells of paid calls of earlier runs, for a request that the cache itself does not
 * answer: before anything is paid for again. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/digest.h"

typedef struct PastCalls PastCalls;

/* A journal that cannot be read tells of nothing. */
PastCalls *past_calls_load (const char *home);
void past_calls_free (PastCalls *calls);

/* The original that answered the request last. False: the journal knows of none, or it is not from
 * `provider` (NULL: whoever it is from). */
bool past_calls_find (const PastCalls *calls, const Digest *request, const char *provider,
                      Digest *out_original);
/* Was it asked since then, by a call of which nobody knows whether it was charged? */
bool past_calls_has_lost (const PastCalls *calls, const Digest *request);
