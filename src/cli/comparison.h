/* What several providers made of the same images: a table of images by providers, filled by runs, by the
 * cache and by the files that are written, and then told of as a table, as events and as a page. */
#pragma once

#include "cache/cache.h"
#include "run/run.h"

/* One provider's original of one image. Strings are the cell's, or NULL. */
typedef struct {
  bool is_there; /* the cache has it; what follows up to `file` is told of it */
  Digest digest;
  char *format; /* "png" */
  int width, height;
  int64_t size_bytes;
  int64_t duration_ms; /* of the call that brought it; 0: nobody wrote it down */
  bool is_paid;
  double cost_usd; /* 0 of a paid one: not known */
  char *model, *model_version;
  char *declared_type; /* in the provider's words: "image/png" */
  unsigned blocks;     /* bits of MetadataBlock: what its bytes hold, once they were read */
  char *source_type;   /* DigitalSourceType term, likewise */
  char *file;          /* its name in the folder; NULL: it is not written */
  char *error;         /* there is none, and this is why */
  RunErrorCode error_class;
  bool is_missing; /* of a dry run: it would be asked for, at `cost_usd` */
} ComparisonCell;

typedef struct {
  char *id;
  int variant; /* 0: the image is the only one of its request */
  char *prompt;
  char *file;            /* the side-by-side picture's name in the folder; NULL: there is none */
  ComparisonCell *cells; /* one for each provider */
} ComparisonImage;

typedef struct {
  char **providers; /* names; borrowed */
  unsigned n_providers;
  char *pipeline_name;
  GPtrArray *images; /* ComparisonImage*, in the plan's order */
} Comparison;

Comparison *comparison_new (char **providers);
void comparison_free (Comparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Comparison, comparison_free)

/* The image's; added if need be. */
ComparisonImage *comparison_image (Comparison *comparison, const char *id, int variant);
/* Fills the cell from what the cache tells of the original, and of how this provider made it. False with an
 * error, or without one: nothing is told of it. */
bool comparison_fill (Comparison *comparison, ComparisonImage *image, unsigned provider,
                      Cache *cache, const Digest *digest, GError **error);
void comparison_fail (ComparisonCell *cell, RunErrorCode error_class, const char *message);
/* "hero", or "hero (variant 2)". New string. */
char *comparison_name (const ComparisonImage *image);

/* What is told of a cell, for people. New string; NULL: nothing. */
typedef struct {
  const char *name; /* "bytes" */
  char *(*describe) (const ComparisonCell *cell);
} ComparisonRow;
extern const ComparisonRow comparison_rows[]; /* ends with a NULL name */
/* "C2PA", "XMP": of one bit. */
const char *comparison_block_name (unsigned i);
enum { COMPARISON_N_BLOCKS = 5 };

/* All of one provider. */
typedef struct {
  unsigned n, n_failed, n_missing;
  int64_t size_bytes;
  unsigned n_timed;
  int64_t mean_ms; /* of those whose duration is known; 0: of none */
  double cost_usd;
  unsigned n_unpriced;
} ComparisonTotals;

ComparisonTotals comparison_totals (const Comparison *comparison, unsigned provider);
/* What the originals of one provider cost, or would: "0.134 USD", "free". New string. */
char *comparison_describe_cost (const ComparisonTotals *totals);
/* "12.3 s". New string. */
char *comparison_describe_latency (int64_t ms);
