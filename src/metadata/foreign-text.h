/* Text that strangers wrote, made fit to be shown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

/* The text in the bytes as UTF-8: what is not valid UTF-8 is read as Latin-1. NULs at the end go, those
 * inside part it ("a; b"). At most about `most` bytes; what was cut off ends with "…". New string. */
char *foreign_text (const void *bytes, size_t length, size_t most);
/* The same of UTF-16; a byte order mark counts more than `is_big_endian`. */
char *foreign_text_utf16 (const void *bytes, size_t length, bool is_big_endian, size_t most);
/* `text` as it is, or its first `most` bytes and "…". New string. */
char *foreign_text_cut (const char *text, size_t most);
