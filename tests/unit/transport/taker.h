/* Who takes an answer of the lane, for tests. */
#pragma once

#include "transport/lane.h"

typedef struct {
  GMutex mutex;
  GCond changed;
  bool has_ended;
  unsigned n_begun;
  int status;
  int64_t n_bytes;
  bool keeps_nothing;
  GString *body; /* the first MiB */
  char *mark;    /* of the header X-Peel */
  GError *error; /* of the end */
  bool was_sent;
  int end_status;
  int64_t first_byte_ms, total_ms;
  GError *begin_refusal, *bytes_refusal; /* what begin or bytes is to fail with; or NULL */
} Taker;

void taker_init (Taker *taker);
void taker_clear (Taker *taker);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taker, taker_clear)

LaneReceiver taker_receiver (Taker *taker);
bool taker_has_ended (Taker *taker);
/* Until so many bytes have come. */
void taker_wait_bytes (Taker *taker, int64_t n_bytes);
/* Until the end. */
void taker_wait (Taker *taker);

/* Asks, and waits for the end. */
void taker_ask (Taker *taker, Lane *lane, HttpRequest *request);

#define assert_taken(taker, wanted_status, wanted_body)                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const Taker *taken_ = (taker);                                                                 \
    g_assert_no_error (taken_->error);                                                             \
    g_assert_cmpint (taken_->status, ==, (wanted_status));                                         \
    g_assert_cmpint (taken_->end_status, ==, (wanted_status));                                     \
    g_assert_cmpstr (taken_->body->str, ==, (wanted_body));                                        \
    g_assert_cmpuint (taken_->n_begun, ==, 1);                                                     \
    g_assert_true (taken_->was_sent);                                                              \
  }                                                                                                \
  G_STMT_END

#define assert_failed(taker, code)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const Taker *failed_ = (taker);                                                                \
    g_assert_error (failed_->error, TRANSPORT_ERROR, TRANSPORT_ERROR_##code);                      \
  }                                                                                                \
  G_STMT_END

#define assert_says(taker, text)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const Taker *said_ = (taker);                                                                  \
    g_assert_nonnull (said_->error);                                                               \
    if (strstr (said_->error->message, (text)) == NULL)                                            \
      g_assert_cmpstr (said_->error->message, ==, (text));                                         \
  }                                                                                                \
  G_STMT_END
