/* Output paths with facts in them: "out/{name}-{width}.{ext}". */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* Gives the text for a fact, or NULL if there is none of that name. Borrowed until the next call. */
typedef const char *(*TemplateFactFunc) (void *data, const char *name);

/* The path, every fact made safe for a file name; {{ and }} are literal braces. `names` (n of them)
 * are for "did you mean". New string, or NULL after adding to `problems`. */
char *template_fill (const Node *template, TemplateFactFunc fact, void *data,
                     const char *const *names, unsigned n_names, Problems *problems);
/* Does the template mention {name}? */
bool template_names (const char *template, const char *name);
