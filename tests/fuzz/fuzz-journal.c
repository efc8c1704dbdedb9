/* The reader of journals. A checksum would keep a fuzzer out, so each line of an input is also read
 * with the right one put behind it; a call that was read must come back from its own text as the
 * same. The whole input is merged into an empty journal and read back. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/journal.h"
#include "fuzz-target.h"
#include "support/scratch.h"

static void
read_line (const char *line, size_t length)
{
  const char *what = NULL;
  g_autoptr (JournalCall) call = journal_parse_line (line, length, &what);
  g_assert_cmpint (call == NULL, ==, what != NULL);
  if (call == NULL)
    return;
  g_autofree char *first = journal_format_line (call, call->has_result);
  g_autoptr (JournalCall) again = journal_parse_line (first, strlen (first), &what);
  g_assert_nonnull (again);
  g_autofree char *second = journal_format_line (again, again->has_result);
  g_assert_cmpstr (first, ==, second);
}

static void
read_with_checksum (const char *line, size_t length)
{
  g_autoptr (GString) text = g_string_new_len (line, (gssize)length);
  g_string_append (text, ",\"checksum\":\"");
  Digest checksum = digest_of (text->str, text->len);
  g_string_append_printf (text, "%s\"}", digest_to_hex (&checksum).text);
  g_autofree char *exact = g_memdup2 (text->str, text->len);
  read_line (exact, text->len);
}

static void
count_call (void *data, const JournalCall *call)
{
  ++*(unsigned *)data;
}

static Scratch *scratch;
static Cache *cache;

static void
remove_all (void)
{
  cache_close (cache);
  scratch_free (scratch);
}

static void
open_cache (void)
{
  scratch = scratch_new ();
  cache = cache_open (scratch_path (scratch, "home"), NULL);
  g_assert_nonnull (cache);
  atexit (remove_all);
}

static void
read_file (const char *data, size_t size)
{
  if (cache == NULL)
    open_cache ();
  g_autofree char *path = journal_path (cache_home (cache));
  unsigned n_added = 0, n_calls = 0;
  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  g_assert_true (journal_read (cache_home (cache), count_call, NULL, &n_calls, NULL));
  unlink (path);
  g_assert_true (journal_merge (cache, data, size, &n_added, NULL));
  n_calls = 0;
  g_assert_true (journal_read (cache_home (cache), count_call, NULL, &n_calls, NULL));
  g_assert_cmpuint (n_calls, <=, n_added);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  for (size_t at = 0; at < size;) {
    const char *feed = memchr (text + at, '\n', size - at);
    size_t length = feed != NULL ? (size_t)(feed - text) - at : size - at;
    g_autofree char *exact = g_memdup2 (text + at, length);
    read_line (exact, length);
    read_with_checksum (exact, length);
    at += length + 1;
  }
  read_file (text, size);
  return 0;
}
