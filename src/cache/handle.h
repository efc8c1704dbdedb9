/* What a Cache is, for the files of this room. */
#pragma once

#include "cache/cache.h"
#include "cache/index.h"
#include "cache/writer.h"

struct Cache {
  char *home;
  Writer writer;
  Index *index; /* opened when first asked: a run that only loads files needs no database */
};

/* Before cache->index is used. */
bool cache_open_index (Cache *cache, GError **error);
/* Mends what killed processes left half-done. Returns whether there was anything. */
bool cache_sweep (Cache *cache);
