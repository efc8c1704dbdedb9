#include "run/signer.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/units.h"
#include "run/program.h"
#include "run/run-error.h"

enum { MOST_PEM_BYTES = 1 << 20, MOST_SIGNATURE_BYTES = 4096 };

struct Signer {
  C2paSigner c2pa;
  C2paKey *key;
  char **command;
  int64_t timeout_ms;
};

void
signer_free (Signer *signer)
{
  if (signer == NULL)
    return;
  g_clear_pointer (&signer->c2pa.chain, g_ptr_array_unref);
  c2pa_key_free (signer->key);
  g_strfreev (signer->command);
  g_free (signer);
}

/* ---- by a key ---- */

/* Whoever can read it can sign in its owner's name. */
static bool
check_owner (const char *path, GError **error)
{
  struct stat status;
  if (stat (path, &status) != 0)
    return run_fail (error, RUN_ERROR_INVALID, "cannot read the signing key %s: %s", path,
                     g_strerror (errno));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0)
    return true;
  return run_fail (error, RUN_ERROR_INVALID,
                   "the signing key %s can be read by others, who could sign in your name: 'chmod "
                   "600' it",
                   path);
}

/* New string, to be freed with secret_free. */
static char *
read_key (const char *reference, size_t *out_length, GError **error)
{
  const char *name = strchr (reference, ':') + 1;
  if (g_str_has_prefix (reference, "file:")) {
    char *text = NULL;
    if (!check_owner (name, error) ||
        !path_read_file (name, MOST_PEM_BYTES, &text, out_length, error))
      return NULL;
    return text;
  }
  const char *text = g_getenv (name);
  if (text != NULL && text[0] != '\0') {
    *out_length = strlen (text);
    return g_strdup (text);
  }
  run_fail (error, RUN_ERROR_INVALID,
            "the signing key is to be in the environment's %s, which is not set", name);
  return NULL;
}

static C2paKey *
open_key (const char *reference, const GPtrArray *chain, GError **error)
{
  size_t length;
  char *pem = read_key (reference, &length, error);
  if (pem == NULL)
    return NULL;
  C2paKey *key = c2pa_key_read (pem, length, chain, error);
  secret_free (pem);
  if (key == NULL)
    g_prefix_error (error, "the signing key (%s): ", reference);
  return key;
}

/* ---- by a program ---- */

/* `complaint` is what it printed beside its output. */
static bool
check_end (const Signer *signer, int status, const char *complaint, GError **error)
{
  g_autofree char *limit = units_format_duration (signer->timeout_ms);
  g_autofree char *words = g_strstrip (secret_hide (complaint));
  const char *colon = words[0] != '\0' ? ": " : "";
  switch (status) {
  case 0:
    return true;
  case PROGRAM_NOT_STARTED:
    return run_fail (error, RUN_ERROR_FAILED, "it cannot be started");
  case PROGRAM_TOO_LONG:
    return run_fail (
      error, RUN_ERROR_FAILED,
      "it took longer than %s and was ended ('timeout' of 'signing' allows more)%s%s", limit, colon,
      words);
  case PROGRAM_TOO_MUCH:
    return run_fail (error, RUN_ERROR_FAILED,
                     "it printed more than %d bytes, which is no signature, and was ended",
                     MOST_SIGNATURE_BYTES);
  case PROGRAM_SIGNALLED:
    return run_fail (error, RUN_ERROR_FAILED, "it was ended by a signal%s%s", colon, words);
  default:
    return run_fail (error, RUN_ERROR_FAILED, "it ended with code %d%s%s", status, colon, words);
  }
}

static bool
sign_by_program (void *data, const void *bytes, size_t length, uint8_t out_signature[64],
                 GError **error)
{
  const Signer *signer = data;
  g_autoptr (GString) printed = g_string_new (NULL);
  g_autofree char *complaint = NULL;
  const ProgramCall call = {
    .arguments = (const char *const *)signer->command,
    .input = bytes,
    .input_length = length,
    .most_output_bytes = MOST_SIGNATURE_BYTES,
    .timeout_ms = signer->timeout_ms,
  };
  int status = program_run (&call, printed, &complaint);
  if (check_end (signer, status, complaint, error) &&
      c2pa_take_signature (signer->c2pa.chain, bytes, length, printed->str, printed->len,
                           out_signature, error))
    return true;
  g_prefix_error (error, "the signing program '%s': ", signer->command[0]);
  return false;
}

/* ---- both ---- */

static bool
check_whole (const Signing *signing, GError **error)
{
  bool has_command = signing->command != NULL && signing->command[0] != NULL;
  if (signing->certificate == NULL)
    return run_fail (
      error, RUN_ERROR_INVALID,
      "'signing' in your configuration has a %s, and no 'certificate' that tells who "
      "signs",
      has_command ? "'command'" : "'key'");
  return signing->key != NULL || has_command ||
         run_fail (error, RUN_ERROR_INVALID,
                   "'signing' in your configuration has a 'certificate', and neither a 'key' nor a "
                   "'command' that signs for it");
}

/* Before anything is made that it is to sign. */
static bool
check_program (const char *path, GError **error)
{
  bool is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
  if (!is_folder && access (path, X_OK) == 0)
    return true;
  return run_fail (error, RUN_ERROR_INVALID, "the signing program '%s' cannot be run: %s", path,
                   is_folder ? "it is a folder" : g_strerror (errno));
}

static GPtrArray *
read_chain (const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  size_t length;
  if (!path_read_file (path, MOST_PEM_BYTES, &pem, &length, error))
    return NULL;
  GPtrArray *chain = c2pa_read_chain (pem, length, clock_now_us () / G_USEC_PER_SEC, error);
  if (chain == NULL)
    g_prefix_error (error, "the signing certificate %s: ", path);
  return chain;
}

static Signer *
open_parts (const Signing *signing, GError **error)
{
  g_autoptr (Signer) signer = g_new0 (Signer, 1);
  if (!check_whole (signing, error))
    return NULL;
  signer->c2pa.chain = read_chain (signing->certificate, error);
  if (signer->c2pa.chain == NULL)
    return NULL;
  if (signing->key == NULL && !check_program (signing->command[0], error))
    return NULL;
  if (signing->key == NULL) {
    signer->command = g_strdupv (signing->command);
    signer->timeout_ms = signing->timeout_ms;
    signer->c2pa.sign = sign_by_program;
    signer->c2pa.data = signer;
    return g_steal_pointer (&signer);
  }
  signer->key = open_key (signing->key, signer->c2pa.chain, error);
  if (signer->key == NULL)
    return NULL;
  signer->c2pa.sign = c2pa_key_sign;
  signer->c2pa.data = signer->key;
  return g_steal_pointer (&signer);
}

Signer *
signer_new (const Signing *signing, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Signer *signer = open_parts (signing, &problem);
  if (signer == NULL)
    run_fail (error, RUN_ERROR_INVALID, "%s", problem->message);
  return signer;
}

char *
signer_describe (const Signer *signer, int64_t *out_ends_s)
{
  return c2pa_chain_describe (signer->c2pa.chain, out_ends_s);
}

Digest
signer_certificate (const Signer *signer)
{
  return c2pa_chain_id (signer->c2pa.chain);
}

const C2paSigner *
signer_c2pa (Signer *signer)
{
  return &signer->c2pa;
}
