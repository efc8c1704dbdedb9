/* Texts that look like credentials, so that no error ever repeats one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The first part of `text` that has the shape of a known credential (Google and OpenAI style keys,
 * OAuth tokens, JWTs, private key blocks). Byte offsets. */
bool secret_find (const char *text, size_t *out_start, size_t *out_length);

/* Does a name promise a credential: it is or ends in key, token, secret, password, credentials? */
bool secret_is_name (const char *name);
