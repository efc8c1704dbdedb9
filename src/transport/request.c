#include "transport/request.h"

#include <string.h>

static void
segment_free (gpointer data)
{
  Segment *segment = data;
  g_free (segment->text);
  g_free (segment);
}

HttpRequest *
http_request_new (const char *method, const char *url)
{
  HttpRequest *request = g_new0 (HttpRequest, 1);
  request->method = g_strdup (method);
  request->url = g_strdup (url);
  request->headers = g_ptr_array_new_with_free_func (g_free);
  request->body = g_ptr_array_new_with_free_func (segment_free);
  return request;
}

void
http_request_free (HttpRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->method);
  g_free (request->url);
  g_ptr_array_unref (request->headers);
  g_ptr_array_unref (request->body);
  g_free (request);
}

void
http_request_add_header (HttpRequest *request, const char *name, const char *value)
{
  g_return_if_fail (strpbrk (value, "\r\n") == NULL);
  g_ptr_array_add (request->headers, g_strdup_printf ("%s: %s", name, value));
}

void
http_request_add_text (HttpRequest *request, const char *text, gssize length)
{
  Segment *segment = g_new0 (Segment, 1);
  segment->kind = SEGMENT_TEXT;
  segment->length = length < 0 ? strlen (text) : (size_t)length;
  segment->text = g_malloc (segment->length + 1);
  memcpy (segment->text, text, segment->length);
  segment->text[segment->length] = '\0';
  g_ptr_array_add (request->body, segment);
}

void
http_request_add_file (HttpRequest *request, SegmentKind kind, const char *path, int64_t size_bytes)
{
  Segment *segment = g_new0 (Segment, 1);
  segment->kind = kind;
  segment->text = g_strdup (path);
  segment->size_bytes = size_bytes;
  g_ptr_array_add (request->body, segment);
}

static int64_t
segment_bytes (const Segment *segment)
{
  switch (segment->kind) {
  case SEGMENT_TEXT:
    return (int64_t)segment->length;
  case SEGMENT_FILE:
    return segment->size_bytes;
  case SEGMENT_FILE_BASE64:
    return (segment->size_bytes + 2) / 3 * 4;
  }
  return 0;
}

int64_t
http_request_body_bytes (const HttpRequest *request)
{
  int64_t bytes = 0;
  for (unsigned i = 0; i < request->body->len; i++)
    bytes += segment_bytes (request->body->pdata[i]);
  return bytes;
}

char *
http_form (const char *name, ...)
{
  GString *form = g_string_new (NULL);
  va_list rest;
  va_start (rest, name);
  for (; name != NULL; name = va_arg (rest, const char *)) {
    if (form->len > 0)
      g_string_append_c (form, '&');
    g_string_append_uri_escaped (form, name, NULL, FALSE);
    g_string_append_c (form, '=');
    g_string_append_uri_escaped (form, va_arg (rest, const char *), NULL, FALSE);
  }
  va_end (rest);
  return g_string_free (form, FALSE);
}
