/* Puts a tree together from what a reader finds, under the limits of a Document.
 *
 * Collections are opened, filled and closed; what is open stands on a stack, so that no reader
 * calls itself. After a limit was broken the builder is stopped and takes nothing more. */
#pragma once

#include "base/problems.h"
#include "document/node-build.h"

typedef struct {
  Node *node;
  Node *key;        /* a map's key that waits for its value */
  GHashTable *keys; /* text to Node*, to find duplicates */
  bool is_repeated; /* the waiting key is a duplicate: its value is dropped */
  bool is_fresh;    /* nothing was put in yet, not even a dropped duplicate */
  int height;       /* of the tallest closed collection in it */
  unsigned count_before;
} TreeFrame;

typedef struct {
  SourceText *source;  /* borrowed */
  Problems *problems;  /* borrowed */
  unsigned n_problems; /* counted here: Problems keeps equal ones once */
  GArray *frames;      /* TreeFrame */
  Node *root;
  unsigned n_nodes; /* aliases counted as if written out */
  bool is_stopped;
} TreeBuilder;

void tree_builder_init (TreeBuilder *builder, SourceText *source, Problems *problems);
void tree_builder_clear (TreeBuilder *builder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TreeBuilder, tree_builder_clear)

/* Opens a list or map. */
void tree_builder_open (TreeBuilder *builder, NodeKind kind, const Mark *mark);
/* The next member's key, of kind text. Consumes it. */
void tree_builder_take_key (TreeBuilder *builder, Node *key);
/* A scalar, or a subtree that exists (then with its size and height). Consumes it. */
void tree_builder_take (TreeBuilder *builder, Node *value, const Mark *mark, unsigned n_nodes,
                        int height);
/* Closes what was opened last and says its own size and height. */
void tree_builder_close (TreeBuilder *builder, unsigned *out_n_nodes, int *out_height);

/* The innermost open collection, or NULL. */
TreeFrame *tree_builder_top (TreeBuilder *builder);
/* The next thing in the innermost collection is a key. */
bool tree_builder_wants_key (TreeBuilder *builder);

/* Adds a problem and goes on, unless there are very many. Always false. */
bool tree_builder_report (TreeBuilder *builder, const Mark *mark, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* Adds a problem and stops the builder. Always false. */
bool tree_builder_stop (TreeBuilder *builder, const Mark *mark, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* Steals the tree; NULL if anything was wrong with it. */
Node *tree_builder_finish (TreeBuilder *builder);
