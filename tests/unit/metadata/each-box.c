/* The walk over a BMFF file's boxes for tests that link no container; gives way to the real one. */
#include "metadata/container.h"

__attribute__ ((weak)) bool
container_each_box (const void *bytes, size_t length,
                    bool (*visit) (const uint8_t *box, size_t length, size_t header_length,
                                   size_t at, void *data),
                    void *data)
{
  const uint8_t *file = bytes;
  for (size_t at = 0; at < length;) {
    if (length - at < 8)
      return false;
    size_t size = (size_t)file[at] << 24 | (size_t)file[at + 1] << 16 | (size_t)file[at + 2] << 8 |
                  file[at + 3];
    size = size == 0 ? length - at : size;
    if (size < 8 || size > length - at || !visit (file + at, size, 8, at, data))
      return false;
    at += size;
  }
  return true;
}
