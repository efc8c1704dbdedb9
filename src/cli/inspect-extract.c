#include "cli/inspect-extract.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/base64.h"
#include "base/path.h"
#include "cli/inspect-rows.h"
#include "run/inspect.h"

bool
inspect_extract_check (const Invocation *invocation, const char *kind, const char *to,
                       GError **error)
{
  const char *complaint = NULL;
  bool is_known = kind != NULL && g_strv_contains (inspect_extract_words, kind);
  bool is_stdout = g_strcmp0 (to, "-") == 0;
  if (kind == NULL && to == NULL)
    return true;
  if (kind != NULL && !is_known) {
    g_autofree char *words = g_strjoinv (", ", (char **)inspect_extract_words);
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "--extract takes one of %s, not '%s'",
                 words, kind);
    return false;
  }
  if (kind == NULL)
    complaint = "--to is where --extract KIND writes to: give that too";
  else if (to == NULL)
    complaint = "--extract needs a place to write to: --to FILE, or --to - for standard output";
  else if (invocation->n_arguments != 1)
    complaint = "--extract takes a block out of one picture at a time";
  else if (is_stdout && invocation->global->json)
    complaint = "--to - writes to standard output, so --json has no place there";
  else if (is_stdout && isatty (STDOUT_FILENO))
    complaint = "the block is no text for a terminal: send it on (… > a.icc), or name a file with "
                "--to FILE";
  if (complaint == NULL)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, complaint);
  return false;
}

static bool
write_stream (FILE *out, const char *to, const void *bytes, size_t length, GError **error)
{
  bool ok = fwrite (bytes, 1, length, out) == length && fflush (out) == 0;
  if (ok || errno == EPIPE) /* the reader has what it wanted */
    return true;
  return base_error_set_errno (error, errno, "cannot write to %s", to);
}

static bool
write_bytes (const char *to, const void *bytes, size_t length, GError **error)
{
  int fd;
  if (strcmp (to, "-") == 0)
    return write_stream (stdout, "standard output", bytes, length, error);
  if (!path_open_stream (to, &fd, error))
    return false;
  if (fd < 0)
    return atomic_file_put (to, bytes, length, error);
  FILE *out = fdopen (fd, "wb");
  if (out == NULL) {
    base_error_set_errno (error, errno, "cannot open %s", to);
    close (fd);
    return false;
  }
  bool ok = write_stream (out, to, bytes, length, error);
  fclose (out);
  return ok;
}

bool
inspect_extract_write (const cJSON *found, const char *to, GError **error)
{
  const char *text = found_text (found, "data");
  size_t length = text != NULL ? strlen (text) : 0, n_bytes = 0, used;
  g_autofree uint8_t *bytes = g_malloc (base64_most_bytes (length) + 1);
  Base64Decoder decoder = { 0 };
  if (text == NULL || !base64_decode (&decoder, text, length, bytes, &n_bytes, &used))
    return run_fail (error, RUN_ERROR_FAILED, "the worker gave no bytes");
  return write_bytes (to, bytes, n_bytes, error);
}
