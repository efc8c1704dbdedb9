/* How a text is written so that YAML takes it as text: for messages that say what to write. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { DOCUMENT_MOST_QUOTED = 70 };

/* In double quotes, or in single ones where that needs fewer escapes. A long text is cut with '…',
 * since a message shows the idea and the person has the text. What looks like a key becomes dots.
 * New string. */
char *document_quote (const char *text, size_t length);
/* The same text on one line for '…': cut when long, a space for what cannot be printed. New string. */
char *document_shorten (const char *text, size_t length, long most_characters);
