#include "cli/cache-selection.h"

#include "base/clock.h"
#include "cache/blob.h"
#include "cli/cache-hash.h"

static const Option rows[] = {
  { OPTION_TEXT (SelectionOptions, text), .name = "text", .value_name = "WORDS",
    .help = "Originals whose prompt, tags, pipeline, image id or file name has all of these words; "
            "div* is any that begins so" },
  { OPTION_TEXTS (SelectionOptions, tags), .name = "tag", .value_name = "TAG",
    .flags = OPTION_REPEATED, .help = "Those that have this tag, and each other one named" },
  { OPTION_TEXT (SelectionOptions, provider), .name = "provider", .value_name = "GLOB",
    .help = "Those of this provider" },
  { OPTION_TEXT (SelectionOptions, model), .name = "model", .value_name = "GLOB",
    .help = "Those of this model" },
  { OPTION_TEXT (SelectionOptions, pipeline), .name = "pipeline", .value_name = "GLOB",
    .help = "Those that a pipeline of this name got" },
  { OPTION_TEXT (SelectionOptions, image), .name = "image", .value_name = "GLOB",
    .help = "Those of this image id" },
  { OPTION_TEXT (SelectionOptions, since), .name = "since", .value_name = "WHEN",
    .help = "Those that were got since: 30d, 2026-01-31, or 2026-01-31T12:00:00Z" },
  { OPTION_TEXT (SelectionOptions, until), .name = "until", .value_name = "WHEN",
    .help = "Those that were got until then; a day is meant with all its hours" },
  { OPTION_BYTES (SelectionOptions, larger_than), .name = "larger-than", .value_name = "SIZE",
    .min = 1, .max = 1e15, .help = "Those of more bytes, such as 10MB" },
  { OPTION_BYTES (SelectionOptions, smaller_than), .name = "smaller-than", .value_name = "SIZE",
    .min = 1, .max = 1e15, .help = "Those of fewer bytes" },
  { OPTION_BOOL (SelectionOptions, paid), .name = "paid",
    .help = "Those that were paid for or imported: they cannot be made again for nothing" },
  { 0 },
};
static const OptionTable selection_options = { rows, sizeof (SelectionOptions), NULL };
const SharedOptions shared_selection_options = { &selection_options,
                                                 "Options that choose originals", false };

bool
selection_is_narrow (const SelectionOptions *options)
{
  for (const Option *row = rows; row->name != NULL; row++)
    if (!option_is_default (row, options))
      return true;
  return false;
}

static bool
read_moment (const char *option, const char *text, bool is_end, int64_t *out_us, GError **error)
{
  if (text == NULL || clock_parse_moment (text, is_end, out_us))
    return true;
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               "--%s takes an age such as 30d, a day such as 2026-01-31, or a time such as "
               "2026-01-31T12:00:00Z, not '%s'",
               option, text);
  return false;
}

static char *
join_text (const char *text, char *const *words)
{
  GString *out = g_string_new (text);
  for (; words != NULL && *words != NULL; words++)
    g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", *words);
  return g_string_free (out, out->len == 0);
}

bool
selection_init (Selection *selection, const SelectionOptions *options, char *const *words,
                GError **error)
{
  int64_t since_us = 0, until_us = 0;
  if (!read_moment ("since", options->since, false, &since_us, error) ||
      !read_moment ("until", options->until, true, &until_us, error))
    return false;
  char *text = join_text (options->text, words);
  *selection = (Selection){
    .text = text,
    .query = {
      .only_paid = options->paid,
      .text = text,
      .tags = options->tags,
      .provider = options->provider,
      .model = options->model,
      .pipeline = options->pipeline,
      .image_id = options->image,
      .since_us = since_us,
      .until_us = until_us,
      .least_bytes = options->larger_than > 0 ? options->larger_than + 1 : 0,
      .most_bytes = options->smaller_than > 0 ? options->smaller_than - 1 : 0,
    },
  };
  return true;
}

void
selection_take_digests (Selection *selection, GArray *digests)
{
  g_clear_pointer (&selection->owned, g_array_unref);
  selection->owned = digests;
  selection->query.digests = (const Digest *)(void *)digests->data;
  selection->query.n_digests = digests->len;
}

void
selection_clear (Selection *selection)
{
  g_clear_pointer (&selection->text, g_free);
  g_clear_pointer (&selection->owned, g_array_unref);
}

/* ---- asking ---- */

typedef struct {
  bool (*visit) (void *data, const CacheRow *row, GError **error);
  void *data;
  int64_t n_shown;
} Visit;

static bool
visit_counted (void *data, const CacheRow *row, GError **error)
{
  Visit *visit = data;
  visit->n_shown++;
  return visit->visit (visit->data, row, error);
}

bool
selection_visit (const Selection *selection, Cache *cache, unsigned limit,
                 bool (*visit) (void *data, const CacheRow *row, GError **error), void *data,
                 int64_t *out_n_more, GError **error)
{
  Visit visiting = { visit, data, 0 };
  CacheQuery query = selection->query;
  int64_t n_all = 0;
  query.limit = limit;
  if (selection->owned != NULL && selection->owned->len == 0)
    return true;
  if (!cache_query (cache, &query, visit_counted, &visiting, error))
    return false;
  bool is_full = limit > 0 && visiting.n_shown == limit;
  if (is_full && out_n_more != NULL && !cache_count (cache, &query, &n_all, error))
    return false;
  if (out_n_more != NULL)
    *out_n_more = is_full ? MAX (n_all - visiting.n_shown, 0) : 0;
  return true;
}

static bool
append_digest (void *data, const CacheRow *row, GError **error)
{
  g_array_append_val ((GArray *)data, row->digest);
  return true;
}

GArray *
selection_list (const Selection *selection, Cache *cache, GError **error)
{
  g_autoptr (GArray) digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  if (!selection_visit (selection, cache, 0, append_digest, digests, NULL, error))
    return NULL;
  return g_steal_pointer (&digests);
}

static bool
append_listed (void *data, const BlobListing *item, GError **error)
{
  g_array_append_val ((GArray *)data, item->digest);
  return true;
}

/* By the files: also what no row of the index tells of. */
static GArray *
list_all (Cache *cache, GError **error)
{
  enum { N_SHELVES = 256 };
  g_autoptr (GArray) digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  for (unsigned shelf = 0; shelf < N_SHELVES; shelf++)
    if (!blob_list_shelf (cache_home (cache), shelf, append_listed, digests, error))
      return NULL;
  return g_steal_pointer (&digests);
}

GArray *
selection_choose (const Invocation *invocation, unsigned first, Cache *cache, GError **error)
{
  g_auto (Selection) selection = { .text = NULL };
  bool has_hashes = invocation->n_arguments > first;
  GArray *named = has_hashes ? cache_hash_find_all (cache, invocation, first, error) : NULL;
  if (has_hashes && named == NULL)
    return NULL;
  if (!selection_is_narrow (invocation->shared))
    return has_hashes ? named : list_all (cache, error);
  bool ok = selection_init (&selection, invocation->shared, NULL, error);
  if (has_hashes)
    selection_take_digests (&selection, named);
  return ok ? selection_list (&selection, cache, error) : NULL;
}
