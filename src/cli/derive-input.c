#include "cli/derive-input.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/path.h"
#include "cache/cache.h"
#include "option/option.h"
#include "run/credentials.h"

/* Fewer digits are rather a file name that was mistyped. */
enum { LEAST_DIGITS = 8, MOST_DIGITS = 64 };

void
derive_input_clear (DeriveInput *input)
{
  GDir *listing = input->folder != NULL ? g_dir_open (input->folder, 0, NULL) : NULL;
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;) {
    g_autofree char *path = g_build_filename (input->folder, name, NULL);
    g_remove (path);
  }
  g_clear_pointer (&listing, g_dir_close);
  if (input->folder != NULL)
    g_rmdir (input->folder);
  g_free (input->path);
  g_free (input->hash);
  g_free (input->folder);
}

bool
derive_input_make_folder (DeriveInput *input, GError **error)
{
  if (input->folder == NULL)
    input->folder = g_dir_make_tmp ("peel-derive-XXXXXX", error);
  return input->folder != NULL;
}

char *
derive_input_find (const DeriveInput *input, const char *prefix)
{
  g_autofree char *found = NULL;
  GDir *listing = g_dir_open (input->folder, 0, NULL);
  for (const char *name; listing != NULL && (name = g_dir_read_name (listing)) != NULL;)
    if (found == NULL && g_str_has_prefix (name, prefix) &&
        !g_str_has_suffix (name, CREDENTIALS_SUFFIX))
      found = g_build_filename (input->folder, name, NULL);
  g_clear_pointer (&listing, g_dir_close);
  return g_steal_pointer (&found);
}

static bool
save (DeriveInput *input, const char *name, const void *bytes, size_t length, GError **error)
{
  if (!derive_input_make_folder (input, error))
    return false;
  input->path = g_build_filename (input->folder, name, NULL);
  return g_file_set_contents (input->path, bytes, (gssize)length, error);
}

/* libvips wants to seek and the cache wants to hash: standard input becomes a file first. */
static bool
save_standard_input (DeriveInput *input, int64_t most_bytes, GError **error)
{
  g_autofree char *bytes = NULL;
  size_t length;
  if (isatty (STDIN_FILENO)) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "'-' reads a picture from standard input, which is a terminal here; send "
                         "a file to it: … - < photo.png");
    return false;
  }
  return path_read_file ("-", most_bytes, &bytes, &length, error) &&
         save (input, "stdin", bytes, length, error);
}

static bool
is_hash (const char *name)
{
  size_t length = strlen (name);
  return length >= LEAST_DIGITS && length <= MOST_DIGITS &&
         strspn (name, "0123456789abcdef") == length;
}

/* A name that is none of a file may be a mistyped one, so the error tells both. */
static bool
find_original (DeriveInput *input, const char *name, const char *home, GError **error)
{
  g_autoptr (Cache) cache = cache_open (home, error);
  Digest digest;
  if (cache == NULL)
    return false;
  unsigned n = cache_find_prefix (cache, name, &digest);
  if (n == 1) {
    input->hash = g_strdup (digest_to_hex (&digest).text);
    return true;
  }
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               n == 0 ? "there is no file '%s', and no original of that hash in the cache"
                      : "several originals in the cache begin with '%s'; give more digits",
               name);
  return false;
}

bool
derive_input_open (DeriveInput *input, const char *name, const char *home, int64_t most_bytes,
                   GError **error)
{
  if (strcmp (name, "-") == 0)
    return save_standard_input (input, most_bytes, error);
  if (is_hash (name) && !g_file_test (name, G_FILE_TEST_EXISTS))
    return find_original (input, name, home, error);
  input->path = g_strdup (name);
  return true;
}
