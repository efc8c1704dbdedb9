/* The reader of peel.lock: what was read comes back from its own text as the same. */
#include <string.h>

#include "fuzz-target.h"
#include "run/lock-file.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LockFile) lock = lock_file_read ("peel.lock", (const char *)data, size, &error);
  g_assert_cmpint (lock == NULL, ==, error != NULL);
  if (lock == NULL)
    return 0;
  size_t length;
  g_autofree char *first = lock_file_format (lock, &length);
  g_autoptr (LockFile) again = lock_file_read ("peel.lock", first, length, &error);
  g_assert_no_error (error);
  g_autofree char *second = lock_file_format (again, &length);
  g_assert_cmpstr (first, ==, second);
  return 0;
}
