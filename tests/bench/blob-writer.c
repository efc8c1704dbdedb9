/* What it costs to take an original in: see tests/bench/compression. A row for each file and choice.
 *
 * Each put is a process of its own, with a home of its own, so that its peak of memory is its own:
 * what is told is how much more it is than after a few bytes were put, which bring in the libraries. The choices take turns;
 * medians of CPU and wall seconds are printed. The file is read once before, so that the disk it is
 * on does not matter. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cache/blob.h"

enum { N_CHOICES = CACHE_COMPRESSION_MAX + 1, MOST_ROUNDS = 101 };

static const char *const choice_names[N_CHOICES] = { "auto", "off", "fastest", "better", "max" };

typedef struct {
  double wall, cpu;
  long memory_kib;
  int64_t stored, bytes;
} Cost;

static double
now (clockid_t clock)
{
  struct timespec time;
  clock_gettime (clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static long
peak_memory (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void
must (bool ok, GError *error)
{
  if (ok)
    return;
  fprintf (stderr, "blob-writer: %s\n", error->message);
  exit (1);
}

static Cost
put (const char *home, const char *path, CacheCompression compression)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (home, &error);
  must (cache != NULL, error);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  Cost cost = { 0 };
  Digest digest;
  BlobStorage storage;
  g_autoptr (GBytes)
    few = g_bytes_new_static ("a few bytes, a few bytes, a few bytes, a few bytes", 50);
  must (cache_put (cache, few, &digest, NULL, &error), error);
  long memory = peak_memory ();
  double wall = now (CLOCK_MONOTONIC), cpu = now (CLOCK_PROCESS_CPUTIME_ID);
  must (
    blob_put_file (cache, fd, path, compression, G_MAXINT64, &digest, &cost.bytes, NULL, &error),
    error);
  cost.cpu = now (CLOCK_PROCESS_CPUTIME_ID) - cpu;
  cost.wall = now (CLOCK_MONOTONIC) - wall;
  cost.memory_kib = peak_memory () - memory;
  close (fd);
  blob_storage (home, &digest, &storage);
  cost.stored = storage.frame_bytes;
  return cost;
}

/* In a process of its own. */
static Cost
put_alone (const char *folder, const char *path, CacheCompression compression)
{
  static unsigned n;
  g_autofree char *home = g_strdup_printf ("%s/home-%u", folder, n++);
  Cost cost = { 0 };
  int ends[2];
  if (pipe (ends) != 0)
    exit (1);
  pid_t child = fork ();
  if (child == 0) {
    cost = put (home, path, compression);
    _exit (write (ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
  }
  int status;
  if (read (ends[0], &cost, sizeof cost) != sizeof cost || waitpid (child, &status, 0) != child)
    exit (1);
  close (ends[0]);
  close (ends[1]);
  g_autofree char *clean = g_strdup_printf ("rm -r '%s'", home);
  if (system (clean) != 0)
    exit (1);
  return cost;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double
median (double *values, int n)
{
  qsort (values, (size_t)n, sizeof *values, compare);
  return values[n / 2];
}

static void
bench (const char *folder, const char *path, int n_rounds)
{
  static double cpu[N_CHOICES][MOST_ROUNDS], wall[N_CHOICES][MOST_ROUNDS];
  Cost last[N_CHOICES];
  for (int round = 0; round < n_rounds; round++)
    for (int choice = 0; choice < N_CHOICES; choice++) {
      if (choice == CACHE_COMPRESSION_MAX && round > 0) {
        cpu[choice][round] = last[choice].cpu; /* once is enough of it */
        wall[choice][round] = last[choice].wall;
        continue;
      }
      last[choice] = put_alone (folder, path, (CacheCompression)choice);
      cpu[choice][round] = last[choice].cpu;
      wall[choice][round] = last[choice].wall;
    }
  const char *name = strrchr (path, '/') != NULL ? strrchr (path, '/') + 1 : path;
  for (int choice = 0; choice < N_CHOICES; choice++) {
    const Cost *cost = &last[choice];
    double seconds = median (wall[choice], n_rounds);
    printf ("| %s | %.1f MB | %s | %.1f %% | %.3f s | %.3f s | %.0f MB/s | %ld KiB |\n", name,
            (double)cost->bytes / 1e6, choice_names[choice],
            100.0 * (double)cost->stored / (double)cost->bytes, median (cpu[choice], n_rounds),
            seconds, (double)cost->bytes / 1e6 / seconds, cost->memory_kib);
  }
}

int
main (int argc, char **argv)
{
  int n_rounds = argc > 3 ? (int)strtol (argv[2], NULL, 10) : 0;
  if (n_rounds < 1 || n_rounds > MOST_ROUNDS) {
    fprintf (stderr, "usage: bench-blob-writer FOLDER ROUNDS FILE…\n");
    return 2;
  }
  printf ("| file | size | compression | stored | CPU | wall | rate | memory |\n");
  printf ("|---|---|---|---|---|---|---|---|\n");
  for (int i = 3; i < argc; i++)
    bench (argv[1], argv[i], n_rounds);
  return 0;
}
