#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"
#include "cache/blob.h"
#include "cli/cache-hash.h"
#include "cli/event.h"

typedef struct {
  char *to;
} CatOptions;

static const Option rows[] = {
  { OPTION_TEXT (CatOptions, to), .name = "to", .value_name = "FILE", .fallback = "-",
    .help = "Where to write, whole or not at all; - is standard output, and a pipe or a device is "
            "written into" },
  { 0 },
};
static const OptionTable cat_options = { rows, sizeof (CatOptions), NULL };

/* ---- to a file ---- */

static bool
write_to_file (void *data, const void *bytes, size_t length, GError **error)
{
  return atomic_file_write (data, bytes, length, error);
}

/* *out_found: it was in the cache. */
static bool
copy_to_file (const char *home, const Digest *digest, const char *to, bool *out_found,
              GError **error)
{
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  const PixelSink sink = { &file, write_to_file };
  GError *problem = NULL;
  if (!atomic_file_open_linked (&file, to, error))
    return false;
  *out_found = blob_copy (home, digest, &sink, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return problem == NULL && (!*out_found || atomic_file_commit (&file, error));
}

/* ---- to standard output, a pipe or a device ---- */

/* The bytes stand in a file without a name until their hash was right. New; NULL: error. */
static FILE *
open_spool (GError **error)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("peel-cat-XXXXXX", &name, error);
  if (fd < 0)
    return NULL;
  unlink (name);
  FILE *spool = fdopen (fd, "w+b");
  if (spool == NULL) {
    base_error_set_errno (error, errno, "cannot use a temporary file");
    close (fd);
  }
  return spool;
}

static bool
write_to_spool (void *data, const void *bytes, size_t length, GError **error)
{
  return fwrite (bytes, 1, length, data) == length ||
         base_error_set_errno (error, errno, "cannot write a temporary file in %s (TMPDIR)",
                               g_get_tmp_dir ());
}

/* `to`: its name. */
static bool
print_spool (FILE *spool, FILE *out, const char *to, GError **error)
{
  char chunk[65536];
  size_t length;
  errno = 0;
  bool ok = fflush (spool) == 0;
  rewind (spool);
  while (ok && (length = fread (chunk, 1, sizeof chunk, spool)) > 0)
    ok = fwrite (chunk, 1, length, out) == length;
  ok = ok && !ferror (spool) && fflush (out) == 0;
  if (ok || errno == EPIPE) /* as of `… | head -c 8`: the reader has what it wanted */
    return true;
  return base_error_set_errno (error, errno, "cannot write the original to %s", to);
}

static bool
copy_to_stream (const char *home, const Digest *digest, FILE *out, const char *to, bool *out_found,
                GError **error)
{
  FILE *spool = open_spool (error);
  const PixelSink sink = { spool, write_to_spool };
  GError *problem = NULL;
  if (spool == NULL)
    return false;
  *out_found = blob_copy (home, digest, &sink, &problem);
  bool ok = problem == NULL && (!*out_found || print_spool (spool, out, to, &problem));
  fclose (spool);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return ok;
}

/* ---- */

static bool
copy (const char *home, const Digest *digest, const char *to, bool *out_found, GError **error)
{
  if (to == NULL)
    return copy_to_stream (home, digest, stdout, "standard output", out_found, error);
  int fd;
  if (!path_open_stream (to, &fd, error))
    return false;
  if (fd < 0)
    return copy_to_file (home, digest, to, out_found, error);
  FILE *out = fdopen (fd, "wb");
  if (out == NULL) {
    base_error_set_errno (error, errno, "cannot open %s", to);
    close (fd);
    return false;
  }
  bool ok = copy_to_stream (home, digest, out, to, out_found, error);
  fclose (out);
  return ok;
}

static bool
write_original (const char *home, const Digest *digest, const char *to, GError **error)
{
  bool found = false;
  if (!copy (home, digest, to, &found, error))
    return false;
  if (!found)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT,
                 "the bytes of the original %s are gone, and only what is told of it is here: "
                 "'peel cache restore' takes them from a bundle, 'peel cache import' from a copy",
                 digest_to_hex (digest).text);
  return found;
}

/* `to` NULL: standard output, which is then the original's. */
static bool
check_stdout (const Invocation *invocation, const char *to, GError **error)
{
  const char *complaint = NULL;
  if (to == NULL && invocation->global->json)
    complaint = "the original goes to standard output, so --json has no place there; name a file "
                "with --to FILE";
  else if (to == NULL && isatty (STDOUT_FILENO))
    complaint = "an original is no text for a terminal: send it on (… > picture.png), or name a "
                "file with --to FILE";
  if (complaint == NULL)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, complaint);
  return false;
}

static bool
cat (const Invocation *invocation, const char *to, cJSON *summary, GError **error)
{
  Digest digest;
  if (!check_stdout (invocation, to, error))
    return false;
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  if (cache == NULL || !cache_hash_find (cache, invocation->arguments[0], &digest, error))
    return false;
  cJSON_AddStringToObject (summary, "sha256", digest_to_hex (&digest).text);
  return write_original (cache_home (cache), &digest, to, error);
}

static int
run (const Invocation *invocation)
{
  const CatOptions *options = invocation->options;
  const char *to = strcmp (options->to, "-") != 0 ? options->to : NULL;
  g_autoptr (GError) error = NULL;
  cJSON *summary = event_begin ("summary");
  event_add_text (summary, "path", to);
  (void)cat (invocation, to, summary, &error);
  return event_end (invocation->global->json && to != NULL, summary, error);
}

extern const CommandType command_cache_cat;
const CommandType command_cache_cat = {
  .name = "cache cat",
  .synopsis = "HASH",
  .summary = "Write the exact bytes of an original",
  .details =
    "The bytes are hashed before the first of them is written: what is damaged is moved to "
    "quarantine, nothing is written, and the exit code is 8.",
  .example = "  peel cache cat 3f9a17 > watch.png\n"
             "  peel cache cat 3f9a17 --to watch.png",
  .options = &cat_options,
  .least_arguments = 1,
  .most_arguments = 1,
  .run = run,
};
