/* Reading a text in one line of a test: what it means as JSON, or what the problems say. */
#pragma once

#include <string.h>

#include "document/document.h"

/* The tree as one line of JSON, or the problems as printed. New string. */
static inline char *
read_as (const char *name, const char *text, size_t length)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read (name, text, length, problems);
  g_assert_cmpint (document == NULL, ==, problems_count (problems) > 0);
  if (document == NULL)
    return problems_format (problems);
  g_autoptr (GString) out = g_string_new (NULL);
  node_to_json (document->root, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The text says this, or is refused with these words. */
#define assert_reads_as(name, text, wanted)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const char *text_ = (text);                                                                    \
    g_autofree char *found_ = read_as ((name), text_, strlen (text_));                             \
    g_assert_cmpstr (found_, ==, (wanted));                                                        \
  }                                                                                                \
  G_STMT_END

static inline Document *
read_well (const char *name, const char *text)
{
  g_autoptr (Problems) problems = problems_new ();
  Document *document = document_read (name, text, strlen (text), problems);
  g_autofree char *words = problems_format (problems);
  g_assert_cmpstr (words, ==, "");
  g_assert_nonnull (document);
  return document;
}

/* "line:column-end" */
#define assert_mark(node, wanted)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const Node *node_ = (node);                                                                    \
    g_autofree char *found_ = g_strdup_printf ("%d:%d-%d", node_->mark.line, node_->mark.column,   \
                                               node_->mark.end_column);                            \
    g_assert_cmpstr (found_, ==, (wanted));                                                        \
  }                                                                                                \
  G_STMT_END
