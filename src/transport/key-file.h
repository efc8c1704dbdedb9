/* A file of Google credentials, as gcloud and the console write them: JSON with a "type". Errors name
 * the file and the member that is wrong, never what is in it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

enum { KEY_FILE_MOST_BYTES = 64 * 1024 };

typedef enum {
  KEY_FILE_SERVICE_ACCOUNT, /* email, private_key, key_id, token_url */
  KEY_FILE_USER,            /* client_id, client_secret, refresh_token, token_url */
  KEY_FILE_EXTERNAL,        /* audience, subject_*, token_url, impersonation_url */
  KEY_FILE_IMPERSONATED,    /* impersonation_url, delegates, source */
} KeyFileKind;

/* Texts are NULL where the file has none; no text has control characters but private_key. */
typedef struct KeyFile KeyFile;
struct KeyFile {
  KeyFileKind kind;
  char *path;
  bool is_open; /* others than its owner may read or write it */
  char *project;
  char *quota_project;
  char *token_url;
  char *email; /* USER: of the account, if the file says it */

  char *private_key;
  char *key_id;

  char *client_id; /* EXTERNAL: with client_secret, of the pool's client; may be NULL */
  char *client_secret;
  char *refresh_token;

  char *audience;
  char *subject_token_type;
  char *subject_path; /* either this */
  char *subject_url;  /* or this */
  bool is_json;       /* what is found there; else the token alone */
  char *subject_member;
  GPtrArray *subject_headers; /* char*: "Name: value", of the request to subject_url */
  char *user_project;         /* workforce pools */

  char *impersonation_url;
  GPtrArray *delegates; /* char* */
  int64_t life_s;       /* of an impersonated token */
  KeyFile *source;      /* any kind but IMPERSONATED */
};

/* All that is secret in it is remembered (base/secret.h). */
KeyFile *key_file_read (const char *path, GError **error);
/* The same from a text; `shown` is its name in errors and its `path`. */
KeyFile *key_file_parse (const char *shown, const char *text, size_t length, GError **error);
void key_file_free (KeyFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyFile, key_file_free)
