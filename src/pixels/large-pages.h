/* 50 MB are 12,000 pages of 4 KiB, and their first touch takes a third of a whole read of pixels. */
#pragma once

#include <stddef.h>

/* Before the bytes are touched: that they stand in pages of 2 MiB, where the system has those. */
void large_pages_ask (void *bytes, size_t length);
