/* YAML through libyaml's events into the marked tree.
 *
 * The grammar is narrowed to what pipeline files need: one document, text keys, anchors and aliases,
 * but no tags and no merge keys. An alias is the same node again, so a "billion laughs" text takes
 * no memory; it is refused by the count of values it would have when written out. */
#include <yaml.h>

#include "document/quote.h"
#include "document/readers.h"
#include "document/tree-builder.h"
#include "document/yaml-explain.h"
#include "document/yaml-span.h"

typedef struct {
  Node *node; /* owned */
  bool is_open;
  unsigned n_nodes;
  int height;
} Anchor;

typedef struct {
  yaml_parser_t parser;
  TreeBuilder builder;
  TextCursor cursor;
  GPtrArray *all_anchors;  /* Anchor*, owned: a name can be given again while the first is open */
  GHashTable *anchors;     /* name to the latest Anchor of it */
  GPtrArray *open_anchors; /* one for each open collection, or NULL */
  int n_documents;
  int n_flow;             /* open collections in brackets; blocks cannot stand in them */
  int unknown_alias_line; /* the last one reported */
} YamlReader;

static void
anchor_free (gpointer data)
{
  Anchor *anchor = data;
  node_unref (anchor->node);
  g_free (anchor);
}

static Anchor *
remember_anchor (YamlReader *reader, const yaml_char_t *name, Node *node)
{
  if (name == NULL)
    return NULL;
  Anchor *anchor = g_new0 (Anchor, 1);
  anchor->node = node_ref (node);
  anchor->n_nodes = 1;
  g_ptr_array_add (reader->all_anchors, anchor);
  g_hash_table_replace (reader->anchors, g_strdup ((const char *)name), anchor);
  return anchor;
}

static TextCursor
seek (YamlReader *reader, yaml_mark_t mark)
{
  text_cursor_seek (&reader->cursor, mark.index);
  return reader->cursor;
}

/* The end of the run of characters at the cursor that are no blanks or flow signs. */
static TextCursor
end_of_word (TextCursor cursor)
{
  const char *at = cursor.source->text + cursor.byte;
  text_cursor_skip (&cursor, MAX (strcspn (at, " \t\r\n,[]{}"), 1));
  return cursor;
}

/* libyaml's events begin at an anchor or tag; a node's mark is where its value stands. */
static TextCursor
skip_properties (TextCursor cursor)
{
  const char *text = cursor.source->text;
  while (text[cursor.byte] == '&' || text[cursor.byte] == '!') {
    cursor = end_of_word (cursor);
    text_cursor_skip (&cursor, strspn (text + cursor.byte, " \t"));
  }
  return cursor;
}

/* What a person who knows nothing of the sign at the cursor takes for the whole value. */
static char *
quote_value (const YamlReader *reader, const TextCursor *sign)
{
  bool is_value;
  Span span = reader->n_flow > 0 ? yaml_span_in_flow (sign->source, sign->byte)
                                 : yaml_span_in_block (sign->source, sign->byte, &is_value);
  return document_quote (sign->source->text + span.start, span.end - span.start);
}

static void
check_tag (YamlReader *reader, const yaml_char_t *tag, TextCursor start)
{
  if (tag == NULL)
    return;
  while (start.source->text[start.byte] == '&') {
    start = end_of_word (start);
    text_cursor_skip (&start, strspn (start.source->text + start.byte, " \t\r\n"));
  }
  TextCursor end = end_of_word (start);
  Mark mark = text_cursor_mark_to (&start, &end);
  g_autofree char *quoted = quote_value (reader, &start);
  tree_builder_report (&reader->builder, &mark,
                       "tags are not used here: remove it, or if text is meant, write %s", quoted);
}

static bool
is_cut_by_comment (const TextCursor *end)
{
  const char *at = end->source->text + end->byte;
  size_t n_blanks = strspn (at, " \t");
  return n_blanks > 0 && at[n_blanks] == '#';
}

static bool
has_nul (YamlReader *reader, const yaml_event_t *event, const Mark *mark)
{
  if (strlen ((const char *)event->data.scalar.value) == event->data.scalar.length)
    return false;
  tree_builder_report (&reader->builder, mark, "a text cannot hold the character NUL (\\0)");
  return true;
}

static void
take_key (YamlReader *reader, const char *text, NodeStyle style, const Mark *mark,
          const yaml_char_t *anchor)
{
  if (text[0] == '\0' && style == NODE_PLAIN)
    tree_builder_report (&reader->builder, mark, "a key is missing before this ':'");
  else if (strcmp (text, "<<") == 0 && style == NODE_PLAIN)
    tree_builder_report (&reader->builder, mark,
                         "merge keys (<<) are not used here: write the keys out, or use 'extends'");
  Node *key = node_new_text (mark, text, style);
  remember_anchor (reader, anchor, key);
  tree_builder_take_key (&reader->builder, key);
}

static void
read_scalar (YamlReader *reader, const yaml_event_t *event)
{
  TextCursor start = seek (reader, event->start_mark);
  TextCursor end = seek (reader, event->end_mark);
  check_tag (reader, event->data.scalar.tag, start);
  start = skip_properties (start);
  Mark mark = start.byte <= end.byte ? text_cursor_mark_to (&start, &end) : text_cursor_mark (&end);
  NodeStyle style = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? NODE_PLAIN
                    : event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                        event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE
                      ? NODE_BLOCK
                      : NODE_QUOTED;
  const char *text = (const char *)event->data.scalar.value;
  has_nul (reader, event, &mark);
  if (tree_builder_wants_key (&reader->builder)) {
    take_key (reader, text, style, &mark, event->data.scalar.anchor);
    return;
  }
  Node *node = node_new_scalar (&mark, text, style);
  node->cut_by_comment = style == NODE_PLAIN && text[0] != '\0' && is_cut_by_comment (&end);
  remember_anchor (reader, event->data.scalar.anchor, node);
  tree_builder_take (&reader->builder, node, &mark, 1, 0);
}

static void
open_collection (YamlReader *reader, NodeKind kind, const yaml_char_t *anchor,
                 const yaml_char_t *tag, yaml_mark_t at, bool is_flow)
{
  TextCursor start = seek (reader, at);
  check_tag (reader, tag, start);
  start = skip_properties (start);
  Mark mark = text_cursor_mark (&start);
  if (tree_builder_wants_key (&reader->builder)) {
    tree_builder_stop (&reader->builder, &mark, "a key must be text, not %s",
                       node_kind_words (kind));
    return;
  }
  tree_builder_open (&reader->builder, kind, &mark);
  if (reader->builder.is_stopped)
    return;
  Anchor *opened = remember_anchor (reader, anchor, tree_builder_top (&reader->builder)->node);
  if (opened != NULL)
    opened->is_open = true;
  reader->n_flow += is_flow;
  g_ptr_array_add (reader->open_anchors, opened);
}

static void
close_collection (YamlReader *reader, const yaml_event_t *event)
{
  Node *node = tree_builder_top (&reader->builder)->node;
  TextCursor end = seek (reader, event->end_mark);
  /* A block's end is where the next thing begins; only a bracket is on the page. */
  if (event->end_mark.index > event->start_mark.index && node->mark.line == end.line)
    node->mark.end_column = end.column;
  reader->n_flow -= reader->n_flow > 0;
  unsigned n_nodes;
  int height;
  tree_builder_close (&reader->builder, &n_nodes, &height);
  Anchor *anchor = g_ptr_array_steal_index (reader->open_anchors, reader->open_anchors->len - 1);
  if (anchor == NULL)
    return;
  anchor->is_open = false;
  anchor->n_nodes = n_nodes;
  anchor->height = height;
}

static void
read_alias (YamlReader *reader, const yaml_event_t *event)
{
  TextCursor start = seek (reader, event->start_mark);
  TextCursor end = seek (reader, event->end_mark);
  Mark mark = text_cursor_mark_to (&start, &end);
  const char *name = (const char *)event->data.alias.anchor;
  if (tree_builder_wants_key (&reader->builder)) {
    tree_builder_stop (&reader->builder, &mark, "a key must be text, not the alias '*%s'", name);
    return;
  }
  Anchor *anchor = g_hash_table_lookup (reader->anchors, name);
  if (anchor == NULL) {
    g_autofree char *quoted = quote_value (reader, &start);
    reader->unknown_alias_line = mark.line;
    tree_builder_report (
      &reader->builder, &mark,
      "'*%s' is an alias, and no anchor '&%s' stands above it: if text is meant, "
      "write %s",
      name, name, quoted);
    tree_builder_take (&reader->builder, node_new_scalar (&mark, "", NODE_PLAIN), &mark, 1, 0);
  } else if (anchor->is_open) {
    tree_builder_stop (&reader->builder, &mark, "'*%s' stands inside its own anchor '&%s'", name,
                       name);
  } else {
    tree_builder_take (&reader->builder, node_ref (anchor->node), &mark, anchor->n_nodes,
                       anchor->height);
  }
}

/* libyaml compares each %TAG with all others before it says anything, which takes minutes for a
 * megabyte of them. No tag is used here, so they are refused before it sees them. */
static void
refuse_tag_directives (YamlReader *reader, TextCursor cursor)
{
  const char *text = cursor.source->text;
  for (;;) {
    const char *at = text + cursor.byte;
    size_t n_line = strcspn (at, "\n"), n_blanks = strspn (at, " \t\r");
    if (g_str_has_prefix (at, "%TAG")) {
      Mark mark = text_cursor_mark (&cursor);
      tree_builder_stop (&reader->builder, &mark, "tags are not used here: remove this line");
      return;
    }
    bool is_skipped = n_blanks >= n_line || at[n_blanks] == '#' || at[0] == '%' ||
                      g_str_has_prefix (at, "...");
    if (!is_skipped || at[n_line] == '\0')
      return;
    text_cursor_skip (&cursor, n_line + 1);
  }
}

static void
start_document (YamlReader *reader, const yaml_event_t *event)
{
  if (reader->n_documents++ == 0)
    return;
  TextCursor start = seek (reader, event->start_mark);
  Mark mark = text_cursor_mark (&start);
  tree_builder_stop (&reader->builder, &mark, "a second document begins here: a file holds one");
}

static void
read_event (YamlReader *reader, const yaml_event_t *event)
{
  switch (event->type) {
  case YAML_STREAM_START_EVENT:
    refuse_tag_directives (reader, reader->cursor);
    break;
  case YAML_DOCUMENT_END_EVENT:
    refuse_tag_directives (reader, seek (reader, event->end_mark));
    break;
  case YAML_DOCUMENT_START_EVENT:
    start_document (reader, event);
    break;
  case YAML_ALIAS_EVENT:
    read_alias (reader, event);
    break;
  case YAML_SCALAR_EVENT:
    read_scalar (reader, event);
    break;
  case YAML_SEQUENCE_START_EVENT:
    open_collection (reader, NODE_LIST, event->data.sequence_start.anchor,
                     event->data.sequence_start.tag, event->start_mark,
                     event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
    break;
  case YAML_MAPPING_START_EVENT:
    open_collection (reader, NODE_MAP, event->data.mapping_start.anchor,
                     event->data.mapping_start.tag, event->start_mark,
                     event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    close_collection (reader, event);
    break;
  default:
    break;
  }
}

static void
read_events (YamlReader *reader)
{
  TreeBuilder *builder = &reader->builder;
  for (bool is_done = false; !is_done && !builder->is_stopped;) {
    yaml_event_t event;
    if (!yaml_parser_parse (&reader->parser, &event)) {
      builder->is_stopped = true;
      /* What follows an alias that was no alias is no second mistake. */
      if (reader->unknown_alias_line != (int)reader->parser.problem_mark.line + 1)
        yaml_explain (&reader->parser, builder->source, builder->problems);
      return;
    }
    is_done = event.type == YAML_STREAM_END_EVENT;
    read_event (reader, &event);
    yaml_event_delete (&event);
  }
}

Node *
yaml_read (SourceText *source, Problems *problems)
{
  YamlReader reader = {
    .cursor = text_cursor_at_start (source),
    .all_anchors = g_ptr_array_new_with_free_func (anchor_free),
    .anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .open_anchors = g_ptr_array_new (),
  };
  tree_builder_init (&reader.builder, source, problems);
  if (!yaml_parser_initialize (&reader.parser))
    g_error ("no memory for a YAML parser");
  yaml_parser_set_encoding (&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&reader.parser, (const unsigned char *)source->text,
                                source->length);
  read_events (&reader);
  Mark start = { .source = source, .line = 1, .column = 1 };
  if (reader.builder.root == NULL && !reader.builder.is_stopped)
    tree_builder_take (&reader.builder, node_new_scalar (&start, "", NODE_PLAIN), &start, 1, 0);
  Node *root = tree_builder_finish (&reader.builder);
  yaml_parser_delete (&reader.parser);
  tree_builder_clear (&reader.builder);
  g_ptr_array_unref (reader.open_anchors);
  g_hash_table_unref (reader.anchors);
  g_ptr_array_unref (reader.all_anchors);
  return root;
}
