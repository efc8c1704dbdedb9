/* An answer on its way from the socket into the cache, in the lane's thread: the JSON is scanned, its
 * pictures go decoded into blobs as they come, and the provider judges what is left. What a verdict
 * calls the original is durable when the reader is done. */
#pragma once

#include "cache/blob.h"
#include "providers/provider.h"
#include "transport/lane.h"

typedef struct {
  Verdict verdict; /* zero when there is an `error` */
  GError *error;   /* of the transport, the scanner or the cache; NULL: there is a verdict */
  int status;      /* 0: no answer */
  bool was_sent;
  bool is_stored; /* `digest` is in the cache */
  bool was_cut;   /* the connection broke after the picture, which is whole */
  Digest digest;
} AnswerResult;

void answer_result_clear (AnswerResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnswerResult, answer_result_clear)

typedef struct {
  Cache *cache; /* the lane's own */
  const ProviderType *provider;
  const ProviderRequest *asked;
  bool is_picture; /* the body is the picture itself: what a URL led to */
  int64_t most_picture_bytes;
  /* In the lane's thread, once; the reader is gone afterwards. Takes the result. */
  void (*done) (void *data, AnswerResult *result);
  void *data;
} AnswerTask;

/* Everything in `task` is borrowed until it is done. */
LaneReceiver answer_reader_new (const AnswerTask *task);
