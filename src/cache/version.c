#include <sqlite3.h>
#include <zstd.h>

#include "cache/cache.h"

char *
cache_library_versions (void)
{
  return g_strdup_printf ("zstd %s, SQLite %s", ZSTD_versionString (), sqlite3_libversion ());
}
