/* The network lane: one thread that carries any number of HTTP calls at a time.
 *
 *     any thread                         the lane's thread
 *     lane_send ───── a queue ─────────▶ curl multi ─▶ receiver: begin, bytes …, ended
 *
 * TLS is verified, always; HTTP/2, proxies of the environment and connection reuse are libcurl's.
 * A connection that was kept and turns out to be dead is replaced, and the request sent again, within a
 * second; a service that was silent for longer may have worked on it, and is not asked twice. What costs
 * money (is_alone) goes on a connection of its own, where nothing is ever sent again.
 * Machines of one's own (loopback) are asked without a proxy. Redirects are followed for foreign
 * requests only: a request that carries a credential goes where it was sent. */
#pragma once

#include "transport/headers.h"
#include "transport/request.h"
#include "transport/transport-error.h"

typedef struct Lane Lane;

/* How a call ended. Borrowed. */
typedef struct {
  const GError *error;   /* NULL: a whole answer came, of whatever status */
  int status;            /* 0: none came */
  bool was_sent;         /* the whole request had gone out: the service may have worked on it */
  int64_t first_byte_ms; /* from the sending; -1: none came */
  int64_t total_ms;
} LaneEnd;

/* Who takes an answer. All are called in the lane's thread; a begin or bytes that returns false with
 * an error ends the call, and that error is told. Calls are few at a time, so they may take their
 * time to write a piece of a file, but not to wait for anything else. */
typedef struct {
  void *data;
  /* Once, before the first byte of the body, or its end. */
  bool (*begin) (void *data, int status, const HttpHeaders *headers, GError **error);
  bool (*bytes) (void *data, const void *bytes, size_t length, GError **error);
  /* Exactly once, the last of all; nothing of `data` is touched afterwards. */
  void (*ended) (void *data, const LaneEnd *end);
} LaneReceiver;

/* NULL: the thread could not be started. */
Lane *lane_new (GError **error);
/* Cancels what is under way, tells its receivers, and waits for the thread. */
void lane_free (Lane *lane);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lane, lane_free)

/* Takes the request. Returns the call's number, which is never 0. */
unsigned lane_send (Lane *lane, HttpRequest *request, const LaneReceiver *receiver);
/* Ends the call with TRANSPORT_ERROR_CANCELLED, if it has not ended. */
void lane_cancel (Lane *lane, unsigned call);

/* "libcurl 7.88.1, OpenSSL 3.0.15, nghttp2 1.52.0". New string. */
char *lane_library_versions (void);
/* Was libcurl built with it? Nothing can be asked without TLS; without HTTP/2 each request under way
 * takes a connection of its own. */
bool lane_has_tls (void);
bool lane_has_http2 (void);
