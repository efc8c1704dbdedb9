/* A conversation with a Credential, as whoever sends its requests has it. */
#pragma once

#include "google-files.h"
#include "support/scratch.h"
#include "transport/credential.h"

enum { NOW_S = 1800000000 };

static inline Credential *
credential_of_text (const char *text, const CredentialOptions *options)
{
  g_autoptr (GError) error = NULL;
  KeyFile *file = key_file_parse ("/k.json", text, strlen (text), &error);
  g_assert_no_error (error);
  Credential *credential = credential_take_file (file, options, &error);
  g_assert_no_error (error);
  assert_no_secret (credential_describe (credential));
  return credential;
}

static inline CredentialStep
step_at (Credential *credential, int64_t now_s, CredentialStepKind kind)
{
  g_autoptr (GError) error = NULL;
  CredentialStep step;
  assert_ok (credential_step (credential, now_s, &step, &error), error);
  g_assert_cmpint (step.kind, ==, kind);
  return step;
}

/* "POST https://…\nHeader: x\n…\n\nbody" of what is to be sent; new string. */
static inline char *
next_request (Credential *credential, int64_t now_s)
{
  g_auto (CredentialStep) step = step_at (credential, now_s, CREDENTIAL_SEND);
  GString *out = g_string_new (NULL);
  g_string_printf (out, "%s %s\n", step.request->method, step.request->url);
  for (unsigned i = 0; i < step.request->headers->len; i++)
    g_string_append_printf (out, "%s\n", (const char *)step.request->headers->pdata[i]);
  for (unsigned i = 0; i < step.request->body->len; i++)
    g_string_append_printf (out, "\n%s", ((const Segment *)step.request->body->pdata[i])->text);
  g_assert_cmpint (step.request->timeout_ms, >, 0);
  return g_string_free (out, FALSE);
}

static inline bool
give (Credential *credential, int status, const char *body, int64_t now_s, GError **error)
{
  static const char *const headers[] = { "Content-Type: x", "metadata-flavor: Google", NULL };
  CredentialAnswer answer = { status, headers, body, strlen (body) };
  return credential_take_answer (credential, &answer, now_s, error);
}

static inline void
give_ok (Credential *credential, int status, const char *body, int64_t now_s)
{
  g_autoptr (GError) error = NULL;
  assert_ok (give (credential, status, body, now_s, &error), error);
}

/* A request as it would be asked now, with the credential's headers. */
static inline HttpRequest *
asked_with (Credential *credential, int64_t now_s)
{
  step_at (credential, now_s, CREDENTIAL_READY);
  HttpRequest *request = http_request_new ("POST", "https://api.example/");
  credential_add_headers (credential, request);
  return request;
}

static inline void
assert_header (Credential *credential, int64_t now_s, const char *header)
{
  g_autoptr (HttpRequest) asked = asked_with (credential, now_s);
  g_assert_cmpstr (asked->headers->pdata[0], ==, header);
}
