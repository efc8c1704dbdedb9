/* The shelf of an original is known when its last byte has been hashed, so it is written to a file
 * without a name in originals/, which is then linked into its shelf. Where there are no such files
 * it has a hidden name until then; the mark on originals/ lets the next start sweep it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "cache/blob-file.h"
#include "cache/blob.h"
#include "cache/frame-writer.h"
#include "cache/handle.h"
#include "cache/home.h"

enum { PIECE_BYTES = 64 * 1024 };

struct BlobWriter {
  Cache *cache;
  AtomicFile file;
  FrameWriter *frame;
  DigestStream *digest; /* NULL: the caller knows it */
  int64_t n_bytes;
  int64_t n_expected; /* -1: unknown */
};

/* What a file system says of being full does not tell how much is missing. How far what is still to
 * come would have shrunk is not known: at most it is all. Always false. */
static bool
fail (const BlobWriter *writer, GError *problem, GError **error)
{
  struct statvfs status;
  if (!g_error_matches (problem, BASE_ERROR, BASE_ERROR_NO_SPACE)) {
    g_propagate_error (error, problem);
    return false;
  }
  int64_t n_written = lseek (writer->file.fd, 0, SEEK_CUR);
  g_autoptr (GString) text = g_string_new ("cannot store a new original");
  if (writer->n_expected >= 0)
    g_string_append_printf (text, " of %" G_GINT64_FORMAT " bytes", writer->n_expected);
  g_string_append_printf (text, " in %s/originals: the disk is full", writer->cache->home);
  if (writer->n_expected >= 0 && n_written >= 0)
    g_string_append_printf (text, ", up to %" G_GINT64_FORMAT " bytes were still to be written",
                            MAX (writer->n_expected - n_written, 1));
  else
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " bytes had come", writer->n_bytes);
  if (fstatvfs (writer->file.fd, &status) == 0)
    g_string_append_printf (text, " and %" G_GUINT64_FORMAT " are free",
                            (uint64_t)status.f_bavail * status.f_frsize);
  g_string_append (text, "; free some space and run again");
  g_set_error_literal (error, BASE_ERROR, BASE_ERROR_NO_SPACE, text->str);
  g_error_free (problem);
  return false;
}

static BlobWriter *
open_writer (Cache *cache, CacheCompression compression, GError **error)
{
  g_autofree char *path = g_build_filename (cache->home, "originals", "new-original", NULL);
  if (!writer_mark_originals (&cache->writer, cache->home, error))
    return NULL;
  g_autoptr (BlobWriter) writer = g_new0 (BlobWriter, 1);
  writer->cache = cache;
  writer->n_expected = -1;
  writer->file = (AtomicFile)ATOMIC_FILE_INIT;
  if (!atomic_file_open (&writer->file, path, error))
    return NULL;
  writer->frame = frame_writer_new (&writer->file, compression);
  return g_steal_pointer (&writer);
}

BlobWriter *
blob_writer_new (Cache *cache, CacheCompression compression, GError **error)
{
  BlobWriter *writer = open_writer (cache, compression, error);
  if (writer != NULL)
    writer->digest = digest_stream_new ();
  return writer;
}

void
blob_writer_free (BlobWriter *writer)
{
  if (writer == NULL)
    return;
  atomic_file_clear (&writer->file);
  frame_writer_free (writer->frame);
  digest_stream_free (writer->digest);
  g_free (writer);
}

void
blob_writer_expect (BlobWriter *writer, int64_t n_bytes)
{
  writer->n_expected = n_bytes;
}

bool
blob_writer_write (BlobWriter *writer, const void *bytes, size_t length, GError **error)
{
  GError *problem = NULL;
  if (writer->digest != NULL)
    digest_stream_update (writer->digest, bytes, length);
  writer->n_bytes += (int64_t)length;
  return frame_writer_write (writer->frame, bytes, length, &problem) ||
         fail (writer, problem, error);
}

/* Another process was first, and ours is gone: its copy must be as good. */
static bool
check_other (const BlobWriter *writer, const Digest *digest, GError **error)
{
  bool is_stored;
  if (!blob_claim_stored (writer->cache->home, digest, writer->n_bytes, &is_stored, error))
    return false;
  if (!is_stored)
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
                 "the original %s was stored by another process at the same time, and its copy is "
                 "damaged or gone: do it again",
                 digest_to_hex (digest).text);
  return is_stored;
}

static bool
link_file (BlobWriter *writer, const Digest *digest, bool *out_was_there, GError **error)
{
  g_autofree char *path = home_blob_path (writer->cache->home, digest);
  GError *problem = NULL;
  if (!frame_writer_finish (writer->frame, &problem))
    return fail (writer, problem, error);
  atomic_file_set_path (&writer->file, path);
  if (writer_mark (&writer->cache->writer, writer->cache->home, digest->bytes[0], &problem) &&
      atomic_file_commit_new (&writer->file, out_was_there, &problem))
    return !*out_was_there || check_other (writer, digest, error);
  return fail (writer, problem, error);
}

bool
blob_writer_commit (BlobWriter *writer, Digest *out_digest, bool *out_was_there, GError **error)
{
  Digest digest = digest_stream_finish (writer->digest);
  bool was_there;
  if (!blob_claim_stored (writer->cache->home, &digest, writer->n_bytes, &was_there, error))
    return false;
  if (!was_there && !link_file (writer, &digest, &was_there, error))
    return false;
  *out_digest = digest;
  if (out_was_there != NULL)
    *out_was_there = was_there;
  return true;
}

/* ---- whole ones ---- */

/* What is there already is not written first: on a full disk, too, it can be put again. */
bool
cache_put (Cache *cache, GBytes *bytes, Digest *out_digest, bool *out_was_there, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  Digest digest = digest_of (data, length);
  bool was_there;
  if (!blob_claim_stored (cache->home, &digest, (int64_t)length, &was_there, error))
    return false;
  if (!was_there) {
    g_autoptr (BlobWriter) writer = open_writer (cache, CACHE_COMPRESSION_AUTO, error);
    if (writer == NULL)
      return false;
    blob_writer_expect (writer, (int64_t)length);
    if (!blob_writer_write (writer, data, length, error) ||
        !link_file (writer, &digest, &was_there, error))
      return false;
  }
  *out_digest = digest;
  if (out_was_there != NULL)
    *out_was_there = was_there;
  return true;
}

static bool
copy_file (BlobWriter *writer, int fd, const char *name, int64_t most_bytes, GError **error)
{
  g_autofree uint8_t *piece = g_malloc (PIECE_BYTES);
  for (;;) {
    ssize_t got = read (fd, piece, PIECE_BYTES);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", name);
    if (got == 0)
      return true;
    if (got > most_bytes - writer->n_bytes) {
      g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                   "%s is larger than %" G_GINT64_FORMAT " bytes, the most that is read", name,
                   most_bytes);
      return false;
    }
    if (!blob_writer_write (writer, piece, (size_t)got, error))
      return false;
  }
}

bool
blob_put_file (Cache *cache, int fd, const char *name, CacheCompression compression,
               int64_t most_bytes, Digest *out_digest, int64_t *out_bytes, bool *out_was_there,
               GError **error)
{
  g_autoptr (BlobWriter) writer = blob_writer_new (cache, compression, error);
  if (writer == NULL)
    return false;
  struct stat status;
  off_t offset = lseek (fd, 0, SEEK_CUR);
  if (offset >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    blob_writer_expect (writer, MAX (status.st_size - offset, 0));
  if (!copy_file (writer, fd, name, most_bytes, error))
    return false;
  if (!blob_writer_commit (writer, out_digest, out_was_there, error))
    return false;
  if (out_bytes != NULL)
    *out_bytes = writer->n_bytes;
  return true;
}
