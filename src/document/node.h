/* The marked tree: what a YAML or JSON text says, every node with the place it stands at.
 *
 * Nodes are counted and never changed once a reader has handed them out, so trees share subtrees:
 * an alias is the same node twice, and replacing one ${var} copies only the way down to it. A
 * node's mark borrows its SourceText: whoever keeps nodes keeps the Document they came from. */
#pragma once

#include <stdint.h>

#include "base/mark.h"

typedef enum {
  NODE_NULL,
  NODE_BOOL,
  NODE_INT,
  NODE_NUMBER,
  NODE_TEXT,
  NODE_LIST,
  NODE_MAP,
} NodeKind;

typedef enum {
  NODE_PLAIN,  /* written without quotes */
  NODE_QUOTED, /* in single or double quotes, or any JSON string */
  NODE_BLOCK,  /* after | or > */
} NodeStyle;

typedef struct Node Node;
struct Node {
  NodeKind kind;
  NodeStyle style;     /* of a scalar */
  bool cut_by_comment; /* a plain scalar that ends at an unquoted " #": text was probably lost */
  bool has_references; /* "${" occurs in this scalar, or in some value below */
  int references;
  Mark mark;
  char *text;       /* scalars: as written, after unquoting; NULL for lists and maps */
  bool boolean;     /* NODE_BOOL */
  int64_t integer;  /* NODE_INT */
  double number;    /* NODE_INT and NODE_NUMBER; always finite */
  GPtrArray *items; /* list: elements; map: values. Node*, owned */
  GPtrArray *keys;  /* map: Node* of kind NODE_TEXT, in the order written; as long as items */
};

/* Counting is not atomic: one thread at a time works on a tree. */
Node *node_ref (Node *node);
void node_unref (Node *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Node, node_unref)

/* A plain scalar becomes null, bool, int or number by the YAML 1.2 core schema (true, 12, 1e3, ~;
 * not yes, on or 0777); a quoted or block one is text. */
Node *node_new_scalar (const Mark *mark, const char *text, NodeStyle style);
Node *node_new_list (const Mark *mark);
Node *node_new_map (const Mark *mark);
/* Both consume what they are given. Readers check for duplicate keys, these do not. */
void node_take_item (Node *list, Node *item);
void node_take_member (Node *map, Node *key, Node *value);

/* The value of `key`, or NULL; NULL also when `map` is NULL or no map. Borrowed. */
Node *node_get (const Node *map, const char *key);
/* 0 for NULL and for scalars. */
unsigned node_length (const Node *list_or_map);
Node *node_item (const Node *list_or_map, unsigned i);
const char *node_key (const Node *map, unsigned i);

/* "a number", "a list", … for messages. */
const char *node_kind_words (NodeKind kind);
/* What a message quotes: a scalar's text (shortened), or node_kind_words. New string. */
char *node_describe (const Node *node);

/* One line of JSON with the same meaning. */
void node_to_json (const Node *node, GString *out);
