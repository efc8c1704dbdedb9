#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_HEAD_BYTES = 64 * 1024 };

struct Loopback {
  const Page *pages;
  SSL_CTX *tls;
  int fd, port;
  GThread *thread;
  GMutex mutex;
  GPtrArray *peers;    /* Peer*, owned; with `mutex` */
  unsigned n_requests; /* with `mutex` */
};

struct Peer {
  Loopback *server;
  GThread *thread;
  int fd;
  SSL *ssl;
  unsigned number, n_requests;
};

/* ---- bytes ---- */

static ssize_t
take (Peer *peer, void *out, size_t room)
{
  return peer->ssl != NULL ? SSL_read (peer->ssl, out, (int)room) : recv (peer->fd, out, room, 0);
}

bool
peer_send (Peer *peer, const void *bytes, size_t length)
{
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = peer->ssl != NULL ? SSL_write (peer->ssl, at, (int)MIN (length, 1 << 20))
                                  : send (peer->fd, at, length, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    at += n;
    length -= (size_t)n;
  }
  return true;
}

bool
peer_say (Peer *peer, const char *text)
{
  return peer_send (peer, text, strlen (text));
}

bool
peer_answer (Peer *peer, const void *bytes, size_t length)
{
  g_autofree char *head = g_strdup_printf (
    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nX-Peel: yes\r\n\r\n", length);
  return peer_say (peer, head) && peer_send (peer, bytes, length);
}

void
peer_wait (Peer *peer)
{
  char some[4096];
  while (take (peer, some, sizeof some) > 0)
    continue;
}

/* ---- requests ---- */

static char *
read_head (Peer *peer)
{
  g_autoptr (GString) head = g_string_new (NULL);
  while (head->len < MOST_HEAD_BYTES) {
    char letter;
    if (take (peer, &letter, 1) != 1)
      return NULL;
    g_string_append_c (head, letter);
    if (head->len >= 4 && memcmp (head->str + head->len - 4, "\r\n\r\n", 4) == 0)
      return g_strdup (head->str);
  }
  return NULL;
}

static int64_t
declared_bytes (const char *head)
{
  const char *line = strcasestr (head, "\r\ncontent-length: ");
  return line != NULL ? g_ascii_strtoll (line + strlen ("\r\ncontent-length: "), NULL, 10) : 0;
}

static bool
read_body (Peer *peer, int64_t n_bytes, GChecksum *sum)
{
  char some[32 * 1024];
  while (n_bytes > 0) {
    ssize_t n = take (peer, some, (size_t)MIN (n_bytes, (int64_t)sizeof some));
    if (n <= 0)
      return false;
    g_checksum_update (sum, (const guchar *)some, n);
    n_bytes -= n;
  }
  return true;
}

static const Page *
find_page (const Page *page, const char *target)
{
  while (page->target != NULL && strcmp (page->target, target) != 0)
    page++;
  return page;
}

static bool
serve_one (Peer *peer)
{
  g_autofree char *head = read_head (peer);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  if (head == NULL || !read_body (peer, declared_bytes (head), sum))
    return false;
  g_mutex_lock (&peer->server->mutex);
  peer->server->n_requests++;
  g_mutex_unlock (&peer->server->mutex);
  const char *target = strchr (head, ' ') + 1;
  g_autofree char *copy = g_strndup (target, strcspn (target, " "));
  const Asked asked = {
    copy, head, declared_bytes (head), g_checksum_get_string (sum), peer->number, ++peer->n_requests
  };
  return find_page (peer->server->pages, copy)->answer (peer, &asked);
}

static gpointer
serve (gpointer data)
{
  Peer *peer = data;
  if (peer->server->tls != NULL) {
    peer->ssl = SSL_new (peer->server->tls);
    SSL_set_fd (peer->ssl, peer->fd);
  }
  if (peer->ssl == NULL || SSL_accept (peer->ssl) == 1)
    while (serve_one (peer))
      continue;
  if (peer->ssl != NULL)
    SSL_shutdown (peer->ssl);
  SSL_free (peer->ssl);
  shutdown (peer->fd, SHUT_RDWR);
  return NULL;
}

/* ---- the server ---- */

static gpointer
accept_all (gpointer data)
{
  Loopback *server = data;
  for (int fd; (fd = accept4 (server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
    Peer *peer = g_new0 (Peer, 1);
    peer->server = server;
    peer->fd = fd;
    g_mutex_lock (&server->mutex);
    g_ptr_array_add (server->peers, peer);
    peer->number = server->peers->len;
    peer->thread = g_thread_new ("peer", serve, peer);
    g_mutex_unlock (&server->mutex);
  }
  return NULL;
}

static int
listen_at (in_addr_t where, int *out_port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (where) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *)&address, &length), ==, 0);
  *out_port = ntohs (address.sin_port);
  return fd;
}

Loopback *
loopback_new (const Page *pages, SSL_CTX *tls)
{
  Loopback *server = g_new0 (Loopback, 1);
  server->pages = pages;
  server->tls = tls;
  server->peers = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&server->mutex);
  /* Plain at 127.0.0.1; with TLS at 127.0.0.2, too. */
  server->fd = listen_at (tls != NULL ? INADDR_ANY : INADDR_LOOPBACK, &server->port);
  g_assert_cmpint (listen (server->fd, 64), ==, 0);
  server->thread = g_thread_new ("server", accept_all, server);
  return server;
}

void
loopback_free (Loopback *server)
{
  shutdown (server->fd, SHUT_RDWR);
  g_thread_join (server->thread);
  close (server->fd);
  for (unsigned i = 0; i < server->peers->len; i++) {
    Peer *peer = server->peers->pdata[i];
    shutdown (peer->fd, SHUT_RDWR);
    g_thread_join (peer->thread);
    close (peer->fd);
  }
  g_ptr_array_unref (server->peers);
  g_mutex_clear (&server->mutex);
  g_free (server);
}

int
loopback_port (const Loopback *server)
{
  return server->port;
}

unsigned
loopback_n_connections (Loopback *server)
{
  g_mutex_lock (&server->mutex);
  unsigned n = server->peers->len;
  g_mutex_unlock (&server->mutex);
  return n;
}

unsigned
loopback_n_requests (Loopback *server)
{
  g_mutex_lock (&server->mutex);
  unsigned n = server->n_requests;
  g_mutex_unlock (&server->mutex);
  return n;
}

/* Bound and not listening: a connection is refused, and nobody else gets the port. */
int
loopback_closed_port (void)
{
  static int port;
  if (port == 0)
    (void)listen_at (INADDR_LOOPBACK, &port);
  return port;
}
