/* Shelf by shelf, with the lock that writers of a shelf take: so what is there and what the index
 * says of it belong to the same moment. */
#include <unistd.h>

#include "cache/database.h"
#include "cache/handle.h"
#include "cache/home.h"
#include "cache/index-fill.h"
#include "cache/query.h"
#include "cache/sidecar.h"

enum { N_SHELVES = 256 };

typedef struct {
  const char *home;
  unsigned shelf;
  GPtrArray *differences; /* of what is looked at now: a read may begin again */
} Check;

static void differ (Check *check, const char *format, ...) G_GNUC_PRINTF (2, 3);
static void
differ (Check *check, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_ptr_array_add (check->differences, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

/* Damage that SQLite finds is what is looked for here. */
static bool
differ_if_damaged (Check *check, GError *problem, GError **error)
{
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    differ (check, "%s", problem->message);
    g_error_free (problem);
    return true;
  }
  g_propagate_error (error, problem);
  return false;
}

/* ---- the file ---- */

static bool
read_integrity (Check *check, sqlite3 *handle, GError **error)
{
  sqlite3_stmt *statement;
  if (!database_prepare (handle, "PRAGMA integrity_check", &statement, error))
    return false;
  int result;
  while ((result = sqlite3_step (statement)) == SQLITE_ROW) {
    const char *text = (const char *)sqlite3_column_text (statement, 0);
    if (g_strcmp0 (text, "ok") != 0)
      differ (check, "index.sqlite is damaged: %s", text);
  }
  bool ok = result == SQLITE_DONE || database_set_error (handle, error);
  sqlite3_finalize (statement);
  return ok;
}

static bool
check_file (void *data, Rows *rows, GError **error)
{
  Check *check = data;
  GError *problem = NULL;
  g_ptr_array_set_size (check->differences, 0);
  return read_integrity (check, rows->handle, &problem) ||
         differ_if_damaged (check, problem, error);
}

/* An INSERT by its form: a transaction of its own, or it could come too late to become a writer. */
static bool
check_words (void *data, Rows *rows, GError **error)
{
  Check *check = data;
  g_ptr_array_set_size (check->differences, 0);
  GError *problem = NULL;
  if (database_execute (rows->handle,
                        "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)", &problem))
    return true;
  if (!g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    g_propagate_error (error, problem);
    return false;
  }
  g_error_free (problem);
  differ (check,
          "index.sqlite: the words that are searched are not those of the prompts and names");
  return true;
}

/* ---- shelves ---- */

/* The name of the first line that is not the same; see rows_describe_record. */
static char *
dup_first_difference (const char *told, const char *held)
{
  size_t at = 0, start = 0;
  for (; told[at] != '\0' && told[at] == held[at]; at++)
    if (told[at] == '\x1e')
      start = at + 1;
  const char *line = (told[at] != '\0' ? told : held) + start;
  return g_strndup (line, strcspn (line, "="));
}

typedef struct {
  Check *check;
  Rows *rows;
  GHashTable *unseen; /* digests that have rows */
  GError *problem;
} Shelf;

static bool
compare_record (void *data, CacheRecord *given)
{
  Shelf *shelf = data;
  g_autoptr (CacheRecord) record = given;
  g_autofree char *told = rows_describe_record (record);
  g_autofree char *held = NULL;
  g_hash_table_remove (shelf->unseen, &record->digest);
  const char *hex = digest_to_hex (&record->digest).text;
  if (!rows_describe (shelf->rows, &record->digest, &held, &shelf->problem))
    return false;
  if (held == NULL)
    differ (shelf->check, "the index does not know the original %s, which has a sidecar", hex);
  else if (strcmp (told, held) != 0) {
    g_autofree char *name = dup_first_difference (told, held);
    differ (shelf->check, "the index says of the original %s another '%s' than its sidecar", hex,
            name);
  }
  return true;
}

static void
tell_unseen (Shelf *shelf)
{
  GHashTableIter iterator;
  void *digest;
  g_hash_table_iter_init (&iterator, shelf->unseen);
  while (g_hash_table_iter_next (&iterator, &digest, NULL))
    differ (shelf->check, "the index knows the original %s, which has no sidecar",
            digest_to_hex (digest).text);
}

static bool
compare_shelf (Check *check, Rows *rows, GError **error)
{
  g_autoptr (GArray) listed = rows_list_shelf (rows, check->shelf, error);
  if (listed == NULL)
    return false;
  g_autoptr (GHashTable) unseen = g_hash_table_new (digest_hash_key, digest_equal_key);
  for (unsigned i = 0; i < listed->len; i++)
    g_hash_table_add (unseen, &g_array_index (listed, Digest, i));
  Shelf shelf = { .check = check, .rows = rows, .unseen = unseen };
  g_autoptr (GError) damage = NULL;
  sidecar_visit_shelf (check->home, check->shelf, compare_record, &shelf, &damage);
  if (damage != NULL)
    differ (check, "%s", damage->message);
  if (shelf.problem != NULL) {
    g_propagate_error (error, shelf.problem);
    return false;
  }
  tell_unseen (&shelf);
  return true;
}

static bool
check_shelf (void *data, Rows *rows, GError **error)
{
  Check *check = data;
  GError *problem = NULL;
  g_ptr_array_set_size (check->differences, 0);
  return compare_shelf (check, rows, &problem) || differ_if_damaged (check, problem, error);
}

static bool
check_shelf_locked (Cache *cache, Check *check, GError **error)
{
  g_autofree char *folder = home_shelf_path (cache->home, check->shelf);
  bool is_there = access (folder, F_OK) == 0;
  int lock = is_there ? home_lock_shelf (cache->home, check->shelf, error) : -1;
  if (is_there && lock < 0)
    return false;
  bool ok = index_read (cache->index, check_shelf, check, error);
  if (is_there)
    close (lock);
  return ok;
}

/* ---- */

typedef struct {
  void (*tell) (void *data, const char *difference);
  void *data;
  unsigned n_told;
} Telling;

static void
tell_differences (Telling *telling, const Check *check)
{
  for (unsigned i = 0; i < check->differences->len; i++)
    telling->tell (telling->data, check->differences->pdata[i]);
  telling->n_told += check->differences->len;
}

/* One that could not even be opened is whole again by now, and must be told of all the same. */
static void
tell_mended (Telling *telling, Cache *cache)
{
  g_autofree char *mended = cache->index != NULL ? index_steal_mended (cache->index) : NULL;
  if (mended == NULL)
    return;
  telling->tell (telling->data, mended);
  telling->n_told++;
}

bool
cache_check_index (Cache *cache, void (*tell) (void *data, const char *difference), void *data,
                   unsigned *out_n_differences, GError **error)
{
  Check check = { .home = cache->home, .differences = g_ptr_array_new_with_free_func (g_free) };
  Telling telling = { tell, data, 0 };
  bool ok = cache_open_index (cache, error) && index_read (cache->index, check_file, &check, error);
  tell_mended (&telling, cache);
  tell_differences (&telling, &check);
  ok = ok && index_read (cache->index, check_words, &check, error);
  if (ok)
    tell_differences (&telling, &check);
  for (; ok && check.shelf < N_SHELVES; check.shelf++) {
    ok = check_shelf_locked (cache, &check, error);
    if (ok)
      tell_differences (&telling, &check);
  }
  g_ptr_array_unref (check.differences);
  if (ok)
    *out_n_differences = telling.n_told;
  return ok;
}
