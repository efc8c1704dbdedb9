#include "run/last-words.h"

enum { MOST_BYTES = 8192, MOST_LINES = 8, MOST_LINE_CHARACTERS = 200 };

void
last_words_add (GString *words, const char *bytes, size_t length)
{
  g_string_append_len (words, bytes, (gssize)length);
  if (words->len > MOST_BYTES)
    g_string_erase (words, 0, (gssize)(words->len - MOST_BYTES));
}

/* Behind an escape sequence ("\033[31m") that stands at `c`. */
static const char *
skip_escape (const char *c)
{
  if (c[1] != '[')
    return c + 1;
  for (c += 2; *c != '\0' && (*c < '@' || *c > '~');)
    c++;
  return *c != '\0' ? c + 1 : c;
}

/* A line as a terminal would have shown it, but without colours. New string. */
static char *
clean (const char *line)
{
  GString *out = g_string_new (NULL);
  unsigned n = 0;
  for (const char *c = line; *c != '\0' && n < MOST_LINE_CHARACTERS;) {
    gunichar sign = g_utf8_get_char (c);
    if (sign == '\033') {
      c = skip_escape (c);
      continue;
    }
    const char *next = g_utf8_next_char (c);
    if (sign == '\t')
      g_string_append_c (out, ' ');
    else if (!g_unichar_iscntrl (sign))
      g_string_append_len (out, c, next - c);
    c = next;
    n++;
  }
  return g_strchomp (g_string_free (out, FALSE));
}

char *
last_words_format (const GString *words)
{
  g_autofree char *valid = g_utf8_make_valid (words->str, (gssize)words->len);
  /* A progress bar returns to the start of its line: each state of it is a line here. */
  g_auto (GStrv) lines = g_strsplit_set (valid, "\r\n", -1);
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_free);
  for (unsigned i = g_strv_length (lines); i-- > 0 && shown->len < MOST_LINES;) {
    g_autofree char *line = clean (lines[i]);
    if (line[0] != '\0')
      g_ptr_array_add (shown, g_steal_pointer (&line));
  }
  GString *out = g_string_new (NULL);
  for (unsigned i = shown->len; i-- > 0;)
    g_string_append_printf (out, "%s    %s", out->len > 0 ? "\n" : "", (char *)shown->pdata[i]);
  return g_string_free (out, FALSE);
}
