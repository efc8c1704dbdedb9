/* HASH on a command line of `peel cache`: an original by the first digits of its SHA-256. One that is
 * lost is found too: what is told of it can be shown, changed and taken along. */
#pragma once

#include "cache/cache.h"
#include "cli/command.h"

/* False when none or several begin so (an OPTION_ERROR, which lists them). */
bool cache_hash_find (Cache *cache, const char *text, Digest *out_digest, GError **error);
/* The arguments of a command from `first` on, each original once. Digest; new. */
GArray *cache_hash_find_all (Cache *cache, const Invocation *invocation, unsigned first,
                             GError **error);
