/* A small HTTP server on loopback, a thread for each connection, that answers as a test says, down to
 * the byte. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>
#include <openssl/ssl.h>

typedef struct Loopback Loopback;
typedef struct Peer Peer;

/* A request that came whole. */
typedef struct {
  const char *target;  /* "/path?query", "host:port" of CONNECT */
  const char *head;    /* request line and headers */
  int64_t body_bytes;  /* as declared, and as they came */
  const char *sha256;  /* of the body, in hex */
  unsigned connection; /* counts from 1 */
  unsigned n;          /* of the connection's requests, from 1 */
} Asked;

/* `answer` returns false when the connection is to be closed. A target of NULL is the last page, and
 * answers all others. */
typedef struct {
  const char *target;
  bool (*answer) (Peer *peer, const Asked *asked);
} Page;

/* `tls` is borrowed; NULL: plain. */
Loopback *loopback_new (const Page *pages, SSL_CTX *tls);
void loopback_free (Loopback *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Loopback, loopback_free)
int loopback_port (const Loopback *server);
unsigned loopback_n_connections (Loopback *server);
unsigned loopback_n_requests (Loopback *server);

/* False: the other side has closed. */
bool peer_send (Peer *peer, const void *bytes, size_t length);
bool peer_say (Peer *peer, const char *text);
/* A whole answer of status 200. */
bool peer_answer (Peer *peer, const void *bytes, size_t length);
/* Until the other side closes. */
void peer_wait (Peer *peer);

/* Of 127.0.0.1, 127.0.0.2 and localhost, signed by itself. */
SSL_CTX *loopback_tls_new (const char *certificate_path);
/* A port of loopback where nobody listens. */
int loopback_closed_port (void);
