/* Tags: words that people put on originals. In a record they are sorted by their bytes, each once. */
#pragma once

#include <stdbool.h>
#include <glib.h>

enum { TAG_MOST_BYTES = 64 };

/* A tag has 1 to 64 bytes of UTF-8, and neither commas (lists of tags are told with them) nor
 * control characters, nor blanks at its ends. The error says which rule it breaks. */
bool tag_check (const char *tag, GError **error);

/* `tags` holds char*, sorted, and frees them. Both return whether it changed. */
bool tags_add (GPtrArray *tags, const char *tag);
bool tags_remove (GPtrArray *tags, const char *tag);
/* "hero,print" or "". New string. */
char *tags_join (const GPtrArray *tags);
