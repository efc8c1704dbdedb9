/* How hard to try to make an original smaller on its way in. Reading costs the same whatever was
 * chosen. What a choice costs and saves is in docs/performance.md. */
#pragma once

typedef enum {
  CACHE_COMPRESSION_AUTO,    /* level 3; what does not shrink is stored as it is */
  CACHE_COMPRESSION_OFF,     /* stored as it is, without a look */
  CACHE_COMPRESSION_FASTEST, /* as auto at level 1 */
  CACHE_COMPRESSION_BETTER,  /* as auto at level 9 */
  CACHE_COMPRESSION_MAX,     /* as auto at level 19, with some 90 MB of memory */
} CacheCompression;
