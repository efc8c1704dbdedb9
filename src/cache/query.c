/* A query runs in two steps: which originals, as digests (32 bytes each), then what is told of them,
 * some at a time. So whoever is shown a row may change the cache meanwhile, a long answer needs
 * little memory, and a file that is replaced half-way needs no beginning again.
 *
 * With a limit SQLite is led to walk the originals in the order of their times and to look each up in
 * what was found ("+" keeps it from going the other way): of 60,000 finds the newest 100 take 9 ms so,
 * and 25 ms by looking all of them up and sorting.
 *
 * Texts of users are bound to parameters, never put into SQL. */
#include "cache/query.h"

#include "cache/database.h"
#include "cache/handle.h"

enum { BATCH = 128, MOST_WORDS = 200 };

/* ---- which ---- */

typedef struct {
  enum { IS_NUMBER, IS_TEXT, IS_DIGEST } kind;
  int64_t number;
  char *text;
  Digest digest;
} Value;

typedef struct {
  const CacheQuery *query;
  bool is_count;
  GString *sql;      /* the set at hand, while they are put together; then the whole */
  GPtrArray *sets;   /* SQL: each selects numbers of originals, and all must hold one */
  GString *filters;  /* SQL: what must be true of its row in originals */
  GArray *values;    /* Value, as the ? stand in the sets, then in the filters */
  const char *joint; /* before the next condition on an acquisition */
  GArray *digests;   /* the answer */
  int64_t count;     /* or that */
} Selection;

static void
clear_value (void *value)
{
  g_free (((Value *)value)->text);
}

static void
take_text (Selection *selection, char *text)
{
  Value value = { .kind = IS_TEXT, .text = text };
  g_array_append_val (selection->values, value);
}

static void
take_number (Selection *selection, int64_t number)
{
  Value value = { .kind = IS_NUMBER, .number = number };
  g_array_append_val (selection->values, value);
}

static void
add_filter (Selection *selection, const char *filter, int64_t number)
{
  if (number == 0)
    return;
  g_string_append (selection->filters, filter);
  take_number (selection, number);
}

static void
end_set (Selection *selection)
{
  g_ptr_array_add (selection->sets, g_strdup (selection->sql->str));
  g_string_truncate (selection->sql, 0);
}

/* GLOB knows more than * and ?. */
static char *
dup_pattern (const char *glob)
{
  GString *pattern = g_string_new ("");
  for (const char *at = glob; *at != '\0'; at++) {
    if (*at == '[')
      g_string_append (pattern, "[[]");
    else
      g_string_append_c (pattern, *at);
  }
  return g_string_free (pattern, FALSE);
}

static void
add_glob (Selection *selection, const char *column, const char *glob, bool is_name)
{
  if (glob == NULL)
    return;
  const char *compare = strpbrk (glob, "*?") != NULL ? "GLOB" : "=";
  g_string_append_printf (selection->sql, "%sa.%s %s", selection->joint, column,
                          is_name ? "IN (SELECT id FROM names WHERE name " : "");
  g_string_append_printf (selection->sql, "%s ?%s", compare, is_name ? ")" : "");
  take_text (selection, compare[0] == 'G' ? dup_pattern (glob) : g_strdup (glob));
  selection->joint = " AND ";
}

static void
add_request (Selection *selection)
{
  const char *request = selection->query->request;
  if (request == NULL)
    return;
  Value value = { .kind = IS_DIGEST };
  bool is_request = digest_from_hex (request, &value.digest);
  g_string_append_printf (selection->sql, "%s%s", selection->joint,
                          is_request ? "a.request = ?" : "0"); /* else nothing fits */
  if (is_request)
    g_array_append_val (selection->values, value);
  selection->joint = " AND ";
}

/* What one acquisition must fit. */
static void
add_acquisition (Selection *selection)
{
  const CacheQuery *query = selection->query;
  if (query->provider == NULL && query->model == NULL && query->pipeline == NULL &&
      query->image_id == NULL && query->request == NULL)
    return;
  g_string_append_printf (selection->sql, "SELECT %sa.original FROM acquisitions AS a",
                          selection->is_count ? "DISTINCT " : "");
  selection->joint = " WHERE ";
  add_request (selection);
  add_glob (selection, "provider", query->provider, true);
  add_glob (selection, "model", query->model, true);
  add_glob (selection, "pipeline", query->pipeline, true);
  add_glob (selection, "image_id", query->image_id, false);
  end_set (selection);
}

/* Each word becomes a string of FTS5's, in which only quotes have a meaning, and they are doubled:
 * nothing a user writes is an operator. NULL: too many words (their time grows with the square). */
static char *
dup_match (const char *text)
{
  g_autoptr (GString) match = g_string_new ("");
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) words = g_strsplit_set (valid, " \t\r\n\f\v", -1);
  unsigned n_words = 0;
  for (unsigned i = 0; words[i] != NULL; i++) {
    size_t length = strlen (words[i]), n_stars = 0;
    while (n_stars < length && words[i][length - n_stars - 1] == '*')
      n_stars++;
    if (length == n_stars)
      continue;
    if (++n_words > MOST_WORDS)
      return NULL;
    words[i][length - n_stars] = '\0';
    g_auto (GStrv) parts = g_strsplit (words[i], "\"", -1);
    g_autofree char *doubled = g_strjoinv ("\"\"", parts);
    g_string_append_printf (match, "\"%s\"%s ", doubled, n_stars > 0 ? " *" : "");
  }
  return g_strdup (match->str);
}

static bool
add_words (Selection *selection, GError **error)
{
  if (selection->query->text == NULL)
    return true;
  g_autofree char *match = dup_match (selection->query->text);
  if (match == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "a search takes at most %d words; a few rare ones find more than a whole text",
                 MOST_WORDS);
    return false;
  }
  if (match[0] == '\0') /* blanks and stars: any */
    return true;
  g_string_append (selection->sql, "SELECT rowid FROM words WHERE words MATCH ?");
  end_set (selection);
  take_text (selection, g_steal_pointer (&match));
  return true;
}

static void
add_tags (Selection *selection)
{
  char **tags = selection->query->tags;
  for (unsigned i = 0; tags != NULL && tags[i] != NULL; i++) {
    g_string_append (selection->sql, "SELECT original FROM tags WHERE tag = ?");
    end_set (selection);
    take_text (selection, g_strdup (tags[i]));
  }
}

static void
add_filters (Selection *selection)
{
  const CacheQuery *query = selection->query;
  if (query->n_digests > 0)
    g_string_append (selection->filters, " AND o.digest IN (SELECT digest FROM temp.wanted)");
  if (query->only_paid)
    g_string_append (selection->filters, " AND o.is_paid");
  add_filter (selection, " AND o.last_us >= ?", query->since_us);
  add_filter (selection, " AND o.last_us <= ?", query->until_us);
  add_filter (selection, " AND o.size_bytes >= ?", query->least_bytes);
  add_filter (selection, " AND o.size_bytes <= ?", query->most_bytes);
}

/* The originals that are in all sets and pass the filters. `sign`: see the top. */
static void
append_from (Selection *selection, const char *sign)
{
  g_string_append (selection->sql, " FROM originals AS o WHERE 1");
  for (unsigned i = 0; i < selection->sets->len; i++)
    g_string_append_printf (selection->sql, " AND %so.id IN (%s)", sign,
                            (const char *)selection->sets->pdata[i]);
  g_string_append (selection->sql, selection->filters->str);
}

static void
finish_listing (Selection *selection)
{
  const CacheQuery *query = selection->query;
  bool is_walk = query->limit > 0 && query->request == NULL && query->n_digests == 0;
  g_string_assign (selection->sql, "SELECT o.digest");
  append_from (selection, is_walk ? "+" : "");
  g_string_append (selection->sql, query->oldest_first
                                     ? " ORDER BY o.last_us, o.last_stored_us, o.digest"
                                     : " ORDER BY o.last_us DESC, o.last_stored_us DESC, o.digest");
  if (query->limit == 0)
    return;
  g_string_append (selection->sql, " LIMIT ?");
  take_number (selection, query->limit);
}

/* Sets alone are counted without a look at the rows of their originals: 60,000 take 2 ms so, not
 * 28. */
static void
finish_count (Selection *selection)
{
  g_string_assign (selection->sql, "SELECT count (*)");
  if (selection->sets->len == 0 || selection->filters->len > 0) {
    append_from (selection, "");
    return;
  }
  for (unsigned i = 0; i < selection->sets->len; i++)
    g_string_append_printf (selection->sql, "%s%s", i == 0 ? " FROM (" : " INTERSECT ",
                            (const char *)selection->sets->pdata[i]);
  g_string_append_c (selection->sql, ')');
}

static bool
init_selection (Selection *selection, const CacheQuery *query, bool is_count, GError **error)
{
  *selection = (Selection){ .query = query, .is_count = is_count };
  selection->sql = g_string_new ("");
  selection->sets = g_ptr_array_new_with_free_func (g_free);
  selection->filters = g_string_new ("");
  selection->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (selection->values, clear_value);
  selection->digests = g_array_new (FALSE, FALSE, sizeof (Digest));
  if (!add_words (selection, error))
    return false;
  add_acquisition (selection);
  add_tags (selection);
  add_filters (selection);
  if (is_count)
    finish_count (selection);
  else
    finish_listing (selection);
  return true;
}

static void
clear_selection (Selection *selection)
{
  g_string_free (selection->sql, TRUE);
  g_ptr_array_unref (selection->sets);
  g_string_free (selection->filters, TRUE);
  g_array_unref (selection->values);
  g_array_unref (selection->digests);
}

/* A table of this connection's own, in memory. */
static bool
enter_wanted (const CacheQuery *query, sqlite3 *handle, GError **error)
{
  sqlite3_stmt *insert;
  if (query->n_digests == 0)
    return true;
  if (!database_execute (handle,
                         "CREATE TABLE IF NOT EXISTS temp.wanted (digest BLOB PRIMARY KEY) "
                         "WITHOUT ROWID; DELETE FROM temp.wanted",
                         error) ||
      !database_prepare (handle, "INSERT OR IGNORE INTO temp.wanted (digest) VALUES (?1)", &insert,
                         error))
    return false;
  bool ok = true;
  for (unsigned i = 0; ok && i < query->n_digests; i++) {
    sqlite3_bind_blob (insert, 1, query->digests[i].bytes, DIGEST_BYTES, SQLITE_STATIC);
    ok = database_run (insert, error);
  }
  sqlite3_finalize (insert);
  return ok;
}

/* Prepares what the SQL says, with its values. */
static sqlite3_stmt *
prepare (const Selection *selection, sqlite3 *handle, GError **error)
{
  sqlite3_stmt *statement;
  if (!enter_wanted (selection->query, handle, error) ||
      !database_prepare (handle, selection->sql->str, &statement, error))
    return NULL;
  for (unsigned i = 0; i < selection->values->len; i++) {
    const Value *value = &g_array_index (selection->values, Value, i);
    int parameter = (int)i + 1;
    if (value->kind == IS_TEXT)
      sqlite3_bind_text (statement, parameter, value->text, -1, SQLITE_STATIC);
    else if (value->kind == IS_DIGEST)
      sqlite3_bind_blob (statement, parameter, value->digest.bytes, DIGEST_BYTES, SQLITE_STATIC);
    else
      sqlite3_bind_int64 (statement, parameter, value->number);
  }
  return statement;
}

static bool
select_digests (void *data, Rows *rows, GError **error)
{
  Selection *selection = data;
  sqlite3_stmt *statement = prepare (selection, rows->handle, error);
  if (statement == NULL)
    return false;
  g_array_set_size (selection->digests, 0);
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW) {
    Digest digest;
    if (database_column_digest (statement, 0, &digest))
      g_array_append_val (selection->digests, digest);
  }
  bool ok = result == SQLITE_DONE || database_set_error (rows->handle, error);
  sqlite3_finalize (statement);
  return ok;
}

static bool
select_count (void *data, Rows *rows, GError **error)
{
  Selection *selection = data;
  sqlite3_stmt *statement = prepare (selection, rows->handle, error);
  if (statement == NULL)
    return false;
  bool ok = sqlite3_step (statement) == SQLITE_ROW || database_set_error (rows->handle, error);
  if (ok)
    selection->count = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return ok;
}

/* ---- what is told of them ---- */

static const char row_sql[] =
  "SELECT o.digest, o.size_bytes, o.format, o.width, o.height, f.at, n.at, n.source,"
  "  provider.name, model.name, pipeline.name, n.image_id, n.path, p.prompt,"
  "  lower (nullif (hex (n.request), '')), n.variant, f.image_id, f.path, o.cost_usd, o.is_paid,"
  "  o.tags "
  "FROM originals AS o LEFT JOIN acquisitions AS n ON n.id = (o.id << 24) + o.newest "
  "LEFT JOIN acquisitions AS f ON f.id = (o.id << 24) + o.oldest "
  "LEFT JOIN prompts AS p ON p.acquisition = n.id "
  "LEFT JOIN names AS provider ON provider.id = n.provider "
  "LEFT JOIN names AS model ON model.id = n.model "
  "LEFT JOIN names AS pipeline ON pipeline.id = n.pipeline WHERE o.digest = ?1";

typedef struct {
  const Digest *digests;
  unsigned n_digests;
  GArray *rows;        /* CacheRow */
  GStringChunk *chunk; /* their texts */
} Batch;

static const char *
column_text (Batch *batch, sqlite3_stmt *statement, int column)
{
  const char *text = (const char *)sqlite3_column_text (statement, column);
  return text != NULL ? g_string_chunk_insert (batch->chunk, text) : "";
}

static void
append_row (Batch *batch, sqlite3_stmt *statement)
{
  CacheRow row = {
    .size_bytes = sqlite3_column_int64 (statement, 1),
    .format = column_text (batch, statement, 2),
    .width = sqlite3_column_int (statement, 3),
    .height = sqlite3_column_int (statement, 4),
    .first_at = column_text (batch, statement, 5),
    .last_at = column_text (batch, statement, 6),
    .source = column_text (batch, statement, 7),
    .provider = column_text (batch, statement, 8),
    .model = column_text (batch, statement, 9),
    .pipeline = column_text (batch, statement, 10),
    .image_id = column_text (batch, statement, 11),
    .path = column_text (batch, statement, 12),
    .prompt = column_text (batch, statement, 13),
    .variant = sqlite3_column_int (statement, 15),
    .first_image_id = column_text (batch, statement, 16),
    .first_path = column_text (batch, statement, 17),
    .cost_usd = sqlite3_column_double (statement, 18),
    .is_paid = sqlite3_column_int (statement, 19) != 0,
    .tags = column_text (batch, statement, 20),
  };
  if (sqlite3_column_type (statement, 14) != SQLITE_NULL)
    row.request = column_text (batch, statement, 14);
  if (database_column_digest (statement, 0, &row.digest))
    g_array_append_val (batch->rows, row);
}

static bool
read_batch (void *data, Rows *rows, GError **error)
{
  Batch *batch = data;
  sqlite3_stmt *statement;
  if (!database_prepare (rows->handle, row_sql, &statement, error))
    return false;
  g_array_set_size (batch->rows, 0);
  g_string_chunk_clear (batch->chunk);
  int result = SQLITE_DONE;
  for (unsigned i = 0; i < batch->n_digests && result == SQLITE_DONE; i++) {
    sqlite3_bind_blob (statement, 1, batch->digests[i].bytes, DIGEST_BYTES, SQLITE_STATIC);
    while ((result = sqlite3_step (statement)) == SQLITE_ROW)
      append_row (batch, statement);
    sqlite3_reset (statement);
  }
  bool ok = result == SQLITE_DONE || database_set_error (rows->handle, error);
  sqlite3_finalize (statement);
  return ok;
}

typedef bool (*VisitRow) (void *data, const CacheRow *row, GError **error);

static bool
visit_batch (Cache *cache, Batch *batch, VisitRow visit, void *data, GError **error)
{
  if (!cache_open_index (cache, error) || !index_read (cache->index, read_batch, batch, error))
    return false;
  for (unsigned i = 0; i < batch->rows->len; i++)
    if (!visit (data, &g_array_index (batch->rows, CacheRow, i), error))
      return false;
  return true;
}

static bool
visit_all (Cache *cache, const GArray *digests, VisitRow visit, void *data, GError **error)
{
  Batch batch = { .rows = g_array_new (FALSE, FALSE, sizeof (CacheRow)),
                  .chunk = g_string_chunk_new (16 * 1024) };
  bool ok = true;
  for (unsigned i = 0; ok && i < digests->len; i += BATCH) {
    batch.digests = &g_array_index (digests, Digest, i);
    batch.n_digests = MIN (BATCH, digests->len - i);
    ok = visit_batch (cache, &batch, visit, data, error);
  }
  g_array_unref (batch.rows);
  g_string_chunk_free (batch.chunk);
  return ok;
}

/* ---- */

bool
cache_query (Cache *cache, const CacheQuery *query, VisitRow visit, void *data, GError **error)
{
  Selection selection;
  bool ok = init_selection (&selection, query, false, error) && cache_open_index (cache, error) &&
            index_read (cache->index, select_digests, &selection, error) &&
            visit_all (cache, selection.digests, visit, data, error);
  clear_selection (&selection);
  return ok;
}

bool
cache_count (Cache *cache, const CacheQuery *query, int64_t *out_n, GError **error)
{
  Selection selection;
  bool ok = init_selection (&selection, query, true, error) && cache_open_index (cache, error) &&
            index_read (cache->index, select_count, &selection, error);
  if (ok)
    *out_n = selection.count;
  clear_selection (&selection);
  return ok;
}

static bool
read_figures (void *data, Rows *rows, GError **error)
{
  sqlite3_stmt *statement;
  if (!database_prepare (rows->handle,
                         "SELECT count (*), total (width > 0), total (is_paid),"
                         "  total (size_bytes), total (size_bytes * max (n_acquisitions, 1)),"
                         "  total (cost_usd) FROM originals",
                         &statement, error))
    return false;
  bool ok = sqlite3_step (statement) == SQLITE_ROW || database_set_error (rows->handle, error);
  if (ok)
    *(CacheFigures *)data = (CacheFigures){
      .n_originals = sqlite3_column_int64 (statement, 0),
      .n_pictures = sqlite3_column_int64 (statement, 1),
      .n_paid = sqlite3_column_int64 (statement, 2),
      .raw_bytes = sqlite3_column_int64 (statement, 3),
      .acquired_bytes = sqlite3_column_int64 (statement, 4),
      .spent_usd = sqlite3_column_double (statement, 5),
    };
  sqlite3_finalize (statement);
  return ok;
}

bool
cache_figures (Cache *cache, CacheFigures *out_figures, GError **error)
{
  return cache_open_index (cache, error) &&
         index_read (cache->index, read_figures, out_figures, error);
}

bool
cache_rebuild_index (Cache *cache, void (*progress) (void *data, int64_t n_done), void *data,
                     int64_t *out_n, GError **error)
{
  const CacheQuery all = { 0 };
  return cache_open_index (cache, error) && index_rebuild (cache->index, progress, data, error) &&
         cache_count (cache, &all, out_n, error);
}
