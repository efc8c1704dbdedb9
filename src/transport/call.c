#include "transport/call.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/units.h"
#include "transport/address.h"

enum {
  CONNECT_TIMEOUT_MS = 15 * 1000,
  KEEP_ALIVE_S =
    30, /* services think for minutes without a byte, and routers forget who is silent */
  MOST_REDIRECTS = 5,
  MOST_HEADER_BYTES = 256 * 1024,
  BUFFER_BYTES = 64 * 1024,
  /* A connection that was dead before anything was sent says so within a round trip. One that ends later
   * may have brought the request to somebody who worked on it, and charges for it. */
  MOST_RESEND_US = 1000 * 1000,
};

static const char closed_early[] = "the connection was closed without an answer";

Call *
call_new (unsigned number, HttpRequest *request, const LaneReceiver *receiver)
{
  Call *call = g_new0 (Call, 1);
  call->number = number;
  call->request = request;
  call->receiver = *receiver;
  call->body = body_new (request);
  call->answer_headers.lines = g_ptr_array_new_with_free_func (g_free);
  return call;
}

void
call_free (Call *call)
{
  curl_easy_cleanup (call->handle);
  curl_slist_free_all (call->headers);
  body_free (call->body);
  http_request_free (call->request);
  g_ptr_array_unref (call->answer_headers.lines);
  g_clear_error (&call->error);
  g_free (call);
}

static size_t
give_body (char *out, size_t size, size_t n, void *data)
{
  Call *call = data;
  size_t length;
  if (!body_read (call->body, out, size * n, &length, &call->error))
    return CURL_READFUNC_ABORT;
  if (body_is_done (call->body))
    call->given_us = clock_monotonic_us ();
  return length;
}

/* A connection that was kept open may be dead: curl begins again on another one, and of itself it would
 * do so however long the service had been silent. */
static int
rewind_body (void *data, curl_off_t offset, int origin)
{
  Call *call = data;
  if (offset != 0 || origin != SEEK_SET)
    return CURL_SEEKFUNC_CANTSEEK;
  if (call->given_us > 0 && clock_monotonic_us () - call->given_us > MOST_RESEND_US) {
    g_set_error_literal (&call->error, TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN, closed_early);
    return CURL_SEEKFUNC_FAIL;
  }
  call->given_us = 0;
  body_rewind (call->body);
  return CURL_SEEKFUNC_OK;
}

/* ---- the answer ---- */

static size_t
take_header (char *text, size_t size, size_t n, void *data)
{
  Call *call = data;
  size_t length = size * n;
  /* The status line of this answer, not of the redirect or the "100 Continue" before it. */
  if (length >= 5 && memcmp (text, "HTTP/", 5) == 0) {
    g_ptr_array_set_size (call->answer_headers.lines, 0);
    return length;
  }
  call->header_bytes += length;
  if (call->header_bytes > MOST_HEADER_BYTES) {
    g_set_error (&call->error, TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE,
                 "the answer has more than %d bytes of headers", MOST_HEADER_BYTES);
    return 0;
  }
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  if (length > 0)
    g_ptr_array_add (call->answer_headers.lines, g_strndup (text, length));
  return size * n;
}

static bool
begin_answer (Call *call)
{
  long status = 0;
  if (call->has_begun)
    return true;
  call->has_begun = true;
  curl_easy_getinfo (call->handle, CURLINFO_RESPONSE_CODE, &status);
  return call->receiver.begin (call->receiver.data, (int)status, &call->answer_headers,
                               &call->error);
}

static size_t
take_bytes (char *bytes, size_t size, size_t n, void *data)
{
  Call *call = data;
  size_t length = size * n;
  int64_t most = call->request->most_answer_bytes > 0 ? call->request->most_answer_bytes
                                                      : HTTP_MOST_ANSWER_BYTES;
  if (call->first_byte_us == 0)
    call->first_byte_us = clock_monotonic_us ();
  if (!begin_answer (call))
    return CURL_WRITEFUNC_ERROR;
  call->n_bytes += (int64_t)length;
  if (call->n_bytes > most) {
    g_set_error (&call->error, TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE,
                 "the answer has more than %" G_GINT64_FORMAT " bytes, the most that is taken",
                 most);
    return CURL_WRITEFUNC_ERROR;
  }
  return call->receiver.bytes (call->receiver.data, bytes, length, &call->error)
           ? length
           : CURL_WRITEFUNC_ERROR;
}

/* ---- where it goes ---- */

/* Programs that are started meanwhile must not hold it open. */
static curl_socket_t
open_socket (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Call *call = data;
  if (!call->request->is_foreign || address_is_public (&address->addr))
    return socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  call->is_led_astray = true;
  return CURL_SOCKET_BAD;
}

/* What a redirect leads to may be reached by a connection that is open already, of another call: its
 * socket was opened by other rules. */
static int
look_where_it_leads (void *data, char *ip, char *own_ip, int port, int own_port)
{
  Call *call = data;
  if (address_is_public_text (ip))
    return CURL_PREREQFUNC_OK;
  call->is_led_astray = true;
  return CURL_PREREQFUNC_ABORT;
}

/* The scheme and host of a URL; false where it is none. */
static bool
split_url (const char *url, char **out_scheme, char **out_host)
{
  CURLU *parts = curl_url ();
  char *scheme = NULL, *host = NULL;
  bool ok = curl_url_set (parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
            curl_url_get (parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
            curl_url_get (parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
  if (ok) {
    *out_scheme = g_strdup (scheme);
    *out_host = g_strdup (host);
  }
  curl_free (scheme);
  curl_free (host);
  curl_url_cleanup (parts);
  return ok;
}

static bool
fail_address (const char *why, GError **error)
{
  g_set_error_literal (error, TRANSPORT_ERROR, TRANSPORT_ERROR_ADDRESS, why);
  return false;
}

static bool
set_address (Call *call, GError **error)
{
  CURL *handle = call->handle;
  const HttpRequest *request = call->request;
  g_autofree char *scheme = NULL, *host = NULL;
  if (!split_url (request->url, &scheme, &host))
    return fail_address ("the address is no URL", error);
  bool is_loopback = address_is_loopback_name (host);
  bool is_https = strcmp (scheme, "https") == 0, is_http = strcmp (scheme, "http") == 0;
  if (request->is_foreign && !is_https)
    return fail_address ("an address that a service gives must begin with https://", error);
  if (!is_https && !(is_http && (is_loopback || request->is_direct)))
    return fail_address ("only https:// is asked, but for this machine itself: http:// would show "
                         "what is sent to everyone on the way",
                         error);
  curl_easy_setopt (handle, CURLOPT_URL, request->url);
  curl_easy_setopt (handle, CURLOPT_PROTOCOLS_STR, request->is_foreign ? "https" : "http,https");
  if (request->is_direct || is_loopback)
    curl_easy_setopt (handle, CURLOPT_NOPROXY, "*");
  if (!request->is_foreign)
    return true;
  /* Where it leads is looked at when it is connected to, after the name was looked up: a name may be
   * anybody's. Behind a proxy the name is looked up elsewhere, and such requests go without one. */
  curl_easy_setopt (handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt (handle, CURLOPT_PREREQFUNCTION, look_where_it_leads);
  curl_easy_setopt (handle, CURLOPT_PREREQDATA, call);
  curl_easy_setopt (handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt (handle, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
  curl_easy_setopt (handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  /* Nor is its connection of use to others. */
  curl_easy_setopt (handle, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt (handle, CURLOPT_FORBID_REUSE, 1L);
  return true;
}

static void
set_body (Call *call)
{
  CURL *handle = call->handle;
  if (strcmp (call->request->method, "GET") == 0)
    return;
  /* libcurl repeats by itself only what it sent on a connection that it had kept. */
  if (call->request->is_alone)
    curl_easy_setopt (handle, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt (handle, CURLOPT_POST, 1L);
  curl_easy_setopt (handle, CURLOPT_POSTFIELDSIZE_LARGE,
                    (curl_off_t)http_request_body_bytes (call->request));
  curl_easy_setopt (handle, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt (handle, CURLOPT_READDATA, call);
  curl_easy_setopt (handle, CURLOPT_SEEKFUNCTION, rewind_body);
  curl_easy_setopt (handle, CURLOPT_SEEKDATA, call);
  /* "Expect: 100-continue" costs a second at every server that does not know it. */
  call->headers = curl_slist_append (call->headers, "Expect:");
}

bool
call_prepare (Call *call, GError **error)
{
  CURL *handle = call->handle = curl_easy_init ();
  if (handle == NULL) {
    g_set_error_literal (error, TRANSPORT_ERROR, TRANSPORT_ERROR_CONNECT, "libcurl does not start");
    return false;
  }
  for (unsigned i = 0; i < call->request->headers->len; i++)
    call->headers = curl_slist_append (call->headers, call->request->headers->pdata[i]);
  curl_easy_setopt (handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (handle, CURLOPT_PRIVATE, call);
  curl_easy_setopt (handle, CURLOPT_ERRORBUFFER, call->curl_message);
  curl_easy_setopt (handle, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
  curl_easy_setopt (handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
  curl_easy_setopt (handle, CURLOPT_TIMEOUT_MS, (long)call->request->timeout_ms);
  curl_easy_setopt (handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (handle, CURLOPT_TCP_KEEPIDLE, (long)KEEP_ALIVE_S);
  curl_easy_setopt (handle, CURLOPT_TCP_KEEPINTVL, (long)KEEP_ALIVE_S);
  curl_easy_setopt (handle, CURLOPT_ACCEPT_ENCODING, ""); /* all that libcurl unpacks */
  curl_easy_setopt (handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt (handle, CURLOPT_OPENSOCKETDATA, call);
  /* The end of a call does not wait for a name server: all other calls would wait with it. */
  curl_easy_setopt (handle, CURLOPT_QUICK_EXIT, 1L);
  /* A proxy's are none of the answer's. */
  curl_easy_setopt (handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt (handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt (handle, CURLOPT_HEADERDATA, call);
  curl_easy_setopt (handle, CURLOPT_WRITEFUNCTION, take_bytes);
  curl_easy_setopt (handle, CURLOPT_WRITEDATA, call);
  if (!set_address (call, error))
    return false;
  set_body (call);
  curl_easy_setopt (handle, CURLOPT_HTTPHEADER, call->headers);
  call->begun_us = clock_monotonic_us ();
  return true;
}

/* ---- the end ---- */

static const char *
curl_words (const Call *call, CURLcode code)
{
  return call->curl_message[0] != '\0' ? call->curl_message : curl_easy_strerror (code);
}

static GError *
new_timeout (const Call *call)
{
  g_autofree char *limit = units_format_duration (call->request->timeout_ms);
  if (call->first_byte_us == 0)
    return g_error_new (TRANSPORT_ERROR, TRANSPORT_ERROR_TIMEOUT, "no answer came within %s",
                        limit);
  return g_error_new (TRANSPORT_ERROR, TRANSPORT_ERROR_TIMEOUT,
                      "the answer was not whole after %s: %" G_GINT64_FORMAT " bytes had come",
                      limit, call->n_bytes);
}

static GError *
new_address_error (const char *why)
{
  return g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_ADDRESS, why);
}

/* What answered is not who it should be; libcurl's words say what its certificate lacks. */
static GError *
new_distrust (const Call *call, CURLcode code)
{
  g_autofree char *scheme = NULL, *host = NULL;
  if (!split_url (call->request->url, &scheme, &host))
    host = g_strdup ("the service");
  return g_error_new (
    TRANSPORT_ERROR, TRANSPORT_ERROR_CONNECT,
    "what answers cannot prove that it is %s, and nothing was sent (%s); if a proxy "
    "of your network stands between, add its certificate to those of the system",
    host, curl_words (call, code));
}

/* What curl's code means here. */
static GError *
translate (const Call *call, CURLcode code)
{
  curl_off_t connected_us = 0;
  curl_easy_getinfo (call->handle, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  TransportErrorCode kind = connected_us > 0 ? TRANSPORT_ERROR_BROKEN : TRANSPORT_ERROR_CONNECT;
  long status = 0;
  curl_easy_getinfo (call->handle, CURLINFO_RESPONSE_CODE, &status);
  if (call->is_led_astray && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
    return new_address_error (
      "the address leads to this machine or a private network, and an address that a service gives "
      "may lead to the open internet only");
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    if (connected_us > 0)
      return new_timeout (call);
    break;
  case CURLE_URL_MALFORMAT:
    kind = TRANSPORT_ERROR_ADDRESS;
    break;
  case CURLE_TOO_MANY_REDIRECTS:
    return new_address_error ("the address leads on and on, to no answer");
  case CURLE_UNSUPPORTED_PROTOCOL:
    if (status / 100 == 3)
      return new_address_error ("the address leads on to one that does not begin with https://");
    return g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN,
                                "what came back is no HTTP answer");
  case CURLE_PEER_FAILED_VERIFICATION:
    return new_distrust (call, code);
  case CURLE_PARTIAL_FILE:
    return g_error_new (TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN,
                        "the connection ended in the middle of the answer, after %" G_GINT64_FORMAT
                        " bytes",
                        call->n_bytes);
  case CURLE_OUT_OF_MEMORY: /* what libcurl says of a header that is too long for it */
    return g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE,
                                "a header of the answer is too long, or memory ran out");
  case CURLE_SEND_ERROR:
    if (connected_us > 0)
      return g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN,
                                  "the connection ended while the request was sent");
    break;
  case CURLE_GOT_NOTHING:
    return g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN, closed_early);
  default:
    break;
  }
  g_autofree char *words = secret_hide (curl_words (call, code));
  return g_error_new_literal (TRANSPORT_ERROR, kind, words);
}

void
call_end (Call *call, CURLcode code)
{
  long status = 0;
  int64_t now_us = clock_monotonic_us ();
  g_autoptr (GError) error = g_steal_pointer (&call->error);
  if (call->handle != NULL)
    curl_easy_getinfo (call->handle, CURLINFO_RESPONSE_CODE, &status);
  if (error == NULL && call->is_cancelled)
    error = g_error_new_literal (TRANSPORT_ERROR, TRANSPORT_ERROR_CANCELLED, "it was cancelled");
  else if (error == NULL && code != CURLE_OK)
    error = translate (call, code);
  else if (error == NULL && !begin_answer (call)) /* an answer without a body */
    error = g_steal_pointer (&call->error);
  curl_off_t connected_us = 0;
  if (call->handle != NULL)
    curl_easy_getinfo (call->handle, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  const LaneEnd end = {
    .error = error,
    .status = (int)status,
    .was_sent = connected_us > 0 && body_is_done (call->body),
    .first_byte_ms = call->first_byte_us > 0 ? (call->first_byte_us - call->begun_us) / 1000 : -1,
    .total_ms = call->begun_us > 0 ? (now_us - call->begun_us) / 1000 : 0,
  };
  call->receiver.ended (call->receiver.data, &end);
}
