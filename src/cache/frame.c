/* Level 3 for everything. zstd finds by itself that a PNG, JPEG or WebP does not shrink and passes
 * its blocks on raw: 20 MB of them take 0.04 s at level 3 and 0.03 s at level 1, while level 19
 * takes 6 s to save 1 %. Sampling the bytes first would cost as much as it saves.
 *
 * What a frame claims is believed only within bounds: the caller's limit, and what a file of this
 * length can hold. A block of a frame has a header of 3 bytes and at most 128 KiB of content. */
#include "cache/frame.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/base-error.h"
#include "cache/cache.h"

enum {
  LEVEL = 3,
  BLOCK_HEADER_BYTES = 3,
  BLOCK_MOST_BYTES = 128 * 1024,
  /* Level 19 has a window of 8 MiB; nothing a home holds may ask for more than this. */
  WINDOW_LOG_MOST = 27,
};

static bool
write_stream (ZSTD_CCtx *context, AtomicFile *file, ZSTD_inBuffer *in, GError **error)
{
  size_t room = ZSTD_CStreamOutSize ();
  g_autofree void *buffer = g_malloc (room);
  for (size_t left = 1; left != 0;) {
    ZSTD_outBuffer out = { buffer, room, 0 };
    left = ZSTD_compressStream2 (context, &out, in, ZSTD_e_end);
    if (ZSTD_isError (left)) {
      g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "cannot compress %s: %s", file->path,
                   ZSTD_getErrorName (left));
      return false;
    }
    if (!atomic_file_write (file, buffer, out.pos, error))
      return false;
  }
  return true;
}

bool
frame_write (AtomicFile *file, const void *data, size_t length, GError **error)
{
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  if (context == NULL)
    g_error ("no memory for a zstd context");
  ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel, LEVEL);
  ZSTD_CCtx_setParameter (context, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter (context, ZSTD_c_contentSizeFlag, 1);
  ZSTD_CCtx_setPledgedSrcSize (context, length);
  ZSTD_inBuffer in = { data, length, 0 };
  bool ok = write_stream (context, file, &in, error);
  ZSTD_freeCCtx (context);
  return ok;
}

typedef struct {
  int fd;
  uint8_t *buffer;
  size_t room;
  ZSTD_inBuffer in;
  bool at_end;
} Input;

static bool
corrupt (GError **error, const char *what)
{
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, what);
  return false;
}

/* Has something to give afterwards, or is at its end. */
static bool
refill (Input *input, GError **error)
{
  if (input->in.pos < input->in.size || input->at_end)
    return true;
  ssize_t got;
  do
    got = read (input->fd, input->buffer, input->room);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EIO)
    return corrupt (error, "the disk cannot read it");
  if (got < 0)
    return base_error_set_errno (error, errno, "cannot read");
  input->in = (ZSTD_inBuffer){ input->buffer, (size_t)got, 0 };
  input->at_end = got == 0;
  return true;
}

static bool
claimed_size (const Input *input, int64_t most_bytes, size_t *out_size, GError **error)
{
  struct stat status;
  if (fstat (input->fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read");
  unsigned long long claimed = ZSTD_getFrameContentSize (input->in.src, input->in.size);
  if (claimed == ZSTD_CONTENTSIZE_ERROR)
    return corrupt (error, "it does not begin with a zstd frame");
  if (claimed == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt (error, "its frame does not tell the size of its content");
  unsigned long long blocks = (unsigned long long)status.st_size / BLOCK_HEADER_BYTES;
  if (claimed / BLOCK_MOST_BYTES > blocks)
    return corrupt (error, "its frame claims more content than a file of its length can hold");
  if (most_bytes < 0 || claimed > (unsigned long long)most_bytes) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "it holds %llu bytes, and at most %" G_GINT64_FORMAT " are read here", claimed,
                 most_bytes);
    return false;
  }
  *out_size = (size_t)claimed;
  return true;
}

static bool
read_stream (ZSTD_DCtx *context, Input *input, ZSTD_outBuffer *out, GError **error)
{
  for (size_t left = 1; left != 0;) {
    if (!refill (input, error))
      return false;
    if (input->at_end)
      return corrupt (error, "it ends in the middle of its frame");
    size_t in_before = input->in.pos, out_before = out->pos;
    left = ZSTD_decompressStream (context, out, &input->in);
    if (ZSTD_isError (left))
      return corrupt (error, ZSTD_getErrorName (left));
    if (left != 0 && input->in.pos == in_before && out->pos == out_before)
      return corrupt (error, "its frame holds more content than it claims");
  }
  if (!refill (input, error))
    return false;
  if (!input->at_end)
    return corrupt (error, "something follows its frame");
  if (out->pos != out->size)
    return corrupt (error, "its frame holds less content than it claims");
  return true;
}

static GBytes *
read_content (ZSTD_DCtx *context, Input *input, int64_t most_bytes, GError **error)
{
  size_t size;
  if (!refill (input, error) || !claimed_size (input, most_bytes, &size, error))
    return NULL;
  g_autofree void *content = g_try_malloc (MAX (size, 1));
  if (content == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "no memory for its %zu bytes", size);
    return NULL;
  }
  ZSTD_outBuffer out = { content, size, 0 };
  if (!read_stream (context, input, &out, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&content), size);
}

GBytes *
frame_read (int fd, int64_t most_bytes, GError **error)
{
  ZSTD_DCtx *context = ZSTD_createDCtx ();
  if (context == NULL)
    g_error ("no memory for a zstd context");
  ZSTD_DCtx_setParameter (context, ZSTD_d_windowLogMax, WINDOW_LOG_MOST);
  size_t room = ZSTD_DStreamInSize ();
  g_autofree uint8_t *buffer = g_malloc (room);
  Input input = { .fd = fd, .buffer = buffer, .room = room };
  GBytes *content = read_content (context, &input, most_bytes, error);
  ZSTD_freeDCtx (context);
  return content;
}
