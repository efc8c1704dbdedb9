/* A thread for each connection: a slow answer just sleeps. */
#include "simulator/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "simulator/log.h"
#include "simulator/quotas.h"

enum {
  /* A connection's memory holds its headers both ways; header-bytes needs most of it. */
  CONNECTION_BYTES = 2 * 1024 * 1024,
  BLOCK_BYTES = 64 * 1024,
  MOST_CONNECTIONS = 512,
  LOOK_MS = 20, /* between two looks whether the simulator stops, while a client is waited for */
};

struct Server {
  Simulator *simulator;
  struct MHD_Daemon *daemon;
};

/* One answer on its way. */
typedef struct {
  Simulator *simulator;
  Exchange *exchange;
  struct MHD_Connection *connection;
  int64_t cut_at; /* bytes; -1: never */
  bool is_reset;  /* what happens at the cut */
  bool is_endless;
  int64_t drip_bytes, drip_ms;
} Sending;

static enum MHD_Result
add_header (void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  GArray *fields = data;
  if (fields->len < EXCHANGE_MOST_HEADERS)
    fields_add (fields, name, value);
  return MHD_YES;
}

static Exchange *
receive_head (Simulator *simulator, struct MHD_Connection *connection, const char *method,
              const char *path)
{
  Exchange *exchange = exchange_new (method, path);
  exchange->arrival_us = clock_monotonic_us ();
  g_mutex_lock (&simulator->mutex);
  exchange->number = ++simulator->n_requests;
  g_mutex_unlock (&simulator->mutex);
  MHD_get_connection_values (connection, MHD_HEADER_KIND, add_header, exchange->headers);
  MHD_get_connection_values (connection, MHD_GET_ARGUMENT_KIND, add_header, exchange->query);
  return exchange;
}

static void
receive_body (Exchange *exchange, const char *data, size_t length)
{
  if (exchange->body->len + length > EXCHANGE_MOST_BYTES)
    exchange->is_too_large = true;
  else
    g_byte_array_append (exchange->body, (const uint8_t *)data, (unsigned)length);
}

/* Closing a socket that lingers for no time sends RST in place of FIN. */
static void
arm_reset (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (
    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  if (info != NULL)
    setsockopt (info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* Before the last bytes go out, or as soon as the client has gone: whoever asks again at once finds the
 * place free. */
static void
end_request (Simulator *simulator, Exchange *exchange)
{
  exchange->done_us = clock_monotonic_us ();
  quotas_release (simulator->quotas, exchange);
}

static ssize_t
send_more (void *data, uint64_t position, char *out, size_t most)
{
  Sending *sending = data;
  Exchange *exchange = sending->exchange;
  if (sending->cut_at >= 0) {
    if ((int64_t)position >= sending->cut_at) {
      if (sending->is_reset)
        arm_reset (sending->connection);
      return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    most = MIN (most, (size_t)(sending->cut_at - (int64_t)position));
  }
  if (sending->drip_bytes > 0) {
    if (position > 0 && !simulator_pause (sending->simulator, sending->drip_ms))
      return MHD_CONTENT_READER_END_WITH_ERROR;
    most = MIN (most, (size_t)sending->drip_bytes);
  }
  size_t n = body_read (exchange->answer, out, most);
  if (n == 0 && sending->is_endless && simulator_pause (sending->simulator, 0)) {
    memset (out, ' ', most);
    n = most;
  }
  exchange->sent_bytes = (int64_t)position + (int64_t)n;
  if (!sending->is_endless && exchange->sent_bytes == body_length (exchange->answer))
    end_request (sending->simulator, exchange);
  return n > 0 ? (ssize_t)n : MHD_CONTENT_READER_END_OF_STREAM;
}

static Sending *
plan_sending (Simulator *simulator, Exchange *exchange, struct MHD_Connection *connection)
{
  const Fault *fault = exchange->fault;
  Sending *sending = g_new0 (Sending, 1);
  sending->simulator = simulator;
  sending->exchange = exchange;
  sending->connection = connection;
  sending->cut_at = -1;
  if (fault == NULL)
    return sending;
  if (fault->cut_after > 0 || fault->cut)
    sending->cut_at = fault->cut_after > 0 ? fault->cut_after : body_length (exchange->answer) / 2;
  if (fault->reset_after > 0) {
    sending->cut_at = fault->reset_after;
    sending->is_reset = true;
  }
  sending->is_endless = fault->endless;
  sending->drip_bytes = fault->drip_bytes;
  sending->drip_ms = fault->drip_ms;
  return sending;
}

/* What a fault adds: one long header, and one of the script's own. */
static void
add_odd_headers (struct MHD_Response *response, const Fault *fault)
{
  if (fault->header_bytes > 0) {
    g_autofree char *value = g_strnfill ((gsize)fault->header_bytes, 'x');
    MHD_add_response_header (response, "X-Long", value);
  }
  const char *colon = fault->header != NULL ? strchr (fault->header, ':') : NULL;
  if (colon == NULL)
    return;
  g_autofree char *name = g_strndup (fault->header, (size_t)(colon - fault->header));
  g_autofree char *value = g_strstrip (g_strdup (colon + 1));
  MHD_add_response_header (response, name, value);
}

static void
add_headers (struct MHD_Response *response, const Exchange *exchange)
{
  if (exchange->fault != NULL)
    add_odd_headers (response, exchange->fault);
  for (unsigned i = 0; i < exchange->answer_headers->len; i++) {
    const Field *field = &g_array_index (exchange->answer_headers, Field, i);
    MHD_add_response_header (response, field->name, field->value);
  }
}

static enum MHD_Result
send_answer (Simulator *simulator, Exchange *exchange, struct MHD_Connection *connection)
{
  const Fault *fault = exchange->fault;
  if (fault != NULL && fault->gzip) {
    body_pack (exchange->answer);
    exchange_set_header (exchange, "Content-Encoding", "gzip");
  }
  bool is_chunked = fault != NULL && (fault->chunked || fault->endless);
  uint64_t length = is_chunked ? MHD_SIZE_UNKNOWN : (uint64_t)body_length (exchange->answer);
  struct MHD_Response *response = MHD_create_response_from_callback (
    length, BLOCK_BYTES, send_more, plan_sending (simulator, exchange, connection), g_free);
  if (response == NULL)
    return MHD_NO;
  add_headers (response, exchange);
  enum MHD_Result result = MHD_queue_response (connection, (unsigned)exchange->status, response);
  MHD_destroy_response (response);
  return result;
}

/* A blocked thread is told of nothing: it looks for the end of the connection, and now and then whether
 * the simulator stops. */
static void
wait_for_leave (Simulator *simulator, struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (
    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct pollfd client = { .fd = info != NULL ? info->connect_fd : -1, .events = POLLRDHUP };
  while (poll (&client, 1, LOOK_MS) == 0 && simulator_pause (simulator, 0))
    continue;
}

static enum MHD_Result
handle (void *data, struct MHD_Connection *connection, const char *path, const char *method,
        const char *version, const char *upload, size_t *upload_length, void **own)
{
  Simulator *simulator = data;
  Exchange *exchange = *own;
  if (exchange == NULL) {
    *own = receive_head (simulator, connection, method, path);
    return MHD_YES;
  }
  if (*upload_length > 0) {
    receive_body (exchange, upload, *upload_length);
    *upload_length = 0;
    return MHD_YES;
  }
  simulator_answer (simulator, exchange);
  if (exchange->fault != NULL && exchange->fault->hang && exchange->quota == NULL) {
    wait_for_leave (simulator, connection);
    end_request (simulator, exchange);
    exchange->status = 0;
    return MHD_NO;
  }
  if (exchange->status == 0) {
    arm_reset (connection);
    return MHD_NO;
  }
  return send_answer (simulator, exchange, connection);
}

static void
finish (void *data, struct MHD_Connection *connection, void **own,
        enum MHD_RequestTerminationCode how)
{
  Simulator *simulator = data;
  Exchange *exchange = *own;
  if (exchange == NULL)
    return;
  exchange->is_whole = how == MHD_REQUEST_TERMINATED_COMPLETED_OK;
  quotas_release (simulator->quotas, exchange);
  if (simulator->log != NULL)
    log_write (simulator->log, simulator, exchange);
  exchange_free (exchange);
  *own = NULL;
}

/* Loopback and nothing else, whatever the option says. */
static bool
parse_host (const SimulatorOptions *options, struct sockaddr_storage *out_address, GError **error)
{
  struct sockaddr_in *four = (struct sockaddr_in *)out_address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)out_address;
  memset (out_address, 0, sizeof *out_address);
  if (strcmp (options->host, "127.0.0.1") == 0) {
    four->sin_family = AF_INET;
    four->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    four->sin_port = htons ((uint16_t)options->port);
    return true;
  }
  if (strcmp (options->host, "::1") == 0) {
    six->sin6_family = AF_INET6;
    six->sin6_addr = in6addr_loopback;
    six->sin6_port = htons ((uint16_t)options->port);
    return true;
  }
  g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE,
               "--host takes 127.0.0.1 or ::1, not '%s': the simulator speaks to this machine only",
               options->host);
  return false;
}

static void
set_url (Simulator *simulator, const struct sockaddr_storage *address, struct MHD_Daemon *daemon)
{
  const union MHD_DaemonInfo *info = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT);
  bool is_six = address->ss_family == AF_INET6;
  simulator->url = g_strdup_printf (is_six ? "http://[::1]:%u" : "http://127.0.0.1:%u",
                                    info != NULL ? info->port : 0u);
}

Server *
server_start (Simulator *simulator, GError **error)
{
  struct sockaddr_storage address;
  if (!parse_host (simulator->options, &address, error))
    return NULL;
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
  if (address.ss_family == AF_INET6)
    flags |= MHD_USE_IPv6;
  struct MHD_Daemon *daemon = MHD_start_daemon (
    flags, (uint16_t)simulator->options->port, NULL, NULL, handle, simulator, MHD_OPTION_SOCK_ADDR,
    (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED, finish, simulator,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_LIMIT,
    (unsigned)MOST_CONNECTIONS, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
  if (daemon == NULL) {
    g_set_error (error, OPTION_ERROR, OPTION_ERROR_USAGE, "cannot listen on %s port %d: %s",
                 simulator->options->host, simulator->options->port, g_strerror (errno));
    return NULL;
  }
  set_url (simulator, &address, daemon);
  Server *server = g_new0 (Server, 1);
  server->simulator = simulator;
  server->daemon = daemon;
  return server;
}

void
server_stop (Server *server)
{
  if (server == NULL)
    return;
  MHD_stop_daemon (server->daemon);
  g_free (server);
}
