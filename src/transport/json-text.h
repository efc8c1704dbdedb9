/* A JSON text that holds or may hold secrets: it is read, but no error quotes it. */
#pragma once

#include "document/document.h"

/* Reads an object. NULL: it is none, or it is over `limit` bytes or a limit of document.h; *out_line is
 * the line (from 1) the mistake stands in, 0: none. */
Document *json_text_read (const char *text, size_t length, size_t limit, int *out_line);

/* The text of a member, borrowed; NULL: there is none, or it is something else. */
const char *json_text_member (const Node *map, const char *key);

/* Is the text good for an HTTP header and for one line of a message: no control characters? */
bool json_text_is_line (const char *text);
/* Only visible ASCII, and something: what a token or a key is made of. */
bool json_text_is_token (const char *text);
