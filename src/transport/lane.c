#include "transport/lane.h"

#include <string.h>

#include "transport/call.h"

/* Idle, the thread sleeps until it is woken; the rest is curl's own timers. */
enum { POLL_MS = 1000 };

typedef enum { LANE_SEND, LANE_CANCEL, LANE_QUIT } LaneOrderKind;

typedef struct {
  LaneOrderKind kind;
  Call *call;      /* SEND */
  unsigned number; /* CANCEL */
} LaneOrder;

struct Lane {
  CURLM *multi;
  GThread *thread;
  GAsyncQueue *orders; /* LaneOrder* */
  GPtrArray *calls;    /* Call*: under way. The thread's own */
  int next_number;     /* atomic */
};

/* ---- the thread ---- */

static void
end_call (Lane *lane, Call *call, CURLcode code)
{
  if (g_ptr_array_remove_fast (lane->calls, call))
    curl_multi_remove_handle (lane->multi, call->handle);
  call_end (call, code);
  call_free (call);
}

static void
begin_call (Lane *lane, Call *call)
{
  if (!call_prepare (call, &call->error) ||
      curl_multi_add_handle (lane->multi, call->handle) != CURLM_OK) {
    end_call (lane, call, CURLE_FAILED_INIT);
    return;
  }
  g_ptr_array_add (lane->calls, call);
}

static void
cancel (Lane *lane, Call *call)
{
  call->is_cancelled = true;
  end_call (lane, call, CURLE_ABORTED_BY_CALLBACK);
}

static void
cancel_number (Lane *lane, unsigned number)
{
  for (unsigned i = 0; i < lane->calls->len; i++) {
    Call *call = lane->calls->pdata[i];
    if (call->number == number) {
      cancel (lane, call);
      return;
    }
  }
}

/* False: the lane is to end. */
static bool
take_orders (Lane *lane)
{
  for (LaneOrder *order; (order = g_async_queue_try_pop (lane->orders)) != NULL;) {
    LaneOrder taken = *order;
    g_free (order);
    if (taken.kind == LANE_QUIT)
      return false;
    if (taken.kind == LANE_SEND)
      begin_call (lane, taken.call);
    else
      cancel_number (lane, taken.number);
  }
  return true;
}

static void
take_ends (Lane *lane)
{
  int n_left;
  for (CURLMsg *message; (message = curl_multi_info_read (lane->multi, &n_left)) != NULL;) {
    Call *call = NULL;
    CURLcode code = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &call);
    end_call (lane, call, code);
  }
}

static gpointer
carry (gpointer data)
{
  Lane *lane = data;
  while (take_orders (lane)) {
    int n_running;
    curl_multi_perform (lane->multi, &n_running);
    take_ends (lane);
    curl_multi_poll (lane->multi, NULL, 0, POLL_MS, NULL);
  }
  while (lane->calls->len > 0)
    cancel (lane, lane->calls->pdata[lane->calls->len - 1]);
  return NULL;
}

/* ---- for any thread ---- */

static void
give_order (Lane *lane, LaneOrderKind kind, Call *call, unsigned number)
{
  LaneOrder *order = g_new (LaneOrder, 1);
  *order = (LaneOrder){ kind, call, number };
  g_async_queue_push (lane->orders, order);
  curl_multi_wakeup (lane->multi);
}

Lane *
lane_new (GError **error)
{
  static gsize is_started;
  if (g_once_init_enter (&is_started)) {
    curl_global_init (CURL_GLOBAL_DEFAULT);
    g_once_init_leave (&is_started, 1);
  }
  Lane *lane = g_new0 (Lane, 1);
  lane->orders = g_async_queue_new ();
  lane->calls = g_ptr_array_new ();
  lane->multi = curl_multi_init ();
  if (lane->multi != NULL)
    lane->thread = g_thread_try_new ("network", carry, lane, error);
  else
    g_set_error_literal (error, TRANSPORT_ERROR, TRANSPORT_ERROR_CONNECT, "libcurl does not start");
  if (lane->thread == NULL)
    g_clear_pointer (&lane, lane_free);
  return lane;
}

void
lane_free (Lane *lane)
{
  if (lane == NULL)
    return;
  if (lane->thread != NULL) {
    give_order (lane, LANE_QUIT, NULL, 0);
    g_thread_join (lane->thread);
  }
  /* Orders that came after the last one; there is nobody left to tell. */
  for (LaneOrder *order; (order = g_async_queue_try_pop (lane->orders)) != NULL;) {
    if (order->kind == LANE_SEND) {
      order->call->is_cancelled = true;
      end_call (lane, order->call, CURLE_ABORTED_BY_CALLBACK);
    }
    g_free (order);
  }
  if (lane->multi != NULL)
    curl_multi_cleanup (lane->multi);
  g_async_queue_unref (lane->orders);
  g_ptr_array_unref (lane->calls);
  g_free (lane);
}

unsigned
lane_send (Lane *lane, HttpRequest *request, const LaneReceiver *receiver)
{
  unsigned number = (unsigned)g_atomic_int_add (&lane->next_number, 1) + 1;
  give_order (lane, LANE_SEND, call_new (number, request, receiver), number);
  return number;
}

void
lane_cancel (Lane *lane, unsigned call)
{
  give_order (lane, LANE_CANCEL, NULL, call);
}

char *
lane_library_versions (void)
{
  const curl_version_info_data *info = curl_version_info (CURLVERSION_NOW);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "libcurl %s", info->version);
  if (info->ssl_version != NULL)
    g_string_append_printf (text, ", %s", info->ssl_version);
  if (info->nghttp2_version != NULL)
    g_string_append_printf (text, ", nghttp2 %s", info->nghttp2_version);
  return g_string_free (text, FALSE);
}

static bool
has_feature (int feature)
{
  return (curl_version_info (CURLVERSION_NOW)->features & feature) != 0;
}

bool
lane_has_tls (void)
{
  return has_feature (CURL_VERSION_SSL);
}

bool
lane_has_http2 (void)
{
  return has_feature (CURL_VERSION_HTTP2);
}
