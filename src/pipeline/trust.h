/* What the user trusts: which files, and what they held when they were shown.
 *
 *     $XDG_STATE_HOME/peel/trusted, else ~/.local/state/peel/trusted
 *
 *     9f86d081884c7d65…  /home/me/shop/peel.yaml
 *
 * A line a file: the SHA-256 of its content, two spaces, its real path ('\', '"' and control
 * characters as in C). It stands apart from the cache, which several people may share, and from the
 * configuration, which travels between machines. A line that is damaged is no line. */
#pragma once

#include "base/digest.h"

typedef struct {
  char *path;
  Digest digest;
} TrustEntry;

/* TrustEntry*, in order of path; of a path that stands there twice the last line counts. */
GPtrArray *trust_parse (const char *text, size_t length);
/* New string; reads back to the same. */
char *trust_format (const GPtrArray *entries);
/* NULL: it never was. */
const TrustEntry *trust_find (const GPtrArray *entries, const char *path);

/* Where it is, or would be. New string. */
char *trust_dup_file_path (void);
/* No file is an empty list. One that others can write is an error: they could have trusted anything. */
GPtrArray *trust_load (GError **error);
/* Both keep the lock of a file beside it from reading to writing, so that no process undoes another's
 * line. */
bool trust_remember (const char *path, const Digest *digest, GError **error);
bool trust_forget (const char *path, bool *out_was_known, GError **error);
