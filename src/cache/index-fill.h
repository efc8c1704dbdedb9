/* Reading sidecars for the index: those of all shelves, by several threads, or those of one. */
#pragma once

#include "cache/index-rows.h"

typedef struct {
  const char *home;
  void (*progress) (void *data, int64_t n_done); /* may be NULL */
  void *data;
  GError *damage; /* what sidecars could not be read; the caller's to free */
  int64_t n_done;
} IndexFill;

/* Enters all sidecars of the home into an empty index. */
bool index_fill (IndexFill *fill, Rows *rows, GError **error);
/* Makes the index agree with the sidecars of a shelf. */
bool index_fill_shelf (IndexFill *fill, Rows *rows, unsigned shelf, GError **error);
