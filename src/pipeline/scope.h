/* The values that ${…} may name, and putting them in. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* A chain of name → value tables; the inner one wins. */
typedef struct Scope Scope;

/* `parent` is borrowed and may be NULL. */
Scope *scope_new (const Scope *parent);
void scope_free (Scope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scope, scope_free)

/* Takes a reference of `value`; an earlier value of this scope is replaced. */
void scope_set (Scope *scope, const char *name, Node *value);
/* Borrowed; NULL: not set in this scope or those around it. */
Node *scope_get (const Scope *scope, const char *name);

/* May a variable have this name: a letter or _, then letters, digits, _ and -. */
bool scope_is_name (const char *name);

/* The tree with every reference replaced; a new reference. A node without references is returned
 * as it is, so unchanged subtrees are shared and can be recognised by their address. A scalar that
 * is exactly one reference takes the value with its type. Unset names, ${env.X} that is unset or
 * holds a credential, lists inside a text: all are added to `problems` and left as they are. */
Node *scope_fill (const Scope *scope, Node *node, Problems *problems);
