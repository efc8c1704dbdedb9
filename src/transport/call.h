/* One call of the lane, as a curl easy handle and what belongs to it. For lane.c only. */
#pragma once

#include <curl/curl.h>

#include "transport/body.h"
#include "transport/lane.h"

typedef struct {
  unsigned number;
  CURL *handle;
  HttpRequest *request;
  LaneReceiver receiver;
  Body *body;
  struct curl_slist *headers;
  HttpHeaders answer_headers;
  size_t header_bytes;
  int64_t n_bytes; /* of the answer's body */
  int64_t begun_us;
  int64_t given_us;      /* when curl had the last byte of the body; 0: it has not */
  int64_t first_byte_us; /* 0: none came */
  bool has_begun;        /* the receiver was told */
  bool is_cancelled;
  bool is_led_astray; /* an address is not one that a foreign request may go to */
  GError *error; /* from the request's body, the policy or the receiver: what curl says then is only
                    that a function of ours gave up */
  char curl_message[CURL_ERROR_SIZE];
} Call;

/* Takes the request. */
Call *call_new (unsigned number, HttpRequest *request, const LaneReceiver *receiver);
/* Makes the handle ready to be added to a multi handle. False: the request cannot be sent. */
bool call_prepare (Call *call, GError **error);
/* Tells the receiver of the end; `code` is curl's. */
void call_end (Call *call, CURLcode code);
void call_free (Call *call);
