/* What a frame claims is believed only within bounds: the caller's limit, and what a file of this
 * length can hold. A block of a frame has a header of 3 bytes and at most 128 KiB of content.
 *
 * zstd's own checksum is over the content and has 32 bits, and a few bits of a frame mean nothing
 * to zstd: the hash in the trailer is over every byte of the file, so that what rots is found
 * before it matters. It takes the header last, since a writer knows it last. */
#include "cache/frame.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "base/base-error.h"
#include "cache/cache.h"

enum {
  BLOCK_HEADER_BYTES = 3,
  BLOCK_MOST_BYTES = 128 * 1024,
  /* Level 19 has a window of 8 MiB; nothing a home holds may ask for more than this. */
  WINDOW_LOG_MOST = 27,
};

typedef struct {
  int fd;
  int64_t most_bytes;
  uint8_t *buffer;
  size_t room;
  ZSTD_inBuffer in;
  bool at_end;
  ZSTD_DCtx *context;
  uint64_t content_bytes; /* as claimed */
  uint8_t head[FRAME_HEADER_BYTES];
  size_t n_head;
  XXH64_state_t *hash;
} Reader;

static bool
corrupt (GError **error, const char *what)
{
  g_set_error_literal (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, what);
  return false;
}

static void
reader_init (Reader *reader, int fd, int64_t most_bytes)
{
  *reader = (Reader){ .fd = fd, .most_bytes = most_bytes, .room = ZSTD_DStreamInSize () };
  reader->context = ZSTD_createDCtx ();
  reader->hash = XXH64_createState ();
  if (reader->context == NULL || reader->hash == NULL)
    g_error ("no memory for a zstd context");
  ZSTD_DCtx_setParameter (reader->context, ZSTD_d_windowLogMax, WINDOW_LOG_MOST);
  XXH64_reset (reader->hash, 0);
  reader->buffer = g_malloc (reader->room);
}

static void
reader_clear (Reader *reader)
{
  ZSTD_freeDCtx (reader->context);
  XXH64_freeState (reader->hash);
  g_free (reader->buffer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

/* Has something to give afterwards, or is at its end. */
static bool
refill (Reader *reader, GError **error)
{
  if (reader->in.pos < reader->in.size || reader->at_end)
    return true;
  ssize_t got;
  do
    got = read (reader->fd, reader->buffer, reader->room);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EIO)
    return corrupt (error, "the disk cannot read it");
  if (got < 0)
    return base_error_set_errno (error, errno, "cannot read");
  reader->in = (ZSTD_inBuffer){ reader->buffer, (size_t)got, 0 };
  reader->at_end = got == 0;
  return true;
}

/* Reads the start and checks what it claims. A file of fewer bytes than a first read gives is a
 * short file: regular files are read whole. */
static bool
open_frame (Reader *reader, GError **error)
{
  struct stat status;
  if (fstat (reader->fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read");
  if (!refill (reader, error))
    return false;
  static const uint8_t magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
  const ZSTD_inBuffer *in = &reader->in;
  if (in->size < sizeof magic || memcmp (in->src, magic, sizeof magic) != 0)
    return corrupt (error, "it does not begin with a zstd frame");
  unsigned long long claimed = ZSTD_getFrameContentSize (in->src, in->size);
  if (claimed == ZSTD_CONTENTSIZE_ERROR)
    return corrupt (error, "it does not begin with a zstd frame");
  if (claimed == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt (error, "its frame does not tell the size of its content");
  unsigned long long blocks = (unsigned long long)status.st_size / BLOCK_HEADER_BYTES;
  if (claimed / BLOCK_MOST_BYTES > blocks)
    return corrupt (error, "its frame claims more content than a file of its length can hold");
  if (reader->most_bytes < 0 || claimed > (unsigned long long)reader->most_bytes) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "it holds %llu bytes, and at most %" G_GINT64_FORMAT " are read here", claimed,
                 reader->most_bytes);
    return false;
  }
  reader->content_bytes = claimed;
  return true;
}

static void
hash_taken (Reader *reader, size_t from)
{
  const uint8_t *taken = (const uint8_t *)reader->in.src + from;
  size_t length = reader->in.pos - from;
  size_t n_head = MIN (length, FRAME_HEADER_BYTES - reader->n_head);
  memcpy (reader->head + reader->n_head, taken, n_head);
  reader->n_head += n_head;
  XXH64_update (reader->hash, taken + n_head, length - n_head);
}

/* More content into `out`. *out_is_done: the frame has ended. */
static bool
decompress (Reader *reader, ZSTD_outBuffer *out, bool *out_is_done, GError **error)
{
  if (!refill (reader, error))
    return false;
  if (reader->at_end)
    return corrupt (error, "it ends in the middle of its frame");
  size_t in_before = reader->in.pos, out_before = out->pos;
  size_t left = ZSTD_decompressStream (reader->context, out, &reader->in);
  if (ZSTD_isError (left))
    return corrupt (error, ZSTD_getErrorName (left));
  hash_taken (reader, in_before);
  if (left != 0 && reader->in.pos == in_before && out->pos == out_before)
    return corrupt (error, "its frame holds more content than it claims");
  *out_is_done = left == 0;
  return true;
}

/* Nothing, or the trailer and nothing. */
static bool
close_frame (Reader *reader, GError **error)
{
  uint8_t found[FRAME_TRAILER_BYTES], wanted[FRAME_TRAILER_BYTES];
  size_t n_found = 0;
  for (;;) {
    if (!refill (reader, error))
      return false;
    if (reader->at_end)
      break;
    size_t length = reader->in.size - reader->in.pos;
    if (length > sizeof found - n_found)
      return corrupt (error, "something follows its frame");
    memcpy (found + n_found, (const uint8_t *)reader->in.src + reader->in.pos, length);
    n_found += length;
    reader->in.pos = reader->in.size;
  }
  if (n_found == 0)
    return true;
  XXH64_update (reader->hash, reader->head, reader->n_head);
  frame_make_trailer (XXH64_digest (reader->hash), wanted);
  if (n_found == sizeof found && memcmp (found, wanted, sizeof found) == 0)
    return true;
  if (n_found == sizeof found && memcmp (found, wanted, sizeof found - 8) == 0)
    return corrupt (error, "the checksum of its file does not match");
  return corrupt (error, "something follows its frame");
}

static GBytes *
read_content (Reader *reader, GError **error)
{
  size_t size = (size_t)reader->content_bytes;
  g_autofree void *content = g_try_malloc (MAX (size, 1));
  if (content == NULL) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED, "no memory for its %zu bytes", size);
    return NULL;
  }
  ZSTD_outBuffer out = { content, size, 0 };
  for (bool is_done = false; !is_done;)
    if (!decompress (reader, &out, &is_done, error))
      return NULL;
  if (!close_frame (reader, error))
    return NULL;
  if (out.pos != size) {
    corrupt (error, "its frame holds less content than it claims");
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&content), size);
}

GBytes *
frame_read (int fd, int64_t most_bytes, GError **error)
{
  g_auto (Reader) reader;
  reader_init (&reader, fd, most_bytes);
  return open_frame (&reader, error) ? read_content (&reader, error) : NULL;
}

bool
frame_copy (int fd, int64_t most_bytes,
            bool (*write) (void *data, const void *bytes, size_t length, GError **error),
            void *data, GError **error)
{
  g_auto (Reader) reader;
  reader_init (&reader, fd, most_bytes);
  if (!open_frame (&reader, error))
    return false;
  size_t room = ZSTD_DStreamOutSize ();
  g_autofree void *piece = g_malloc (room);
  uint64_t n_bytes = 0;
  for (bool is_done = false; !is_done;) {
    ZSTD_outBuffer out = { piece, room, 0 };
    if (!decompress (&reader, &out, &is_done, error))
      return false;
    n_bytes += out.pos;
    if (n_bytes > reader.content_bytes)
      return corrupt (error, "its frame holds more content than it claims");
    if (out.pos > 0 && !write (data, piece, out.pos, error))
      return false;
  }
  if (n_bytes != reader.content_bytes)
    return corrupt (error, "its frame holds less content than it claims");
  return close_frame (&reader, error);
}
