#include "cache/spending.h"

#include "cache/journal.h"

typedef struct {
  GPtrArray *spendings;
  int64_t day_us;
  unsigned n_damaged;
} Reading;

void
spending_free (void *data)
{
  Spending *spending = data;
  if (spending == NULL)
    return;
  g_free (spending->provider);
  g_free (spending);
}

static Spending *
spending_of (GPtrArray *spendings, const char *provider)
{
  for (unsigned i = 0; i < spendings->len; i++) {
    Spending *spending = spendings->pdata[i];
    if (strcmp (spending->provider, provider) == 0)
      return spending;
  }
  Spending *spending = g_new0 (Spending, 1);
  spending->provider = g_strdup (provider);
  g_ptr_array_add (spendings, spending);
  return spending;
}

static void
count (SpendingSum *sum, double usd, bool is_certain)
{
  *(is_certain ? &sum->n : &sum->n_maybe) += 1;
  *(is_certain ? &sum->usd : &sum->maybe_usd) += usd;
}

static void
take_call (void *data, const JournalCall *call)
{
  Reading *reading = data;
  bool is_certain;
  double usd = journal_call_usd (call, &is_certain);
  Spending *spending = spending_of (reading->spendings,
                                    call->provider != NULL ? call->provider : "");
  count (&spending->all, usd, is_certain);
  if (journal_call_begun_us (call) >= reading->day_us)
    count (&spending->today, usd, is_certain);
}

static void
count_damage (void *data, unsigned line, const char *what)
{
  ((Reading *)data)->n_damaged++;
}

static int
compare_providers (const void *a, const void *b)
{
  const Spending *const *one = a, *const *other = b;
  return strcmp ((*one)->provider, (*other)->provider);
}

bool
spending_read (const char *home, int64_t day_us, GPtrArray **out_spendings, unsigned *out_n_damaged,
               GError **error)
{
  g_autoptr (GPtrArray) spendings = g_ptr_array_new_with_free_func (spending_free);
  Reading reading = { spendings, day_us, 0 };
  if (!journal_read (home, take_call, count_damage, &reading, error))
    return false;
  g_ptr_array_sort (spendings, compare_providers);
  *out_spendings = g_steal_pointer (&spendings);
  *out_n_damaged = reading.n_damaged;
  return true;
}

static void
add (SpendingSum *sum, const SpendingSum *more)
{
  sum->n += more->n;
  sum->usd += more->usd;
  sum->n_maybe += more->n_maybe;
  sum->maybe_usd += more->maybe_usd;
}

Spending
spending_total (const GPtrArray *spendings)
{
  Spending total = { 0 };
  for (unsigned i = 0; i < spendings->len; i++) {
    const Spending *spending = spendings->pdata[i];
    add (&total.all, &spending->all);
    add (&total.today, &spending->today);
  }
  return total;
}
