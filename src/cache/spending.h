/* What the journal says was paid: an audit, beside what the originals that are here say they cost. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct {
  int64_t n;       /* calls that are over and whose cost is known; it may be nothing */
  double usd;      /* theirs */
  int64_t n_maybe; /* calls that may have been charged, or are being made */
  double maybe_usd;
} SpendingSum;

typedef struct {
  char *provider; /* "" where the journal does not say */
  SpendingSum all, today;
} Spending;

void spending_free (void *spending);

/* Of each provider that the journal knows, by name: a new array of Spending. `day_us` is when today
 * began. Damaged lines are passed over and counted. */
bool spending_read (const char *home, int64_t day_us, GPtrArray **out_spendings,
                    unsigned *out_n_damaged, GError **error);
/* All of them together; its provider is NULL. */
Spending spending_total (const GPtrArray *spendings);
