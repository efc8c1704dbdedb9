#include "cache/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/clock.h"
#include "base/path.h"
#include "cache/flight.h"

char *
journal_path (const char *home)
{
  return g_build_filename (home, "journal.jsonl", NULL);
}

/* ---- appending ---- */

static bool
write_all (int fd, const char *text, size_t length)
{
  while (length > 0) {
    ssize_t written = write (fd, text, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    text += written;
    length -= (size_t)written;
  }
  return true;
}

/* A line that was cut short by a crash is ended, so that the next one stands for itself. */
static bool
ends_inside_line (int fd, off_t size)
{
  /* One that cannot be read may be such a line: an empty line more says nothing. */
  char last = '\0';
  return size > 0 && (pread (fd, &last, 1, size - 1) != 1 || last != '\n');
}

/* Under the lock. What could not be written whole is taken back. */
static bool
append_locked (int fd, const char *path, const char *text, size_t length, GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot look at %s", path);
  bool ok = (!ends_inside_line (fd, status.st_size) || write_all (fd, "\n", 1)) &&
            write_all (fd, text, length);
  if (!ok) {
    int why = errno;
    (void)!ftruncate (fd, status.st_size);
    return base_error_set_errno (error, why, "cannot write %s", path);
  }
  if (fsync (fd) != 0)
    return base_error_set_errno (error, errno, "cannot sync %s", path);
  return status.st_size > 0 || path_sync_folder_of (path, error);
}

static int
open_locked (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  int result = -1;
  while (fd >= 0 && (result = flock (fd, LOCK_EX)) != 0 && errno == EINTR)
    continue;
  if (fd >= 0 && result == 0)
    return fd;
  base_error_set_errno (error, errno, "cannot lock %s", path);
  if (fd >= 0)
    close (fd);
  return -1;
}

static bool
append (Cache *cache, const JournalCall *call, bool is_end, GError **error)
{
  g_autofree char *path = journal_path (cache_home (cache));
  g_autofree char *line = journal_format_line (call, is_end);
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  int fd = open_locked (path, error);
  if (fd < 0)
    return false;
  bool ok = append_locked (fd, path, text, strlen (text), error);
  close (fd);
  return ok;
}

bool
journal_begin (Cache *cache, JournalCall *call, GError **error)
{
  g_free (call->id);
  g_free (call->at);
  call->id = g_uuid_string_random ();
  call->at = clock_now_iso8601 ();
  bool ok = append (cache, call, false, error);
  if (!ok)
    g_prefix_error (error, "a paid call that could not be noted is not made: ");
  return ok;
}

bool
journal_end (Cache *cache, JournalCall *call, GError **error)
{
  g_free (call->ended_at);
  call->ended_at = clock_now_iso8601 ();
  call->has_result = true;
  return append (cache, call, true, error);
}

/* ---- line by line ---- */

typedef struct {
  void *data;
  /* `is_cut`: the text ends before the line does. False ends the reading. */
  void (*line) (void *data, unsigned number, const char *line, size_t length, bool is_cut);
} LineVisitor;

/* Up to `size`, whatever is appended meanwhile. No more of a line is kept than can be one. */
static bool
each_line (int fd, const char *path, off_t size, const LineVisitor *visitor, GError **error)
{
  g_autofree char *chunk = g_malloc (JOURNAL_MOST_LINE_BYTES);
  g_autoptr (GString) line = g_string_new (NULL);
  unsigned number = 1;
  for (off_t at = 0; at < size;) {
    size_t wanted = (size_t)MIN (size - at, JOURNAL_MOST_LINE_BYTES);
    ssize_t got = pread (fd, chunk, wanted, at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", path);
    if (got == 0)
      break;
    at += got;
    for (const char *from = chunk, *end = chunk + got; from < end;) {
      const char *feed = memchr (from, '\n', (size_t)(end - from));
      size_t length = (size_t)((feed != NULL ? feed : end) - from);
      if (line->len <= JOURNAL_MOST_LINE_BYTES)
        g_string_append_len (line, from, (gssize)length);
      from += length;
      if (feed == NULL)
        continue;
      visitor->line (visitor->data, number++, line->str, line->len, false);
      g_string_truncate (line, 0);
      from++;
    }
  }
  if (line->len > 0)
    visitor->line (visitor->data, number, line->str, line->len, true);
  return true;
}

/* ---- reading ---- */

/* The file is read twice, so that memory holds only the calls in flight at one time: first, to know
 * which calls have no second line; then, to tell them in order. */
typedef struct {
  GHashTable *open;    /* char*: ids without a second line */
  GQueue calls;        /* JournalCall*, owned: not told yet */
  GHashTable *waiting; /* id → JournalCall* of the above that has a second line to come */
  void (*visit) (void *data, const JournalCall *call);
  void (*tell_damage) (void *data, unsigned line, const char *what);
  void *data;
} Reading;

static void
note_open (void *data, unsigned number, const char *line, size_t length, bool is_cut)
{
  Reading *reading = data;
  const char *what;
  g_autoptr (JournalCall) call = journal_parse_line (line, length, &what);
  if (call == NULL)
    return;
  if (call->has_result)
    g_hash_table_remove (reading->open, call->id);
  else
    g_hash_table_add (reading->open, g_steal_pointer (&call->id));
}

static void
tell_first_calls (Reading *reading)
{
  for (JournalCall *call; (call = g_queue_peek_head (&reading->calls)) != NULL;) {
    if (g_hash_table_lookup (reading->waiting, call->id) == call)
      return;
    reading->visit (reading->data, call);
    journal_call_free (g_queue_pop_head (&reading->calls));
  }
}

static void
take_line (void *data, unsigned number, const char *line, size_t length, bool is_cut)
{
  Reading *reading = data;
  const char *what;
  g_autoptr (JournalCall) call = journal_parse_line (line, length, &what);
  if (call == NULL) {
    if (is_cut && length <= JOURNAL_MOST_LINE_BYTES)
      what = "it is cut short: something ended while it was written";
    if (reading->tell_damage != NULL)
      reading->tell_damage (reading->data, number, what);
    return;
  }
  JournalCall *first = g_hash_table_lookup (reading->waiting, call->id);
  if (first != NULL && call->has_result) {
    g_hash_table_remove (reading->waiting, call->id);
    JournalCall begun = *first;
    *first = *call;
    *call = begun; /* freed in its place */
  } else if (first == NULL) {
    JournalCall *kept = g_steal_pointer (&call);
    g_queue_push_tail (&reading->calls, kept);
    if (!kept->has_result && !g_hash_table_contains (reading->open, kept->id))
      g_hash_table_insert (reading->waiting, g_strdup (kept->id), kept);
  }
  tell_first_calls (reading);
}

static bool
read_twice (int fd, const char *path, Reading *reading, GError **error)
{
  struct stat status;
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot look at %s", path);
  const LineVisitor first = { reading, note_open }, second = { reading, take_line };
  return each_line (fd, path, status.st_size, &first, error) &&
         each_line (fd, path, status.st_size, &second, error);
}

bool
journal_read (const char *home, void (*visit) (void *data, const JournalCall *call),
              void (*tell_damage) (void *data, unsigned line, const char *what), void *data,
              GError **error)
{
  g_autofree char *path = journal_path (home);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return true;
  if (fd < 0)
    return base_error_set_errno (error, errno, "cannot open %s", path);
  Reading reading = {
    .open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .waiting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .calls = G_QUEUE_INIT,
    .visit = visit,
    .tell_damage = tell_damage,
    .data = data,
  };
  bool ok = read_twice (fd, path, &reading, error);
  close (fd);
  g_hash_table_remove_all (reading.waiting);
  if (ok)
    tell_first_calls (&reading);
  g_queue_clear_full (&reading.calls, (GDestroyNotify)journal_call_free);
  g_hash_table_unref (reading.open);
  g_hash_table_unref (reading.waiting);
  return ok;
}

double
journal_call_usd (const JournalCall *call, bool *out_is_certain)
{
  *out_is_certain = call->has_result && g_strcmp0 (call->result, "unknown") != 0;
  return isfinite (call->cost_usd) && call->cost_usd > 0 ? call->cost_usd : 0;
}

int64_t
journal_call_begun_us (const JournalCall *call)
{
  g_autoptr (GDateTime) time = call->at != NULL ? g_date_time_new_from_iso8601 (call->at, NULL)
                                                : NULL;
  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0;
}

bool
journal_call_is_lost (const char *home, const JournalCall *call)
{
  Digest request;
  if (call->has_result)
    return strcmp (call->result, "unknown") == 0;
  return (call->request == NULL || !digest_from_hex (call->request, &request) ||
          !flight_is_busy (home, &request));
}

/* ---- merging ---- */

/* A whole line ends with its checksum, which names it. */
static char *
name_of_line (const char *line, size_t length)
{
  enum { TAIL = DIGEST_HEX_CHARACTERS + 2 };
  return g_strndup (line + length - TAIL, DIGEST_HEX_CHARACTERS);
}

static void
leave_out (void *data, unsigned number, const char *line, size_t length, bool is_cut)
{
  GHashTable *unknown = data;
  const char *what;
  g_autoptr (JournalCall) call = journal_parse_line (line, length, &what);
  if (call == NULL)
    return;
  g_autofree char *name = name_of_line (line, length);
  g_hash_table_remove (unknown, name);
}

/* Calls `each` with the whole lines of a text. */
static void
each_whole_line (const char *text, size_t length,
                 void (*each) (void *data, const char *line, size_t length), void *data)
{
  for (const char *end = text + length; text < end;) {
    const char *feed = memchr (text, '\n', (size_t)(end - text));
    size_t line_length = (size_t)((feed != NULL ? feed : end) - text);
    const char *what;
    g_autoptr (JournalCall) call = journal_parse_line (text, line_length, &what);
    if (call != NULL)
      each (data, text, line_length);
    text += line_length + 1;
  }
}

static void
add_name (void *data, const char *line, size_t length)
{
  g_hash_table_add (data, name_of_line (line, length));
}

typedef struct {
  GHashTable *unknown;
  GString *added;
  unsigned n_added;
} Merge;

static void
add_unknown (void *data, const char *line, size_t length)
{
  Merge *merge = data;
  g_autofree char *name = name_of_line (line, length);
  /* Taken out, so that a line that stands there twice is added once. */
  if (!g_hash_table_remove (merge->unknown, name))
    return;
  g_string_append_len (merge->added, line, (gssize)length);
  g_string_append_c (merge->added, '\n');
  merge->n_added++;
}

static bool
merge_locked (int fd, const char *path, const char *text, size_t length, Merge *merge,
              GError **error)
{
  struct stat status;
  const LineVisitor visitor = { merge->unknown, leave_out };
  each_whole_line (text, length, add_name, merge->unknown);
  if (fstat (fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot look at %s", path);
  if (!each_line (fd, path, status.st_size, &visitor, error))
    return false;
  each_whole_line (text, length, add_unknown, merge);
  return merge->added->len == 0 ||
         append_locked (fd, path, merge->added->str, merge->added->len, error);
}

bool
journal_merge (Cache *cache, const char *text, size_t length, unsigned *out_n_added, GError **error)
{
  g_autofree char *path = journal_path (cache_home (cache));
  int fd = open_locked (path, error);
  if (fd < 0)
    return false;
  Merge merge = {
    .unknown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .added = g_string_new (NULL),
  };
  bool ok = merge_locked (fd, path, text, length, &merge, error);
  close (fd);
  if (ok)
    *out_n_added = merge.n_added;
  g_hash_table_unref (merge.unknown);
  g_string_free (merge.added, TRUE);
  return ok;
}
