/* A text in YAML or JSON, read into a marked tree under limits. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* Checked before memory is taken for what is over them. */
enum {
  DOCUMENT_MOST_BYTES = 4 * 1024 * 1024,
  DOCUMENT_MOST_DEPTH = 64,
  DOCUMENT_MOST_NODES = 200 * 1000, /* aliases counted as if written out */
  DOCUMENT_MOST_TABLE_BYTES = 256 * 1024 * 1024,
  DOCUMENT_MOST_ROWS = 1000 * 1000,
};

typedef struct {
  SourceText *source;
  Node *root; /* never NULL in a Document that was read */
} Document;

void document_free (Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Document, document_free)

/* Reads a text: JSON if `name` ends in .json or the text begins with '{' (after white space),
 * else YAML. Returns NULL after adding to `problems`. `name` is what errors show. */
Document *document_read (const char *name, const char *text, size_t length, Problems *problems);

/* Reads a file; `shown` is its name in errors. A file that cannot be read is a problem at `from`
 * (the place that named it, or NULL). */
Document *document_load (const char *path, const char *shown, const Mark *from, Problems *problems);

/* Rows of a table as maps: a CSV with a header line (RFC 4180, UTF-8, an optional BOM; every value
 * is text, typed as a plain YAML scalar would be), or JSON Lines (one object a line). The root is a
 * list of maps. At most 1,000,000 rows and 256 MiB. */
Document *document_load_rows (const char *path, const char *shown, const Mark *from,
                              Problems *problems);
/* The same from a text: JSON Lines if `name` ends so or the text begins with '{'. */
Document *document_read_rows (const char *name, const char *text, size_t length,
                              Problems *problems);

/* "libyaml 0.2.5, cJSON 1.7.15". New string. */
char *document_library_versions (void);
