/* Puts are kept in memory and written in one short transaction when there are enough of them, so
 * that processes which share a home wait for each other for milliseconds, and never for as long as
 * a picture takes. A killed process loses at most those puts: its outputs are then matched by the
 * manifest and by hashing.
 *
 * Look-ups share one read transaction from the first of them to the next write: taking WAL's read
 * lock anew for each costs three system calls, which is most of a look-up's time. What other
 * processes write meanwhile is not seen, and costs at most a hash.
 *
 * Paths are stored as bytes: file names need not be UTF-8. */
#include "cache/state.h"

#include <errno.h>
#include <sys/stat.h>

#include "cache/database.h"

enum {
  MOST_PENDING = 100,
  /* Two changes of a file within one tick of the kernel's clock (4 ms on most systems; one or two
   * seconds on file systems that keep whole seconds) look like one. A file that was touched that
   * recently is hashed again the next time. */
  TICK_NS = 10 * 1000 * 1000,
};
static const int64_t second_ns = 1000 * 1000 * 1000;

typedef struct {
  FileStamp stamp;
  Digest digest;
} StateFile;

struct State {
  Database database;
  sqlite3_stmt *get_output, *put_output, *get_file, *put_file, *put_use;
  bool is_reading;     /* in the read transaction */
  GHashTable *outputs; /* path → StateOutput, not yet written */
  GHashTable *files;   /* path → StateFile, not yet written */
  GHashTable *uses;    /* Digest → how often, not yet written */
};

static const DatabaseShape shape = {
  .name = "state.sqlite",
  .version = 1,
  .schema = "CREATE TABLE outputs ("
            "  path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
            "  inode INTEGER NOT NULL, fingerprint BLOB NOT NULL, content BLOB NOT NULL,"
            "  recipe TEXT, facts TEXT);"
            "CREATE TABLE files ("
            "  path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
            "  inode INTEGER NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID",
  /* A higher version would have an older Peel set the file aside. */
  .later = "CREATE TABLE IF NOT EXISTS uses (original BLOB PRIMARY KEY, n INTEGER NOT NULL) "
           "WITHOUT ROWID",
};

static const char get_output_sql[] = "SELECT size_bytes, mtime_ns, inode, fingerprint, content, "
                                     "recipe, facts FROM outputs WHERE path = ?1";
static const char put_output_sql[] =
  "INSERT OR REPLACE INTO outputs "
  "(path, size_bytes, mtime_ns, inode, fingerprint, content, recipe, facts) "
  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char get_file_sql[] =
  "SELECT size_bytes, mtime_ns, inode, digest FROM files WHERE path = ?1";
static const char put_file_sql[] =
  "INSERT OR REPLACE INTO files (path, size_bytes, mtime_ns, inode, digest) "
  "VALUES (?1, ?2, ?3, ?4, ?5)";
static const char put_use_sql[] = "INSERT INTO uses (original, n) VALUES (?1, ?2) "
                                  "ON CONFLICT (original) DO UPDATE SET n = n + excluded.n";

void
state_output_clear (StateOutput *output)
{
  g_clear_pointer (&output->recipe, g_free);
  g_clear_pointer (&output->facts, g_free);
}

static StateOutput *
copy_output (const StateOutput *from)
{
  StateOutput *copy = g_new (StateOutput, 1);
  *copy = *from;
  copy->recipe = g_strdup (from->recipe);
  copy->facts = g_strdup (from->facts);
  return copy;
}

static void
free_output (void *output)
{
  state_output_clear (output);
  g_free (output);
}

/* ---- opening ---- */

static void
begin_reading (State *state)
{
  if (!state->is_reading)
    state->is_reading = database_execute (state->database.handle, "BEGIN", NULL);
}

static void
end_reading (State *state)
{
  if (state->is_reading)
    database_execute (state->database.handle, "COMMIT", NULL);
  state->is_reading = false;
}

static void
forget_statements (State *state)
{
  end_reading (state);
  g_clear_pointer (&state->get_output, sqlite3_finalize);
  g_clear_pointer (&state->put_output, sqlite3_finalize);
  g_clear_pointer (&state->get_file, sqlite3_finalize);
  g_clear_pointer (&state->put_file, sqlite3_finalize);
  g_clear_pointer (&state->put_use, sqlite3_finalize);
}

/* What was wrong with it gives way to what goes wrong now. */
static bool
set_aside (State *state, GError **problem)
{
  GError *why = g_steal_pointer (problem);
  forget_statements (state);
  return database_set_aside (&state->database, why, problem);
}

static bool
open_once (State *state, GError **error)
{
  forget_statements (state);
  database_close (&state->database);
  if (!database_open (&state->database, error))
    return false;
  sqlite3 *handle = state->database.handle;
  return database_prepare (handle, get_output_sql, &state->get_output, error) &&
         database_prepare (handle, put_output_sql, &state->put_output, error) &&
         database_prepare (handle, get_file_sql, &state->get_file, error) &&
         database_prepare (handle, put_file_sql, &state->put_file, error) &&
         database_prepare (handle, put_use_sql, &state->put_use, error);
}

static bool
open_file (State *state, GError **error)
{
  GError *problem = NULL;
  bool ok = open_once (state, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    ok = set_aside (state, &problem) && open_once (state, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return ok;
}

static void
free_state (State *state)
{
  forget_statements (state);
  database_clear (&state->database);
  g_hash_table_unref (state->outputs);
  g_hash_table_unref (state->files);
  g_hash_table_unref (state->uses);
  g_free (state);
}

State *
state_open (const char *home, GError **error)
{
  State *state = g_new0 (State, 1);
  state->outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_output);
  state->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  state->uses = g_hash_table_new_full (digest_hash_key, digest_equal_key, g_free, NULL);
  database_init (&state->database, &shape, home, NULL);
  if (open_file (state, error))
    return state;
  free_state (state);
  return NULL;
}

void
state_close (State *state)
{
  if (state == NULL)
    return;
  /* Nobody is left to tell; what is lost is hashed again. */
  state_flush (state, NULL);
  free_state (state);
}

/* ---- look-ups ---- */

/* Steps to the row of `path`. The caller resets the statement. */
static bool
find_row (State *state, sqlite3_stmt *statement, const char *path)
{
  if (statement == NULL) /* damaged, and could not be begun again */
    return false;
  begin_reading (state);
  sqlite3_bind_blob (statement, 1, path, (int)strlen (path), SQLITE_STATIC);
  return sqlite3_step (statement) == SQLITE_ROW;
}

static void
end_row (sqlite3_stmt *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

static FileStamp
column_stamp (sqlite3_stmt *statement, int first)
{
  return (FileStamp){ .size_bytes = sqlite3_column_int64 (statement, first),
                      .mtime_ns = sqlite3_column_int64 (statement, first + 1),
                      .inode = sqlite3_column_int64 (statement, first + 2) };
}

static bool
read_output (sqlite3_stmt *statement, StateOutput *out_output)
{
  StateOutput output = { .stamp = column_stamp (statement, 0) };
  if (!database_column_digest (statement, 3, &output.fingerprint) ||
      !database_column_digest (statement, 4, &output.content))
    return false;
  output.recipe = g_strdup ((const char *)sqlite3_column_text (statement, 5));
  output.facts = g_strdup ((const char *)sqlite3_column_text (statement, 6));
  *out_output = output;
  return true;
}

bool
state_get_output (State *state, const char *path, StateOutput *out_output)
{
  const StateOutput *pending = g_hash_table_lookup (state->outputs, path);
  if (pending != NULL) {
    *out_output = *pending;
    out_output->recipe = g_strdup (pending->recipe);
    out_output->facts = g_strdup (pending->facts);
    return true;
  }
  bool found = find_row (state, state->get_output, path) &&
               read_output (state->get_output, out_output);
  end_row (state->get_output);
  return found;
}

bool
state_get_file (State *state, const char *path, const FileStamp *stamp, Digest *out_digest)
{
  const StateFile *pending = g_hash_table_lookup (state->files, path);
  if (pending != NULL) {
    if (!file_stamp_equal (&pending->stamp, stamp))
      return false;
    *out_digest = pending->digest;
    return true;
  }
  bool found = false;
  if (find_row (state, state->get_file, path)) {
    FileStamp stored = column_stamp (state->get_file, 0);
    found = file_stamp_equal (&stored, stamp) &&
            database_column_digest (state->get_file, 3, out_digest);
  }
  end_row (state->get_file);
  return found;
}

/* ---- puts ---- */

static bool
is_worth_writing (State *state)
{
  return (g_hash_table_size (state->outputs) + g_hash_table_size (state->files)) % MOST_PENDING ==
         0;
}

bool
state_put_output (State *state, const char *path, const StateOutput *output, GError **error)
{
  g_hash_table_replace (state->outputs, g_strdup (path), copy_output (output));
  return !is_worth_writing (state) || state_flush (state, error);
}

static bool
is_settled (const FileStamp *stamp)
{
  int64_t tick_ns = stamp->mtime_ns % second_ns == 0 ? 2 * second_ns : TICK_NS;
  return g_get_real_time () * 1000 - stamp->mtime_ns > tick_ns;
}

bool
state_put_file (State *state, const char *path, const FileStamp *stamp, const Digest *digest,
                GError **error)
{
  if (!is_settled (stamp))
    return true;
  StateFile *file = g_new (StateFile, 1);
  *file = (StateFile){ .stamp = *stamp, .digest = *digest };
  g_hash_table_replace (state->files, g_strdup (path), file);
  return !is_worth_writing (state) || state_flush (state, error);
}

static void
bind_stamp (sqlite3_stmt *statement, const char *path, const FileStamp *stamp)
{
  sqlite3_bind_blob (statement, 1, path, (int)strlen (path), SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, stamp->size_bytes);
  sqlite3_bind_int64 (statement, 3, stamp->mtime_ns);
  sqlite3_bind_int64 (statement, 4, stamp->inode);
}

static bool
write_output (sqlite3_stmt *statement, const char *path, const StateOutput *output, GError **error)
{
  bind_stamp (statement, path, &output->stamp);
  sqlite3_bind_blob (statement, 5, output->fingerprint.bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 6, output->content.bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (statement, 7, output->recipe, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 8, output->facts, -1, SQLITE_STATIC);
  bool ok = database_run (statement, error);
  sqlite3_clear_bindings (statement);
  return ok;
}

static bool
write_file (sqlite3_stmt *statement, const char *path, const StateFile *file, GError **error)
{
  bind_stamp (statement, path, &file->stamp);
  sqlite3_bind_blob (statement, 5, file->digest.bytes, DIGEST_BYTES, SQLITE_STATIC);
  bool ok = database_run (statement, error);
  sqlite3_clear_bindings (statement);
  return ok;
}

void
state_count_use (State *state, const Digest *original)
{
  unsigned n = GPOINTER_TO_UINT (g_hash_table_lookup (state->uses, original));
  g_hash_table_replace (state->uses, g_memdup2 (original, sizeof *original),
                        GUINT_TO_POINTER (n + 1));
}

static bool
write_use (sqlite3_stmt *statement, const Digest *original, unsigned n, GError **error)
{
  sqlite3_bind_blob (statement, 1, original->bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, n);
  bool ok = database_run (statement, error);
  sqlite3_clear_bindings (statement);
  return ok;
}

static bool
write_all (State *state, GError **error)
{
  GHashTableIter outputs, files, uses;
  void *path, *value;
  g_hash_table_iter_init (&outputs, state->outputs);
  while (g_hash_table_iter_next (&outputs, &path, &value))
    if (!write_output (state->put_output, path, value, error))
      return false;
  g_hash_table_iter_init (&files, state->files);
  while (g_hash_table_iter_next (&files, &path, &value))
    if (!write_file (state->put_file, path, value, error))
      return false;
  g_hash_table_iter_init (&uses, state->uses);
  while (g_hash_table_iter_next (&uses, &path, &value))
    if (!write_use (state->put_use, path, GPOINTER_TO_UINT (value), error))
      return false;
  return true;
}

static bool
write_pending (State *state, GError **error)
{
  bool is_usable = state->put_use != NULL && database_is_current (&state->database);
  if (!is_usable && !open_file (state, error))
    return false;
  end_reading (state);
  sqlite3 *handle = state->database.handle;
  if (!database_execute (handle, "BEGIN IMMEDIATE", error))
    return false;
  if (write_all (state, error) && database_execute (handle, "COMMIT", error))
    return true;
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

bool
state_flush (State *state, GError **error)
{
  if (g_hash_table_size (state->outputs) == 0 && g_hash_table_size (state->files) == 0 &&
      g_hash_table_size (state->uses) == 0)
    return true;
  GError *problem = NULL;
  bool ok = write_pending (state, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    ok = set_aside (state, &problem) && write_pending (state, &problem);
  if (!ok) {
    g_propagate_error (error, problem);
    return false;
  }
  g_hash_table_remove_all (state->outputs);
  g_hash_table_remove_all (state->files);
  g_hash_table_remove_all (state->uses);
  return true;
}

static bool
read_uses (State *state, void (*visit) (void *data, const Digest *original, int64_t n), void *data,
           GError **error)
{
  sqlite3_stmt *select;
  Digest original;
  int result;
  if ((state->put_use == NULL && !open_file (state, error)) ||
      !database_prepare (state->database.handle, "SELECT original, n FROM uses", &select, error))
    return false;
  while ((result = sqlite3_step (select)) == SQLITE_ROW)
    if (database_column_digest (select, 0, &original))
      visit (data, &original, sqlite3_column_int64 (select, 1));
  bool ok = result == SQLITE_DONE || database_set_error (state->database.handle, error);
  sqlite3_finalize (select);
  return ok;
}

bool
state_uses (State *state, void (*visit) (void *data, const Digest *original, int64_t n), void *data,
            GError **error)
{
  GError *problem = NULL;
  bool ok = state_flush (state, &problem) && read_uses (state, visit, data, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    ok = set_aside (state, &problem);
  if (!ok)
    g_propagate_error (error, problem);
  return ok;
}

/* ---- forgetting ---- */

/* Only where it is sure: a folder that cannot be looked into may hold it yet. */
static bool
is_gone (const char *path)
{
  struct stat status;
  return lstat (path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static bool
list_gone (sqlite3 *handle, const char *sql, GPtrArray *out_paths, GError **error)
{
  sqlite3_stmt *select;
  int result;
  if (!database_prepare (handle, sql, &select, error))
    return false;
  while ((result = sqlite3_step (select)) == SQLITE_ROW) {
    char *path = g_strndup (sqlite3_column_blob (select, 0),
                            (gsize)sqlite3_column_bytes (select, 0));
    if (is_gone (path))
      g_ptr_array_add (out_paths, path);
    else
      g_free (path);
  }
  sqlite3_finalize (select);
  return result == SQLITE_DONE || database_set_error (handle, error);
}

static bool
delete_rows (sqlite3 *handle, const char *sql, const GPtrArray *paths, GError **error)
{
  sqlite3_stmt *statement;
  if (!database_prepare (handle, sql, &statement, error))
    return false;
  bool ok = database_execute (handle, "BEGIN IMMEDIATE", error);
  for (unsigned i = 0; ok && i < paths->len; i++) {
    const char *path = paths->pdata[i];
    /* It may be back: made again since it was listed. */
    if (!is_gone (path))
      continue;
    sqlite3_bind_blob (statement, 1, path, (int)strlen (path), SQLITE_STATIC);
    ok = database_run (statement, error);
  }
  sqlite3_finalize (statement);
  if (ok && database_execute (handle, "COMMIT", error))
    return true;
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

static bool
forget_in_table (sqlite3 *handle, const char *select_sql, const char *delete_sql, bool remove,
                 int64_t *out_n, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  if (!list_gone (handle, select_sql, paths, error) ||
      (remove && !delete_rows (handle, delete_sql, paths, error)))
    return false;
  *out_n = paths->len;
  return true;
}

bool
state_forget_gone (State *state, bool remove, int64_t *out_n_outputs, GError **error)
{
  int64_t n_outputs = 0, n_files;
  GError *problem = NULL;
  bool ok = state_flush (state, &problem);
  end_reading (state);
  sqlite3 *handle = state->database.handle; /* a flush may have opened another file */
  ok = ok &&
       forget_in_table (handle, "SELECT path FROM outputs", "DELETE FROM outputs WHERE path = ?1",
                        remove, &n_outputs, &problem) &&
       forget_in_table (handle, "SELECT path FROM files", "DELETE FROM files WHERE path = ?1",
                        remove, &n_files, &problem);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    /* As when it is written: what cannot be read is forgotten as a whole. */
    ok = set_aside (state, &problem);
  }
  if (ok)
    *out_n_outputs = n_outputs;
  else
    g_propagate_error (error, problem);
  return ok;
}
