#include "built-answer.h"

static bool
begin (void *data, unsigned blob, GError **error)
{
  return blob < G_N_ELEMENTS (((BuiltAnswer *)data)->blobs);
}

static bool
write_bytes (void *data, const void *bytes, size_t length, GError **error)
{
  BuiltAnswer *built = data;
  ProviderBlob *blob = &built->blobs[built->answer.n_blobs];
  if (blob->size_bytes == 0)
    blob->format = image_format_of_bytes (bytes, length);
  blob->size_bytes += (int64_t)length;
  return true;
}

static bool
end (void *data, GError **error)
{
  ((BuiltAnswer *)data)->answer.n_blobs++;
  return true;
}

void
built_answer_free (BuiltAnswer *built)
{
  if (built == NULL)
    return;
  json_scan_free (built->scan);
  cJSON_Delete (built->json);
  g_ptr_array_unref (built->headers.lines);
  g_free (built->text);
  g_free (built);
}

BuiltAnswer *
built_answer_new (const JsonScanPath *paths, int status, const char *const *headers,
                  const char *text, size_t length)
{
  static const JsonScanPath no_paths[] = { { NULL, 0 } };
  const JsonScanLimits limits = { 1 << 20, 1 << 20, G_N_ELEMENTS (((BuiltAnswer *)0)->blobs) };
  g_autoptr (BuiltAnswer) built = g_new0 (BuiltAnswer, 1);
  const JsonScanSink sink = { built, begin, write_bytes, end };
  built->headers.lines = g_ptr_array_new ();
  for (unsigned i = 0; headers != NULL && headers[i] != NULL; i++)
    g_ptr_array_add (built->headers.lines, (char *)headers[i]);
  built->scan = json_scan_new (status == 200 ? paths : no_paths, &limits, &sink);
  if (!json_scan_feed (built->scan, text, length, NULL) || !json_scan_finish (built->scan, NULL))
    return NULL;
  size_t rest_length;
  const char *rest = json_scan_rest (built->scan, &rest_length);
  for (unsigned i = 0; i < built->answer.n_blobs; i++)
    built->blobs[i].declared_type = json_scan_blob_type (built->scan, i);
  built->json = json_scan_is_json (built->scan) ? cJSON_ParseWithLength (rest, rest_length) : NULL;
  built->text = g_strndup (rest, rest_length);
  built->answer = (ProviderAnswer){
    .status = status,
    .headers = &built->headers,
    .json = built->json,
    .text = built->text,
    .blobs = built->blobs,
    .n_blobs = built->answer.n_blobs,
  };
  return g_steal_pointer (&built);
}

char *
verdict_describe (const Verdict *verdict)
{
  static const char *const kinds[] = {
    [FAILURE_ITEM] = "item",         [FAILURE_RUN] = "run", [FAILURE_LOGIN] = "login",
    [FAILURE_THROTTLE] = "throttle", [FAILURE_DAY] = "day", [FAILURE_TRANSIENT] = "transient",
    [FAILURE_NO_IMAGE] = "no image",
  };
  if (verdict->kind == VERDICT_DONE)
    return g_strdup_printf ("done %u%s%s", verdict->blob, verdict->declared_type != NULL ? " " : "",
                            verdict->declared_type != NULL ? verdict->declared_type : "");
  if (verdict->kind == VERDICT_FETCH)
    return g_strdup_printf ("fetch %s", verdict->url);
  bool is_refused = verdict->kind == VERDICT_REFUSED;
  g_autoptr (GString) out = g_string_new (is_refused ? "refused" : kinds[verdict->failure]);
  if (verdict->retry_after_ms >= 0)
    g_string_append_printf (out, " in %" G_GINT64_FORMAT " ms", verdict->retry_after_ms);
  g_string_append (out, verdict->is_billed ? ", billed" : "");
  g_string_append_printf (out, ": %s", verdict->message);
  return g_strdup (out->str);
}
