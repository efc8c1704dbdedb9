#include "transport/body.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/base64.h"
#include "transport/transport-error.h"

/* A whole number of base64's groups, on both sides. */
enum { RAW_BYTES = 48 * 1024, CODED_BYTES = RAW_BYTES / 3 * 4 };

struct Body {
  const HttpRequest *request;
  unsigned at;       /* the segment */
  size_t text_at;    /* TEXT: bytes given */
  int fd;            /* of a file; -1: not open */
  int64_t file_left; /* bytes of the file that were not read */
  char *coded;       /* FILE_BASE64: what was encoded and not given yet */
  size_t coded_at, coded_length;
  uint8_t *raw;
};

Body *
body_new (const HttpRequest *request)
{
  Body *body = g_new0 (Body, 1);
  body->request = request;
  body->fd = -1;
  return body;
}

static void
close_file (Body *body)
{
  if (body->fd >= 0)
    close (body->fd);
  body->fd = -1;
  body->coded_at = body->coded_length = 0;
}

void
body_free (Body *body)
{
  if (body == NULL)
    return;
  close_file (body);
  g_free (body->coded);
  g_free (body->raw);
  g_free (body);
}

void
body_rewind (Body *body)
{
  close_file (body);
  body->at = 0;
  body->text_at = 0;
}

/* A segment that is read to its end is left at once, so that this is known without another read. */
bool
body_is_done (const Body *body)
{
  return body->at >= body->request->body->len;
}

static void
next_segment (Body *body)
{
  close_file (body);
  body->text_at = 0;
  body->at++;
}

static bool
open_file (Body *body, const Segment *segment, GError **error)
{
  struct stat status;
  body->fd = open (segment->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (body->fd < 0 || fstat (body->fd, &status) != 0)
    return base_error_set_errno (error, errno, "cannot read %s", segment->text);
  if (status.st_size != segment->size_bytes) {
    g_set_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_BODY,
                 "%s has changed while it was to be sent: it had %" G_GINT64_FORMAT
                 " bytes and has %" G_GINT64_FORMAT,
                 segment->text, segment->size_bytes, (int64_t)status.st_size);
    return false;
  }
  body->file_left = status.st_size;
  return true;
}

/* As much as there is, up to `room`. */
static bool
read_file (Body *body, const Segment *segment, void *out, size_t room, size_t *out_length,
           GError **error)
{
  size_t length = 0, wanted = (size_t)MIN ((int64_t)room, body->file_left);
  while (length < wanted) {
    ssize_t got = read (body->fd, (char *)out + length, wanted - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read %s", segment->text);
    if (got == 0) {
      g_set_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_BODY,
                   "%s became shorter while it was sent", segment->text);
      return false;
    }
    length += (size_t)got;
  }
  body->file_left -= (int64_t)length;
  *out_length = length;
  return true;
}

static bool
encode_more (Body *body, const Segment *segment, GError **error)
{
  size_t length;
  if (body->raw == NULL) {
    body->raw = g_malloc (RAW_BYTES);
    body->coded = g_malloc (CODED_BYTES);
  }
  if (!read_file (body, segment, body->raw, RAW_BYTES, &length, error))
    return false;
  body->coded_length = base64_encode (body->raw, length, body->coded);
  body->coded_at = 0;
  return true;
}

static bool
read_segment (Body *body, const Segment *segment, char *out, size_t room, size_t *out_length,
              GError **error)
{
  *out_length = 0;
  if (segment->kind == SEGMENT_TEXT) {
    size_t length = MIN (room, segment->length - body->text_at);
    memcpy (out, segment->text + body->text_at, length);
    body->text_at += length;
    *out_length = length;
    if (body->text_at == segment->length)
      next_segment (body);
    return true;
  }
  if (body->fd < 0 && !open_file (body, segment, error))
    return false;
  if (segment->kind == SEGMENT_FILE) {
    if (!read_file (body, segment, out, room, out_length, error))
      return false;
  } else {
    if (body->coded_at == body->coded_length && !encode_more (body, segment, error))
      return false;
    size_t length = MIN (room, body->coded_length - body->coded_at);
    memcpy (out, body->coded + body->coded_at, length);
    body->coded_at += length;
    *out_length = length;
  }
  if (body->file_left == 0 && body->coded_at == body->coded_length)
    next_segment (body);
  return true;
}

bool
body_read (Body *body, char *out, size_t room, size_t *out_length, GError **error)
{
  size_t length = 0;
  while (length < room && !body_is_done (body)) {
    size_t got;
    if (!read_segment (body, body->request->body->pdata[body->at], out + length, room - length,
                       &got, error))
      return false;
    length += got;
  }
  *out_length = length;
  return true;
}
