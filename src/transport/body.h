/* The body of a request as a stream: its segments one after the other, files from disk, through a
 * buffer of a fixed size. */
#pragma once

#include "transport/request.h"

typedef struct Body Body;

/* The request is borrowed and outlives the Body. */
Body *body_new (const HttpRequest *request);
void body_free (Body *body);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Body, body_free)

/* Up to `room` bytes; *out_length 0: that was all. False: a file cannot be read, or is not what was
 * looked at before. */
bool body_read (Body *body, char *out, size_t room, size_t *out_length, GError **error);
/* From the beginning again: the connection that it went into was dead. */
void body_rewind (Body *body);
/* Has all of it been read? A body without bytes has. */
bool body_is_done (const Body *body);
