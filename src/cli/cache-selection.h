/* Which originals: the options that ls, export and gc share, and the query they make. */
#pragma once

#include "cache/query.h"
#include "cli/command.h"

typedef struct {
  char *text, *provider, *model, *pipeline, *image, *since, *until;
  char **tags;
  int64_t larger_than, smaller_than;
  bool paid;
} SelectionOptions;

extern const SharedOptions shared_selection_options;

/* Is anything asked for? */
bool selection_is_narrow (const SelectionOptions *options);

typedef struct {
  CacheQuery query;
  char *text;    /* of the option and the words */
  GArray *owned; /* Digest: those of the query */
} Selection;

/* `words`: more text that is searched, NULL-terminated, or NULL. Strings stay with the options. */
bool selection_init (Selection *selection, const SelectionOptions *options, char *const *words,
                     GError **error);
/* Only these; takes over `digests` (Digest). None of them: none at all. */
void selection_take_digests (Selection *selection, GArray *digests);
void selection_clear (Selection *selection);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Selection, selection_clear)

/* At most `limit` rows (0: all). *out_n_more (may be NULL): how many more there are. */
bool selection_visit (const Selection *selection, Cache *cache, unsigned limit,
                      bool (*visit) (void *data, const CacheRow *row, GError **error), void *data,
                      int64_t *out_n_more, GError **error);
/* Digest; new. */
GArray *selection_list (const Selection *selection, Cache *cache, GError **error);
/* The same for a command that takes these options and hashes from its argument `first` on: without
 * a hash all that the options leave. */
GArray *selection_choose (const Invocation *invocation, unsigned first, Cache *cache,
                          GError **error);
