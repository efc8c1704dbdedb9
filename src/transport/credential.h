/* What a service takes as proof of who asks: a key, or a token that must be got first and again and
 * again.
 *
 * A Credential does no network I/O and starts no program. It says what must be done next, and is given
 * what came of it:
 *
 *     step ──► READY    credential_add_headers(), ask the service; a 401: credential_refused(), step
 *          ├─► SEND     send the request ──► credential_take_answer() or _take_silence() ──► step
 *          ├─► SPAWN    run the program  ──► credential_take_output() ──► step
 *          └─► PENDING  what was said last is still under way (another image asked for it)
 *
 * Files are read (keys, subject tokens of external accounts). One thread at a time. Tokens are kept in
 * memory only, and what is secret is never in an error or a description; it is remembered so that
 * secret_hide() takes it out of what others say. */
#pragma once

#include "transport/key-file.h"
#include "transport/request.h"
#include "transport/transport-error.h"

/* Of anything that Google's image models need. */
#define CREDENTIAL_CLOUD_SCOPE "https://www.googleapis.com/auth/cloud-platform"

typedef struct Credential Credential;

typedef enum {
  CREDENTIAL_READY,
  CREDENTIAL_SEND,
  CREDENTIAL_SPAWN,
  CREDENTIAL_PENDING,
} CredentialStepKind;

typedef struct {
  CredentialStepKind kind;
  int64_t wait_ms;            /* SEND, SPAWN: before it. Not 0 when it is tried again */
  HttpRequest *request;       /* SEND */
  const char *const *program; /* SPAWN: argv, borrowed from the Credential */
} CredentialStep;
void credential_step_clear (CredentialStep *step);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CredentialStep, credential_step_clear)

/* ---- kinds ---- */

/* A key that never changes. `header` is "x-goog-api-key", "api-key" or "Authorization", `scheme` what
 * stands before the key there ("Bearer") or NULL. `from` is where it was found, for messages:
 * "GEMINI_API_KEY". White space around the key is taken off. */
Credential *credential_new_key (const char *header, const char *scheme, const char *key,
                                const char *from, GError **error);

/* A program whose first line of output is a token, such as `gcloud auth print-access-token`. Its life
 * is taken for 10 minutes; one that dies sooner is seen by the service's 401. */
Credential *credential_new_command (const char *const *argv);

typedef struct {
  const char *scope;         /* NULL: CREDENTIAL_CLOUD_SCOPE */
  const char *project;       /* instead of what the credential says; or NULL */
  const char *quota_project; /* the same */
  bool uses_token_endpoint; /* service accounts: ask for a token, although Google takes what the key
                                signed itself (AIP-4111) */
} CredentialOptions;

/* A file of Google credentials of any kind (key-file.h). */
Credential *credential_load (const char *path, const CredentialOptions *options, GError **error);
/* The same from what was read of one. Consumes `file`, also on an error. */
Credential *credential_take_file (KeyFile *file, const CredentialOptions *options, GError **error);

/* The metadata server of a Google machine. */
typedef struct {
  const char *host;    /* NULL: metadata.google.internal */
  const char *ip;      /* that is looked for; NULL: 169.254.169.254 */
  int64_t timeout_ms;  /* of each request */
  int n_looks;         /* how often it is looked for; 0: it is known to be there */
  const char *missing; /* what the error says when it is not there */
} MetadataServer;
Credential *credential_new_metadata (const MetadataServer *server, const CredentialOptions *options,
                                     GError **error);

void credential_free (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_free)

/* ---- at work ---- */

/* `now_s` since 1970. A token is renewed early (3:45 before its end, or at half of a short life), and
 * still good while that is under way. False: it cannot be had, or not now (TRANSPORT_ERROR_UNAVAILABLE:
 * the next step begins anew). What needs a person is said again at every step, and nobody is asked. */
bool credential_step (Credential *credential, int64_t now_s, CredentialStep *out, GError **error);

typedef struct {
  int status;
  const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
  const char *body;
  size_t length;
} CredentialAnswer;

/* What came back for SEND. True: go on with a step, which may ask the same again. */
bool credential_take_answer (Credential *credential, const CredentialAnswer *answer, int64_t now_s,
                             GError **error);
/* SEND got no answer: `why` is "could not connect", say. */
bool credential_take_silence (Credential *credential, const char *why, int64_t now_s,
                              GError **error);
/* What came of SPAWN. `status` is what the program exited with, -1: it could not be started or was
 * killed. What it said on standard error is the caller's to show. */
bool credential_take_output (Credential *credential, int status, const char *output, size_t length,
                             int64_t now_s, GError **error);

/* The step before must have said READY. */
void credential_add_headers (const Credential *credential, HttpRequest *request);

/* The service answered `asked` with 401. Is it worth asking once more, after a step? Not with a key that
 * never changes, nor when the token was only just got to replace one that was refused. That many
 * requests were under way with the same token does no harm. Each request is to be asked again once. */
bool credential_refused (Credential *credential, const HttpRequest *asked, int64_t now_s);

/* ---- what it is ---- */

/* NULL: not known (yet: a metadata server says it on the way to the first token). */
const char *credential_project (const Credential *credential);
/* "service account a@b.example (file /x/key.json)". Borrowed. */
const char *credential_describe (const Credential *credential);
/* Whose quota it uses: the project that is asked for, or the key itself, which is a secret. */
const char *credential_identity (const Credential *credential);
/* Is it only tried because nothing else was found: a metadata server that may not be there? */
bool credential_is_guess (const Credential *credential);
/* Does it learn the project on the way to the first token? */
bool credential_learns_project (const Credential *credential);
/* char*: a key file that others can read, say. */
const GPtrArray *credential_warnings (const Credential *credential);
