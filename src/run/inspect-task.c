#include "base/base-error.h"
#include "base/path.h"
#include "cache/cache.h"
#include "document/json-write.h"
#include "image/decode.h"
#include "metadata/vocabulary.h"
#include "run/inspect-private.h"
#include "run/inspect.h"

void
inspect_add_text (cJSON *json, const char *name, const char *text)
{
  if (text != NULL)
    cJSON_AddStringToObject (json, name, text);
}

void
inspect_add_trouble (Inspection *inspection, const char *what, const char *trouble)
{
  g_autofree char *text = what != NULL ? g_strdup_printf ("%s: %s", what, trouble)
                                       : g_strdup (trouble);
  cJSON_AddItemToArray (inspection->troubles, cJSON_CreateString (text));
}

void
inspect_add_label (Inspection *inspection, int rank, const char *from)
{
  if (rank == VOCABULARY_NONE)
    return;
  cJSON *label = cJSON_CreateObject ();
  cJSON_AddStringToObject (label, "from", from);
  cJSON_AddStringToObject (label, "source-type", vocabulary_term (rank));
  cJSON_AddItemToArray (inspection->labels, label);
  inspection->rank = vocabulary_stronger (inspection->rank, rank);
}

/* ---- bytes ---- */

static GBytes *
read_original (const Node *task, const char *home, const ImageLimits *limits, GError **error)
{
  Digest digest;
  g_autoptr (Cache) cache = cache_open (home, error);
  const char *hex = task_text (task, "original");
  if (cache == NULL)
    return NULL;
  GError *problem = NULL;
  GBytes *bytes = digest_from_hex (hex, &digest)
                    ? cache_get (cache, &digest, limits->most_bytes, &problem)
                    : NULL;
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (bytes == NULL)
    run_fail (error, RUN_ERROR_MISS,
              "its bytes are gone from the cache; 'peel cache restore' takes them from a bundle");
  return bytes;
}

static GBytes *
read_bytes (const Node *task, const char *home, const ImageLimits *limits, GError **error)
{
  char *text = NULL;
  size_t length;
  g_autoptr (GError) problem = NULL;
  if (task_text (task, "original") != NULL)
    return read_original (task, home, limits, error);
  if (path_read_file (task_text (task, "path"), limits->most_bytes, &text, &length, &problem))
    return g_bytes_new_take (text, length);
  /* A page for a press may well be: what Peel made is to be inspected. */
  bool is_large = g_error_matches (problem, BASE_ERROR, BASE_ERROR_TOO_LARGE);
  run_fail (error, RUN_ERROR_INVALID, "%s%s", problem->message,
            is_large ? "; --max-file-size raises it" : "");
  return NULL;
}

/* ---- type ---- */

/* "image/jpg; x=y" is image/jpeg. New string. */
static char *
dup_plain_type (const char *type)
{
  g_autofree char *plain = g_ascii_strdown (type, (gssize)strcspn (type, "; "));
  return g_strdup (
    strcmp (plain, "image/jpg") == 0 || strcmp (plain, "image/pjpeg") == 0 ? "image/jpeg" : plain);
}

static void
tell_type (Inspection *inspection, const Node *task, ImageFormat format)
{
  const char *given = task_text (task, "declared-type");
  const char *path = task_text (task, "path");
  const ImageFormatType *named = image_format_type (
    image_format_of_path (task_text (task, "name")));
  const char *real = image_format_type (format)->mime;
  const char *declared = given != NULL ? given : named != NULL ? named->mime : NULL;
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "type");
  cJSON_AddStringToObject (json, "real", real);
  if (declared == NULL)
    return;
  g_autofree char *plain = dup_plain_type (declared);
  cJSON_AddStringToObject (json, "declared", declared);
  cJSON_AddStringToObject (json, "declared-by",
                           given != NULL || path == NULL ? "provider" : "extension");
  cJSON_AddBoolToObject (json, "match", strcmp (plain, real) == 0);
}

/* ---- pixels ---- */

/* An error about `name` without the name in front: the reader knows of what is spoken. */
static const char *
without_name (const GError *error, const char *name)
{
  size_t length = strlen (name);
  bool has_name = strncmp (error->message, name, length) == 0 &&
                  strncmp (error->message + length, ": ", 2) == 0;
  return error->message + (has_name ? length + 2 : 0);
}

static void
tell_facts (cJSON *json, const ImageFacts *facts)
{
  bool is_turned = facts->orientation >= 5;
  cJSON_AddNumberToObject (json, "width", facts->width);
  cJSON_AddNumberToObject (json, "height", facts->height);
  cJSON_AddNumberToObject (json, "stored-width", is_turned ? facts->height : facts->width);
  cJSON_AddNumberToObject (json, "stored-height", is_turned ? facts->width : facts->height);
  cJSON_AddNumberToObject (json, "orientation", facts->orientation);
  cJSON_AddNumberToObject (json, "channels", facts->n_channels);
  cJSON_AddNumberToObject (json, "bit-depth", facts->bit_depth);
  cJSON_AddBoolToObject (json, "has-alpha", facts->has_alpha);
  cJSON_AddBoolToObject (json, "has-icc", facts->has_icc);
}

/* Larger ones than a run takes are not decoded. */
static bool
is_within_limits (const ImageFacts *facts)
{
  const ImageLimits *limits = &image_limits_default;
  return facts->width <= limits->most_edge && facts->height <= limits->most_edge &&
         (int64_t)facts->width * facts->height <= limits->most_pixels;
}

/* False: not even its header can be read. */
static bool
tell_pixels (Inspection *inspection, const Node *task, const ImageLimits *limits)
{
  g_autoptr (GError) error = NULL;
  const char *name = task_text (task, "name");
  ImageFacts facts;
  if (!task_flag (task, "pixels"))
    return true;
  if (!image_probe (inspection->file, name, limits, &facts, &error)) {
    inspect_add_trouble (inspection, NULL, without_name (error, name));
    return false;
  }
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "pixels");
  tell_facts (json, &facts);
  if (!task_flag (task, "check") || !is_within_limits (&facts))
    return true;
  bool is_whole = image_check (inspection->file, name, limits, &error);
  cJSON_AddBoolToObject (json, "whole", is_whole);
  if (!is_whole)
    inspect_add_trouble (inspection, NULL, without_name (error, name));
  return true;
}

/* ---- */

static void
inspection_begin (Inspection *inspection, GBytes *file)
{
  size_t length;
  const void *data = g_bytes_get_data (file, &length);
  const Digest digest = digest_of (data, length);
  inspection->file = file;
  inspection->kind = container_kind (data, length);
  inspection->blocks = container_list (file);
  inspection->json = cJSON_CreateObject ();
  inspection->troubles = cJSON_CreateArray ();
  inspection->labels = cJSON_CreateArray ();
  inspection->synthid = cJSON_CreateArray ();
  inspection->rank = VOCABULARY_NONE;
  cJSON_AddStringToObject (inspection->json, "sha256", digest_to_hex (&digest).text);
  cJSON_AddNumberToObject (inspection->json, "bytes", (double)length);
}

static void
inspection_clear (Inspection *inspection)
{
  cJSON_Delete (inspection->json);
  cJSON_Delete (inspection->troubles);
  cJSON_Delete (inspection->labels);
  cJSON_Delete (inspection->synthid);
  g_clear_pointer (&inspection->blocks, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Inspection, inspection_clear)

static void
tell_label (Inspection *inspection)
{
  if (inspection->rank == VOCABULARY_NONE)
    return;
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "ai-label");
  cJSON_AddStringToObject (json, "source-type", vocabulary_term (inspection->rank));
  cJSON_AddBoolToObject (json, "is-ai", vocabulary_is_ai (inspection->rank));
  cJSON_AddItemToObject (json, "found", g_steal_pointer (&inspection->labels));
}

/* Somebody says that there is such a watermark: that is never told as if it were there. */
static void
tell_synthid (Inspection *inspection)
{
  if (cJSON_GetArraySize (inspection->synthid) == 0)
    return;
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "synthid");
  cJSON_AddItemToObject (json, "declared-by", g_steal_pointer (&inspection->synthid));
}

static bool
check_format (GBytes *file, ImageFormat *out_format, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (file, &length);
  *out_format = image_format_of_bytes (data, length);
  if (length == 0)
    return run_fail (error, RUN_ERROR_INVALID, "it is empty");
  if (*out_format == IMAGE_FORMAT_UNKNOWN)
    return run_fail (error, RUN_ERROR_INVALID,
                     "it is not a picture: its bytes are not a JPEG's, PNG's, WebP's, AVIF's, "
                     "TIFF's, GIF's or HEIC's");
  return true;
}

static const char *
last_trouble (const Inspection *inspection)
{
  int n = cJSON_GetArraySize (inspection->troubles);
  return cJSON_GetStringValue (cJSON_GetArrayItem (inspection->troubles, n - 1));
}

static bool
inspect_all (Inspection *inspection, const Node *task, const ImageLimits *limits,
             ImageFormat format, GError **error)
{
  cJSON_AddStringToObject (inspection->json, "format", image_format_type (format)->name);
  tell_type (inspection, task, format);
  bool has_pixels = tell_pixels (inspection, task, limits);
  inspect_blocks (inspection);
  if (!inspect_c2pa (inspection, task_text (task, "sidecar"), task_text (task, "anchors"), error))
    return false;
  if (!has_pixels && inspection->blocks->len == 0)
    return run_fail (error, RUN_ERROR_INVALID, "nothing of it can be read: %s",
                     last_trouble (inspection));
  tell_label (inspection);
  tell_synthid (inspection);
  if (cJSON_GetArraySize (inspection->troubles) > 0)
    cJSON_AddItemToObject (inspection->json, "troubles", g_steal_pointer (&inspection->troubles));
  return true;
}

bool
inspect_task (const Node *task, const char *home, const ImageLimits *limits, char **out_json,
              GError **error)
{
  g_auto (Inspection) inspection = { NULL };
  g_autoptr (GBytes) file = read_bytes (task, home, limits, error);
  ImageFormat format;
  if (file == NULL || !check_format (file, &format, error))
    return false;
  inspection_begin (&inspection, file);
  const char *extract = task_text (task, "extract");
  if (extract != NULL && !inspect_extract (&inspection, extract, error))
    return false;
  if (extract == NULL && !inspect_all (&inspection, task, limits, format, error))
    return false;
  *out_json = json_write_line (inspection.json);
  return true;
}
