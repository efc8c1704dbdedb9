/* Rows are narrow where whole tables are walked: names that many originals share are numbers, and
 * prompts, the longest texts, have a table of their own. An acquisition's number holds the number of
 * its original, so that all of an original stand side by side.
 *
 * The words to be searched are one text an original, put together by a view, which FTS5 reads when
 * it has to take words out again: prompts are stored once. So words go out before the rows they
 * come from change, and in after. */
#include "cache/index-rows.h"

#include "cache/database.h"
#include "cache/tags.h"

/* Acquisitions of one original: more than a sidecar of the largest size can tell of. */
enum { PLACE_BITS = 24 };

const char index_schema[] =
  "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
  "CREATE TABLE originals ("
  "  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,"
  "  last_us INTEGER NOT NULL, last_stored_us INTEGER NOT NULL, size_bytes INTEGER NOT NULL,"
  "  width INTEGER NOT NULL, height INTEGER NOT NULL, n_acquisitions INTEGER NOT NULL,"
  "  oldest INTEGER NOT NULL, newest INTEGER NOT NULL," /* places */
  "  cost_usd REAL NOT NULL, is_paid INTEGER NOT NULL,"
  "  format TEXT, tags TEXT NOT NULL);"
  "CREATE INDEX originals_by_time ON originals (last_us, last_stored_us);"
  "CREATE TABLE acquisitions (" /* id: original << 24 | place */
  "  id INTEGER PRIMARY KEY, original INTEGER NOT NULL, at_us INTEGER NOT NULL,"
  "  stored_us INTEGER NOT NULL, provider INTEGER, model INTEGER, pipeline INTEGER,"
  "  variant INTEGER NOT NULL, at TEXT, source TEXT, image_id TEXT, path TEXT, request BLOB);"
  "CREATE INDEX acquisitions_by_request ON acquisitions (request, at_us, stored_us, original)"
  "  WHERE request IS NOT NULL;"
  "CREATE INDEX acquisitions_by_provider ON acquisitions (provider, model, original);"
  "CREATE INDEX acquisitions_by_model ON acquisitions (model, original);"
  "CREATE INDEX acquisitions_by_pipeline ON acquisitions (pipeline, original);"
  "CREATE TABLE prompts (acquisition INTEGER PRIMARY KEY, prompt TEXT NOT NULL);"
  "CREATE TABLE tags (tag TEXT NOT NULL, original INTEGER NOT NULL, PRIMARY KEY (tag, original))"
  "  WITHOUT ROWID;"
  "CREATE INDEX tags_by_original ON tags (original);"
  "CREATE VIEW told (id, text) AS SELECT o.id, o.tags || char (10) || coalesce (("
  "  SELECT group_concat (part, char (10)) FROM ("
  "    SELECT coalesce (p.prompt, '') || char (10) || coalesce (n.name, '') || char (10) ||"
  "           coalesce (a.image_id, '') || char (10) || coalesce (a.path, '') AS part"
  "    FROM acquisitions AS a LEFT JOIN prompts AS p ON p.acquisition = a.id"
  "    LEFT JOIN names AS n ON n.id = a.pipeline"
  "    WHERE a.id BETWEEN o.id << 24 AND (o.id << 24) + 0xffffff ORDER BY a.id)), '')"
  "  FROM originals AS o;"
  "CREATE VIRTUAL TABLE words USING fts5 (text, content = 'told', content_rowid = 'id',"
  "  columnsize = 0, tokenize = 'unicode61 remove_diacritics 2')";

typedef enum {
  FIND,
  LIST,
  DESCRIBE_ORIGINAL,
  DESCRIBE_ACQUISITIONS,
  ADD_NAME,
  ADD_ORIGINAL,
  ADD_ACQUISITION,
  ADD_PROMPT,
  ADD_TAG,
  ADD_WORDS,
  REMOVE_WORDS,
  REMOVE_TAGS,
  REMOVE_PROMPTS,
  REMOVE_ACQUISITIONS,
  REMOVE_ORIGINAL,
  N_STATEMENTS,
} Statement;

G_STATIC_ASSERT (G_N_ELEMENTS (((Rows *)NULL)->statements) >= (size_t)N_STATEMENTS);

#define ALL_OF_ORIGINAL "BETWEEN ?1 << 24 AND (?1 << 24) + 0xffffff"
#define NAME(parameter) "(SELECT id FROM names WHERE name = " parameter ")"

static const char *const sql[] = {
  [FIND] = "SELECT id FROM originals WHERE digest = ?1",
  [LIST] = "SELECT digest FROM originals WHERE digest >= ?1 AND digest < ?2",
  [DESCRIBE_ORIGINAL] =
    "SELECT size_bytes, format, width, height, tags, coalesce ((SELECT group_concat (tag, ',') "
    "FROM "
    "  (SELECT tag FROM tags WHERE original = ?1 ORDER BY tag)), ''), cost_usd, is_paid, "
    "  n_acquisitions, oldest, newest, last_us, last_stored_us FROM originals WHERE id = ?1",
  [DESCRIBE_ACQUISITIONS] = "SELECT a.source, lower (nullif (hex (a.request), '')), provider.name, "
                            "model.name, p.prompt, pipeline.name, "
                            "  a.image_id, a.path, a.variant, a.at, a.at_us, a.stored_us "
                            "FROM acquisitions AS a LEFT JOIN prompts AS p ON p.acquisition = a.id "
                            "LEFT JOIN names AS provider ON provider.id = a.provider "
                            "LEFT JOIN names AS model ON model.id = a.model "
                            "LEFT JOIN names AS pipeline ON pipeline.id = a.pipeline "
                            "WHERE a.id " ALL_OF_ORIGINAL " AND a.original = ?1 ORDER BY a.id",
  [ADD_NAME] = "INSERT OR IGNORE INTO names (name) VALUES (?1)",
  [ADD_ORIGINAL] =
    "INSERT INTO originals (id, digest, size_bytes, format, width, height, tags, cost_usd, "
    "  is_paid, n_acquisitions, oldest, newest, last_us, last_stored_us) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
  [ADD_ACQUISITION] =
    "INSERT INTO acquisitions (id, original, source, request, provider, model, pipeline, "
    "  image_id, path, variant, at, at_us, stored_us) "
    "VALUES (?1, ?1 >> 24, ?2, ?3, " NAME ("?4") ", " NAME ("?5") ", " NAME (
      "?6") ", ?7, ?8, ?9, ?10, ?11, ?12)",
  [ADD_PROMPT] = "INSERT INTO prompts (acquisition, prompt) VALUES (?1, ?2)",
  [ADD_TAG] = "INSERT INTO tags (tag, original) VALUES (?1, ?2)",
  [ADD_WORDS] = "INSERT INTO words (rowid, text) SELECT id, text FROM told WHERE id = ?1",
  [REMOVE_WORDS] = "DELETE FROM words WHERE rowid = ?1",
  [REMOVE_TAGS] = "DELETE FROM tags WHERE original = ?1",
  [REMOVE_PROMPTS] = "DELETE FROM prompts WHERE acquisition " ALL_OF_ORIGINAL,
  [REMOVE_ACQUISITIONS] = "DELETE FROM acquisitions WHERE id " ALL_OF_ORIGINAL,
  [REMOVE_ORIGINAL] = "DELETE FROM originals WHERE id = ?1",
};

bool
rows_init (Rows *rows, sqlite3 *handle, GError **error)
{
  *rows = (Rows){ .handle = handle };
  for (unsigned i = 0; i < N_STATEMENTS; i++)
    if (!database_prepare (handle, sql[i], &rows->statements[i], error)) {
      rows_clear (rows);
      return false;
    }
  return true;
}

void
rows_clear (Rows *rows)
{
  for (unsigned i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&rows->statements[i], sqlite3_finalize);
  rows->handle = NULL;
}

/* ---- what a record says ---- */

/* What an original's row holds beyond its record. */
typedef struct {
  unsigned oldest, newest; /* places among the acquisitions */
  int64_t last_us, last_stored_us;
  double cost_usd;
  bool is_paid;
} Summary;

/* 0: it is no time, and older than all. */
static int64_t
time_of (const char *at)
{
  static GTimeZone *utc; /* kept for good */
  if (g_once_init_enter (&utc)) {
    GTimeZone *made = g_time_zone_new_utc ();
    g_once_init_leave (&utc, made);
  }
  g_autoptr (GDateTime) time = at != NULL ? g_date_time_new_from_iso8601 (at, utc) : NULL;
  if (time == NULL)
    return 0;
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
}

static Summary
summarize (const CacheRecord *record)
{
  Summary summary = { 0 };
  int64_t first_us = G_MAXINT64, first_stored_us = G_MAXINT64;
  for (unsigned i = 0; i < record->acquisitions->len; i++) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i];
    int64_t at_us = time_of (acquisition->at), stored_us = acquisition->stored_us;
    if (at_us > summary.last_us ||
        (at_us == summary.last_us && stored_us >= summary.last_stored_us)) {
      summary.newest = i;
      summary.last_us = at_us;
      summary.last_stored_us = stored_us;
    }
    if (at_us < first_us || (at_us == first_us && stored_us < first_stored_us)) {
      summary.oldest = i;
      first_us = at_us;
      first_stored_us = stored_us;
    }
    summary.cost_usd += acquisition->cost_usd;
    summary.is_paid = summary.is_paid || cache_acquisition_is_precious (acquisition);
  }
  return summary;
}

static bool
request_of (const CacheAcquisition *acquisition, Digest *out_request)
{
  return acquisition->request != NULL && digest_from_hex (acquisition->request, out_request);
}

/* ---- writing ---- */

/* NULL is bound as nothing. What is not UTF-8 is made so, as the sidecar has it. */
static void
bind_text (sqlite3_stmt *statement, int parameter, const char *text)
{
  if (text == NULL)
    return;
  size_t length = strlen (text);
  if (g_utf8_validate_len (text, length, NULL))
    sqlite3_bind_text64 (statement, parameter, text, length, SQLITE_STATIC, SQLITE_UTF8);
  else
    sqlite3_bind_text64 (statement, parameter, g_utf8_make_valid (text, (gssize)length),
                         (sqlite3_uint64)-1, g_free, SQLITE_UTF8);
}

static bool
run (sqlite3_stmt *statement, GError **error)
{
  bool ok = database_run (statement, error);
  sqlite3_clear_bindings (statement);
  return ok;
}

static bool
run_with_number (Rows *rows, Statement which, int64_t number, GError **error)
{
  sqlite3_stmt *statement = rows->statements[which];
  sqlite3_bind_int64 (statement, 1, number);
  return run (statement, error);
}

static bool
add_name (Rows *rows, const char *name, GError **error)
{
  if (name == NULL)
    return true;
  sqlite3_stmt *statement = rows->statements[ADD_NAME];
  bind_text (statement, 1, name);
  return run (statement, error);
}

static bool
add_prompt (Rows *rows, int64_t acquisition, const char *prompt, GError **error)
{
  if (prompt == NULL)
    return true;
  sqlite3_stmt *statement = rows->statements[ADD_PROMPT];
  sqlite3_bind_int64 (statement, 1, acquisition);
  bind_text (statement, 2, prompt);
  return run (statement, error);
}

static bool
add_acquisition (Rows *rows, int64_t id, const CacheAcquisition *acquisition, GError **error)
{
  if (!add_name (rows, acquisition->provider, error) ||
      !add_name (rows, acquisition->model, error) || !add_name (rows, acquisition->pipeline, error))
    return false;
  Digest request;
  sqlite3_stmt *statement = rows->statements[ADD_ACQUISITION];
  sqlite3_bind_int64 (statement, 1, id);
  bind_text (statement, 2, acquisition->source);
  if (request_of (acquisition, &request))
    sqlite3_bind_blob (statement, 3, request.bytes, DIGEST_BYTES, SQLITE_STATIC);
  bind_text (statement, 4, acquisition->provider);
  bind_text (statement, 5, acquisition->model);
  bind_text (statement, 6, acquisition->pipeline);
  bind_text (statement, 7, acquisition->image_id);
  bind_text (statement, 8, acquisition->path);
  sqlite3_bind_int (statement, 9, acquisition->variant);
  bind_text (statement, 10, acquisition->at);
  sqlite3_bind_int64 (statement, 11, time_of (acquisition->at));
  sqlite3_bind_int64 (statement, 12, acquisition->stored_us);
  return run (statement, error) && add_prompt (rows, id, acquisition->prompt, error);
}

static bool
add_tags (Rows *rows, int64_t original, const GPtrArray *tags, GError **error)
{
  sqlite3_stmt *statement = rows->statements[ADD_TAG];
  for (unsigned i = 0; i < tags->len; i++) {
    bind_text (statement, 1, tags->pdata[i]);
    sqlite3_bind_int64 (statement, 2, original);
    if (!run (statement, error))
      return false;
  }
  return true;
}

/* `id` 0: the next one. *out_id is the number it has then. */
static bool
add_original (Rows *rows, int64_t id, const CacheRecord *record, int64_t *out_id, GError **error)
{
  const Summary summary = summarize (record);
  g_autofree char *tags = tags_join (record->tags);
  sqlite3_stmt *statement = rows->statements[ADD_ORIGINAL];
  if (id != 0)
    sqlite3_bind_int64 (statement, 1, id);
  sqlite3_bind_blob (statement, 2, record->digest.bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, record->size_bytes);
  bind_text (statement, 4, record->format);
  sqlite3_bind_int (statement, 5, record->width);
  sqlite3_bind_int (statement, 6, record->height);
  bind_text (statement, 7, tags);
  sqlite3_bind_double (statement, 8, summary.cost_usd);
  sqlite3_bind_int (statement, 9, summary.is_paid);
  sqlite3_bind_int (statement, 10, (int)record->acquisitions->len);
  sqlite3_bind_int64 (statement, 11, summary.oldest);
  sqlite3_bind_int64 (statement, 12, summary.newest);
  sqlite3_bind_int64 (statement, 13, summary.last_us);
  sqlite3_bind_int64 (statement, 14, summary.last_stored_us);
  if (!run (statement, error))
    return false;
  *out_id = sqlite3_last_insert_rowid (rows->handle);
  return true;
}

static bool
add_all (Rows *rows, int64_t id, const CacheRecord *record, int64_t *out_id, GError **error)
{
  if (!add_original (rows, id, record, out_id, error) ||
      !add_tags (rows, *out_id, record->tags, error))
    return false;
  const GPtrArray *acquisitions = record->acquisitions;
  for (unsigned i = 0; i < acquisitions->len; i++)
    if (!add_acquisition (rows, (*out_id << PLACE_BITS) + i, acquisitions->pdata[i], error))
      return false;
  return true;
}

static bool
remove_all (Rows *rows, int64_t id, GError **error)
{
  static const Statement removals[] = { REMOVE_WORDS, REMOVE_TAGS, REMOVE_PROMPTS,
                                        REMOVE_ACQUISITIONS, REMOVE_ORIGINAL };
  for (unsigned i = 0; i < G_N_ELEMENTS (removals); i++)
    if (!run_with_number (rows, removals[i], id, error))
      return false;
  return true;
}

/* *out_id 0: it is not there. */
static bool
find (Rows *rows, const Digest *original, int64_t *out_id, GError **error)
{
  sqlite3_stmt *statement = rows->statements[FIND];
  sqlite3_bind_blob (statement, 1, original->bytes, DIGEST_BYTES, SQLITE_STATIC);
  int result = sqlite3_step (statement);
  bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
            database_set_error (rows->handle, error);
  if (ok)
    *out_id = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return ok;
}

GArray *
rows_list_shelf (Rows *rows, unsigned shelf, GError **error)
{
  uint8_t first = (uint8_t)shelf, next[DIGEST_BYTES + 1] = { (uint8_t)(shelf + 1) };
  size_t next_length = 1;
  if (shelf == UINT8_MAX) { /* longer than any of its digests, and not before them */
    memset (next, UINT8_MAX, sizeof next);
    next_length = sizeof next;
  }
  g_autoptr (GArray) originals = g_array_new (FALSE, FALSE, sizeof (Digest));
  sqlite3_stmt *statement = rows->statements[LIST];
  sqlite3_bind_blob (statement, 1, &first, 1, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 2, next, (int)next_length, SQLITE_STATIC);
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW) {
    Digest digest;
    if (database_column_digest (statement, 0, &digest))
      g_array_append_val (originals, digest);
  }
  bool ok = result == SQLITE_DONE || database_set_error (rows->handle, error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return ok ? g_steal_pointer (&originals) : NULL;
}

bool
rows_add (Rows *rows, const CacheRecord *record, GError **error)
{
  int64_t id;
  return add_all (rows, 0, record, &id, error);
}

bool
rows_add_words (Rows *rows, GError **error)
{
  return database_execute (rows->handle, "INSERT INTO words (words) VALUES ('rebuild')", error);
}

bool
rows_put (Rows *rows, const CacheRecord *record, GError **error)
{
  g_autofree char *told = rows_describe_record (record);
  g_autofree char *held = NULL;
  int64_t id;
  if (!find (rows, &record->digest, &id, error) ||
      (id != 0 && !rows_describe (rows, &record->digest, &held, error)))
    return false;
  if (g_strcmp0 (told, held) == 0)
    return true;
  return (id == 0 || remove_all (rows, id, error)) && add_all (rows, id, record, &id, error) &&
         run_with_number (rows, ADD_WORDS, id, error);
}

bool
rows_remove (Rows *rows, const Digest *original, GError **error)
{
  int64_t id;
  return find (rows, original, &id, error) && (id == 0 || remove_all (rows, id, error));
}

/* ---- telling ---- */

#define LINE_END '\x1e' /* prompts have lines of their own */

static void
tell_text (GString *text, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_string_append_printf (text, "%s=%s%c", name, valid, LINE_END);
}

static void
tell_number (GString *text, const char *name, int64_t value)
{
  g_string_append_printf (text, "%s=%" G_GINT64_FORMAT "%c", name, value, LINE_END);
}

static void
tell_double (GString *text, const char *name, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  tell_text (text, name, g_ascii_dtostr (digits, sizeof digits, value));
}

static void
tell_acquisition (GString *text, const CacheAcquisition *acquisition)
{
  Digest request;
  tell_text (text, "source", acquisition->source);
  if (request_of (acquisition, &request))
    tell_text (text, "request", digest_to_hex (&request).text);
  tell_text (text, "provider", acquisition->provider);
  tell_text (text, "model", acquisition->model);
  tell_text (text, "prompt", acquisition->prompt);
  tell_text (text, "pipeline", acquisition->pipeline);
  tell_text (text, "image-id", acquisition->image_id);
  tell_text (text, "path", acquisition->path);
  tell_number (text, "variant", acquisition->variant);
  tell_text (text, "at", acquisition->at);
  tell_number (text, "time", time_of (acquisition->at));
  tell_number (text, "stored-us", acquisition->stored_us);
}

char *
rows_describe_record (const CacheRecord *record)
{
  const Summary summary = summarize (record);
  g_autofree char *tags = tags_join (record->tags);
  GString *text = g_string_new ("");
  tell_number (text, "size-bytes", record->size_bytes);
  tell_text (text, "format", record->format);
  tell_number (text, "width", record->width);
  tell_number (text, "height", record->height);
  tell_text (text, "tags", tags);
  tell_text (text, "tags to search", tags);
  tell_double (text, "cost-usd", summary.cost_usd);
  tell_number (text, "is-paid", summary.is_paid);
  tell_number (text, "acquisitions", record->acquisitions->len);
  tell_number (text, "oldest", summary.oldest);
  tell_number (text, "newest", summary.newest);
  tell_number (text, "newest time", summary.last_us);
  tell_number (text, "newest stored-us", summary.last_stored_us);
  for (unsigned i = 0; i < record->acquisitions->len; i++)
    tell_acquisition (text, record->acquisitions->pdata[i]);
  return g_string_free (text, FALSE);
}

/* A column as tell_… tells it: its kind is the value's. */
static void
tell_column (GString *text, const char *name, sqlite3_stmt *statement, int column)
{
  switch (sqlite3_column_type (statement, column)) {
  case SQLITE_NULL:
    break;
  case SQLITE_INTEGER:
    tell_number (text, name, sqlite3_column_int64 (statement, column));
    break;
  case SQLITE_FLOAT:
    tell_double (text, name, sqlite3_column_double (statement, column));
    break;
  default:
    tell_text (text, name, (const char *)sqlite3_column_text (statement, column));
    break;
  }
}

static bool
tell_rows (Rows *rows, Statement which, int64_t id, const char *const *names, GString *text,
           GError **error)
{
  sqlite3_stmt *statement = rows->statements[which];
  sqlite3_bind_int64 (statement, 1, id);
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count (statement); i++)
      tell_column (text, names[i], statement, i);
  bool ok = result == SQLITE_DONE || database_set_error (rows->handle, error);
  sqlite3_reset (statement);
  return ok;
}

bool
rows_describe (Rows *rows, const Digest *original, char **out_text, GError **error)
{
  static const char *const original_names[] = {
    "size-bytes", "format",       "width",  "height", "tags",        "tags to search",  "cost-usd",
    "is-paid",    "acquisitions", "oldest", "newest", "newest time", "newest stored-us"
  };
  static const char *const names[] = { "source",  "request",  "provider", "model",
                                       "prompt",  "pipeline", "image-id", "path",
                                       "variant", "at",       "time",     "stored-us" };
  int64_t id;
  if (!find (rows, original, &id, error))
    return false;
  g_autoptr (GString) text = g_string_new ("");
  if (id != 0 && (!tell_rows (rows, DESCRIBE_ORIGINAL, id, original_names, text, error) ||
                  !tell_rows (rows, DESCRIBE_ACQUISITIONS, id, names, text, error)))
    return false;
  *out_text = id != 0 ? g_strdup (text->str) : NULL;
  return true;
}
