#include "taker.h"

enum { MOST_KEPT_BYTES = 1024 * 1024 };

void
taker_init (Taker *taker)
{
  *taker = (Taker){ 0 };
  g_mutex_init (&taker->mutex);
  g_cond_init (&taker->changed);
  taker->body = g_string_new (NULL);
}

void
taker_clear (Taker *taker)
{
  g_mutex_clear (&taker->mutex);
  g_cond_clear (&taker->changed);
  g_string_free (taker->body, TRUE);
  g_free (taker->mark);
  g_clear_error (&taker->error);
  g_clear_error (&taker->begin_refusal);
  g_clear_error (&taker->bytes_refusal);
}

static bool
refuse (const GError *refusal, GError **error)
{
  if (refusal == NULL)
    return true;
  g_propagate_error (error, g_error_copy (refusal));
  return false;
}

static bool
begin (void *data, int status, const HttpHeaders *headers, GError **error)
{
  Taker *taker = data;
  g_mutex_lock (&taker->mutex);
  g_assert_false (taker->has_ended);
  taker->n_begun++;
  taker->status = status;
  g_free (taker->mark);
  taker->mark = g_strdup (http_headers_get (headers, "x-peel"));
  g_mutex_unlock (&taker->mutex);
  return refuse (taker->begin_refusal, error);
}

static bool
take_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  Taker *taker = data;
  g_mutex_lock (&taker->mutex);
  g_assert_false (taker->has_ended);
  g_assert_cmpuint (taker->n_begun, ==, 1);
  taker->n_bytes += (int64_t)length;
  if (!taker->keeps_nothing && taker->body->len + length < MOST_KEPT_BYTES)
    g_string_append_len (taker->body, bytes, (gssize)length);
  g_cond_broadcast (&taker->changed);
  g_mutex_unlock (&taker->mutex);
  return refuse (taker->bytes_refusal, error);
}

static void
ended (void *data, const LaneEnd *end)
{
  Taker *taker = data;
  g_mutex_lock (&taker->mutex);
  g_assert_false (taker->has_ended);
  taker->has_ended = true;
  taker->error = end->error != NULL ? g_error_copy (end->error) : NULL;
  taker->was_sent = end->was_sent;
  taker->end_status = end->status;
  taker->first_byte_ms = end->first_byte_ms;
  taker->total_ms = end->total_ms;
  g_cond_broadcast (&taker->changed);
  g_mutex_unlock (&taker->mutex);
}

LaneReceiver
taker_receiver (Taker *taker)
{
  return (LaneReceiver){ taker, begin, take_bytes, ended };
}

bool
taker_has_ended (Taker *taker)
{
  g_mutex_lock (&taker->mutex);
  bool has_ended = taker->has_ended;
  g_mutex_unlock (&taker->mutex);
  return has_ended;
}

void
taker_wait_bytes (Taker *taker, int64_t n_bytes)
{
  g_mutex_lock (&taker->mutex);
  while (!taker->has_ended && taker->n_bytes < n_bytes)
    g_cond_wait (&taker->changed, &taker->mutex);
  g_mutex_unlock (&taker->mutex);
}

void
taker_wait (Taker *taker)
{
  taker_wait_bytes (taker, INT64_MAX);
}

void
taker_ask (Taker *taker, Lane *lane, HttpRequest *request)
{
  const LaneReceiver receiver = taker_receiver (taker);
  g_assert_cmpuint (lane_send (lane, request, &receiver), !=, 0);
  taker_wait (taker);
}
