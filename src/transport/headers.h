/* The headers of an answer. */
#pragma once

#include <glib.h>

typedef struct {
  GPtrArray *lines; /* char*: "name: value", as they came */
} HttpHeaders;

/* The value of the last header of that name, whatever its case; NULL: there is none. Borrowed. */
const char *http_headers_get (const HttpHeaders *headers, const char *name);
