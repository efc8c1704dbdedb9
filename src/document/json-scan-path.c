#include "document/json-scan-path.h"

#include <string.h>

typedef struct {
  const char *segments[JSON_SCAN_MOST_SEGMENTS]; /* a member's name, or items_word */
  unsigned n_segments;
  JsonScanKind kind;
} Path;

struct JsonScanPaths {
  Path paths[JSON_SCAN_MOST_PATHS];
  unsigned n_paths;
};

static const char items_word[] = "[]";

static void
add_segment (Path *path, const char *name)
{
  g_assert (path->n_segments < JSON_SCAN_MOST_SEGMENTS);
  g_assert (strlen (name) <= JSON_SCAN_MOST_NAME);
  path->segments[path->n_segments++] = name;
}

static void
add_path (JsonScanPaths *paths, const JsonScanPath *given)
{
  g_assert (paths->n_paths < JSON_SCAN_MOST_PATHS);
  Path *path = &paths->paths[paths->n_paths++];
  g_auto (GStrv) words = g_strsplit (given->path, ".", -1);
  path->kind = given->kind;
  for (char **word = words; *word != NULL; word++) {
    bool is_list = g_str_has_suffix (*word, items_word);
    if (is_list)
      (*word)[strlen (*word) - strlen (items_word)] = '\0';
    /* Interned: paths are constants of the program. */
    if (**word != '\0')
      add_segment (path, g_intern_string (*word));
    if (is_list)
      add_segment (path, items_word);
  }
}

JsonScanPaths *
json_scan_paths_new (const JsonScanPath *given)
{
  JsonScanPaths *paths = g_new0 (JsonScanPaths, 1);
  for (; given->path != NULL; given++)
    add_path (paths, given);
  return paths;
}

void
json_scan_paths_free (JsonScanPaths *paths)
{
  g_free (paths);
}

uint32_t
json_scan_paths_all (const JsonScanPaths *paths)
{
  return (uint32_t)((1ull << paths->n_paths) - 1);
}

static const char *
segment_at (const JsonScanPaths *paths, unsigned i, unsigned depth)
{
  return depth < paths->paths[i].n_segments ? paths->paths[i].segments[depth] : NULL;
}

uint32_t
json_scan_paths_member (const JsonScanPaths *paths, uint32_t set, unsigned depth, const char *name,
                        size_t length)
{
  uint32_t left = 0;
  for (unsigned i = 0; i < paths->n_paths; i++) {
    const char *segment = (set >> i & 1) != 0 ? segment_at (paths, i, depth) : NULL;
    if (segment != NULL && segment != items_word && strlen (segment) == length &&
        memcmp (segment, name, length) == 0)
      left |= 1u << i;
  }
  return left;
}

uint32_t
json_scan_paths_items (const JsonScanPaths *paths, uint32_t set, unsigned depth)
{
  uint32_t left = 0;
  for (unsigned i = 0; i < paths->n_paths; i++)
    if ((set >> i & 1) != 0 && segment_at (paths, i, depth) == items_word)
      left |= 1u << i;
  return left;
}

bool
json_scan_paths_end (const JsonScanPaths *paths, uint32_t set, unsigned depth,
                     JsonScanKind *out_kind)
{
  for (unsigned i = 0; i < paths->n_paths; i++)
    if ((set >> i & 1) != 0 && paths->paths[i].n_segments == depth) {
      *out_kind = paths->paths[i].kind;
      return true;
    }
  return false;
}
