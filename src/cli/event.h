/* One line of --json: an object with the name of what happened and its members. The last line of every
 * command is the event "summary", also when it fails. Where standard output is for an original's bytes
 * there are no events, and --json is refused. */
#pragma once

#include <cjson/cJSON.h>

#include "cache/cache.h"
#include "run/run-error.h"

/* {"event": name} */
cJSON *event_begin (const char *name);
/* Nothing when `text` is NULL. */
void event_add_text (cJSON *json, const char *name, const char *text);
/* "message", its credentials as dots. */
void event_add_message (cJSON *json, const char *message);
/* "error": what class it is of, and the message. */
void event_add_failure (cJSON *json, RunErrorCode error_class, const char *message);
void event_add_error (cJSON *json, const GError *error);
/* What an original is: "sha256", "bytes", and of a picture "format", "width", "height". */
void event_add_original (cJSON *json, const CacheRecord *record);
/* "tags": a list of char*. */
void event_add_tags (cJSON *json, const GPtrArray *tags);
/* A line on stdout; takes the tree. */
void event_print (cJSON *json);
/* The last line of a command; takes the tree of event_begin ("summary"). `error`
 * may be NULL; `code` is what the process ends with. */
void event_print_summary (cJSON *json, const GError *error, int code);
/* The end of a command that has nothing more to say to people than its error: the summary, or the error
 * on stderr. Returns the exit code. */
int event_end (bool is_json, cJSON *summary, const GError *error);
/* The same with one count in the summary. */
int event_end_counted (bool is_json, const char *name, double n, const GError *error);
