/* How long a service asks to wait: protobuf's durations, and both headers. The first byte chooses. */
#include "fuzz-target.h"
#include "providers/verdict.h"

enum { DAY_MS = 24 * 3600 * 1000 };

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  static const char *const names[] = { "Retry-After", "retry-after-ms" };
  g_autofree char *text = g_strndup ((const char *)data + 1, size - 1);
  g_autofree char *line = g_strdup_printf ("%s: %s", names[data[0] % 2], text);
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  g_ptr_array_add (lines, line);
  const HttpHeaders headers = { lines };
  const ProviderAnswer answer = { .headers = &headers };
  int64_t wait_ms = answer_retry_after_ms (&answer), duration_ms = duration_parse_ms (text);
  g_assert_true (wait_ms >= -1 && wait_ms <= DAY_MS);
  g_assert_true (duration_ms >= -1 && duration_ms <= DAY_MS);
  return 0;
}
