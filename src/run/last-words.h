/* The end of what a program printed, for the error that tells of its failure. */
#pragma once

#include <glib.h>

/* Keeps no more than some KB of all that is added. */
void last_words_add (GString *words, const char *bytes, size_t length);
/* The last lines without control characters and escape sequences, each indented; "" when nothing
 * was printed. New string. */
char *last_words_format (const GString *words);
