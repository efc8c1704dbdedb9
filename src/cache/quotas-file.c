#include "cache/quotas-file.h"

#include <stdarg.h>
#include <string.h>
#include <sys/random.h>

#include "cache/cache.h"

enum { ACCOUNT_CHARACTERS = 16 };

/* Every index that a begin or an end touches is a page more to write: so there are few, and partial
 * ones. A call's number is when it was begun, or one more than the last: that of a file that was lost
 * means nothing in the next. */
static const char schema[] =
  "CREATE TABLE salt (bytes BLOB NOT NULL);"
  "CREATE TABLE owners ("
  "  id INTEGER PRIMARY KEY, digest BLOB NOT NULL, hold_usd REAL NOT NULL);"
  "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
  "CREATE TABLE lanes ("
  "  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,"
  "  most INTEGER NOT NULL DEFAULT 0, at_once REAL NOT NULL DEFAULT 0,"
  "  halved_us INTEGER NOT NULL DEFAULT 0, halved_call INTEGER NOT NULL DEFAULT 0,"
  "  n_throttled INTEGER NOT NULL DEFAULT 0, until_us INTEGER NOT NULL DEFAULT 0,"
  "  is_day INTEGER NOT NULL DEFAULT 0, why TEXT, UNIQUE (account, provider, model));"
  "CREATE TABLE calls ("
  "  id INTEGER PRIMARY KEY, lane INTEGER NOT NULL, account INTEGER NOT NULL, seq INTEGER,"
  "  owner INTEGER NOT NULL, begun_us INTEGER NOT NULL, is_open INTEGER NOT NULL,"
  "  usd REAL NOT NULL, maybe_usd REAL NOT NULL);"
  "CREATE UNIQUE INDEX calls_of_lane ON calls (lane, seq);"
  "CREATE INDEX paid_calls ON calls (account, id, begun_us, usd, maybe_usd) WHERE usd + maybe_usd "
  "> 0;"
  "CREATE INDEX open_calls ON calls (account, lane, owner) WHERE is_open;"
  "CREATE TABLE sums ("
  "  whose INTEGER NOT NULL, day_us INTEGER NOT NULL, n INTEGER NOT NULL, usd REAL NOT NULL,"
  "  maybe_usd REAL NOT NULL, PRIMARY KEY (whose, day_us)) WITHOUT ROWID";

static const DatabaseShape shape = {
  .name = "quotas.sqlite",
  .version = 1,
  .schema = schema,
  .fill = quotas_fill,
};

#define LANE_COLUMNS                                                                               \
  "l.id, l.account, l.most, l.at_once, l.halved_us, l.halved_call, l.n_throttled, l.until_us, "    \
  "l.is_day, l.why"

static const char *const statement_texts[N_QUOTAS_STATEMENTS] = {
  [QUOTAS_LAST_CALL] = "SELECT begun_us, id FROM calls ORDER BY id DESC LIMIT 1",
  [QUOTAS_PRUNE_CALLS] = "DELETE FROM calls WHERE id IN (SELECT id FROM calls ORDER BY id LIMIT 16)"
                         " AND begun_us < ?1",
  [QUOTAS_PRUNE_SUMS] = "DELETE FROM sums WHERE day_us < ?1",
  [QUOTAS_FIND_LANE] = "SELECT " LANE_COLUMNS " FROM accounts a JOIN lanes l ON l.account = a.id "
                       "WHERE a.name = ?1 AND l.provider = ?2 AND l.model = ?3",
  [QUOTAS_GET_LANE] = "SELECT " LANE_COLUMNS " FROM lanes l WHERE l.id = ?1",
  [QUOTAS_PUT_ACCOUNT] = "INSERT OR IGNORE INTO accounts (name) VALUES (?1)",
  [QUOTAS_PUT_LANE] = "INSERT INTO lanes (account, provider, model) "
                      "SELECT id, ?2, ?3 FROM accounts WHERE name = ?1",
  [QUOTAS_PUT_MOST] = "UPDATE lanes SET most = ?2 WHERE id = ?1",
  [QUOTAS_PUT_PACE] = "UPDATE lanes SET at_once = ?2, halved_us = ?3, halved_call = ?4, "
                      "n_throttled = ?5 WHERE id = ?1",
  [QUOTAS_PAUSE] = "UPDATE lanes SET until_us = ?2, is_day = ?3, why = ?4 "
                   "WHERE id = ?1 AND until_us < ?2",
  [QUOTAS_PUT_CALL] =
    "INSERT INTO calls (id, lane, account, seq, owner, begun_us, is_open, usd, maybe_usd) "
    "VALUES (max (?5, 1 + ifnull ((SELECT max (id) FROM calls), 0)), ?1, ?2, ?3, ?4, ?5, 1, 0, ?6)",
  [QUOTAS_FIND_CALL] = "SELECT lane, account, begun_us, usd, maybe_usd FROM calls "
                       "WHERE id = ?1 AND owner = ?2",
  [QUOTAS_END_CALL] = "UPDATE calls SET is_open = 0, usd = ?2, maybe_usd = ?3 WHERE id = ?1",
  [QUOTAS_LAST_SEQ] = "SELECT max (seq) FROM calls WHERE lane = ?1",
  [QUOTAS_CALL_AT] = "SELECT begun_us FROM calls WHERE lane = ?1 AND seq = ?2",
  [QUOTAS_SPEND_BACK] = "SELECT begun_us, usd + maybe_usd FROM calls "
                        "WHERE account = ?1 AND usd + maybe_usd > 0 ORDER BY id DESC",
  [QUOTAS_OPEN_OF_ACCOUNT] = "SELECT count (*) FROM calls WHERE is_open AND account = ?1",
  [QUOTAS_OPEN_OF_LANE] = "SELECT count (*) FROM calls "
                          "WHERE is_open AND account = ?1 AND lane = ?2",
  [QUOTAS_FIND_SUM] = "SELECT n, usd, maybe_usd FROM sums WHERE whose = ?1 AND day_us = ?2",
  [QUOTAS_MAKE_SUM] = "INSERT INTO sums (whose, day_us, n, usd, maybe_usd) "
                      "SELECT ?1, ?2, count (*), total (usd), total (maybe_usd) FROM calls "
                      "WHERE begun_us >= ?2 AND (?1 = 0 OR lane = ?1 OR account = -?1)",
  [QUOTAS_ADD_TO_SUMS] = "UPDATE sums SET n = n + ?4, usd = usd + ?5, maybe_usd = maybe_usd + ?6 "
                         "WHERE whose IN (0, ?1, ?2) AND day_us <= ?3",
  [QUOTAS_N_THROTTLED] = "SELECT max (l.n_throttled) FROM accounts a JOIN lanes l "
                         "ON l.account = a.id WHERE a.name = ?1 AND l.model = ?2",
  [QUOTAS_LANES] = "SELECT " LANE_COLUMNS ", a.name, l.provider, l.model "
                   "FROM lanes l JOIN accounts a ON a.id = l.account "
                   "ORDER BY l.provider, l.model, a.name",
  [QUOTAS_WAITING] = "SELECT count (*) FROM lanes "
                     "WHERE until_us > ?2 AND (?1 IS NULL OR provider = ?1)",
  [QUOTAS_RESUME] = "UPDATE lanes SET until_us = 0, is_day = 0, why = NULL, n_throttled = 0 "
                    "WHERE until_us > 0 AND (?1 IS NULL OR provider = ?1)",
  [QUOTAS_CALLS_BACK] = "SELECT begun_us FROM calls WHERE lane = ?1 ORDER BY seq DESC",
  [QUOTAS_PUT_HOLD] = "INSERT INTO owners (id, digest, hold_usd) VALUES (?1, ?2, ?3) "
                      "ON CONFLICT (id) DO UPDATE SET hold_usd = excluded.hold_usd",
  [QUOTAS_FIND_HOLD] = "SELECT hold_usd FROM owners WHERE id = ?1",
  [QUOTAS_OTHER_HOLDS] = "SELECT total (hold_usd) FROM owners WHERE id <> ?1",
  [QUOTAS_OWNERS] = "SELECT id, digest FROM owners WHERE id <> ?1",
  [QUOTAS_CLOSE_CALLS] = "UPDATE calls SET is_open = 0 WHERE is_open AND owner = ?1",
  [QUOTAS_FORGET_OWNER] = "DELETE FROM owners WHERE id = ?1",
};

/* ---- statements ---- */

static void
bind_all (sqlite3_stmt *statement, const char *types, va_list values)
{
  sqlite3_reset (statement);
  for (int i = 1; types[i - 1] != '\0'; i++) {
    switch (types[i - 1]) {
    case 'i':
      sqlite3_bind_int64 (statement, i, va_arg (values, int64_t));
      break;
    case 'd':
      sqlite3_bind_double (statement, i, va_arg (values, double));
      break;
    case 's':
      sqlite3_bind_text (statement, i, va_arg (values, const char *), -1, SQLITE_STATIC);
      break;
    case 'b':
      sqlite3_bind_blob (statement, i, va_arg (values, const Digest *)->bytes, DIGEST_BYTES,
                         SQLITE_STATIC);
      break;
    default:
      g_assert_not_reached ();
    }
  }
}

sqlite3_stmt *
quotas_bind (Quotas *quotas, QuotasStatement which, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  bind_all (quotas->statements[which], types, values);
  va_end (values);
  return quotas->statements[which];
}

bool
quotas_run (Quotas *quotas, GError **error, QuotasStatement which, const char *types, ...)
{
  va_list values;
  va_start (values, types);
  bind_all (quotas->statements[which], types, values);
  va_end (values);
  return database_run (quotas->statements[which], error);
}

bool
quotas_step (Quotas *quotas, sqlite3_stmt *statement, bool *out_found, GError **error)
{
  int result = sqlite3_step (statement);
  if (result == SQLITE_ROW) {
    *out_found = true;
    return true;
  }
  bool ok = result == SQLITE_DONE || database_set_error (quotas->database.handle, error);
  sqlite3_reset (statement);
  if (ok)
    *out_found = false;
  return ok;
}

static void
reset_statements (Quotas *quotas)
{
  for (unsigned i = 0; i < N_QUOTAS_STATEMENTS; i++)
    sqlite3_reset (quotas->statements[i]);
}

/* ---- opening ---- */

static void
forget_statements (Quotas *quotas)
{
  for (unsigned i = 0; i < N_QUOTAS_STATEMENTS; i++)
    g_clear_pointer (&quotas->statements[i], sqlite3_finalize);
}

/* What was wrong with it gives way to what goes wrong now. */
static bool
set_aside (Quotas *quotas, GError **problem)
{
  GError *why = g_steal_pointer (problem);
  forget_statements (quotas);
  return database_set_aside (&quotas->database, why, problem);
}

static bool
read_salt (Quotas *quotas, GError **error)
{
  sqlite3_stmt *select;
  sqlite3 *handle = quotas->database.handle;
  if (!database_prepare (handle, "SELECT bytes FROM salt", &select, error))
    return false;
  int result = sqlite3_step (select);
  bool ok = result == SQLITE_ROW && database_column_digest (select, 0, &quotas->salt);
  if (!ok && result != SQLITE_ROW && result != SQLITE_DONE)
    database_set_error (handle, error);
  else if (!ok)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, "%s has no salt", quotas->database.path);
  sqlite3_finalize (select);
  return ok;
}

static bool
open_once (Quotas *quotas, GError **error)
{
  forget_statements (quotas);
  database_close (&quotas->database);
  if (!database_open (&quotas->database, error))
    return false;
  for (unsigned i = 0; i < N_QUOTAS_STATEMENTS; i++)
    if (!database_prepare (quotas->database.handle, statement_texts[i], &quotas->statements[i],
                           error))
      return false;
  return read_salt (quotas, error);
}

/* A view mends nothing: that is for those who write. */
static bool
is_to_be_mended (const Quotas *quotas, GError *problem)
{
  if (!g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT))
    return false;
  if (quotas->database.is_view)
    problem->code = CACHE_ERROR_FAILED;
  return !quotas->database.is_view;
}

static bool
open_file (Quotas *quotas, GError **error)
{
  GError *problem = NULL;
  bool ok = open_once (quotas, &problem);
  if (is_to_be_mended (quotas, problem))
    ok = set_aside (quotas, &problem) && open_once (quotas, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  if (!ok) {
    forget_statements (quotas);
    database_close (&quotas->database);
  }
  return ok;
}

static void
free_quotas (Quotas *quotas)
{
  forget_statements (quotas);
  database_clear (&quotas->database);
  flight_free (quotas->flight);
  g_free (quotas->home);
  g_free (quotas);
}

/* Two owners must not be one: not the seeded generator of GLib, which a fork repeats. */
static Digest
make_id (void)
{
  uint8_t bytes[DIGEST_BYTES];
  if (getrandom (bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes)
    return digest_of (bytes, sizeof bytes);
  g_autofree char *other = g_uuid_string_random ();
  return digest_of (other, strlen (other));
}

static Quotas *
open_quotas (const char *home, bool is_view, GError **error)
{
  Quotas *quotas = g_new0 (Quotas, 1);
  quotas->home = g_strdup (home);
  quotas->id = make_id ();
  memcpy (&quotas->owner, quotas->id.bytes, sizeof quotas->owner);
  quotas->owner &= INT64_MAX;
  database_init (&quotas->database, &shape, home, quotas->home);
  quotas->database.is_view = is_view;
  if (open_file (quotas, error))
    return quotas;
  free_quotas (quotas);
  return NULL;
}

Quotas *
quotas_open (const char *home, GError **error)
{
  return open_quotas (home, false, error);
}

Quotas *
quotas_open_view (const char *home, GError **error)
{
  g_autofree char *path = g_build_filename (home, shape.name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? open_quotas (home, true, error) : NULL;
}

static bool
leave (Quotas *quotas, void *data, GError **error)
{
  return quotas_run (quotas, error, QUOTAS_CLOSE_CALLS, "i", quotas->owner) &&
         quotas_run (quotas, error, QUOTAS_FORGET_OWNER, "i", quotas->owner);
}

void
quotas_close (Quotas *quotas)
{
  if (quotas == NULL)
    return;
  /* If it fails, the next one finds a dead owner. */
  if (quotas->flight != NULL)
    quotas_transact (quotas, leave, NULL, NULL);
  free_quotas (quotas);
}

/* ---- transactions ---- */

static bool
transact_once (Quotas *quotas, QuotasWork work, void *data, GError **error)
{
  bool is_usable = quotas->database.handle != NULL && database_is_current (&quotas->database);
  if (!is_usable && !open_file (quotas, error))
    return false;
  sqlite3 *handle = quotas->database.handle;
  if (!database_execute (handle, "BEGIN IMMEDIATE", error))
    return false;
  bool ok = work (quotas, data, error);
  reset_statements (quotas);
  if (ok && !quotas->database.is_view && database_execute (handle, "COMMIT", error))
    return true;
  sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  return ok && quotas->database.is_view;
}

bool
quotas_transact (Quotas *quotas, QuotasWork work, void *data, GError **error)
{
  GError *problem = NULL;
  bool ok = transact_once (quotas, work, data, &problem);
  if (is_to_be_mended (quotas, problem))
    ok = set_aside (quotas, &problem) && transact_once (quotas, work, data, &problem);
  if (!ok)
    g_propagate_error (error, problem);
  return ok;
}

char *
quotas_account (Quotas *quotas, const char *provider, const char *identity)
{
  g_autoptr (DigestStream) stream = digest_stream_new ();
  digest_stream_update (stream, quotas->salt.bytes, DIGEST_BYTES);
  digest_stream_update (stream, provider, strlen (provider) + 1);
  digest_stream_update (stream, identity, strlen (identity));
  Digest digest = digest_stream_finish (stream);
  return g_strndup (digest_to_hex (&digest).text, ACCOUNT_CHARACTERS);
}
