#include "run/answer-reader.h"

#include <string.h>

#include "base/base-error.h"

enum {
  MOST_BLOBS = 16,
  MOST_REST_BYTES = 1024 * 1024, /* of JSON without its pictures */
  SNIFFED_BYTES = 32,
};

typedef struct {
  BlobWriter *writer;
  uint8_t first[SNIFFED_BYTES];
  size_t n_first;
  int64_t size_bytes;
  bool is_whole;
} Blob;

typedef struct {
  AnswerTask task;
  JsonScan *scan; /* NULL: the body is a picture, or has not begun */
  bool is_raw;    /* it is a picture */
  HttpHeaders headers;
  Blob blobs[MOST_BLOBS];
  unsigned n_blobs;
  int status;
} Reader;

void
answer_result_clear (AnswerResult *result)
{
  verdict_clear (&result->verdict);
  g_clear_error (&result->error);
}

static void
reader_free (Reader *reader)
{
  for (unsigned i = 0; i < reader->n_blobs; i++)
    blob_writer_free (reader->blobs[i].writer);
  json_scan_free (reader->scan);
  if (reader->headers.lines != NULL)
    g_ptr_array_unref (reader->headers.lines);
  g_free (reader);
}

/* ---- pictures ---- */

static bool
begin_blob (void *data, unsigned number, GError **error)
{
  Reader *reader = data;
  Blob *blob = &reader->blobs[reader->n_blobs];
  blob->writer = blob_writer_new (reader->task.cache, CACHE_COMPRESSION_AUTO, error);
  if (blob->writer == NULL)
    return false;
  reader->n_blobs++;
  return true;
}

static bool
write_blob (void *data, const void *bytes, size_t length, GError **error)
{
  Reader *reader = data;
  Blob *blob = &reader->blobs[reader->n_blobs - 1];
  size_t n = MIN (length, SNIFFED_BYTES - blob->n_first);
  memcpy (blob->first + blob->n_first, bytes, n);
  blob->n_first += n;
  blob->size_bytes += (int64_t)length;
  return blob_writer_write (blob->writer, bytes, length, error);
}

static bool
end_blob (void *data, GError **error)
{
  Reader *reader = data;
  reader->blobs[reader->n_blobs - 1].is_whole = true;
  return true;
}

/* ---- the answer ---- */

/* A service that sends a picture as it is, where it was asked for one, and nowhere else. */
static bool
begin_raw (Reader *reader, GError **error)
{
  reader->is_raw = true;
  return begin_blob (reader, 0, error);
}

static bool
begin (void *data, int status, const HttpHeaders *headers, GError **error)
{
  static const JsonScanPath no_paths[] = { { NULL, 0 } };
  Reader *reader = data;
  reader->status = status;
  reader->headers.lines = g_ptr_array_ref (headers->lines);
  bool is_success = status / 100 == 2;
  if (reader->task.is_picture && is_success)
    return begin_raw (reader, error);
  const JsonScanLimits limits = {
    .most_rest_bytes = MOST_REST_BYTES,
    .most_blob_bytes = reader->task.most_picture_bytes,
    .most_blobs = MOST_BLOBS,
  };
  const JsonScanSink sink = { reader, begin_blob, write_blob, end_blob };
  /* What tells of an error holds no picture that is wanted. */
  reader->scan = json_scan_new (
    is_success && !reader->task.is_picture ? reader->task.provider->image_paths : no_paths, &limits,
    &sink);
  return true;
}

static bool
take_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  Reader *reader = data;
  if (!reader->is_raw)
    return json_scan_feed (reader->scan, bytes, length, error);
  if (reader->blobs[0].size_bytes + (int64_t)length > reader->task.most_picture_bytes) {
    g_set_error (error, TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE,
                 "the picture has more than %" G_GINT64_FORMAT " bytes, the most that is taken",
                 reader->task.most_picture_bytes);
    return false;
  }
  return write_blob (reader, bytes, length, error);
}

/* ---- the end ---- */

static void
judge (Reader *reader, AnswerResult *result)
{
  size_t length = 0;
  const char *rest = json_scan_rest (reader->scan, &length);
  ProviderBlob blobs[MOST_BLOBS];
  for (unsigned i = 0; i < reader->n_blobs; i++)
    blobs[i] = (ProviderBlob){
      .size_bytes = reader->blobs[i].size_bytes,
      .format = image_format_of_bytes (reader->blobs[i].first, reader->blobs[i].n_first),
      .declared_type = json_scan_blob_type (reader->scan, i),
    };
  cJSON *json = json_scan_is_json (reader->scan) ? cJSON_ParseWithLength (rest, length) : NULL;
  g_autofree char *text = g_strndup (rest, length);
  const ProviderAnswer answer = {
    .status = reader->status,
    .headers = &reader->headers,
    .json = json,
    .text = text,
    .blobs = blobs,
    .n_blobs = reader->n_blobs,
  };
  reader->task.provider->take_answer (reader->task.asked, &answer, &result->verdict);
  cJSON_Delete (json);
}

/* A URL led to something else than a picture. */
static void
judge_foreign (Reader *reader, AnswerResult *result)
{
  result->verdict.kind = VERDICT_FAILED;
  result->verdict.failure = reader->status >= 500 ? FAILURE_TRANSIENT : FAILURE_ITEM;
  result->verdict.retry_after_ms = -1;
  result->verdict.is_billed = true;
  result->verdict.message = g_strdup_printf (
    "the picture was to be fetched from an address that the service gave, which answered %d",
    reader->status);
}

/* The picture came whole, and what was still to come would have said little: it is paid for, and it is
 * taken, whatever became of the rest. With a piece of another one behind it, or where there is talk of
 * thoughts, it may have been a draft. */
static bool
has_whole_picture (const Reader *reader)
{
  size_t length = 0;
  if (reader->status / 100 != 2 || reader->is_raw || reader->n_blobs == 0 ||
      !reader->blobs[reader->n_blobs - 1].is_whole)
    return false;
  const char *rest = json_scan_rest (reader->scan, &length);
  return g_strstr_len (rest, (gssize)length, "\"thought\"") == NULL;
}

static bool
is_cut (const GError *error)
{
  return g_error_matches (error, TRANSPORT_ERROR, TRANSPORT_ERROR_TOO_LARGE) ||
         g_error_matches (error, JSON_SCAN_ERROR, JSON_SCAN_ERROR_TOO_LARGE) ||
         g_error_matches (error, TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN) ||
         g_error_matches (error, TRANSPORT_ERROR, TRANSPORT_ERROR_TIMEOUT) ||
         g_error_matches (error, TRANSPORT_ERROR, TRANSPORT_ERROR_CANCELLED) ||
         g_error_matches (error, JSON_SCAN_ERROR, JSON_SCAN_ERROR_CUT);
}

/* A picture by its address. */
static void
judge_raw (const Reader *reader, AnswerResult *result)
{
  if (reader->blobs[0].size_bytes > 0)
    result->verdict = (Verdict){ .kind = VERDICT_DONE };
  else
    g_set_error_literal (&result->error, TRANSPORT_ERROR, TRANSPORT_ERROR_BROKEN,
                         "the answer has no bytes");
}

static void
store (Reader *reader, AnswerResult *result)
{
  Blob *blob = &reader->blobs[result->verdict.blob];
  result->is_stored = blob_writer_commit (blob->writer, &result->digest, NULL, &result->error);
  if (result->is_stored)
    return;
  verdict_clear (&result->verdict);
  result->verdict = (Verdict){ 0 };
}

static void
finish (Reader *reader, const LaneEnd *end, AnswerResult *result)
{
  if (end->error != NULL)
    result->error = g_error_copy (end->error);
  else if (reader->is_raw)
    judge_raw (reader, result);
  else if (json_scan_finish (reader->scan, &result->error) && reader->task.is_picture)
    judge_foreign (reader, result);
  else if (result->error == NULL)
    judge (reader, result);
  if (result->error != NULL && is_cut (result->error) && has_whole_picture (reader)) {
    g_clear_error (&result->error);
    result->was_cut = true;
    result->verdict = (Verdict){ .kind = VERDICT_DONE, .blob = reader->n_blobs - 1 };
  }
  if (result->error == NULL && result->verdict.kind == VERDICT_DONE)
    store (reader, result);
}

static void
ended (void *data, const LaneEnd *end)
{
  Reader *reader = data;
  AnswerResult result = {
    .status = end->status,
    .was_sent = end->was_sent,
  };
  finish (reader, end, &result);
  AnswerTask task = reader->task;
  reader_free (reader);
  task.done (task.data, &result);
}

LaneReceiver
answer_reader_new (const AnswerTask *task)
{
  Reader *reader = g_new0 (Reader, 1);
  reader->task = *task;
  return (LaneReceiver){ reader, begin, take_bytes, ended };
}
