/* What is in the cache: listing, searching, counting; tags; and the index that answers all of it
 * without reading a sidecar (index.sqlite, docs/formats/cache.md). */
#pragma once

#include "cache/state.h"

/* Which originals. What is NULL or 0 asks for nothing. The words a provider, model, pipeline and
 * image id are compared with may hold * and ?, and fit when one acquisition fits all of them. */
typedef struct {
  /* Words searched in prompts, tags, pipelines, image ids and file names: all of them must be
   * there, anywhere, whatever their case and accents. A word is letters and digits; one with other
   * signs between them ("web/hero") is its parts, side by side. A trailing * takes all that begins
   * so. */
  const char *text;
  char **tags; /* all of them */
  const char *provider, *model, *pipeline, *image_id;
  const char *request;        /* hex request fingerprint */
  int64_t since_us, until_us; /* of the newest acquisition, UTC, both included */
  int64_t least_bytes, most_bytes;
  const Digest *digests; /* only these; n_digests 0: any */
  unsigned n_digests;
  bool only_paid; /* what CacheRow.is_paid says */
  unsigned limit; /* 0: all */
  bool oldest_first;
} CacheQuery;

/* Borrowed for the call. Texts are "" where nothing is told, unless it says NULL. */
typedef struct {
  Digest digest;
  int64_t size_bytes;
  const char *format; /* "" and 0 when it is no picture */
  int width, height;
  const char *first_at, *last_at; /* of the oldest and the newest acquisition, ISO 8601 */
  /* of the newest: */
  const char *source, *provider, *model, *pipeline, *image_id, *path, *prompt;
  const char *request; /* hex, or NULL */
  int variant;
  const char *first_image_id, *first_path; /* of the oldest */
  double cost_usd;                         /* of all of them */
  bool is_paid;     /* any was paid for, or was imported: it cannot be made again for nothing */
  const char *tags; /* sorted, joined by "," */
} CacheRow;

/* Newest first. `visit` may use the cache for anything, also to remove what it is shown; false ends
 * it with its error. */
bool cache_query (Cache *cache, const CacheQuery *query,
                  bool (*visit) (void *data, const CacheRow *row, GError **error), void *data,
                  GError **error);
/* How many fit, whatever the limit. */
bool cache_count (Cache *cache, const CacheQuery *query, int64_t *out_n, GError **error);

typedef struct {
  int64_t n_originals, n_pictures, n_paid;
  int64_t raw_bytes;      /* the originals' own sizes */
  int64_t acquired_bytes; /* the same, counted once for each acquisition */
  double spent_usd;
} CacheFigures;

bool cache_figures (Cache *cache, CacheFigures *out_figures, GError **error);

/* How often originals that were there served to make outputs (state_count_use), and what asking for
 * them again each time would have cost. What has been removed since is not counted. */
bool cache_savings (Cache *cache, State *state, int64_t *out_n_uses, double *out_saved_usd,
                    GError **error);

/* Puts tags on an original and takes others off. One that breaks the rules of tags.h, and an
 * original of which nothing is told, are errors that change nothing. Either list may be NULL. */
bool cache_tag (Cache *cache, const Digest *digest, char **add, char **remove, GError **error);
/* Removes an original with all that is told of it. What is not there is no error. */
bool cache_remove (Cache *cache, const Digest *digest, GError **error);
/* The same if `may_go` says so under the lock in which it is removed, when nobody can add to what is
 * told of it. *out_removed: it did; an error of `may_go` is one of this. */
bool cache_remove_if (Cache *cache, const Digest *digest,
                      bool (*may_go) (void *data, Cache *cache, GError **error), void *data,
                      bool *out_removed, GError **error);

/* Makes the index anew from the sidecars; other processes wait for it meanwhile. `progress` (may be
 * NULL) is called now and then. */
bool cache_rebuild_index (Cache *cache, void (*progress) (void *data, int64_t n_done), void *data,
                          int64_t *out_n, GError **error);
/* SQLite's own checks, then every row against its sidecar and every sidecar against its row. Each
 * difference is told in a sentence. Mends nothing. */
bool cache_check_index (Cache *cache, void (*tell) (void *data, const char *difference), void *data,
                        unsigned *out_n_differences, GError **error);

/* Every stored original that ever answered the request, newest first. `visit` as in cache_query. */
bool cache_each_answer (Cache *cache, const Digest *request,
                        bool (*visit) (void *data, const Digest *original, GError **error),
                        void *data, GError **error);
