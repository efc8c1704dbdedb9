#include "document/quote.h"

#include <glib.h>

#include "document/json-write.h"

enum { MOST_QUOTED_CHARACTERS = 70 };

char *
document_quote (const char *text, size_t length)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)length);
  if (g_utf8_strlen (valid, -1) > MOST_QUOTED_CHARACTERS) {
    g_autofree char *start = g_utf8_substring (valid, 0, MOST_QUOTED_CHARACTERS - 1);
    g_free (valid);
    valid = g_strconcat (start, "…", NULL);
  }
  bool fits_single = strpbrk (valid, "'\n\r") == NULL;
  if (strpbrk (valid, "\"\\") != NULL && fits_single)
    return g_strconcat ("'", valid, "'", NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  json_append_quoted (out, valid);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
