#include "pipeline/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"

enum { MOST_BYTES = 4 * 1024 * 1024 };

static const char separator[] = "  ";

static void
free_entry (gpointer data)
{
  TrustEntry *entry = data;
  g_free (entry->path);
  g_free (entry);
}

/* ---- the list ---- */

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const TrustEntry *const *)a)->path, (*(const TrustEntry *const *)b)->path);
}

static TrustEntry *
find (const GPtrArray *entries, const char *path)
{
  for (unsigned i = 0; i < entries->len; i++)
    if (strcmp (((const TrustEntry *)entries->pdata[i])->path, path) == 0)
      return entries->pdata[i];
  return NULL;
}

static void
put (GPtrArray *entries, const char *path, const Digest *digest)
{
  TrustEntry *entry = find (entries, path);
  if (entry == NULL) {
    entry = g_new0 (TrustEntry, 1);
    entry->path = g_strdup (path);
    g_ptr_array_add (entries, entry);
  }
  entry->digest = *digest;
}

static void
parse_line (GPtrArray *entries, const char *line)
{
  const size_t length = DIGEST_HEX_CHARACTERS;
  Digest digest;
  if (strlen (line) < length || !g_str_has_prefix (line + length, separator))
    return;
  g_autofree char *hex = g_strndup (line, length);
  g_autofree char *path = g_strcompress (line + length + strlen (separator));
  if (path[0] == '/' && digest_from_hex (hex, &digest))
    put (entries, path, &digest);
}

GPtrArray *
trust_parse (const char *text, size_t length)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (free_entry);
  g_autofree char *whole = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (whole, "\n", -1);
  /* A line without its end was cut short. */
  for (unsigned i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    parse_line (entries, lines[i]);
  g_ptr_array_sort (entries, compare_entries);
  return entries;
}

/* Names in any script stay readable: only what is no letter of a line is escaped. */
static char *
escape (const char *path)
{
  char kept[129];
  for (int i = 0; i < 128; i++)
    kept[i] = (char)(128 + i);
  kept[128] = '\0';
  return g_strescape (path, kept);
}

char *
trust_format (const GPtrArray *entries)
{
  GString *text = g_string_new (NULL);
  for (unsigned i = 0; i < entries->len; i++) {
    const TrustEntry *entry = entries->pdata[i];
    g_autofree char *path = escape (entry->path);
    g_string_append_printf (text, "%s%s%s\n", digest_to_hex (&entry->digest).text, separator, path);
  }
  return g_string_free (text, FALSE);
}

const TrustEntry *
trust_find (const GPtrArray *entries, const char *path)
{
  return find (entries, path);
}

/* ---- the file ---- */

char *
trust_dup_file_path (void)
{
  const char *state = g_getenv ("XDG_STATE_HOME");
  /* A relative one is to be ignored, says the specification. */
  g_autofree char *path = state != NULL && state[0] == '/'
                            ? g_build_filename (state, "peel", "trusted", NULL)
                            : g_build_filename (g_get_home_dir (), ".local", "state", "peel",
                                                "trusted", NULL);
  /* A link to a list that is kept elsewhere stays one. */
  return path_real (path);
}

static GPtrArray *
load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  size_t length;
  if (path_read_own_file (path, MOST_BYTES, &text, &length, &problem))
    return trust_parse (text, length);
  if (g_error_matches (problem, BASE_ERROR, BASE_ERROR_NOT_FOUND))
    return trust_parse ("", 0);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

GPtrArray *
trust_load (GError **error)
{
  g_autofree char *path = trust_dup_file_path ();
  return load (path, error);
}

/* The lock's file descriptor, or -1. The list itself is replaced by each writer, so it cannot be
 * what is locked. */
static int
lock (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  if (!path_make_folder (folder, error))
    return -1;
  int fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  int result = fd >= 0 ? flock (fd, LOCK_EX) : -1;
  while (fd >= 0 && result != 0 && errno == EINTR)
    result = flock (fd, LOCK_EX);
  if (result == 0)
    return fd;
  (void)base_error_set_errno (error, errno, "cannot lock %s", name);
  if (fd >= 0)
    close (fd);
  return -1;
}

static bool
save (const char *path, const GPtrArray *entries, GError **error)
{
  g_autofree char *text = trust_format (entries);
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  if (!atomic_file_open (&file, path, error))
    return false;
  if (fchmod (file.fd, 0600) != 0)
    return base_error_set_errno (error, errno, "cannot keep %s from others", path);
  return atomic_file_write (&file, text, strlen (text), error) && atomic_file_commit (&file, error);
}

bool
trust_remember (const char *path, const Digest *digest, GError **error)
{
  g_autofree char *list_path = trust_dup_file_path ();
  int fd = lock (list_path, error);
  if (fd < 0)
    return false;
  g_autoptr (GPtrArray) entries = load (list_path, error);
  if (entries != NULL) {
    put (entries, path, digest);
    g_ptr_array_sort (entries, compare_entries);
  }
  bool ok = entries != NULL && save (list_path, entries, error);
  close (fd);
  return ok;
}

bool
trust_forget (const char *path, bool *out_was_known, GError **error)
{
  g_autofree char *list_path = trust_dup_file_path ();
  int fd = lock (list_path, error);
  if (fd < 0)
    return false;
  g_autoptr (GPtrArray) entries = load (list_path, error);
  bool was_known = entries != NULL && g_ptr_array_remove (entries, find (entries, path));
  bool ok = entries != NULL && (!was_known || save (list_path, entries, error));
  close (fd);
  if (ok)
    *out_was_known = was_known;
  return ok;
}
