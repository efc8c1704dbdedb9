/* The reader of blob files: whatever they hold, at most the limit is taken, and content that is
 * given is as long as the frame said. */
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "cache/cache.h"
#include "cache/frame.h"
#include "fuzz-target.h"

enum { MOST_BYTES = 1024 * 1024 };

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  int fd = memfd_create ("frame", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_autoptr (GBytes) content = frame_read (fd, MOST_BYTES, &error);
  close (fd);
  g_assert_cmpint (content == NULL, ==, error != NULL);
  if (content != NULL) {
    g_assert_cmpuint (g_bytes_get_size (content), <=, MOST_BYTES);
    g_assert_cmpuint (g_bytes_get_size (content), ==, ZSTD_getFrameContentSize (data, size));
  }
  return 0;
}
