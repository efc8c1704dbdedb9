/* Which of the paths of a scan lead to where it stands. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "document/json-scan.h"

typedef struct JsonScanPaths JsonScanPaths;

JsonScanPaths *json_scan_paths_new (const JsonScanPath *given);
void json_scan_paths_free (JsonScanPaths *paths);

/* A set of paths, a bit each: all of them, at the root. */
uint32_t json_scan_paths_all (const JsonScanPaths *paths);
/* Those of `set` that go on at `depth` with this member, or with the items of a list. */
uint32_t json_scan_paths_member (const JsonScanPaths *paths, uint32_t set, unsigned depth,
                                 const char *name, size_t length);
uint32_t json_scan_paths_items (const JsonScanPaths *paths, uint32_t set, unsigned depth);
/* Does one of `set` end at `depth`? */
bool json_scan_paths_end (const JsonScanPaths *paths, uint32_t set, unsigned depth,
                          JsonScanKind *out_kind);
