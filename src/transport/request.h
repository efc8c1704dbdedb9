/* One HTTP request, as data: who makes it knows nothing of sockets, and who sends it nothing of
 * services. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

/* A piece of a body. Large ones stay in their files until they are sent. */
typedef enum { SEGMENT_TEXT, SEGMENT_FILE, SEGMENT_FILE_BASE64 } SegmentKind;

typedef struct {
  SegmentKind kind;
  char *text;         /* TEXT: the bytes, NUL-terminated; else the absolute path of the file */
  size_t length;      /* TEXT */
  int64_t size_bytes; /* of the file, when it was looked at; another size then is an error */
} Segment;

/* A 4K PNG is 25 MB of base64; what is ten times as much is no answer. */
enum { HTTP_MOST_ANSWER_BYTES = 256 * 1024 * 1024 };

typedef struct {
  char *method; /* "GET", "POST" */
  char *url;
  GPtrArray *headers; /* char*: "Name: value" */
  GPtrArray *body;    /* Segment*; empty: none */
  int64_t timeout_ms; /* of the whole attempt, from its beginning to the answer's last byte */
  int64_t
    most_answer_bytes; /* of the body, unpacked; more is an error. 0: HTTP_MOST_ANSWER_BYTES */
  bool is_alone;   /* on a connection of its own, so that no dead one has it sent twice: what costs
                         money */
  bool is_direct;  /* never through a proxy (metadata servers) */
  bool is_foreign; /* the address comes from a service's answer: https to a public address only,
                         and only so wherever it leads on to */
} HttpRequest;

HttpRequest *http_request_new (const char *method, const char *url);
void http_request_free (HttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpRequest, http_request_free)

/* Takes `value` as it is: no line end may be in it (an error of the caller's). */
void http_request_add_header (HttpRequest *request, const char *name, const char *value);
/* `length` -1: up to the NUL. */
void http_request_add_text (HttpRequest *request, const char *text, gssize length);
void http_request_add_file (HttpRequest *request, SegmentKind kind, const char *path,
                            int64_t size_bytes);
/* How long the body will be. */
int64_t http_request_body_bytes (const HttpRequest *request);

/* "name=value&…" of a form, from alternating names and values, NULL-terminated; new string. */
char *http_form (const char *name, ...) G_GNUC_NULL_TERMINATED;
