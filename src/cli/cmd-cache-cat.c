#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "cli/cache-hash.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"

typedef struct {
  char *to;
} CatOptions;

static const Option rows[] = {
  { OPTION_TEXT (CatOptions, to), .name = "to", .value_name = "FILE", .fallback = "-",
    .help = "Where to write, whole or not at all; - is standard output" },
  { 0 },
};
static const OptionTable cat_options = { rows, sizeof (CatOptions), NULL };

/* More than any picture; what is larger is not held in memory at once. */
static const int64_t most_bytes = INT64_C (4) << 30;

static bool
print (const void *data, size_t length, GError **error)
{
  bool ok = fwrite (data, 1, length, stdout) == length && fflush (stdout) == 0;
  if (ok || errno == EPIPE) /* as of `… | head -c 8`: the reader has what it wanted */
    return true;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
               "cannot write the original to standard output: %s", g_strerror (errno));
  return false;
}

static bool
write_original (Cache *cache, const Digest *digest, const char *to, GError **error)
{
  g_autoptr (GBytes) bytes = cache_get (cache, digest, most_bytes, error);
  if (bytes == NULL)
    return false;
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return to == NULL ? print (data, length, error) : atomic_file_put (to, data, length, error);
}

static int
run (const Invocation *invocation)
{
  const CatOptions *options = invocation->options;
  const char *to = strcmp (options->to, "-") != 0 ? options->to : NULL;
  g_autoptr (GError) error = NULL;
  Digest digest;
  if (to == NULL && isatty (STDOUT_FILENO)) {
    terminal_error (
      "an original is no text for a terminal: send it on (… > picture.png), or name a "
      "file with --to FILE");
    return EXIT_USAGE;
  }
  g_autoptr (Cache) cache = cache_open (invocation->global->home, &error);
  if (cache != NULL && cache_hash_find (cache, invocation->arguments[0], &digest, &error) &&
      write_original (cache, &digest, to, &error))
    return EXIT_OK;
  terminal_error ("%s", error->message);
  return (int)exit_code_of (error);
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
