#include "document/quote.h"

#include <string.h>

#include <glib.h>

#include "base/secret.h"
#include "document/json-write.h"

/* At most n characters of it; '…' stands for the rest. What looks like a key becomes dots. */
static char *
cut (const char *text, size_t length, long n)
{
  /* No character is longer than 6 bytes once it was made valid. */
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)MIN (length, (size_t)n * 6 + 6));
  size_t start_of_secret, n_secret;
  for (char *at = valid; secret_find (at, &start_of_secret, &n_secret);
       at += start_of_secret + n_secret)
    memset (at + start_of_secret, '.', n_secret);
  if (g_utf8_strlen (valid, -1) <= n)
    return g_steal_pointer (&valid);
  g_autofree char *start = g_utf8_substring (valid, 0, n - 1);
  return g_strconcat (start, "…", NULL);
}

static bool
is_printable (const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (!g_unichar_isprint (g_utf8_get_char (c)))
      return false;
  return true;
}

char *
document_quote (const char *text, size_t length)
{
  g_autofree char *shown = cut (text, length, DOCUMENT_MOST_QUOTED);
  if (strpbrk (shown, "\"\\") != NULL && strchr (shown, '\'') == NULL && is_printable (shown))
    return g_strconcat ("'", shown, "'", NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  json_append_quoted (out, shown);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
document_shorten (const char *text, size_t length, long most_characters)
{
  g_autofree char *shown = cut (text, length, most_characters);
  g_autoptr (GString) out = g_string_new (NULL);
  for (const char *c = shown; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar letter = g_utf8_get_char (c);
    g_string_append_unichar (out, g_unichar_isprint (letter) ? letter : ' ');
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
