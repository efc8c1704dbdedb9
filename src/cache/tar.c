/* A header is one block of 512 bytes, all of it text:
 *
 *     0 name 100│ mode 8│ uid 8│ gid 8│ size 12│ mtime 12│ checksum 8│ type 1│ link name 100│
 *     257 "ustar" NUL "00"│ user 32│ group 32│ device 8+8│ 345 prefix 155│ 12 unused
 *
 * then the content, filled up with zeros to a whole block; two blocks of zeros end the archive.
 * Numbers are octal digits; the checksum is the sum of all bytes of the header with its own field
 * taken as spaces. What other tars add to that (base-256 and negative sizes, long names and sizes
 * in entries of their own, sparse files) is where readers differ, and so is refused here. */
#include "cache/tar.h"

#include <errno.h>
#include <unistd.h>

#include "base/base-error.h"
#include "cache/cache.h"

enum {
  NAME = 0,
  NAME_BYTES = 100,
  MODE = 100,
  UID = 108,
  GID = 116,
  SIZE = 124,
  MTIME = 136,
  CHECKSUM = 148,
  TYPE = 156,
  MAGIC = 257,
  DEVICE_MAJOR = 329,
  DEVICE_MINOR = 337,
  PREFIX = 345,
  PREFIX_BYTES = 155,
  SHORT_NUMBER = 8,
  LONG_NUMBER = 12,
  /* Tars fill an archive up to a multiple of their blocking factor: 10 KiB, or up to 1 MiB for
   * tapes. */
  MOST_FILLING = 1024 * 1024,
};

static const char magic[] = "ustar\00000"; /* its own NUL is no part of it */
enum { MAGIC_BYTES = 8 };

static unsigned
padding_of (int64_t size)
{
  return (unsigned)(-size & (TAR_BLOCK_BYTES - 1));
}

static unsigned
checksum_of (const uint8_t *block)
{
  unsigned sum = 0;
  for (int i = 0; i < TAR_BLOCK_BYTES; i++)
    sum += i >= CHECKSUM && i < CHECKSUM + SHORT_NUMBER ? ' ' : block[i];
  return sum;
}

/* ---- writing ---- */

static bool
write_all (int fd, const void *bytes, size_t length, GError **error)
{
  for (const char *at = bytes; length > 0;) {
    ssize_t written = write (fd, at, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return base_error_set_errno (error, errno, "cannot write the archive");
    at += written;
    length -= (size_t)written;
  }
  return true;
}

/* `length` with the NUL that ends it. */
static void
put_octal (uint8_t *field, int length, uint64_t value)
{
  for (int i = length - 2; i >= 0; i--, value >>= 3)
    field[i] = (uint8_t)('0' + (value & 7));
}

/* A name over 100 bytes is divided at a '/', which is in neither part. */
static bool
put_name (uint8_t *block, const char *name)
{
  size_t length = strlen (name);
  if (length > TAR_MOST_NAME)
    return false;
  const char *rest = name;
  if (length > NAME_BYTES) {
    rest = strchr (name + length - NAME_BYTES - 1, '/');
    if (rest == NULL || rest == name || rest - name > PREFIX_BYTES || rest[1] == '\0')
      return false;
    memcpy (block + PREFIX, name, (size_t)(rest - name));
    rest++;
  }
  memcpy (block + NAME, rest, length - (size_t)(rest - name));
  return true;
}

bool
tar_writer_begin (TarWriter *writer, const char *name, int64_t size_bytes, GError **error)
{
  g_return_val_if_fail (writer->left == 0, false);
  uint8_t block[TAR_BLOCK_BYTES] = { 0 };
  if (!put_name (block, name) || size_bytes < 0 || size_bytes > TAR_MOST_BYTES) {
    g_set_error (error, CACHE_ERROR, CACHE_ERROR_TOO_LARGE,
                 "%s (%" G_GINT64_FORMAT " bytes) has a name too long or is too large for an "
                 "archive, which takes at most %" G_GINT64_FORMAT " bytes each",
                 name, size_bytes, TAR_MOST_BYTES);
    return false;
  }
  put_octal (block + MODE, SHORT_NUMBER, 0644);
  put_octal (block + UID, SHORT_NUMBER, 0);
  put_octal (block + GID, SHORT_NUMBER, 0);
  put_octal (block + SIZE, LONG_NUMBER, (uint64_t)size_bytes);
  put_octal (block + MTIME, LONG_NUMBER, 0);
  block[TYPE] = '0';
  memcpy (block + MAGIC, magic, MAGIC_BYTES);
  put_octal (block + DEVICE_MAJOR, SHORT_NUMBER, 0);
  put_octal (block + DEVICE_MINOR, SHORT_NUMBER, 0);
  /* Six digits, a NUL and a space, which no other number has. */
  put_octal (block + CHECKSUM, SHORT_NUMBER - 1, checksum_of (block));
  block[CHECKSUM + SHORT_NUMBER - 1] = ' ';
  writer->left = size_bytes;
  writer->padding = padding_of (size_bytes);
  return write_all (writer->fd, block, sizeof block, error);
}

bool
tar_writer_write (TarWriter *writer, const void *bytes, size_t length, GError **error)
{
  g_return_val_if_fail ((int64_t)length <= writer->left, false);
  static const char zeros[TAR_BLOCK_BYTES];
  if (!write_all (writer->fd, bytes, length, error))
    return false;
  writer->left -= (int64_t)length;
  if (writer->left > 0 || writer->padding == 0)
    return true;
  unsigned padding = writer->padding;
  writer->padding = 0;
  return write_all (writer->fd, zeros, padding, error);
}

bool
tar_writer_end (TarWriter *writer, GError **error)
{
  g_return_val_if_fail (writer->left == 0, false);
  static const char zeros[2 * TAR_BLOCK_BYTES];
  return write_all (writer->fd, zeros, sizeof zeros, error);
}

/* ---- reading ---- */

#define set_corrupt(error, ...)                                                                    \
  ALWAYS_FALSE (g_set_error (error, CACHE_ERROR, CACHE_ERROR_CORRUPT, __VA_ARGS__))

/* Fewer than `length` only at the end of the file. */
static bool
read_up_to (TarReader *reader, void *buffer, size_t length, size_t *out_length, GError **error)
{
  size_t have = 0;
  while (have < length) {
    ssize_t got = read (reader->fd, (char *)buffer + have, length - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return base_error_set_errno (error, errno, "cannot read the archive");
    if (got == 0)
      break;
    have += (size_t)got;
  }
  reader->offset += (int64_t)have;
  *out_length = have;
  return true;
}

static bool
read_exactly (TarReader *reader, void *buffer, size_t length, GError **error)
{
  size_t got;
  if (!read_up_to (reader, buffer, length, &got, error))
    return false;
  if (got < length)
    return set_corrupt (
      error, "it is cut: it ends after %" G_GINT64_FORMAT " bytes, in the middle of %s",
      reader->offset, got == 0 && length == TAR_BLOCK_BYTES ? "the archive" : "an entry");
  return true;
}

static bool
is_zero (const uint8_t *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (bytes[i] != 0)
      return false;
  return true;
}

/* Octal digits, spaces before them and NULs or spaces behind. */
static bool
read_octal (const uint8_t *field, int length, int64_t *out_value)
{
  int i = 0, n_digits = 0;
  int64_t value = 0;
  while (i < length && field[i] == ' ')
    i++;
  for (; i < length && field[i] >= '0' && field[i] <= '7'; i++, n_digits++)
    value = value * 8 + (field[i] - '0');
  for (; i < length; i++)
    if (field[i] != ' ' && field[i] != '\0')
      return false;
  *out_value = value; /* twelve digits at most: no overflow */
  return n_digits > 0;
}

static const char *
kind_of (uint8_t type)
{
  switch (type) {
  case '0':
  case '\0':
    return NULL;
  case '1':
    return "a hard link";
  case '2':
    return "a symbolic link";
  case '3':
  case '4':
    return "a device";
  case '5':
    return "a folder";
  case '6':
    return "a named pipe";
  case 'x':
  case 'g':
    return "a pax header";
  case 'L':
  case 'K':
    return "a long name as GNU tar has it";
  default:
    return "no regular file";
  }
}

static void
join_name (const uint8_t *block, char out_name[TAR_MOST_NAME + 1])
{
  const char *prefix = (const char *)block + PREFIX, *name = (const char *)block + NAME;
  int prefix_length = (int)strnlen (prefix, PREFIX_BYTES);
  snprintf (out_name, TAR_MOST_NAME + 1, "%.*s%s%.*s", prefix_length, prefix,
            prefix_length > 0 ? "/" : "", (int)strnlen (name, NAME_BYTES), name);
}

static bool
read_header (const uint8_t *block, int64_t offset, TarEntry *out_entry, GError **error)
{
  int64_t checksum, size;
  if (memcmp (block + MAGIC, magic, MAGIC_BYTES) != 0)
    return set_corrupt (error,
                        "there is no ustar header at byte %" G_GINT64_FORMAT
                        ": it is compressed, of another format of tar (--format=ustar makes this "
                        "one) or no archive",
                        offset);
  if (!read_octal (block + CHECKSUM, SHORT_NUMBER, &checksum) || checksum != checksum_of (block))
    return set_corrupt (
      error, "the header at byte %" G_GINT64_FORMAT " is damaged: its checksum does not match",
      offset);
  TarEntry entry = { .other_kind = kind_of (block[TYPE]) };
  join_name (block, entry.name);
  if (!read_octal (block + SIZE, LONG_NUMBER, &size))
    return set_corrupt (error, "the size of '%s' (at byte %" G_GINT64_FORMAT ") is no octal number",
                        entry.name, offset);
  if (size > TAR_MOST_BYTES)
    return set_corrupt (error, "the size of '%s' (at byte %" G_GINT64_FORMAT ") is too large",
                        entry.name, offset);
  if (size > 0 && block[TYPE] >= '1' && block[TYPE] <= '6')
    return set_corrupt (error,
                        "'%s' (at byte %" G_GINT64_FORMAT
                        ") is %s with content: readers of tar do not agree where the next entry is",
                        entry.name, offset, entry.other_kind);
  entry.size_bytes = size;
  *out_entry = entry;
  return true;
}

/* The second block of zeros, and what fills the archive up. */
static bool
read_end (TarReader *reader, GError **error)
{
  uint8_t block[TAR_BLOCK_BYTES];
  size_t got = sizeof block;
  if (!read_exactly (reader, block, sizeof block, error))
    return false;
  int64_t end = reader->offset;
  while (is_zero (block, got)) {
    if (got < sizeof block)
      return true;
    if (reader->offset - end > MOST_FILLING)
      break;
    if (!read_up_to (reader, block, sizeof block, &got, error))
      return false;
  }
  return set_corrupt (error, "something follows the end of the archive (byte %" G_GINT64_FORMAT ")",
                      end);
}

static bool
pass_over (TarReader *reader, GError **error)
{
  char buffer[16 * 1024];
  for (size_t got = 1; got > 0;)
    if (!tar_reader_read (reader, buffer, sizeof buffer, &got, error))
      return false;
  unsigned padding = reader->padding;
  reader->padding = 0;
  return read_exactly (reader, buffer, padding, error);
}

bool
tar_reader_next (TarReader *reader, TarEntry *out_entry, bool *out_at_end, GError **error)
{
  uint8_t block[TAR_BLOCK_BYTES];
  if (!pass_over (reader, error))
    return false;
  int64_t offset = reader->offset;
  if (!read_exactly (reader, block, sizeof block, error))
    return false;
  bool at_end = is_zero (block, sizeof block);
  if (at_end ? !read_end (reader, error) : !read_header (block, offset, out_entry, error))
    return false;
  if (!at_end) {
    reader->left = out_entry->size_bytes;
    reader->padding = padding_of (reader->left);
  }
  *out_at_end = at_end;
  return true;
}

bool
tar_reader_read (TarReader *reader, void *buffer, size_t room, size_t *out_length, GError **error)
{
  size_t length = (size_t)MIN ((int64_t)room, reader->left);
  if (!read_exactly (reader, buffer, length, error))
    return false;
  reader->left -= (int64_t)length;
  *out_length = length;
  return true;
}
