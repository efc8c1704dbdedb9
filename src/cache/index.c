/* The sidecars are the truth and this is a shortcut through them, so whatever goes wrong with it is
 * answered by setting it aside and reading the sidecars again. That may happen in another process
 * while ours has the file open; our handle then writes into a file that nobody reads. So every use
 * begins with a look whether the name still belongs to the open file (a stat: 1 us), and a write
 * looks again afterwards. A sidecar is always written before its row, so a rebuild that begins
 * after the write finds it there. */
#include "cache/index.h"

#include "cache/database.h"
#include "cache/index-fill.h"

enum { MOST_TRIES = 3, CACHE_KIB = 32 * 1024 };

struct Index {
  char *home;
  Database database;
  Rows rows;
  sqlite3_stmt *select;
  void (*progress) (void *data, int64_t n_done);
  void *progress_data;
  GError *damage; /* found by a rebuild; not told yet */
};

static const char select_sql[] =
  "SELECT o.digest FROM acquisitions AS a JOIN originals AS o ON o.id = a.original "
  "WHERE a.request = ?1 ORDER BY a.at_us DESC, a.stored_us DESC";

/* ---- from the sidecars ---- */

static IndexFill
fill_of (const Index *index)
{
  return (
    IndexFill){ .home = index->home, .progress = index->progress, .data = index->progress_data };
}

/* A damaged sidecar must not keep the others out: it is remembered, and told when somebody asks. */
static void
take_fill (Index *index, IndexFill *fill)
{
  if (index->damage == NULL)
    index->damage = g_steal_pointer (&fill->damage);
  g_clear_error (&fill->damage);
}

/* At most; it is taken as it is needed. Long listings jump about the file. */
static bool
set_cache (sqlite3 *handle, GError **error)
{
  g_autofree char *pragma = g_strdup_printf ("PRAGMA cache_size = -%d", CACHE_KIB);
  return database_execute (handle, pragma, error);
}

static bool
fill_from_sidecars (sqlite3 *handle, void *data, GError **error)
{
  Rows rows;
  IndexFill fill = fill_of (data);
  if (!rows_init (&rows, handle, error))
    return false;
  bool ok = set_cache (handle, error) && index_fill (&fill, &rows, error);
  rows_clear (&rows);
  take_fill (data, &fill);
  return ok;
}

static const DatabaseShape shape = {
  .name = "index.sqlite",
  .version = INDEX_VERSION,
  .is_durable = true, /* a lost row is a request that is paid for again */
  .schema = index_schema,
  .fill = fill_from_sidecars,
};

/* ---- opening ---- */

static void
forget_statements (Index *index)
{
  g_clear_pointer (&index->select, sqlite3_finalize);
  rows_clear (&index->rows);
}

static bool
open_file (Index *index, GError **error)
{
  forget_statements (index);
  database_close (&index->database);
  return database_open (&index->database, error) && set_cache (index->database.handle, error) &&
         rows_init (&index->rows, index->database.handle, error) &&
         database_prepare (index->database.handle, select_sql, &index->select, error);
}

void
index_free (Index *index)
{
  if (index == NULL)
    return;
  forget_statements (index);
  database_clear (&index->database);
  g_clear_error (&index->damage);
  g_free (index->home);
  g_free (index);
}

static bool
is_usable (const Index *index)
{
  return index->database.handle != NULL && index->select != NULL &&
         database_is_current (&index->database);
}

/* Does `use` until it was done to a file that has the name. */
static bool
with_current_file (Index *index, bool (*use) (Index *, void *, GError **), void *data,
                   GError **error)
{
  for (int i = 1;; i++) {
    GError *problem = NULL;
    bool ok = (is_usable (index) || open_file (index, &problem)) && use (index, data, &problem);
    bool is_current = database_is_current (&index->database);
    bool is_damaged = g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT);
    if (ok && (is_current || i == MOST_TRIES))
      return true;
    if (!ok && (i == MOST_TRIES || (is_current && !is_damaged))) {
      g_propagate_error (error, problem);
      return false;
    }
    forget_statements (index);
    if (!is_damaged)
      g_clear_error (&problem);
    else if (!database_set_aside (&index->database, problem, error))
      return false;
  }
}

static bool
do_nothing (Index *index, void *data, GError **error)
{
  return true;
}

Index *
index_open (const char *home, GError **error)
{
  Index *index = g_new0 (Index, 1);
  index->home = g_strdup (home);
  database_init (&index->database, &shape, home, index);
  if (with_current_file (index, do_nothing, NULL, error))
    return index;
  index_free (index);
  return NULL;
}

char *
index_steal_mended (Index *index)
{
  return g_steal_pointer (&index->database.mended);
}

static bool
tell_damage (Index *index, GError **error)
{
  if (index->damage == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&index->damage));
  return false;
}

/* ---- use ---- */

static bool
write_in_transaction (Index *index, bool (*write) (Index *, void *, GError **), void *data,
                      GError **error)
{
  sqlite3 *handle = index->database.handle;
  if (!database_execute (handle, "BEGIN IMMEDIATE", error))
    return false;
  if (write (index, data, error) && database_execute (handle, "COMMIT", error))
    return true;
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

static bool
write_record (Index *index, void *data, GError **error)
{
  return rows_put (&index->rows, data, error);
}

static bool
put_record (Index *index, void *data, GError **error)
{
  return write_in_transaction (index, write_record, data, error);
}

bool
index_put (Index *index, const CacheRecord *record, GError **error)
{
  return with_current_file (index, put_record, (void *)record, error) && tell_damage (index, error);
}

static bool
write_removal (Index *index, void *data, GError **error)
{
  return rows_remove (&index->rows, data, error);
}

static bool
remove_original (Index *index, void *data, GError **error)
{
  return write_in_transaction (index, write_removal, data, error);
}

bool
index_remove (Index *index, const Digest *original, GError **error)
{
  return with_current_file (index, remove_original, (void *)original, error);
}

static bool
write_shelf (Index *index, void *data, GError **error)
{
  IndexFill fill = fill_of (index);
  bool ok = index_fill_shelf (&fill, &index->rows, *(const unsigned *)data, error);
  take_fill (index, &fill);
  return ok;
}

static bool
put_shelf (Index *index, void *data, GError **error)
{
  return write_in_transaction (index, write_shelf, data, error);
}

bool
index_put_shelf (Index *index, unsigned shelf, GError **error)
{
  return with_current_file (index, put_shelf, &shelf, error);
}

/* A file that another process began after ours was removed serves as well: it was begun after this
 * was called. */
bool
index_rebuild (Index *index, void (*progress) (void *data, int64_t n_done), void *data,
               GError **error)
{
  if (!with_current_file (index, do_nothing, NULL, error))
    return false;
  forget_statements (index);
  if (!database_remove (&index->database, error))
    return false;
  index->progress = progress;
  index->progress_data = data;
  bool ok = open_file (index, error);
  index->progress = NULL;
  return ok && tell_damage (index, error);
}

typedef struct {
  const Digest *request;
  bool (*fits) (void *data, const Digest *original);
  void *data;
  bool found;
  Digest original;
} Search;

static bool
search (Index *index, void *data, GError **error)
{
  Search *wanted = data;
  sqlite3_stmt *select = index->select;
  sqlite3_bind_blob (select, 1, wanted->request->bytes, DIGEST_BYTES, SQLITE_STATIC);
  int result;
  wanted->found = false;
  while (!wanted->found && (result = sqlite3_step (select)) == SQLITE_ROW) {
    if (database_column_digest (select, 0, &wanted->original))
      wanted->found = wanted->fits (wanted->data, &wanted->original);
  }
  bool ok = wanted->found || result == SQLITE_DONE ||
            database_set_error (index->database.handle, error);
  sqlite3_reset (select);
  sqlite3_clear_bindings (select);
  return ok;
}

bool
index_find (Index *index, const Digest *request, bool (*fits) (void *data, const Digest *original),
            void *data, bool *out_found, Digest *out_original, GError **error)
{
  Search wanted = { .request = request, .fits = fits, .data = data };
  if (!with_current_file (index, search, &wanted, error))
    return false;
  /* A miss while a sidecar is damaged may be no miss, and a miss may cost money. */
  if (!wanted.found && !tell_damage (index, error))
    return false;
  *out_found = wanted.found;
  if (wanted.found)
    *out_original = wanted.original;
  return true;
}

typedef struct {
  bool (*read) (void *data, Rows *rows, GError **error);
  void *data;
} Reading;

static bool
read_in_transaction (Index *index, void *data, GError **error)
{
  const Reading *reading = data;
  sqlite3 *handle = index->database.handle;
  if (!database_execute (handle, "BEGIN", error))
    return false;
  bool ok = reading->read (reading->data, &index->rows, error);
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return ok;
}

bool
index_read (Index *index, bool (*read) (void *data, Rows *rows, GError **error), void *data,
            GError **error)
{
  Reading reading = { read, data };
  return with_current_file (index, read_in_transaction, &reading, error);
}
