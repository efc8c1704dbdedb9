#include "cache/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/cache.h"
#include "cache/home.h"

enum {
  APPLICATION_ID = 0x5065656c, /* "Peel" */
  BUSY_MS = 60 * 1000,
  /* While one makes the index of millions of sidecars, the others wait: what they would do instead
   * is fail. */
  MAKE_BUSY_MS = 60 * BUSY_MS,
  BUSY_PAUSE_MS = 5,
  /* What a WAL that grew while a file was filled is cut back to. */
  WAL_KEPT_BYTES = 4 * 1024 * 1024,
  MOST_SET_ASIDE = 100,
};

void
database_init (Database *database, const DatabaseShape *shape, const char *home, void *data)
{
  *database = (Database){ .shape = shape, .data = data };
  database->path = g_build_filename (home, shape->name, NULL);
}

void
database_close (Database *database)
{
  sqlite3_close (database->handle);
  database->handle = NULL;
}

void
database_clear (Database *database)
{
  database_close (database);
  g_clear_pointer (&database->path, g_free);
  g_clear_pointer (&database->mended, g_free);
}

static bool
is_damage (int code)
{
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* Where SQLite maps a file, it only says that the file could not be made large enough. */
static bool
is_full (sqlite3 *handle, int code)
{
  return code == SQLITE_FULL || (handle != NULL && (code & 0xff) == SQLITE_IOERR &&
                                 sqlite3_system_errno (handle) == ENOSPC);
}

static const char *
advice (sqlite3 *handle, int code)
{
  if (is_full (handle, code))
    return "the disk is full; free some space and run again";
  switch (code & 0xff) {
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_CANTOPEN:
    return "make the file and its folder writable, or name another folder with PEEL_HOME or --home";
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return "another process has held it for too long; run again when that one has ended";
  case SQLITE_IOERR:
    return "the file system refused; the cache wants a local disk with space left";
  default:
    return "it may be deleted: Peel makes it again, and no original is lost";
  }
}

bool
database_set_error (sqlite3 *handle, GError **error)
{
  int code = handle != NULL ? sqlite3_extended_errcode (handle) : SQLITE_NOMEM;
  /* Empty when it could not even be opened. */
  const char *path = handle != NULL ? sqlite3_db_filename (handle, "main") : NULL;
  bool has_path = path != NULL && path[0] != '\0';
  g_set_error (error, CACHE_ERROR, is_damage (code) ? CACHE_ERROR_CORRUPT : CACHE_ERROR_FAILED,
               "%s%s%s (SQLite %d): %s", has_path ? path : "", has_path ? ": " : "",
               handle != NULL ? sqlite3_errmsg (handle) : "no memory", code, advice (handle, code));
  return false;
}

bool
database_execute (sqlite3 *handle, const char *sql, GError **error)
{
  return sqlite3_exec (handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
         database_set_error (handle, error);
}

/* SQLite does not understand a text that it understood when the file was made: a header or a schema
 * that is damaged in a way that it takes for another one. */
static bool
blame_file (sqlite3 *handle, GError **error)
{
  bool is_damage = (sqlite3_errcode (handle) & 0xff) == SQLITE_ERROR;
  database_set_error (handle, error);
  if (is_damage && error != NULL)
    (*error)->code = CACHE_ERROR_CORRUPT;
  return false;
}

bool
database_prepare (sqlite3 *handle, const char *sql, sqlite3_stmt **out_statement, GError **error)
{
  return sqlite3_prepare_v3 (handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out_statement, NULL) ==
           SQLITE_OK ||
         blame_file (handle, error);
}

bool
database_run (sqlite3_stmt *statement, GError **error)
{
  bool ok = sqlite3_step (statement) == SQLITE_DONE ||
            database_set_error (sqlite3_db_handle (statement), error);
  sqlite3_reset (statement);
  return ok;
}

/* Changing to WAL does not call the busy handler when two processes make the file at once. */
static bool
execute_patiently (sqlite3 *handle, const char *sql, GError **error)
{
  int result = SQLITE_BUSY;
  for (int waited_ms = 0; waited_ms < BUSY_MS; waited_ms += BUSY_PAUSE_MS) {
    result = sqlite3_exec (handle, sql, NULL, NULL, NULL);
    if ((result & 0xff) != SQLITE_BUSY)
      break;
    g_usleep (BUSY_PAUSE_MS * 1000);
  }
  return result == SQLITE_OK || blame_file (handle, error);
}

bool
database_column_digest (sqlite3_stmt *statement, int column, Digest *out_digest)
{
  if (sqlite3_column_bytes (statement, column) != DIGEST_BYTES)
    return false;
  memcpy (out_digest->bytes, sqlite3_column_blob (statement, column), DIGEST_BYTES);
  return true;
}

static bool
read_number (sqlite3 *handle, const char *sql, int *out_number, GError **error)
{
  sqlite3_stmt *statement;
  if (!database_prepare (handle, sql, &statement, error))
    return false;
  bool ok = sqlite3_step (statement) == SQLITE_ROW || database_set_error (handle, error);
  if (ok)
    *out_number = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return ok;
}

typedef enum {
  KIND_NEW,
  KIND_OURS,
  KIND_OTHER_VERSION,
  KIND_FOREIGN,
} Kind;

/* As of one moment: a file that another process completes between two of the reads would look like
 * a stranger's. */
static bool
read_marks (sqlite3 *handle, int *out_application, int *out_version, int *out_n_tables,
            GError **error)
{
  if (!database_execute (handle, "SAVEPOINT marks", error))
    return false;
  bool ok = read_number (handle, "PRAGMA application_id", out_application, error) &&
            read_number (handle, "PRAGMA user_version", out_version, error) &&
            read_number (handle, "SELECT count(*) FROM sqlite_schema", out_n_tables, error);
  return database_execute (handle, "RELEASE marks", ok ? error : NULL) && ok;
}

static bool
read_kind (const Database *database, Kind *out_kind, GError **error)
{
  int application, version, n_tables;
  if (!read_marks (database->handle, &application, &version, &n_tables, error))
    return false;
  if (application == APPLICATION_ID)
    *out_kind = version == database->shape->version ? KIND_OURS : KIND_OTHER_VERSION;
  else
    *out_kind = application == 0 && version == 0 && n_tables == 0 ? KIND_NEW : KIND_FOREIGN;
  return true;
}

/* In one transaction, so that a version number means that the file is complete. */
static bool
make_tables (Database *database, GError **error)
{
  const DatabaseShape *shape = database->shape;
  Kind kind;
  if (!read_kind (database, &kind, error))
    return false;
  if (kind == KIND_OURS) /* another process was first */
    return true;
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                            APPLICATION_ID, shape->version);
  return database_execute (database->handle, shape->schema, error) &&
         (shape->fill == NULL || shape->fill (database->handle, database->data, error)) &&
         database_execute (database->handle, stamp, error);
}

static bool
make (Database *database, GError **error)
{
  sqlite3_busy_timeout (database->handle, MAKE_BUSY_MS);
  bool ok = database_execute (database->handle, "BEGIN IMMEDIATE", error);
  sqlite3_busy_timeout (database->handle, BUSY_MS);
  if (!ok)
    return false;
  if (make_tables (database, error) && database_execute (database->handle, "COMMIT", error))
    return true;
  sqlite3_exec (database->handle, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

/* Also finds the damage that SQLite does not see: what a cut file lacks of its last page is read as
 * zeros, so rows just seem not to be there. */
static bool
check_file (Database *database, GError **error)
{
  int page_bytes;
  struct stat status;
  if (stat (database->path, &status) != 0)
    return base_error_set_errno (error, errno, "cannot open %s", database->path);
  database->device = status.st_dev;
  database->inode = status.st_ino;
  if (!read_number (database->handle, "PRAGMA page_size", &page_bytes, error))
    return false;
  if (status.st_size % page_bytes == 0)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "%s ends in the middle of a page",
               database->path);
  return false;
}

/* Between renaming or removing a file and removing its log nobody may open what has the name: it
 * would be a new file, and the log that is removed could be its own. *out_lock is to be closed. */
static bool
lock_home (const Database *database, int how, int *out_lock, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (database->path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = -1;
  while (fd >= 0 && (result = flock (fd, how)) != 0 && errno == EINTR)
    continue;
  *out_lock = fd;
  if (fd >= 0 && result == 0)
    return true;
  int why = errno;
  if (fd >= 0)
    close (fd);
  return base_error_set_errno (error, why, "cannot lock %s", folder);
}

/* A file whose header asks for a newer SQLite is opened for reading only, though it is writable. */
static bool
check_writable (const Database *database, GError **error)
{
  if (sqlite3_db_readonly (database->handle, "main") != 1 || access (database->path, W_OK) != 0)
    return true;
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
               "%s asks for another SQLite: its header is damaged", database->path);
  return false;
}

/* When it is done, file and log are open. */
static bool
open_and_look (Database *database, Kind *out_kind, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
              (database->is_view ? 0 : SQLITE_OPEN_CREATE);
  int result = sqlite3_open_v2 (database->path, &database->handle, flags, NULL);
  sqlite3_extended_result_codes (database->handle, 1);
  if (result != SQLITE_OK) {
    database_set_error (database->handle, error);
    g_prefix_error (error, "cannot open %s: ", database->path);
    return false;
  }
  sqlite3_busy_timeout (database->handle, BUSY_MS);
  return check_file (database, error) &&
         execute_patiently (database->handle, "PRAGMA journal_mode = WAL", error) &&
         read_kind (database, out_kind, error) && check_writable (database, error);
}

static bool
set_up (Database *database, GError **error)
{
  g_autofree char *pragmas = g_strdup_printf (
    "PRAGMA synchronous = %s; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = %d",
    database->shape->is_durable ? "FULL" : "NORMAL", WAL_KEPT_BYTES);
  return database_execute (database->handle, pragmas, error);
}

static bool
open_once (Database *database, GError **error)
{
  int lock;
  Kind kind;
  database->is_other_version = false;
  if (!lock_home (database, LOCK_SH, &lock, error))
    return false;
  bool is_open = open_and_look (database, &kind, error);
  close (lock);
  if (!is_open || !set_up (database, error))
    return false;
  database->is_other_version = kind == KIND_OTHER_VERSION;
  if (kind == KIND_FOREIGN || kind == KIND_OTHER_VERSION ||
      (kind == KIND_NEW && database->is_view)) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "%s is not a database of this Peel",
                 database->path);
    return false;
  }
  const char *later = database->is_view ? NULL : database->shape->later;
  return (kind == KIND_OURS || make (database, error)) &&
         (later == NULL || database_execute (database->handle, later, error));
}

bool
database_open (Database *database, GError **error)
{
  GError *problem = NULL;
  if (open_once (database, &problem))
    return true;
  if (database->is_view || !g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    database_close (database);
    g_propagate_error (error, problem);
    return false;
  }
  /* Another version of what can be filled again is of no use to anybody. */
  if (database->is_other_version && database->shape->fill != NULL) {
    g_error_free (problem);
    if (!database_remove (database, error))
      return false;
  } else if (!database_set_aside (database, problem, error))
    return false;
  if (open_once (database, error))
    return true;
  database_close (database);
  return false;
}

bool
database_is_current (const Database *database)
{
  struct stat status;
  return stat (database->path, &status) == 0 && status.st_ino == database->inode &&
         status.st_dev == database->device;
}

/* What was committed last stands there only. */
static void
keep_log (const char *path, const char *aside)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *kept = g_strconcat (aside, "-wal", NULL);
  (void)!rename (log, kept);
}

static bool
rename_aside (Database *database, const GError *why, GError **error)
{
  const char *path = database->path;
  for (int i = 1; i <= MOST_SET_ASIDE; i++) {
    g_autofree char *aside = g_strdup_printf ("%s.bad-%d", path, i);
    if (home_rename_new (path, aside) == 0) {
      keep_log (path, aside);
      g_free (database->mended);
      database->mended = g_strdup_printf ("%s was damaged (%s); it is kept as %s and was made anew",
                                          path, why->message, aside);
      return true;
    }
    if (errno != EEXIST)
      break;
  }
  return base_error_set_errno (error, errno, "cannot rename the damaged %s to %s.bad-N", path,
                               path);
}

/* A log left beside a new file would be replayed into it. */
static void
remove_log (const Database *database)
{
  g_autofree char *log = g_strconcat (database->path, "-wal", NULL);
  g_autofree char *map = g_strconcat (database->path, "-shm", NULL);
  unlink (log);
  unlink (map);
}

/* Another process may have found the same damage: only one of them may move the file, or the second
 * would move what the first has begun. */
static bool
take_away (Database *database, bool (*take) (Database *, const GError *why, GError **error),
           const GError *why, GError **error)
{
  int lock;
  database_close (database);
  if (!lock_home (database, LOCK_EX, &lock, error))
    return false;
  bool ok = true;
  if (database_is_current (database)) {
    ok = take (database, why, error);
    if (ok)
      remove_log (database);
  }
  close (lock);
  return ok;
}

bool
database_set_aside (Database *database, GError *why, GError **error)
{
  bool ok = take_away (database, rename_aside, why, error);
  g_error_free (why);
  return ok;
}

static bool
remove_file (Database *database, const GError *why, GError **error)
{
  return unlink (database->path) == 0 ||
         base_error_set_errno (error, errno, "cannot remove %s", database->path);
}

bool
database_remove (Database *database, GError **error)
{
  return take_away (database, remove_file, NULL, error);
}
