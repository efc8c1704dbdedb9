/* The reader of blob files: whatever they hold, at most the limit is taken, content that is given
 * is as long as the frame said, and reading in pieces is reading. */
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "cache/cache.h"
#include "cache/frame.h"
#include "fuzz-target.h"

enum { MOST_BYTES = 1024 * 1024 };

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static void
check_copy (int fd, GBytes *content)
{
  g_autoptr (GByteArray) pieces = g_byte_array_new ();
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  bool ok = frame_copy (fd, MOST_BYTES, append, pieces, NULL);
  g_assert_cmpuint (pieces->len, <=, MOST_BYTES);
  g_assert_cmpint (ok, ==, content != NULL);
  if (ok)
    g_assert_cmpmem (pieces->data, pieces->len, g_bytes_get_data (content, NULL),
                     g_bytes_get_size (content));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  int fd = memfd_create ("frame", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_autoptr (GBytes) content = frame_read (fd, MOST_BYTES, &error);
  check_copy (fd, content);
  close (fd);
  g_assert_cmpint (content == NULL, ==, error != NULL);
  if (content != NULL) {
    g_assert_cmpuint (g_bytes_get_size (content), <=, MOST_BYTES);
    g_assert_cmpuint (g_bytes_get_size (content), ==, ZSTD_getFrameContentSize (data, size));
  }
  return 0;
}
