/* The reader of sidecars. A checksum would keep a fuzzer out, so each input is also read with the
 * right one put behind it; a record that was read must come back from its own text as the same. */
#include <string.h>

#include "cache/sidecar.h"
#include "fuzz-target.h"

static void
read_sidecar (const char *text, size_t length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CacheRecord) record = sidecar_parse (text, length, &error);
  g_assert_cmpint (record == NULL, ==, error != NULL);
  if (record == NULL)
    return;
  g_autofree char *first = sidecar_format (record);
  g_autoptr (CacheRecord) again = sidecar_parse (first, strlen (first), &error);
  g_assert_no_error (error);
  g_autofree char *second = sidecar_format (again);
  g_assert_cmpstr (first, ==, second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_sidecar ((const char *)data, size);
  g_autoptr (GString) text = g_string_new_len ((const char *)data, (gssize)size);
  g_string_append (text, ",\n  \"checksum\": \"");
  Digest checksum = digest_of (text->str, text->len);
  g_string_append_printf (text, "%s\"\n}\n", digest_to_hex (&checksum).text);
  g_autofree char *exact = g_memdup2 (text->str, text->len);
  read_sidecar (exact, text->len);
  return 0;
}
