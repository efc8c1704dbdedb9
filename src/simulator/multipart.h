/* multipart/form-data (RFC 7578), from a body that is in memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

enum { MULTIPART_MOST_PARTS = 64 };

typedef struct {
  char *name, *filename, *type; /* the last two may be NULL */
  const uint8_t *data;          /* borrowed from the body */
  size_t length;
} MultipartPart;

/* MultipartParts; NULL: the body is not what its Content-Type says. */
GPtrArray *multipart_read (const char *content_type, const uint8_t *data, size_t length);
