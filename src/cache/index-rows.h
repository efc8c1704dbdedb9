/* The tables of index.sqlite, and how a record becomes rows. Every call belongs into a transaction
 * of the caller's. */
#pragma once

#include <sqlite3.h>

#include "cache/cache.h"

enum { INDEX_VERSION = 2 };
extern const char index_schema[];

enum { ROWS_MOST_STATEMENTS = 16 };

typedef struct {
  sqlite3 *handle;
  sqlite3_stmt *statements[ROWS_MOST_STATEMENTS]; /* by what index-rows.c calls them */
} Rows;

bool rows_init (Rows *rows, sqlite3 *handle, GError **error);
void rows_clear (Rows *rows);

/* Replaces what is there of the original, unless it says the same. */
bool rows_put (Rows *rows, const CacheRecord *record, GError **error);
/* The originals whose digest begins with this byte: Digest. */
GArray *rows_list_shelf (Rows *rows, unsigned shelf, GError **error);
bool rows_remove (Rows *rows, const Digest *original, GError **error);

/* For a new file: enters originals that are not there, and at last the words of all of them. */
bool rows_add (Rows *rows, const CacheRecord *record, GError **error);
bool rows_add_words (Rows *rows, GError **error);

/* What the index should hold of a record, as lines "name=value" that each end in \x1e. New string. */
char *rows_describe_record (const CacheRecord *record);
/* What it does hold. *out_text NULL: nothing. */
bool rows_describe (Rows *rows, const Digest *original, char **out_text, GError **error);
