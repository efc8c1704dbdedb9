/* What a token endpoint answers (RFC 6749, section 5; Google's own shapes), read under limits. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <glib.h>

enum {
  TOKEN_ANSWER_MOST_BYTES = 256 * 1024,
  TOKEN_MOST_BYTES = 16 * 1024,
  /* Of a token nobody says the life of. */
  TOKEN_ASSUMED_LIFE_S = 600,
};

typedef enum {
  TOKEN_GIVEN,
  TOKEN_LATER,  /* worth asking again in a while */
  TOKEN_DENIED, /* asking again gives the same */
} TokenVerdict;

/* What a refusal means beyond its words. */
typedef enum {
  TOKEN_HINT_NONE,
  TOKEN_HINT_GRANT, /* what was shown for the token is no longer good: log in again, say */
  TOKEN_HINT_CLOCK, /* the clock of this computer is wrong */
} TokenHint;

typedef struct {
  char *token;    /* TOKEN_GIVEN; secret_free() */
  int64_t life_s; /* TOKEN_GIVEN: from now, at least 1 */
  TokenHint hint; /* TOKEN_DENIED */
} TokenAnswer;

/* `status` 0: no answer came, and the body says why. `now_s` since 1970. LATER and DENIED set the error:
 * "HTTP 400 invalid_grant: what the service said", secrets that are known hidden. Takes access_token and
 * expires_in (a number or a text), or accessToken and expireTime (RFC 3339). The token is
 * remembered (base/secret.h). */
TokenVerdict token_answer_read (int status, const char *body, size_t length, int64_t now_s,
                                TokenAnswer *out, GError **error);

/* Sets the error to "HTTP 503" and what the body says of it. Is it worth asking again? */
TokenVerdict token_answer_refuse (int status, const char *body, size_t length, TokenHint *out_hint,
                                  GError **error);
