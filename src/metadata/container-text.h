/* What the walkers share of texts and of packed blocks. */
#pragma once

#include "metadata/container-kinds.h"

/* Adds a BLOCK_TEXT; `keyword` is consumed. The bytes are UTF-8, or Latin-1 when they are not valid
 * UTF-8; NULs are left out. NULL when the list is full. */
Block *listing_add_text (Listing *listing, const char *name, size_t at, size_t length,
                         char *keyword, const void *text, size_t text_length);

/* Bytes as UTF-8, by the same rule. New string. */
char *text_as_utf8 (const void *bytes, size_t length, size_t *out_length);

/* A zlib stream. What is over `most` bytes is cut at `most` + 1, so that a limit is seen to be passed. NULL:
 * it cannot be unpacked. *out_produced: how many bytes that took, whatever came of it. */
GBytes *text_unpack (const uint8_t *bytes, size_t length, size_t most, size_t *out_produced);

/* The bytes of a "Raw profile type …" text: a name, a length, then hex digits. What is over `most` is cut
 * as above. NULL: it is not of that form. */
GBytes *text_raw_profile (const uint8_t *bytes, size_t length, size_t most);
