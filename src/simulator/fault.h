/* What a script's rule does to an answer: one struct, one table of options. */
#pragma once

#include "option/option.h"

typedef enum { BASE64_GOOD, BASE64_BAD, BASE64_LONG } FaultBase64;
typedef enum { WRAP_NONE, WRAP_ARRAY, WRAP_STRING, WRAP_CODE_STRING, WRAP_CODE_NUMBER } FaultWrap;
typedef enum {
  DELIVER_USUAL,
  DELIVER_URL,      /* fileData with a fileUri, or data[].url */
  DELIVER_DATA_URI, /* in a text part, or before b64_json's text */
  DELIVER_MARKDOWN, /* a link in a text part */
} FaultDeliver;
typedef enum { PARTS_USUAL, PARTS_TEXT, PARTS_EMPTY, PARTS_MISSING, PARTS_NO_CONTENT } FaultParts;
typedef enum { CASE_CAMEL, CASE_SNAKE } FaultCase;

typedef struct {
  /* an error in place of an answer */
  char *error; /* a name of error-kinds.c */
  int status;
  char *message;
  char *retry_delay;
  char *retry_after;
  int retry_after_ms;
  int wrap;
  char *body;
  char *content_type;
  /* refusals, HTTP 200 */
  char *block_reason;
  char *finish_reason;
  char *finish_message;
  char *rai_reason;
  bool no_predictions;
  int parts;
  /* odd answers that hold pictures */
  int images;
  bool draft;
  char *type;
  char *declare;
  char *pixels;
  int paint; /* -1: as the command line says */
  int escapes;
  int key_case;
  int deliver;
  int base64;
  bool duplicate_keys;
  int64_t signature_bytes;
  char *model_version;
  /* on the wire */
  int64_t delay_ms;
  int64_t drip_bytes;
  int64_t drip_ms;
  bool chunked, gzip;
  int64_t cut_after;
  bool cut, reset, hang;
  int64_t reset_after;
  bool endless;
  int64_t header_bytes;
  char *header;
  int redirects;
} Fault;

extern const OptionTable fault_options;
