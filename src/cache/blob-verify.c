#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/blob.h"
#include "cache/home.h"
#include "pixels/recipe.h"

/* What the files of one original are. */
typedef struct {
  bool has_whole; /* one that gives its bytes */
  bool has_damaged;
  bool has_other_zlib;
  int64_t n_bytes;
  GString *message;
} Findings;

static void
add_message (Findings *findings, const char *text)
{
  if (findings->message->len > 0)
    g_string_append (findings->message, ". ");
  g_string_append (findings->message, text);
}

static void
count_bytes (Findings *findings, int fd)
{
  struct stat status;
  if (fstat (fd, &status) == 0)
    findings->n_bytes += status.st_size;
}

/* Consumes `problem`. False: it is no damage, but cannot be read. */
static bool
take_problem (Findings *findings, const char *home, const char *path, int fd, const char *what,
              GError *problem, GError **error)
{
  if (problem == NULL)
    return true;
  g_autoptr (GString) text = g_string_new (NULL);
  if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_OTHER_ZLIB)) {
    findings->has_other_zlib = true;
    g_string_printf (text, "the %s %s: %s", what, path, problem->message);
  } else if (g_error_matches (problem, CACHE_ERROR, CACHE_ERROR_CORRUPT)) {
    g_autofree char *fate = NULL;
    home_quarantine (home, path, fd, &fate);
    findings->has_damaged = true;
    g_string_printf (text, "the %s %s is damaged (%s) %s", what, path, problem->message, fate);
  } else {
    g_propagate_prefixed_error (error, problem, "the %s %s: ", what, path);
    return false;
  }
  add_message (findings, text->str);
  g_error_free (problem);
  return true;
}

static bool
verify_frame (Findings *findings, const char *home, const Digest *digest, GError **error)
{
  g_autofree char *path = home_blob_path (home, digest);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ||
           base_error_set_errno (error, errno, "cannot open the original %s", path);
  GError *problem = NULL;
  count_bytes (findings, fd);
  findings->has_whole |= blob_check_frame (fd, digest, G_MAXINT64, &problem);
  bool ok = take_problem (findings, home, path, fd, "original in", problem, error);
  close (fd);
  return ok;
}

static bool
verify_pixels (Findings *findings, const char *home, const Digest *digest, bool rebuild,
               GError **error)
{
  g_auto (PixelsFile) file = PIXELS_FILE_INIT;
  GError *problem = NULL;
  if (!pixels_file_open (&file, home, digest, &problem) && problem == NULL)
    return true;
  bool is_exact = false;
  if (problem == NULL) {
    const PixelFrameInfo *info = pixel_frame_info (file.frame);
    bool is_other = strcmp (info->deflate_version, png_deflate_version ()) != 0 ||
                    !png_deflate_is_classic ();
    is_exact = info->is_exact;
    findings->has_whole |= blob_check_pixels (&file, rebuild || is_other, &problem) && is_exact;
  }
  if (file.fd >= 0)
    count_bytes (findings, file.fd);
  return take_problem (findings, home, file.path, file.fd, "pixel frame", problem, error);
}

/* In the order of blob.c, for its reason. */
static bool
verify_all (Findings *findings, const char *home, const Digest *digest, bool rebuild,
            GError **error)
{
  if (!verify_frame (findings, home, digest, error) ||
      !verify_pixels (findings, home, digest, rebuild, error))
    return false;
  return findings->has_whole || findings->message->len > 0 ||
         verify_frame (findings, home, digest, error);
}

static BlobState
state_of (Findings *findings)
{
  if (findings->has_damaged) {
    add_message (findings, findings->has_whole
                             ? "What else is stored of this original is whole and gives its bytes"
                             : blob_damage_advice);
    return BLOB_DAMAGED;
  }
  if (findings->has_whole)
    return BLOB_WHOLE;
  if (findings->has_other_zlib)
    return BLOB_OTHER_ZLIB;
  add_message (findings, "its bytes are not in the cache");
  return BLOB_MISSING;
}

bool
blob_verify (const char *home, const Digest *digest, bool rebuild, BlobState *out_state,
             int64_t *out_bytes, char **out_message, GError **error)
{
  g_autoptr (GString) message = g_string_new (NULL);
  Findings findings = { .message = message };
  if (!verify_all (&findings, home, digest, rebuild, error))
    return false;
  BlobState state = state_of (&findings);
  *out_state = state;
  *out_bytes = findings.n_bytes;
  *out_message = state == BLOB_WHOLE ? NULL : g_strdup (message->str);
  return true;
}
