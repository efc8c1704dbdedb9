#include "transport/json-text.h"

/* The mistake is told as "NAME:LINE:COLUMN: text" and then the line, of which only the number is
 * wanted here. */
static int
line_of (const Problems *problems, const char *name)
{
  g_autofree char *text = problems_format (problems);
  size_t n = strlen (name);
  if (strncmp (text, name, n) != 0 || text[n] != ':' || !g_ascii_isdigit (text[n + 1]))
    return 0;
  return (int)g_ascii_strtoull (text + n + 1, NULL, 10);
}

Document *
json_text_read (const char *text, size_t length, size_t limit, int *out_line)
{
  static const char name[] = "text.json";
  *out_line = 0;
  if (length > limit)
    return NULL;
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read (name, text, length, problems);
  if (document == NULL)
    *out_line = line_of (problems, name);
  if (document == NULL || document->root->kind != NODE_MAP)
    return NULL;
  return g_steal_pointer (&document);
}

const char *
json_text_member (const Node *map, const char *key)
{
  const Node *value = node_get (map, key);
  return value != NULL && value->kind == NODE_TEXT ? value->text : NULL;
}

bool
json_text_is_line (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return false;
  return true;
}

bool
json_text_is_token (const char *text)
{
  size_t n = 0;
  while (g_ascii_isgraph (text[n]))
    n++;
  return n > 0 && text[n] == '\0';
}
