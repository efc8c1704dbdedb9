/* Trees from text, and rows and problems as text. */
#pragma once

#include <string.h>

#include "pipeline/matrix.h"

/* Keeps its document for the whole test program: marks borrow from it. */
static inline Node *
written (const char *text)
{
  g_autoptr (Problems) problems = problems_new ();
  /* A text that begins with a brace would be JSON; so its first line is the second. */
  g_autofree char *yaml = g_strconcat (text[0] == '{' ? "#\n" : "", text, NULL);
  Document *document = document_read ("p", yaml, strlen (yaml), problems);
  g_autofree char *words = problems_format (problems);
  g_assert_cmpstr (words, ==, "");
  static GPtrArray *kept;
  if (kept == NULL)
    kept = g_ptr_array_new ();
  g_ptr_array_add (kept, document);
  return document->root;
}

static inline char *
as_json (const Node *node)
{
  GString *out = g_string_new (NULL);
  node_to_json (node, out);
  return g_string_free (out, FALSE);
}

#define assert_json(node, wanted)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = as_json (node);                                                      \
    g_assert_cmpstr (found_, ==, (wanted));                                                        \
  }                                                                                                \
  G_STMT_END

/* The messages without the lines that they show. */
static inline char *
said (const Problems *problems)
{
  g_autofree char *all = problems_format (problems);
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);
  GString *out = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++)
    if (!g_str_has_prefix (*line, "    "))
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", *line);
  return g_string_free (out, FALSE);
}

#define assert_said(problems, wanted)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *said_ = said (problems);                                                      \
    g_assert_cmpstr (said_, ==, (wanted));                                                         \
  }                                                                                                \
  G_STMT_END

/* "a=1,b=2 a=1,b=3" */
static inline char *
rows_as_text (const GPtrArray *rows)
{
  GString *out = g_string_new (NULL);
  for (unsigned r = 0; rows != NULL && r < rows->len; r++) {
    const MatrixRow *row = rows->pdata[r];
    g_string_append (out, r > 0 ? " " : "");
    for (unsigned i = 0; i < row->n; i++)
      g_string_append_printf (out, "%s%s=%s", i > 0 ? "," : "", row->keys[i], row->values[i]->text);
  }
  return g_string_free (out, FALSE);
}
