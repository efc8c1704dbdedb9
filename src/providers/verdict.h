/* What the judges of answers share: reading JSON that nobody vouches for, and words for people. */
#pragma once

#include "providers/provider.h"

/* The member, or NULL. */
const cJSON *answer_item (const cJSON *object, const char *name);
/* The same by either spelling (gateways write snake_case), or NULL. */
const cJSON *answer_member (const cJSON *object, const char *camel, const char *snake);
/* Its text, or NULL. */
const char *answer_text (const cJSON *object, const char *camel, const char *snake);
/* The number of a picture that the scanner put in its place; -1: it is none. */
int answer_blob (const ProviderAnswer *answer, const cJSON *value);
/* The answer without the one-element list around it; NULL: no JSON. */
const cJSON *answer_root (const ProviderAnswer *answer);
/* What it says went wrong, or NULL; a null there is nothing. */
const cJSON *answer_error (const ProviderAnswer *answer);
/* The status, or what `error` says in its place: behind a gateway the clearer of the two. */
int answer_code (const ProviderAnswer *answer, const cJSON *error);
/* Is it a success with a JSON object? What is not goes to one of the judges of errors. */
bool answer_is_success (const ProviderAnswer *answer);
/* A copy of what may stand in a request's address; NULL: `text` holds blanks or control characters,
 * or is empty. */
char *answer_dup_address (const char *text, size_t length);

/* What was used, as JSON for the sidecar: with names and texts as service_words() has them. NULL: it is
 * no object, or longer than anything that is worth keeping. New string. */
char *answer_dup_usage (const cJSON *usage);

/* What a service said, fit for a message: one line, no control characters, no credentials, and not
 * more than a reader takes in. New string. */
char *service_words (const char *text);

/* Judges an answer that is no success. `who` is the provider; both take `error` as an object, a
 * text, a list of one, a page of HTML or nothing at all. */
void google_judge_error (const ProviderAnswer *answer, const char *who, Verdict *verdict);
void openai_judge_error (const ProviderAnswer *answer, const char *who, Verdict *verdict);

/* The parts that they share: the service's words and number into `message`, with what they mean. */
void verdict_fail (Verdict *verdict, FailureKind kind, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* "Retry-After" and "retry-after-ms"; -1: neither says a wait. */
int64_t answer_retry_after_ms (const ProviderAnswer *answer);
/* A protobuf Duration as JSON, "33.8s", in ms; -1: it is none. */
int64_t duration_parse_ms (const char *text);
/* Does it mean that the service had begun to work, so that money may have been taken? */
bool status_is_billed (int status);
/* No success and no JSON that tells why: by the status alone. */
void verdict_fail_by_status (Verdict *verdict, const ProviderAnswer *answer, const char *who);
