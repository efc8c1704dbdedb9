/* Texts that look like credentials, and those known to be, so that no error ever repeats one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The first part of `text` that has the shape of a known credential (Google and OpenAI style keys,
 * OAuth tokens, JWTs, private key blocks). Byte offsets. */
bool secret_find (const char *text, size_t *out_start, size_t *out_length);

/* `text` with every credential as dots, one for each character; here also what was remembered, and what
 * stands behind "Bearer " or "Basic ", if "Authorization:" is before it or it has 16 characters. New
 * string; what is not UTF-8 stays. */
char *secret_hide (const char *text);

/* From now on secret_hide hides this text wherever it stands, whatever its shape, in the whole process.
 * Less than 6 bytes are not remembered, nor more than the 1000 latest texts. Any thread; NULL is
 * nothing. */
void secret_remember (const char *text);
/* Overwrites the string, then frees it. NULL is nothing. */
void secret_free (char *text);

/* Does a name promise a credential: it is or ends in key, token, secret, password, credentials? */
bool secret_is_name (const char *name);

/* The same for a key in a file, where 'monkey' is a word and 'api-key' is not: "key" must stand alone
 * or begin a word. */
bool secret_is_key (const char *name);
/* The value that stands behind such a key in a line of a file that could not be read, as in
 * "api-key: hunter2 # x": a reader would have known where it ends, here it is the rest of the line
 * or what the quotes hold. Byte offsets. */
bool secret_find_named (const char *line, size_t *out_start, size_t *out_length);
