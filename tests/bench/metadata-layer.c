/* What the metadata of a run costs by itself: see tests/bench/metadata.
 *
 *     metadata-layer ORIGINAL CHAIN KEY OUTPUT…
 *
 * All that a run does beside its pixels, done once more: the original's blocks are listed, read and its Content
 * Credentials checked; for each output (which is stripped before the clock starts) metadata is composed and
 * put, and a manifest written, signed and put. Prints seconds of CPU by part, and in all. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "c2pa/write.h"

static double
cpu_now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void
must (bool ok, GError *error)
{
  if (ok)
    return;
  fprintf (stderr, "metadata-layer: %s\n", error->message);
  exit (1);
}

static GBytes *
read_file (const char *path)
{
  char *data;
  gsize length;
  GError *error = NULL;
  must (g_file_get_contents (path, &data, &length, &error), error);
  return g_bytes_new_take (data, length);
}

static GBytes *
strip (const char *path)
{
  g_autoptr (GBytes) file = read_file (path);
  const MetadataBlobs none = { NULL };
  GBytes *bare = NULL;
  GError *error = NULL;
  must (container_put (file, &none, &bare, &error), error);
  return bare;
}

typedef struct {
  MetadataBlobs blobs;
  char *found_type;
  GBytes *store;
  C2paReport *report;
  Digest digest;
} Original;

static void
look (GBytes *bytes, Original *original)
{
  g_autoptr (GPtrArray) blocks = container_list (bytes);
  const Block *store = container_find (blocks, BLOCK_C2PA);
  metadata_blobs_read (blocks, &original->blobs);
  original->found_type = metadata_find_source_type (g_bytes_get_data (bytes, NULL),
                                                    g_bytes_get_size (bytes));
  original->store = g_bytes_ref (store->data);
  original->report = c2pa_read (store->data, bytes, NULL);
}

static void
sign (const Original *original, GBytes *file, const C2paSigner *signer)
{
  static const C2paStep steps[] = { { "c2pa.resized", NULL }, { "c2pa.transcoded", NULL } };
  const C2paClaim claim = {
    .parent_store = original->store,
    .parent = original->report,
    .original = &original->digest,
    .original_format = "image/png",
    .format = "image/webp",
    .fingerprint = &original->digest,
    .source_type = original->found_type,
    .steps = steps,
    .n_steps = G_N_ELEMENTS (steps),
    .generator = "bench",
    .generator_version = "1",
  };
  g_autoptr (GBytes) done = NULL;
  GError *error = NULL;
  must (c2pa_embed (file, &claim, signer, &done, &error), error);
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  if (argc < 5)
    return 2;
  g_autoptr (GBytes) bytes = read_file (argv[1]);
  g_autoptr (GBytes) chain_pem = read_file (argv[2]);
  g_autoptr (GBytes) key_pem = read_file (argv[3]);
  g_autoptr (GPtrArray) bare = g_ptr_array_new ();
  for (int i = 4; i < argc; i++)
    g_ptr_array_add (bare, strip (argv[i]));

  double start = cpu_now (), looked, composed = 0, signed_s = 0;
  Original original = { .digest = digest_of ("", 0) };
  look (bytes, &original);
  looked = cpu_now () - start;

  double opened = cpu_now ();
  GPtrArray *chain = c2pa_read_chain (g_bytes_get_data (chain_pem, NULL),
                                      g_bytes_get_size (chain_pem), time (NULL), &error);
  must (chain != NULL, error);
  C2paKey *key = c2pa_key_read (g_bytes_get_data (key_pem, NULL), g_bytes_get_size (key_pem), chain,
                                &error);
  must (key != NULL, error);
  const C2paSigner signer = { key, chain, c2pa_key_sign };
  opened = cpu_now () - opened;

  for (unsigned i = 0; i < bare->len; i++) {
    const MetadataOptions options = { .policy = METADATA_PROVENANCE };
    const MetadataFacts facts = { .found_type = original.found_type };
    const MetadataCarrier carrier = { .width = 1600, .height = 1600 };
    g_auto (MetadataBlobs) blobs = { NULL };
    g_autoptr (GBytes) file = NULL;
    double at = cpu_now ();
    must (metadata_compose (&options, &original.blobs, &facts, &carrier, &blobs, NULL, &error),
          error);
    must (container_put (bare->pdata[i], &blobs, &file, &error), error);
    composed += cpu_now () - at;
    at = cpu_now ();
    sign (&original, file, &signer);
    signed_s += cpu_now () - at;
  }
  printf ("%.6f %.6f %.6f %.6f %.6f\n", looked, opened, composed, signed_s,
          looked + opened + composed + signed_s);
  return 0;
}
