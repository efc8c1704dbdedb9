#include "simulator/quotas.h"

#include "base/clock.h"

typedef struct {
  GArray *minute; /* int64_t, when the requests of the last minute came */
  int64_t day_us; /* when the day began */
  int n_day, n_open;
} Account;

/* That a client has gone is noticed a little after it asks again. */
enum { MOST_NOTICE_US = 20 * 1000 };

struct Quotas {
  GMutex mutex;
  GCond freed;          /* a place of any account */
  GHashTable *accounts; /* credential -> Account */
};

static void
account_free (gpointer data)
{
  Account *account = data;
  g_array_unref (account->minute);
  g_free (account);
}

Quotas *
quotas_new (void)
{
  Quotas *quotas = g_new0 (Quotas, 1);
  g_mutex_init (&quotas->mutex);
  g_cond_init (&quotas->freed);
  quotas->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, account_free);
  return quotas;
}

void
quotas_free (Quotas *quotas)
{
  if (quotas == NULL)
    return;
  g_hash_table_unref (quotas->accounts);
  g_cond_clear (&quotas->freed);
  g_mutex_clear (&quotas->mutex);
  g_free (quotas);
}

static Account *
account_of (Quotas *quotas, const char *credential)
{
  Account *account = g_hash_table_lookup (quotas->accounts, credential);
  if (account == NULL) {
    account = g_new0 (Account, 1);
    account->minute = g_array_new (FALSE, FALSE, sizeof (int64_t));
    g_hash_table_insert (quotas->accounts, g_strdup (credential), account);
  }
  return account;
}

static QuotaVerdict
judge (const SimulatorOptions *options, Account *account, int64_t now, int64_t *out_wait_ms)
{
  int64_t minute_us = options->minute_ms * 1000, day_us = options->day_ms * 1000;
  while (account->minute->len > 0 && g_array_index (account->minute, int64_t, 0) <= now - minute_us)
    g_array_remove_index (account->minute, 0);
  if (account->day_us <= now - day_us) {
    account->day_us = now;
    account->n_day = 0;
  }
  *out_wait_ms = 1000;
  if (options->concurrent > 0 && account->n_open >= options->concurrent)
    return QUOTA_CONCURRENT;
  if (options->rpd > 0 && account->n_day >= options->rpd) {
    *out_wait_ms = (account->day_us + day_us - now) / 1000;
    return QUOTA_DAY;
  }
  if (options->rpm > 0 && account->minute->len >= (unsigned)options->rpm) {
    *out_wait_ms = (g_array_index (account->minute, int64_t, 0) + minute_us - now) / 1000 + 1;
    return QUOTA_MINUTE;
  }
  return QUOTA_OK;
}

QuotaVerdict
quotas_take (Simulator *simulator, Exchange *exchange, int64_t *out_wait_ms)
{
  static const char *const names[] = { NULL, "minute", "day", "concurrent" };
  Quotas *quotas = simulator->quotas;
  int64_t now = clock_monotonic_us ();
  g_mutex_lock (&quotas->mutex);
  Account *account = account_of (quotas, exchange->credential);
  if (account->day_us == 0)
    account->day_us = now;
  QuotaVerdict verdict = judge (simulator->options, account, now, out_wait_ms);
  int64_t end_us = g_get_monotonic_time () + MOST_NOTICE_US;
  while (verdict == QUOTA_CONCURRENT &&
         g_cond_wait_until (&quotas->freed, &quotas->mutex, end_us)) {
    now = clock_monotonic_us ();
    verdict = judge (simulator->options, account, now, out_wait_ms);
  }
  if (verdict == QUOTA_OK) {
    g_array_append_val (account->minute, now);
    account->n_day++;
    account->n_open++;
    exchange->holds_quota = true;
  }
  exchange->quota = names[verdict];
  g_mutex_unlock (&quotas->mutex);
  return verdict;
}

void
quotas_release (Quotas *quotas, Exchange *exchange)
{
  if (!exchange->holds_quota)
    return;
  exchange->holds_quota = false;
  g_mutex_lock (&quotas->mutex);
  account_of (quotas, exchange->credential)->n_open--;
  g_cond_broadcast (&quotas->freed);
  g_mutex_unlock (&quotas->mutex);
}
