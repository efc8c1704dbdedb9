/* A body in pieces, made while it is sent: text, files, and files as base64. A picture stays one
 * shared GBytes however many connections send it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef enum {
  ESCAPE_NONE,
  ESCAPE_SLASHES, /* / as \/ */
  ESCAPE_UNICODE, /* / + = as \u002f \u002b \u003d */
  ESCAPE_COUNT,
} BodyEscape;

typedef struct Body Body;

Body *body_new (void);
void body_free (Body *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Body, body_free)

void body_add_text (Body *body, const char *text, size_t length);
void body_add_bytes (Body *body, GBytes *bytes);
void body_add_base64 (Body *body, GBytes *bytes, BodyEscape escape);
/* `letter` so often. */
void body_add_filler (Body *body, char letter, int64_t length);
/* All that was added so far is packed as gzip has it. */
void body_pack (Body *body);

/* Bytes that body_read will give in all. */
int64_t body_length (const Body *body);
/* The next bytes, at most `most`; 0 at the end. */
size_t body_read (Body *body, void *out, size_t most);
