/* "Did you mean …?" */
#pragma once

#include <stddef.h>

/* The name nearest to `word` by edit distance (insert, delete, change, swap of neighbours), if it
 * is near enough to be a slip (a third of the length, at least 1); else NULL. Case is ignored. */
const char *nearest_name (const char *word, const char *const *names, size_t n_names);
