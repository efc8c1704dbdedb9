/* The IPTC Digital Source Type vocabulary (cv.iptc.org, release of 2024-10): how a picture came
 * to be. A term is known by its rank: 0 says most about AI, the last says least. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { VOCABULARY_NONE = -1 };

/* The rank of a whole value, "trainedAlgorithmicMedia" or its URI (http or https), or
 * VOCABULARY_NONE. Blanks around it do not count. */
int vocabulary_rank (const char *value);
const char *vocabulary_term (int rank);
/* Made or completed by a model or an algorithm: the label that is never lost by accident. */
bool vocabulary_is_ai (int rank);
/* The full http URI, which is what XMP holds. New string. */
char *vocabulary_uri (int rank);
/* The one of the two that says more about AI; either may be VOCABULARY_NONE. */
int vocabulary_stronger (int a, int b);
/* The strongest term whose URI stands anywhere in the bytes, or VOCABULARY_NONE. Linear. */
int vocabulary_scan (const void *bytes, size_t length);
