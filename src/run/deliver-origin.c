/* What is known of an original beside its pixels, for all that is made of it. */
#include "metadata/container.h"
#include "run/deliver.h"
#include "run/task.h"

/* The store, or why there is one that cannot be had. */
static void
find_store (const GPtrArray *blocks, CredentialsOrigin *origin)
{
  const Block *found = container_find (blocks, BLOCK_C2PA);
  if (found != NULL)
    origin->store = g_bytes_ref (found->data);
  for (unsigned i = 0; found == NULL && i < blocks->len; i++) {
    const Block *block = blocks->pdata[i];
    if (block->kind == BLOCK_C2PA)
      origin->trouble = block->trouble;
  }
}

/* What an earlier look found, with all bytes at hand. Where there was none it is done now: for that a PNG whose
 * pixels are kept apart is put together again. New string. */
static char *
find_summary (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
              const CredentialsOrigin *origin, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (task_text (task, "credentials") != NULL)
    return g_strdup (task_text (task, "credentials"));
  g_autoptr (GBytes)
    whole = task_text (task, "path") == NULL
              ? cache_read_blob (home, &origin->original, limits->most_bytes, &problem)
              : g_bytes_ref (told);
  if (whole == NULL) {
    if (problem == NULL)
      run_fail (&problem, RUN_ERROR_CORRUPT, "the original is not in the cache any more");
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  g_autoptr (C2paReport) report = c2pa_read (origin->store, whole, NULL);
  return c2pa_summary (report);
}

/* The same on every day, whichever bytes are at hand: what is told of the parent becomes part of files. */
static bool
read_credentials (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
                  CredentialsOrigin *origin, GError **error)
{
  static const C2paTrust nobody = { .ignores_dates = true };
  if (origin->store == NULL)
    return true;
  g_autofree char *summary = find_summary (task, told, home, limits, origin, error);
  if (summary == NULL)
    return false;
  origin->report = c2pa_read (origin->store, NULL, &nobody);
  c2pa_report_set_summary (origin->report, summary);
  return true;
}

static bool
open_signer (const Node *task, CredentialsOrigin *origin, GError **error)
{
  const Node *map = node_get (task, "signing");
  if (origin->store == NULL || map == NULL)
    return true;
  Signing *signing = task_dup_signing (map);
  origin->signer = signer_new (signing, error);
  options_free (&signing_options, signing);
  return origin->signer != NULL;
}

bool
deliver_origin_read (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
                     DeliverOrigin *out_origin, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (told, &length);
  g_autoptr (GPtrArray) blocks = container_list (told);
  DeliverOrigin *origin = out_origin;
  metadata_blobs_read (blocks, &origin->blobs);
  origin->found_type = metadata_find_source_type (data, length);
  origin->facts = (MetadataFacts){
    .source_type = task_text (task, "source-type"),
    .found_type = origin->found_type,
    .prompt = task_text (task, "prompt"),
    .ai_system = task_text (task, "ai-system"),
  };
  CredentialsOrigin *credentials = &origin->credentials;
  const ImageFormatType *type = image_format_type (image_format_of_bytes (data, length));
  find_store (blocks, credentials);
  credentials->original_type = type != NULL ? type->mime : NULL;
  const char *hex = task_text (task, "original");
  return (hex == NULL || digest_from_hex (hex, &credentials->original)) &&
         read_credentials (task, told, home, limits, credentials, error) &&
         open_signer (task, credentials, error);
}

void
deliver_origin_clear (DeliverOrigin *origin)
{
  metadata_blobs_clear (&origin->blobs);
  credentials_origin_clear (&origin->credentials);
  g_clear_pointer (&origin->found_type, g_free);
}
