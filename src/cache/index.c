/* The sidecars are the truth and this is a shortcut through them, so whatever goes wrong with it is
 * answered by setting it aside and reading the sidecars again. That may happen in another process
 * while ours has the file open; our handle then writes into a file that nobody reads. So every use
 * begins with a look whether the name still belongs to the open file (a stat: 1 us), and a write
 * looks again afterwards. A sidecar is always written before its row, so a rebuild that begins
 * after the write finds it there. */
#include "cache/index.h"

#include <dirent.h>

#include "cache/database.h"
#include "cache/home.h"
#include "cache/sidecar.h"

enum { N_SHELVES = 256, MOST_TRIES = 3 };

struct Index {
  char *home;
  Database database;
  sqlite3_stmt *insert, *select;
  GError *damage; /* found by a rebuild; not told yet */
};

static const char insert_sql[] =
  "INSERT INTO requests (request, original, at, stored_us) VALUES (?1, ?2, ?3, ?4) "
  "ON CONFLICT (request, original) DO UPDATE SET at = excluded.at, stored_us = excluded.stored_us "
  "WHERE (excluded.at, excluded.stored_us) > (at, stored_us)";
static const char select_sql[] = "SELECT original FROM requests WHERE request = ?1 "
                                 "ORDER BY at DESC, stored_us DESC";

static bool
insert_acquisition (sqlite3_stmt *insert, const Digest *original,
                    const CacheAcquisition *acquisition, GError **error)
{
  Digest request;
  if (acquisition->request == NULL || !digest_from_hex (acquisition->request, &request))
    return true;
  sqlite3_bind_blob (insert, 1, request.bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_blob (insert, 2, original->bytes, DIGEST_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (insert, 3, acquisition->at != NULL ? acquisition->at : "", -1, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, 4, acquisition->stored_us);
  bool ok = database_run (insert, error);
  sqlite3_clear_bindings (insert);
  return ok;
}

static bool
insert_record (sqlite3_stmt *insert, const CacheRecord *record, GError **error)
{
  for (unsigned i = 0; i < record->acquisitions->len; i++)
    if (!insert_acquisition (insert, &record->digest, record->acquisitions->pdata[i], error))
      return false;
  return true;
}

/* ---- from the sidecars ---- */

/* A damaged sidecar must not keep the others out: it is remembered, and told when somebody asks. */
static bool
enter_sidecar (Index *index, sqlite3_stmt *insert, const Digest *digest, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_read (index->home, digest, &problem);
  if (record != NULL)
    return insert_record (insert, record, error);
  if (problem != NULL && index->damage == NULL)
    index->damage = g_steal_pointer (&problem);
  return true;
}

static bool
enter_shelf (Index *index, sqlite3_stmt *insert, unsigned shelf, GError **error)
{
  g_autofree char *folder = home_shelf_path (index->home, shelf);
  DIR *listing = opendir (folder);
  if (listing == NULL)
    return true;
  bool ok = true;
  for (struct dirent *entry; ok && (entry = readdir (listing)) != NULL;) {
    Digest digest;
    if (sidecar_name_to_digest (entry->d_name, &digest))
      ok = enter_sidecar (index, insert, &digest, error);
  }
  closedir (listing);
  return ok;
}

static bool
fill_from_sidecars (sqlite3 *handle, void *data, GError **error)
{
  sqlite3_stmt *insert;
  if (!database_prepare (handle, insert_sql, &insert, error))
    return false;
  bool ok = true;
  for (unsigned shelf = 0; ok && shelf < N_SHELVES; shelf++)
    ok = enter_shelf (data, insert, shelf, error);
  sqlite3_finalize (insert);
  return ok;
}

static const DatabaseShape shape = {
  .name = "index.sqlite",
  .version = 1,
  .is_durable = true, /* a lost row is a request that is paid for again */
  .schema = "CREATE TABLE requests ("
            "  request BLOB NOT NULL, original BLOB NOT NULL,"
            "  at TEXT NOT NULL, stored_us INTEGER NOT NULL,"
            "  PRIMARY KEY (request, original)) WITHOUT ROWID",
  .fill = fill_from_sidecars,
};

/* ---- opening ---- */

static void
forget_statements (Index *index)
{
  g_clear_pointer (&index->insert, sqlite3_finalize);
  g_clear_pointer (&index->select, sqlite3_finalize);
}

static bool
open_file (Index *index, GError **error)
{
  forget_statements (index);
  database_close (&index->database);
  return database_open (&index->database, error) &&
         database_prepare (index->database.handle, insert_sql, &index->insert, error) &&
         database_prepare (index->database.handle, select_sql, &index->select, error);
}

Index *
index_open (const char *home, GError **error)
{
  Index *index = g_new0 (Index, 1);
  index->home = g_strdup (home);
  database_init (&index->database, &shape, home, index);
  if (open_file (index, error))
    return index;
  index_free (index);
  return NULL;
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
    g_clear_error (&problem);
    forget_statements (index);
    if (is_damaged && !database_set_aside (&index->database, error))
      return false;
  }
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

/* What a put enters: a record, or with none a whole shelf. */
typedef struct {
  const CacheRecord *record;
  unsigned shelf;
} Entry;

static bool
put_entry (Index *index, void *data, GError **error)
{
  const Entry *entry = data;
  sqlite3 *handle = index->database.handle;
  if (!database_execute (handle, "BEGIN IMMEDIATE", error))
    return false;
  bool ok = entry->record != NULL ? insert_record (index->insert, entry->record, error)
                                  : enter_shelf (index, index->insert, entry->shelf, error);
  if (ok && database_execute (handle, "COMMIT", error))
    return true;
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return false;
}

bool
index_put (Index *index, const CacheRecord *record, GError **error)
{
  Entry entry = { .record = record };
  return with_current_file (index, put_entry, &entry, error) && tell_damage (index, error);
}

bool
index_put_shelf (Index *index, unsigned shelf, GError **error)
{
  Entry entry = { .shelf = shelf };
  return with_current_file (index, put_entry, &entry, error);
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
    if (sqlite3_column_bytes (select, 0) != DIGEST_BYTES)
      continue;
    memcpy (wanted->original.bytes, sqlite3_column_blob (select, 0), DIGEST_BYTES);
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
