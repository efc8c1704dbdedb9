/* Who is getting the answer to a request: one at a time, among all processes of a home.
 *
 *     HOME/flights    an empty file; a byte of it is locked for each request in flight
 *
 * The locks are OFD locks (fcntl(2)) on one byte each, at an offset taken from the request's
 * fingerprint, so there is nothing to make, to sweep or to outlive a killed holder. Each flight has
 * an open file of its own: two images of one process that ask the same exclude each other too. */
#pragma once

#include <stdbool.h>
#include <glib.h>

#include "base/digest.h"

typedef struct Flight Flight;

/* *out_flight is NULL while somebody else has it. Never waits. */
bool flight_try (const char *home, const Digest *request, Flight **out_flight, GError **error);
/* Lets the others have it. */
void flight_free (Flight *flight);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flight, flight_free)

/* Does anyone have it, this process included? Where that cannot be found out: no. */
bool flight_is_busy (const char *home, const Digest *request);
