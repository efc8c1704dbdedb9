#include "run/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/units.h"
#include "cache/blob.h"
#include "run/run-error.h"

/* ---- originals of the cache ---- */

static bool
write_piece (void *data, const void *bytes, size_t length, GError **error)
{
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = write (GPOINTER_TO_INT (data), at, length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return base_error_set_errno (error, errno, "cannot write a reference picture");
    at += n;
    length -= (size_t)n;
  }
  return true;
}

/* New string: its path. */
static char *
take_out (References *references, const Digest *digest, const char *home, GError **error)
{
  if (references->folder.path == NULL) {
    g_autofree char *id = g_uuid_string_random ();
    g_autofree char *path = call_folder_path (home, id, false);
    if (!call_folder_open (&references->folder, home, path, error))
      return NULL;
  }
  const DigestHex hex = digest_to_hex (digest);
  g_autofree char *path = g_build_filename (references->folder.path, hex.text, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) /* sent twice */
    return g_steal_pointer (&path);
  if (fd < 0) {
    base_error_set_errno (error, errno, "cannot write %s", path);
    return NULL;
  }
  const PixelSink sink = { GINT_TO_POINTER (fd), write_piece };
  GError *problem = NULL;
  bool ok = blob_copy (home, digest, &sink, &problem);
  close (fd);
  if (!ok && problem == NULL)
    problem = g_error_new (RUN_ERROR, RUN_ERROR_CORRUPT,
                           "the original %s, which is a reference, has left the cache", hex.text);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return ok ? g_steal_pointer (&path) : NULL;
}

/* ---- what it is ---- */

static bool
look_at (const char *path, int64_t *out_bytes, ImageFormat *out_format, GError **error)
{
  uint8_t first[32];
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  bool ok = fd >= 0 && fstat (fd, &status) == 0;
  ssize_t length = ok ? pread (fd, first, sizeof first, 0) : -1;
  int why = errno;
  if (fd >= 0)
    close (fd);
  if (length < 0)
    return base_error_set_errno (error, why, "cannot read %s", path);
  *out_bytes = status.st_size;
  *out_format = image_format_of_bytes (first, (size_t)length);
  return true;
}

static bool
check (const PlanRequest *request, const char *name, int64_t n_bytes, ImageFormat format,
       GError **error)
{
  const Model *row = plan_choice (request)->row;
  const ImageFormatType *type = image_format_type (format);
  if (type == NULL || type->write_only)
    return run_fail (error, RUN_ERROR_INVALID, "%s, a reference, is no picture that is known here",
                     name);
  g_autofree char *types = row->reference_types != NULL ? g_strjoinv (", ", row->reference_types)
                                                        : NULL;
  if (types != NULL && !g_strv_contains ((const char *const *)row->reference_types, type->name))
    return run_fail (error, RUN_ERROR_INVALID,
                     "%s is a %s, and the model '%s' takes %s as references: convert it first",
                     name, type->label, row->id, types);
  if (n_bytes > row->most_reference_bytes) {
    g_autofree char *size = units_describe_bytes (n_bytes);
    g_autofree char *most = units_describe_bytes (row->most_reference_bytes);
    return run_fail (
      error, RUN_ERROR_INVALID,
      "%s has %s, and the model '%s' takes references of %s at most: make a smaller one "
      "of it ('peel derive')",
      name, size, row->id, most);
  }
  return true;
}

static bool
add (References *references, const PlanRequest *request, const PlanReference *wanted,
     const char *home, GError **error)
{
  char *path = wanted->path != NULL ? g_strdup (wanted->path)
                                    : take_out (references, &wanted->digest, home, error);
  if (path == NULL)
    return false;
  g_ptr_array_add (references->paths, path);
  int64_t n_bytes;
  ImageFormat format;
  g_autofree char *name = wanted->path != NULL
                            ? g_strdup (path)
                            : g_strdup_printf ("the original %.12s",
                                               digest_to_hex (&wanted->digest).text);
  if (!look_at (path, &n_bytes, &format, error) || !check (request, name, n_bytes, format, error))
    return false;
  const ProviderReference item = { path, image_format_type (format)->mime, n_bytes };
  g_array_append_val (references->items, item);
  return true;
}

bool
references_open (References *references, const PlanRequest *request, const char *home,
                 GError **error)
{
  references->items = g_array_new (FALSE, FALSE, sizeof (ProviderReference));
  references->paths = g_ptr_array_new_with_free_func (g_free);
  references->folder = (CallFolder)CALL_FOLDER_INIT;
  for (unsigned i = 0; i < request->references->len; i++)
    if (!add (references, request, &g_array_index (request->references, PlanReference, i), home,
              error))
      return false;
  return true;
}

void
references_clear (References *references)
{
  if (references->items == NULL)
    return;
  g_array_unref (references->items);
  g_ptr_array_unref (references->paths);
  call_folder_clear (&references->folder);
}
