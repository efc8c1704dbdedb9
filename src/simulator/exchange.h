/* A request as data, and what is answered. */
#pragma once

#include <cjson/cJSON.h>

#include "simulator/body.h"
#include "simulator/fault.h"
#include "simulator/picture.h"

/* A request: 14 pictures of 7 MB as base64, and room for what a strict server must refuse. */
enum { EXCHANGE_MOST_BYTES = 200 * 1000 * 1000, EXCHANGE_MOST_HEADERS = 200 };

typedef struct {
  char *name, *value;
} Field;

typedef struct {
  int number;         /* in order of arrival, from 1 */
  int64_t arrival_us; /* monotonic */
  int64_t done_us;    /* when its last byte was handed on; 0: it has not been */
  char *method, *path;
  GArray *headers; /* Field */
  GArray *query;   /* Field, decoded */
  GByteArray *body;
  bool is_too_large;

  /* The answer. */
  int status;
  GArray *answer_headers; /* Field */
  Body *answer;
  GPtrArray *pictures; /* Picture: those in the answer */
  double price_usd;    /* what the service would charge, once sending has begun */
  int price_images;    /* that were made for it */

  /* Filled on the way, for rules, quotas and the log. */
  char *surface; /* "gemini", "vertex", …; NULL: no such path */
  char *model;
  char *prompt;
  char *credential;   /* the key or token that was accepted */
  cJSON *json;        /* the body, if it is JSON */
  cJSON *log_body;    /* what the log says of a body that is not JSON */
  const Fault *fault; /* of the script, or NULL */
  unsigned rule;      /* its number, from 1 */
  bool holds_quota;
  const char *quota; /* which of its own refused it: "minute", "day", "concurrent"; NULL: none */

  int64_t sent_bytes;
  bool is_whole; /* all of it was sent */
} Exchange;

Exchange *exchange_new (const char *method, const char *path);
void exchange_free (Exchange *exchange);

/* Any case; NULL: there is none. The last of several. */
const char *exchange_header (const Exchange *exchange, const char *name);
const char *exchange_query (const Exchange *exchange, const char *name);
void fields_add (GArray *fields, const char *name, const char *value);
GArray *fields_new (void);

void exchange_set_header (Exchange *exchange, const char *name, const char *value);
/* A whole answer; what was there is forgotten. */
void exchange_answer_text (Exchange *exchange, int status, const char *type, const char *text);
void exchange_answer_json (Exchange *exchange, int status, const cJSON *json);
/* Remembers that the picture is in the answer; takes nothing. Its number, for exchange_picture_text. */
unsigned exchange_add_picture (Exchange *exchange, Picture *picture);
/* A text for a JSON string that becomes the picture's base64 when it is sent: it may stand behind
 * another ("data:image/png;base64,"). New string. */
char *exchange_picture_text (const Exchange *exchange, unsigned picture);
/* Parses the body into `json`; false: it is no JSON, or it is no object. */
bool exchange_parse_json (Exchange *exchange);
