/* The readers of untrusted text: YAML, JSON, CSV and JSON Lines. A tree that was read must be whole
 * under its limits, and what it means as JSON must read back as the same. */
#include "document/document.h"
#include "document/readers.h"
#include "fuzz-target.h"

typedef Node *(*Reader) (SourceText *source, Problems *problems);

enum { MOST_MEANING_BYTES = 1024 * 1024 };

static void
check_mark (const Node *node)
{
  g_assert_nonnull (node->mark.source);
  g_assert_cmpint (node->mark.line, >=, 1);
  g_assert_cmpint (node->mark.column, >=, 1);
  g_assert_true (node->mark.end_column == 0 || node->mark.end_column >= node->mark.column);
}

/* Counts nodes as if aliases were written out. */
static unsigned
check_tree (const Node *node, int depth)
{
  g_assert_cmpint (depth, <=, DOCUMENT_MOST_DEPTH + 2);
  check_mark (node);
  if (node->items == NULL) {
    g_assert_true (g_utf8_validate (node->text, -1, NULL));
    return 1;
  }
  unsigned n = 1;
  for (unsigned i = 0; i < node_length (node); i++)
    n += check_tree (node_item (node, i), depth + 1);
  if (node->keys != NULL) {
    g_assert_cmpuint (node->keys->len, ==, node->items->len);
    n += node->keys->len;
  }
  return n;
}

static void
check_meaning (const Node *root)
{
  g_autoptr (GString) meaning = g_string_new (NULL);
  node_to_json (root, meaning);
  if (meaning->len > MOST_MEANING_BYTES)
    return;
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) again = document_read ("x.json", meaning->str, meaning->len, problems);
  g_assert_nonnull (again);
  g_autoptr (GString) second = g_string_new (NULL);
  node_to_json (again->root, second);
  g_assert_cmpstr (meaning->str, ==, second->str);
}

static void
read_document (const char *name, const char *text, size_t length)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read (name, text, length, problems);
  g_assert_cmpint (document == NULL, ==, problems_count (problems) > 0);
  g_autofree char *words = problems_format (problems);
  g_assert_true (g_utf8_validate (words, -1, NULL));
  if (document == NULL)
    return;
  g_assert_cmpuint (check_tree (document->root, 1), <=, DOCUMENT_MOST_NODES);
  check_meaning (document->root);
}

static void
read_table (Reader reader, const char *text, size_t length)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (SourceText) source = source_text_new ("t", text, length);
  g_autoptr (Node) root = reader (source, problems);
  g_assert_cmpint (root == NULL, ==, problems_count (problems) > 0);
  g_autofree char *words = problems_format (problems);
  g_assert_true (g_utf8_validate (words, -1, NULL));
  if (root != NULL)
    check_tree (root, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  read_document ("p.yaml", text, size);
  read_document ("p.json", text, size);
  /* The rest of document_load_rows is the loading of a file. */
  if (g_utf8_validate_len (text, size, NULL)) {
    read_table (csv_read, text, size);
    read_table (jsonl_read, text, size);
  }
  return 0;
}
