#include "base/nearest.h"

#include <glib.h>

enum { LONGEST = 64 };

/* Damerau-Levenshtein, the variant that swaps neighbours only once (optimal string alignment). */
static int
distance (const char *a, size_t n_a, const char *b, size_t n_b)
{
  int rows[3][LONGEST + 1];
  int *before = rows[0], *last = rows[1], *now = rows[2];
  for (size_t j = 0; j <= n_b; j++)
    last[j] = (int)j;
  for (size_t i = 1; i <= n_a; i++) {
    now[0] = (int)i;
    for (size_t j = 1; j <= n_b; j++) {
      char x = g_ascii_tolower (a[i - 1]), y = g_ascii_tolower (b[j - 1]);
      int best = MIN (MIN (last[j] + 1, now[j - 1] + 1), last[j - 1] + (x != y));
      if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && g_ascii_tolower (a[i - 2]) == y)
        best = MIN (best, before[j - 2] + 1);
      now[j] = best;
    }
    int *spare = before;
    before = last;
    last = now;
    now = spare;
  }
  return last[n_b];
}

const char *
nearest_name (const char *word, const char *const *names, size_t n_names)
{
  size_t length = strlen (word);
  if (length == 0 || length > LONGEST)
    return NULL;
  const char *best = NULL;
  int best_distance = MAX (1, (int)length / 3) + 1;
  for (size_t i = 0; i < n_names; i++) {
    size_t n = strlen (names[i]);
    if (n > LONGEST)
      continue;
    int d = distance (word, length, names[i], n);
    /* One letter for another is no slip of anything. */
    if (d < best_distance && d < (int)MAX (length, n)) {
      best = names[i];
      best_distance = d;
    }
  }
  return best;
}
