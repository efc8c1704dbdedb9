/* A home that lost its quotas, or has none yet, knows by its journal what it spent. */
#include <sys/random.h>

#include "base/clock.h"
#include "cache/journal.h"
#include "cache/quotas-file.h"

typedef struct {
  int64_t begun_us;
  char *provider, *model;
  double usd, maybe_usd;
} Entry;

typedef struct {
  GArray *entries;
  int64_t from_us, to_us;
} Reading;

static void
clear_entry (void *entry)
{
  g_free (((Entry *)entry)->provider);
  g_free (((Entry *)entry)->model);
}

static void
take_call (void *data, const JournalCall *call)
{
  Reading *reading = data;
  int64_t begun_us = journal_call_begun_us (call);
  bool is_certain;
  if (begun_us < reading->from_us || begun_us > reading->to_us)
    return;
  double usd = journal_call_usd (call, &is_certain);
  Entry entry = {
    .begun_us = begun_us,
    .provider = g_strdup (call->provider != NULL ? call->provider : ""),
    .model = g_strdup (call->model != NULL ? call->model : ""),
    .usd = is_certain ? usd : 0,
    .maybe_usd = is_certain ? 0 : usd,
  };
  g_array_append_val (reading->entries, entry);
}

static int
compare_begins (const void *a, const void *b)
{
  const Entry *one = a, *other = b;
  return (one->begun_us > other->begun_us) - (one->begun_us < other->begun_us);
}

static bool
put_entry (sqlite3_stmt *put_lane, sqlite3_stmt *put_call, const Entry *entry, GError **error)
{
  sqlite3_bind_text (put_lane, 1, entry->provider, -1, SQLITE_STATIC);
  sqlite3_bind_text (put_lane, 2, entry->model, -1, SQLITE_STATIC);
  sqlite3_bind_text (put_call, 1, entry->provider, -1, SQLITE_STATIC);
  sqlite3_bind_text (put_call, 2, entry->model, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (put_call, 3, entry->begun_us);
  sqlite3_bind_double (put_call, 4, entry->usd);
  sqlite3_bind_double (put_call, 5, entry->maybe_usd);
  return database_run (put_lane, error) && database_run (put_call, error);
}

static bool
put_entries (sqlite3 *handle, const GArray *entries, GError **error)
{
  sqlite3_stmt *put_lane = NULL, *put_call = NULL;
  bool ok =
    database_prepare (handle,
                      "INSERT OR IGNORE INTO lanes (account, provider, model) "
                      "SELECT id, ?1, ?2 FROM accounts WHERE name = ''",
                      &put_lane, error) &&
    database_prepare (
      handle,
      "INSERT INTO calls (id, lane, account, seq, owner, begun_us, is_open, usd, maybe_usd) "
      "SELECT max (?3, 1 + ifnull ((SELECT max (id) FROM calls), 0)), l.id, l.account, "
      "  ifnull ((SELECT max (seq) FROM calls WHERE lane = l.id), 0) + 1, 0, ?3, 0, ?4, ?5 "
      "FROM lanes l JOIN accounts a ON a.id = l.account "
      "WHERE a.name = '' AND l.provider = ?1 AND l.model = ?2",
      &put_call, error);
  for (unsigned i = 0; ok && i < entries->len; i++)
    ok = put_entry (put_lane, put_call, &g_array_index (entries, Entry, i), error);
  sqlite3_finalize (put_lane);
  sqlite3_finalize (put_call);
  return ok;
}

static bool
put_salt (sqlite3 *handle, GError **error)
{
  sqlite3_stmt *put;
  uint8_t salt[DIGEST_BYTES];
  if (getrandom (salt, sizeof salt, 0) != (ssize_t)sizeof salt)
    sqlite3_randomness (sizeof salt, salt);
  if (!database_prepare (handle, "INSERT INTO salt (bytes) VALUES (?1)", &put, error))
    return false;
  sqlite3_bind_blob (put, 1, salt, sizeof salt, SQLITE_STATIC);
  bool ok = database_run (put, error);
  sqlite3_finalize (put);
  return ok;
}

bool
quotas_fill (sqlite3 *handle, void *data, GError **error)
{
  const char *home = data;
  int64_t now_us = clock_now_us ();
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (entries, clear_entry);
  Reading reading = {
    .entries = entries,
    .from_us = now_us - quotas_day_us,
    .to_us = now_us,
  };
  if (!journal_read (home, take_call, NULL, &reading, error))
    return false;
  g_array_sort (entries, compare_begins);
  return put_salt (handle, error) &&
         database_execute (handle, "INSERT INTO accounts (name) VALUES ('')", error) &&
         put_entries (handle, entries, error);
}
