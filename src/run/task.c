#include "run/task.h"

#include "base/units.h"
#include "document/json-write.h"

static char *
finish (cJSON *json)
{
  char *line = json_write_line (json);
  cJSON_Delete (json);
  return line;
}

static cJSON *
begin (const char *task, unsigned id)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "task", task);
  if (id > 0)
    cJSON_AddNumberToObject (json, "id", id);
  return json;
}

static void
add_text (cJSON *json, const char *name, const char *text)
{
  if (text != NULL)
    cJSON_AddStringToObject (json, name, text);
}

char *
task_write_start (const char *home, int n_threads, const ImageLimits *limits)
{
  cJSON *json = begin ("start", 0);
  cJSON_AddStringToObject (json, "home", home);
  cJSON_AddNumberToObject (json, "threads", n_threads);
  cJSON *bounds = cJSON_AddObjectToObject (json, "limits");
  cJSON_AddNumberToObject (bounds, "bytes", (double)limits->most_bytes);
  cJSON_AddNumberToObject (bounds, "pixels", (double)limits->most_pixels);
  cJSON_AddNumberToObject (bounds, "edge", limits->most_edge);
  cJSON_AddNumberToObject (bounds, "pages", limits->most_pages);
  cJSON_AddNumberToObject (bounds, "exif", (double)limits->most_exif_bytes);
  cJSON_AddNumberToObject (bounds, "xmp", (double)limits->most_xmp_bytes);
  cJSON_AddNumberToObject (bounds, "icc", (double)limits->most_icc_bytes);
  cJSON_AddBoolToObject (bounds, "allow-damaged", limits->allow_damaged);
  return finish (json);
}

char *
task_write_ingest (unsigned id, const char *path, const char *name, bool store)
{
  cJSON *json = begin ("ingest", id);
  cJSON_AddStringToObject (json, "path", path);
  cJSON_AddStringToObject (json, "name", name);
  cJSON_AddBoolToObject (json, "store", store);
  return finish (json);
}

char *
task_write_look (unsigned id, const Digest *original, const char *name)
{
  cJSON *json = begin ("ingest", id);
  cJSON_AddStringToObject (json, "original", digest_to_hex (original).text);
  cJSON_AddStringToObject (json, "name", name);
  return finish (json);
}

char *
task_write_import (unsigned id, const TaskImport *import)
{
  cJSON *json = begin ("import", id);
  cJSON_AddStringToObject (json, "path", import->path);
  cJSON_AddStringToObject (json, "name", import->name);
  cJSON_AddNumberToObject (json, "compression", import->compression);
  cJSON_AddBoolToObject (json, "with-facts", import->with_facts);
  cJSON_AddBoolToObject (json, "is-picture", import->is_picture);
  return finish (json);
}

char *
task_write_inspect (unsigned id, const TaskInspect *inspect)
{
  cJSON *json = begin ("inspect", id);
  add_text (json, "path", inspect->path);
  cJSON_AddStringToObject (json, "name", inspect->name);
  if (inspect->original != NULL)
    cJSON_AddStringToObject (json, "original", digest_to_hex (inspect->original).text);
  add_text (json, "declared-type", inspect->declared_type);
  add_text (json, "sidecar", inspect->sidecar);
  add_text (json, "anchors", inspect->anchors);
  add_text (json, "extract", inspect->extract);
  cJSON_AddBoolToObject (json, "pixels", inspect->with_pixels);
  cJSON_AddBoolToObject (json, "check", inspect->with_check);
  return finish (json);
}

char *
task_write_draw (unsigned id, const PainterSpec *spec)
{
  cJSON *json = begin ("draw", id);
  cJSON_AddStringToObject (json, "prompt", spec->prompt);
  cJSON_AddNumberToObject (json, "seed", (double)spec->seed);
  cJSON_AddNumberToObject (json, "variant", spec->variant);
  cJSON_AddNumberToObject (json, "width", spec->width);
  cJSON_AddNumberToObject (json, "height", spec->height);
  return finish (json);
}

char *
task_write_spawn (unsigned id, const ProviderStep *step, const char *folder, bool is_paid)
{
  cJSON *json = begin ("spawn", id);
  cJSON *program = cJSON_AddArrayToObject (json, "program");
  for (char **argument = step->program; *argument != NULL; argument++)
    cJSON_AddItemToArray (program, cJSON_CreateString (*argument));
  cJSON_AddStringToObject (json, "input", step->input);
  cJSON_AddStringToObject (json, "folder", folder);
  cJSON_AddNumberToObject (json, "timeout", (double)step->timeout_ms);
  cJSON_AddBoolToObject (json, "paid", is_paid);
  return finish (json);
}

static void
add_steps (cJSON *list, const GPtrArray *steps)
{
  for (unsigned i = 0; i < steps->len; i++) {
    const Step *step = steps->pdata[i];
    g_autoptr (GString) options = g_string_new (NULL);
    node_to_json (step->node, options);
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "stage", step->type->name);
    cJSON_AddStringToObject (json, "folder", step->folder);
    cJSON_AddRawToObject (json, "options", options->str);
    cJSON_AddItemToArray (list, json);
  }
}

/* Where the key is, never the key. */
static void
add_signing (cJSON *json, const Signing *signing)
{
  cJSON *object = cJSON_AddObjectToObject (json, "signing");
  add_text (object, "certificate", signing->certificate);
  add_text (object, "key", signing->key);
  cJSON_AddNumberToObject (object, "timeout", (double)signing->timeout_ms);
  if (signing->command != NULL)
    cJSON_AddItemToObject (object, "command",
                           cJSON_CreateStringArray ((const char *const *)signing->command,
                                                    (int)g_strv_length (signing->command)));
}

char *
task_write_render (unsigned id, const TaskOriginal *original, const GPtrArray *derivatives,
                   const GArray *chosen, bool with_proofs, int n_threads)
{
  cJSON *json = begin ("render", id);
  cJSON_AddNumberToObject (json, "threads", n_threads);
  cJSON_AddStringToObject (json, "original", digest_to_hex (&original->digest).text);
  cJSON_AddStringToObject (json, "name", original->name);
  add_text (json, "path", original->path);
  add_text (json, "source-type", original->source_type);
  add_text (json, "prompt", original->prompt);
  add_text (json, "ai-system", original->ai_system);
  add_text (json, "credentials", original->credentials);
  if (original->signing != NULL)
    add_signing (json, original->signing);
  cJSON *list = cJSON_AddArrayToObject (json, "derivatives");
  for (unsigned i = 0; i < chosen->len; i++) {
    unsigned index = g_array_index (chosen, unsigned, i);
    const Derivative *derivative = derivatives->pdata[index];
    cJSON *item = cJSON_CreateObject ();
    cJSON_AddNumberToObject (item, "index", index);
    cJSON_AddStringToObject (item, "path", derivative->path);
    cJSON_AddStringToObject (item, "fingerprint", digest_to_hex (&derivative->fingerprint).text);
    if (with_proofs && derivative_is_for_print (derivative))
      cJSON_AddTrueToObject (item, "proof");
    cJSON *steps = cJSON_AddArrayToObject (item, "steps");
    add_steps (steps, derivative->steps);
    add_steps (steps, derivative->delivery_steps);
    cJSON_AddItemToArray (list, item);
  }
  return finish (json);
}

char *
task_write_stop (void)
{
  return finish (begin ("stop", 0));
}

const char *
task_text (const Node *task, const char *key)
{
  const Node *node = node_get (task, key);
  return node != NULL && node->kind == NODE_TEXT ? node->text : NULL;
}

bool
task_flag (const Node *task, const char *key)
{
  const Node *node = node_get (task, key);
  return node != NULL && node->kind == NODE_BOOL && node->boolean;
}

int64_t
task_integer (const Node *task, const char *key)
{
  const Node *node = node_get (task, key);
  return node != NULL && node->kind == NODE_INT ? node->integer : 0;
}

Signing *
task_dup_signing (const Node *map)
{
  Signing *signing = options_new (&signing_options);
  const Node *command = node_get (map, "command");
  unsigned n = node_length (command);
  signing->certificate = g_strdup (task_text (map, "certificate"));
  signing->key = g_strdup (task_text (map, "key"));
  signing->timeout_ms = task_integer (map, "timeout");
  if (n == 0)
    return signing;
  signing->command = g_new0 (char *, n + 1);
  for (unsigned i = 0; i < n; i++)
    signing->command[i] = g_strdup (node_item (command, i)->text);
  return signing;
}

/* ---- answers ---- */

static const char *const answer_names[] = {
  [ANSWER_FACTS] = "facts", [ANSWER_MADE] = "made",   [ANSWER_FAILED] = "failed",
  [ANSWER_END] = "end",     [ANSWER_ERROR] = "error", [ANSWER_SEEN] = "seen",
};

void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->record, cache_record_free);
  g_clear_pointer (&answer->facts, g_free);
  g_clear_pointer (&answer->metadata, g_free);
  g_clear_pointer (&answer->message, g_free);
}

static void
write_record (cJSON *json, const CacheRecord *record)
{
  cJSON_AddStringToObject (json, "digest", digest_to_hex (&record->digest).text);
  cJSON_AddNumberToObject (json, "size", (double)record->size_bytes);
  add_text (json, "format", record->format);
  cJSON_AddNumberToObject (json, "width", record->width);
  cJSON_AddNumberToObject (json, "height", record->height);
  cJSON_AddNumberToObject (json, "orientation", record->orientation);
  cJSON_AddBoolToObject (json, "alpha", record->has_alpha);
  cJSON_AddNumberToObject (json, "depth", record->bit_depth);
  cJSON_AddNumberToObject (json, "channels", record->n_channels);
  cJSON_AddBoolToObject (json, "icc", record->has_icc);
  add_text (json, "source-type", record->source_type);
  add_text (json, "credentials", record->credentials);
}

/* As text: a double, which is what cJSON has, does not hold nanoseconds. */
static void
write_stamp (cJSON *json, const FileStamp *stamp)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                           " %" G_GINT64_FORMAT,
                                           stamp->size_bytes, stamp->mtime_ns, stamp->inode);
  cJSON_AddStringToObject (json, "stamp", text);
}

char *
answer_write (const Answer *answer)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "answer", answer_names[answer->kind]);
  cJSON_AddNumberToObject (json, "id", answer->id);
  if (answer->kind == ANSWER_FACTS) {
    write_record (json, answer->record);
    cJSON_AddBoolToObject (json, "was-there", answer->was_there);
  }
  if (answer->kind == ANSWER_MADE || answer->kind == ANSWER_FAILED)
    cJSON_AddNumberToObject (json, "derivative", answer->derivative);
  if (answer->kind == ANSWER_MADE) {
    cJSON_AddStringToObject (json, "content", digest_to_hex (&answer->content).text);
    write_stamp (json, &answer->stamp);
    cJSON_AddRawToObject (json, "facts", answer->facts);
    cJSON_AddRawToObject (json, "metadata", answer->metadata);
  }
  if (answer->kind == ANSWER_SEEN)
    cJSON_AddRawToObject (json, "facts", answer->facts);
  if (answer->kind == ANSWER_FAILED || answer->kind == ANSWER_ERROR) {
    cJSON_AddNumberToObject (json, "class", answer->error_class);
    cJSON_AddStringToObject (json, "message", answer->message);
  }
  return finish (json);
}

static double
number_of (const cJSON *json, const char *name)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive (json, name);
  return cJSON_IsNumber (item) ? item->valuedouble : 0;
}

static const char *
text_of (const cJSON *json, const char *name)
{
  return cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (json, name));
}

static bool
digest_of_member (const cJSON *json, const char *name, Digest *out_digest)
{
  const char *text = text_of (json, name);
  return text != NULL && strlen (text) == DIGEST_HEX_CHARACTERS &&
         digest_from_hex (text, out_digest);
}

static bool
read_record (const cJSON *json, Answer *answer)
{
  CacheRecord *record = answer->record = cache_record_new ();
  record->size_bytes = (int64_t)number_of (json, "size");
  record->format = g_strdup (text_of (json, "format"));
  record->width = (int)number_of (json, "width");
  record->height = (int)number_of (json, "height");
  record->orientation = (int)number_of (json, "orientation");
  record->has_alpha = cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (json, "alpha"));
  record->bit_depth = (int)number_of (json, "depth");
  record->n_channels = (int)number_of (json, "channels");
  record->has_icc = cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (json, "icc"));
  record->source_type = g_strdup (text_of (json, "source-type"));
  record->credentials = g_strdup (text_of (json, "credentials"));
  answer->was_there = cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (json, "was-there"));
  bool has_size = record->width > 0 && record->height > 0;
  return (record->format != NULL) == has_size && digest_of_member (json, "digest", &record->digest);
}

static bool
read_stamp (const cJSON *json, FileStamp *out_stamp)
{
  const char *text = text_of (json, "stamp");
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", " ", 4);
  return g_strv_length (parts) == 3 && units_parse_integer (parts[0], &out_stamp->size_bytes) &&
         units_parse_integer (parts[1], &out_stamp->mtime_ns) &&
         units_parse_integer (parts[2], &out_stamp->inode);
}

static bool
read_members (const cJSON *json, Answer *answer)
{
  const char *kind = text_of (json, "answer");
  unsigned i = 0;
  while (kind != NULL && i < G_N_ELEMENTS (answer_names) && strcmp (kind, answer_names[i]) != 0)
    i++;
  if (kind == NULL || i == G_N_ELEMENTS (answer_names))
    return false;
  answer->kind = (AnswerKind)i;
  answer->id = (unsigned)number_of (json, "id");
  answer->derivative = (unsigned)number_of (json, "derivative");
  answer->error_class = (RunErrorCode)number_of (json, "class");
  answer->message = g_strdup (text_of (json, "message"));
  if (answer->kind == ANSWER_FACTS)
    return read_record (json, answer);
  if (answer->kind == ANSWER_FAILED || answer->kind == ANSWER_ERROR)
    return answer->message != NULL;
  if (answer->kind == ANSWER_MADE || answer->kind == ANSWER_SEEN) {
    const cJSON *facts = cJSON_GetObjectItemCaseSensitive (json, "facts");
    answer->facts = cJSON_IsObject (facts) ? json_write_line (facts) : NULL;
  }
  if (answer->kind == ANSWER_SEEN)
    return answer->facts != NULL;
  if (answer->kind == ANSWER_MADE) {
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive (json, "metadata");
    answer->metadata = cJSON_IsArray (metadata) ? json_write_line (metadata) : NULL;
    return answer->facts != NULL && answer->metadata != NULL &&
           digest_of_member (json, "content", &answer->content) &&
           read_stamp (json, &answer->stamp);
  }
  return true;
}

bool
answer_read (const char *line, Answer *out_answer)
{
  cJSON *json = cJSON_Parse (line);
  Answer answer = { 0 };
  bool ok = json != NULL && read_members (json, &answer);
  cJSON_Delete (json);
  if (ok)
    *out_answer = answer;
  else
    answer_clear (&answer);
  return ok;
}
