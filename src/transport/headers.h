/* The headers of an answer. */
#pragma once

#include <stdint.h>
#include <glib.h>

typedef struct {
  GPtrArray *lines; /* char*: "name: value", as they came */
} HttpHeaders;

/* The value of the last header of that name, whatever its case; NULL: there is none. Borrowed. */
const char *http_headers_get (const HttpHeaders *headers, const char *name);
/* A date of HTTP (RFC 9110), in microseconds of Unix time; -1: it is none. */
int64_t http_date_parse (const char *text);
