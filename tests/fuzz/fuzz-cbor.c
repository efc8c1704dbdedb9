/* The reader of CBOR: a tree within its limits, or an error. */
#include <glib.h>

#include "fuzz-target.h"
#include "c2pa/cbor.h"

static unsigned
walk (const Cbor *value, unsigned depth)
{
  g_assert_cmpuint (depth, <, CBOR_MOST_DEPTH);
  g_assert_cmpint (value->kind == CBOR_TEXT, ==, cbor_text (value) != NULL);
  g_assert_cmpint (value->kind == CBOR_BYTES, ==, cbor_bytes (value) != NULL);
  g_assert_true (cbor_text (value) == NULL || g_utf8_validate (cbor_text (value), -1, NULL));
  g_assert_true (value->kind != CBOR_MAP || value->items->len % 2 == 0);
  unsigned count = 1;
  for (unsigned i = 0; value->items != NULL && i < value->items->len; i++)
    count += walk (value->items->pdata[i], depth + 1);
  return count;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Cbor) value = cbor_read (data, size, &error);
  g_assert_cmpint (value == NULL, ==, error != NULL);
  if (value != NULL) {
    unsigned count = walk (value, 0);
    g_assert_cmpuint (count, <=, MIN (size, CBOR_MOST_VALUES));
    cbor_get (value, "a");
    cbor_get_integer (value, 1);
    cbor_item (value, 0);
  }
  return 0;
}
