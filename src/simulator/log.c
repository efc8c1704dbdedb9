#include "simulator/log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/clock.h"
#include "base/secret.h"
#include "document/json-write.h"
#include "simulator/credential.h"
#include "simulator/picture-data.h"

enum { MASK_CHARACTERS = 12, MOST_LOGGED_TEXT = 4096 };

struct Log {
  GMutex mutex;
  int fd;
  char *path;
};

Log *
log_open (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    base_error_set_errno (error, errno, "cannot write the log %s", path);
    return NULL;
  }
  Log *log = g_new0 (Log, 1);
  g_mutex_init (&log->mutex);
  log->fd = fd;
  log->path = g_strdup (path);
  return log;
}

void
log_close (Log *log)
{
  if (log == NULL)
    return;
  close (log->fd);
  g_mutex_clear (&log->mutex);
  g_free (log->path);
  g_free (log);
}

cJSON *
log_blob (const void *data, size_t length)
{
  Digest digest = digest_of (data, length);
  cJSON *blob = cJSON_CreateObject ();
  cJSON_AddNumberToObject (blob, "bytes", (double)length);
  cJSON_AddStringToObject (blob, "sha256", digest_to_hex (&digest).text);
  return blob;
}

char *
log_mask (const SimulatorOptions *options, const char *secret)
{
  unsigned number = credential_key_number (options, secret);
  if (number > 0)
    return g_strdup_printf ("key:%u", number);
  Digest digest = digest_of (secret, strlen (secret));
  return g_strdup_printf ("sha256:%.*s", MASK_CHARACTERS, digest_to_hex (&digest).text);
}

/* "Bearer X" keeps its first word. */
static char *
mask_header (const SimulatorOptions *options, const Field *field)
{
  bool is_authorization = g_ascii_strcasecmp (field->name, "Authorization") == 0 ||
                          g_ascii_strcasecmp (field->name, "Proxy-Authorization") == 0;
  bool is_cookie = g_ascii_strcasecmp (field->name, "Cookie") == 0;
  if (!is_authorization && !is_cookie && !secret_is_name (field->name))
    return secret_hide (field->value);
  const char *space = is_authorization ? strchr (field->value, ' ') : NULL;
  const char *secret = space != NULL ? space + 1 : field->value;
  g_autofree char *masked = log_mask (options, secret);
  return g_strdup_printf ("%.*s%s", (int)(secret - field->value), field->value, masked);
}

static cJSON *
describe_fields (const SimulatorOptions *options, const GArray *fields)
{
  cJSON *list = cJSON_CreateArray ();
  for (unsigned i = 0; i < fields->len; i++) {
    const Field *field = &g_array_index (fields, Field, i);
    g_autofree char *value = mask_header (options, field);
    g_autofree char *valid = g_utf8_make_valid (value, -1);
    g_autofree char *name = g_utf8_make_valid (field->name, -1);
    const char *const pair[] = { name, valid };
    cJSON_AddItemToArray (list, cJSON_CreateStringArray (pair, 2));
  }
  return list;
}

/* A copy with pictures as their size and hash. */
static cJSON *
describe_json (const cJSON *json)
{
  if (cJSON_IsString (json)) {
    g_autoptr (GBytes) data = picture_data_decode (json->valuestring);
    if (data != NULL)
      return log_blob (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
    g_autofree char *text = secret_hide (json->valuestring);
    return cJSON_CreateString (text);
  }
  if (!cJSON_IsObject (json) && !cJSON_IsArray (json))
    return cJSON_Duplicate (json, true);
  cJSON *copy = cJSON_IsObject (json) ? cJSON_CreateObject () : cJSON_CreateArray ();
  for (const cJSON *item = json->child; item != NULL; item = item->next) {
    cJSON *each = describe_json (item);
    if (cJSON_IsObject (json))
      cJSON_AddItemToObject (copy, item->string, each);
    else
      cJSON_AddItemToArray (copy, each);
  }
  return copy;
}

static void
describe_body (cJSON *line, const Exchange *exchange)
{
  if (exchange->log_body != NULL)
    cJSON_AddItemToObject (line, "body", cJSON_Duplicate (exchange->log_body, true));
  else if (exchange->json != NULL)
    cJSON_AddItemToObject (line, "body", describe_json (exchange->json));
  else if (exchange->body->len > 0)
    cJSON_AddItemToObject (line, "body", log_blob (exchange->body->data, exchange->body->len));
  cJSON_AddNumberToObject (line, "body-bytes", exchange->body->len);
}

static void
describe_pictures (cJSON *line, const Exchange *exchange)
{
  cJSON *list = cJSON_AddArrayToObject (line, "images");
  for (unsigned i = 0; i < exchange->pictures->len; i++) {
    const Picture *picture = g_ptr_array_index (exchange->pictures, i);
    cJSON *each = cJSON_CreateObject ();
    cJSON_AddStringToObject (each, "sha256", digest_to_hex (&picture->digest).text);
    cJSON_AddNumberToObject (each, "bytes", (double)g_bytes_get_size (picture->bytes));
    cJSON_AddStringToObject (each, "type", image_format_type (picture->format)->mime);
    cJSON_AddNumberToObject (each, "width", picture->width);
    cJSON_AddNumberToObject (each, "height", picture->height);
    cJSON_AddItemToArray (list, each);
  }
}

static cJSON *
describe (const Simulator *simulator, const Exchange *exchange)
{
  const SimulatorOptions *options = simulator->options;
  int64_t end_us = exchange->done_us > 0 ? exchange->done_us : clock_monotonic_us ();
  int64_t begin_us = exchange->arrival_us - simulator->begin_us;
  cJSON *line = cJSON_CreateObject ();
  cJSON_AddNumberToObject (line, "number", exchange->number);
  cJSON_AddNumberToObject (line, "ms", (double)(begin_us / 1000));
  cJSON_AddNumberToObject (line, "us", (double)begin_us);
  cJSON_AddNumberToObject (line, "took-ms", (double)((end_us - exchange->arrival_us) / 1000));
  cJSON_AddNumberToObject (line, "took-us", (double)(end_us - exchange->arrival_us));
  cJSON_AddStringToObject (line, "method", exchange->method);
  cJSON_AddStringToObject (line, "path", exchange->path);
  if (exchange->surface != NULL)
    cJSON_AddStringToObject (line, "surface", exchange->surface);
  if (exchange->model != NULL)
    cJSON_AddStringToObject (line, "model", exchange->model);
  /* A script's error answers before the credential is checked, and counts for the same key. */
  const char *credential = exchange->credential != NULL ? exchange->credential
                                                        : credential_shown (exchange);
  if (exchange->surface != NULL && credential != NULL) {
    g_autofree char *masked = log_mask (options, credential);
    cJSON_AddStringToObject (line, "credential", masked);
  }
  cJSON_AddItemToObject (line, "query", describe_fields (options, exchange->query));
  cJSON_AddItemToObject (line, "headers", describe_fields (options, exchange->headers));
  describe_body (line, exchange);
  if (exchange->rule > 0)
    cJSON_AddNumberToObject (line, "rule", exchange->rule);
  if (exchange->quota != NULL)
    cJSON_AddStringToObject (line, "quota", exchange->quota);
  cJSON_AddNumberToObject (line, "status", exchange->status);
  describe_pictures (line, exchange);
  cJSON_AddNumberToObject (line, "sent-bytes", (double)exchange->sent_bytes);
  cJSON_AddBoolToObject (line, "sent-whole", exchange->is_whole);
  cJSON_AddNumberToObject (line, "usd", exchange->price_usd);
  return line;
}

void
log_write (Log *log, Simulator *simulator, const Exchange *exchange)
{
  cJSON *line = describe (simulator, exchange);
  g_autofree char *text = json_write_line (line);
  g_autofree char *whole = g_strconcat (text, "\n", NULL);
  cJSON_Delete (line);
  size_t length = strlen (whole);
  g_mutex_lock (&log->mutex);
  ssize_t written = write (log->fd, whole, length);
  g_mutex_unlock (&log->mutex);
  if (written != (ssize_t)length)
    g_printerr ("peel-simulator: cannot write the log %s\n", log->path);
}
