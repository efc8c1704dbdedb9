#include "pixels/large-pages.h"

#include <stdint.h>
#include <sys/mman.h>

void
large_pages_ask (void *bytes, size_t length)
{
#ifdef MADV_HUGEPAGE
  enum { LARGE_PAGE_BYTES = 2 * 1024 * 1024 };
  uint8_t *at = bytes;
  size_t before = (size_t)(-(uintptr_t)at % LARGE_PAGE_BYTES);
  if (length > before + LARGE_PAGE_BYTES)
    madvise (at + before, (length - before) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES, MADV_HUGEPAGE);
#endif
}
