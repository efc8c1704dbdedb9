/* index-lookup HOME TIMES REQUEST…: looks the requests up, one after the other, so often in all, as
 * a run does. Prints what the first cost with opening all that is needed, and the mean of the
 * others, in microseconds. */
#include <stdio.h>

#include "base/clock.h"
#include "cache/cache.h"

static bool
look_up (Cache *cache, const char *request, GError **error)
{
  Digest wanted, found;
  return digest_from_hex (request, &wanted) && cache_lookup (cache, &wanted, &found, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc < 4)
    return 2;
  unsigned n_times = (unsigned)g_ascii_strtoull (argv[2], NULL, 10),
           n_requests = (unsigned)argc - 3;
  int64_t start_us = clock_monotonic_us ();
  g_autoptr (Cache) cache = cache_open (argv[1], &error);
  if (cache == NULL || !look_up (cache, argv[3], &error)) {
    fprintf (stderr, "%s\n", error != NULL ? error->message : "not found");
    return 1;
  }
  int64_t first_us = clock_monotonic_us ();
  for (unsigned i = 0; i < n_times; i++)
    if (!look_up (cache, argv[3 + i % n_requests], &error))
      return 1;
  int64_t end_us = clock_monotonic_us ();
  printf ("%.1f %.1f\n", (double)(first_us - start_us), (double)(end_us - first_us) / n_times);
  return 0;
}
