#include "run/past-calls.h"

#include "cache/journal.h"

struct PastCalls {
  GHashTable *by_request; /* Digest → PastCall */
  const char *home;       /* while it is read */
};

typedef struct {
  Digest request;
  Digest original;
  const char *provider; /* who gave it; interned */
  bool has_original;
  bool has_lost; /* and nothing was stored after it */
} PastCall;

static PastCall *
past_call_of (PastCalls *calls, const Digest *request)
{
  PastCall *past = g_hash_table_lookup (calls->by_request, request);
  if (past != NULL)
    return past;
  past = g_new0 (PastCall, 1);
  past->request = *request;
  g_hash_table_insert (calls->by_request, &past->request, past);
  return past;
}

static void
visit (void *data, const JournalCall *call)
{
  PastCalls *calls = data;
  Digest request, original;
  if (call->request == NULL || !digest_from_hex (call->request, &request))
    return;
  bool has_original = call->original != NULL && digest_from_hex (call->original, &original);
  if (has_original) {
    PastCall *past = past_call_of (calls, &request);
    past->original = original;
    past->provider = g_intern_string (call->provider);
    past->has_original = true;
    past->has_lost = false;
  } else if (journal_call_is_lost (calls->home, call)) {
    past_call_of (calls, &request)->has_lost = true;
  }
}

PastCalls *
past_calls_load (const char *home)
{
  PastCalls *calls = g_new0 (PastCalls, 1);
  calls->by_request = g_hash_table_new_full (digest_hash_key, digest_equal_key, NULL, g_free);
  calls->home = home;
  (void)journal_read (home, visit, NULL, calls, NULL);
  calls->home = NULL;
  return calls;
}

void
past_calls_free (PastCalls *calls)
{
  if (calls == NULL)
    return;
  g_hash_table_unref (calls->by_request);
  g_free (calls);
}

bool
past_calls_find (const PastCalls *calls, const Digest *request, const char *provider,
                 Digest *out_original)
{
  const PastCall *past = g_hash_table_lookup (calls->by_request, request);
  if (past == NULL || !past->has_original ||
      (provider != NULL && g_strcmp0 (past->provider, provider) != 0))
    return false;
  *out_original = past->original;
  return true;
}

bool
past_calls_has_lost (const PastCalls *calls, const Digest *request)
{
  const PastCall *past = g_hash_table_lookup (calls->by_request, request);
  return past != NULL && past->has_lost;
}
