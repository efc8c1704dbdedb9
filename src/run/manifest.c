#include "run/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/atomic-file.h"
#include "base/base-error.h"
#include "base/path.h"
#include "document/json-write.h"

typedef struct {
  off_t offset;
  size_t length; /* 0: the image has not been told of */
} Place;

struct ManifestWriter {
  FILE *spool;
  off_t end;
  Place *places;
  unsigned n_images;
};

ManifestWriter *
manifest_writer_new (unsigned n_images, GError **error)
{
  FILE *spool = tmpfile ();
  if (spool == NULL) {
    base_error_set_errno (error, errno, "cannot create a temporary file for the manifest");
    return NULL;
  }
  ManifestWriter *writer = g_new0 (ManifestWriter, 1);
  writer->spool = spool;
  writer->places = g_new0 (Place, n_images);
  writer->n_images = n_images;
  return writer;
}

void
manifest_writer_free (ManifestWriter *writer)
{
  if (writer == NULL)
    return;
  fclose (writer->spool);
  g_free (writer->places);
  g_free (writer);
}

/* ---- one image ---- */

static void
add_text (cJSON *json, const char *name, const char *text)
{
  if (text != NULL && text[0] != '\0')
    cJSON_AddStringToObject (json, name, text);
}

static cJSON *
original_json (const CacheRecord *record)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&record->digest).text);
  add_text (json, "format", record->format);
  cJSON_AddNumberToObject (json, "width", record->width);
  cJSON_AddNumberToObject (json, "height", record->height);
  cJSON_AddNumberToObject (json, "bytes", (double)record->size_bytes);
  add_text (json, "source-type", record->source_type);
  if (record->acquisitions->len > 0) {
    const CacheAcquisition *last = record->acquisitions->pdata[record->acquisitions->len - 1];
    add_text (json, "source", last->source);
    add_text (json, "provider", last->provider);
    add_text (json, "model", last->model);
    add_text (json, "file", last->path);
  }
  return json;
}

static cJSON *
item_json (const ManifestItem *item)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "path", item->derivative->shown);
  add_text (json, "preset", item->derivative->preset);
  cJSON *facts = cJSON_Parse (item->facts);
  for (cJSON *fact; facts != NULL && (fact = facts->child) != NULL;) {
    cJSON_DetachItemViaPointer (facts, fact);
    cJSON_AddItemToObject (json, fact->string, fact);
  }
  cJSON_Delete (facts);
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&item->content).text);
  cJSON_AddStringToObject (json, "fingerprint",
                           digest_to_hex (&item->derivative->fingerprint).text);
  return json;
}

/* A snippet for each output that is a set: items of one output stand together. */
static void
add_pictures (cJSON *json, const char *id, const GArray *items)
{
  cJSON *list = cJSON_CreateArray ();
  for (unsigned start = 0; start < items->len;) {
    g_autoptr (GArray) set = g_array_new (FALSE, FALSE, sizeof (ManifestItem));
    const Mark *mark = &g_array_index (items, ManifestItem, start).derivative->mark;
    for (; start < items->len; start++) {
      const ManifestItem *item = &g_array_index (items, ManifestItem, start);
      if (item->derivative->mark.line != mark->line ||
          item->derivative->mark.column != mark->column ||
          item->derivative->mark.source != mark->source)
        break;
      g_array_append_vals (set, item, 1);
    }
    g_autofree char *html = manifest_picture (set, id);
    if (html != NULL)
      cJSON_AddItemToArray (list, cJSON_CreateString (html));
  }
  if (cJSON_GetArraySize (list) > 0)
    cJSON_AddItemToObject (json, "pictures", list);
  else
    cJSON_Delete (list);
}

static char *
image_text (const char *id, int variant, const CacheRecord *record, const GArray *items)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "id", id);
  if (variant > 0)
    cJSON_AddNumberToObject (json, "variant", variant);
  cJSON_AddItemToObject (json, "original", original_json (record));
  cJSON *list = cJSON_AddArrayToObject (json, "derivatives");
  for (unsigned i = 0; i < items->len; i++)
    cJSON_AddItemToArray (list, item_json (&g_array_index (items, ManifestItem, i)));
  add_pictures (json, id, items);
  char *text = json_write_pretty (json);
  cJSON_Delete (json);
  return text;
}

bool
manifest_writer_add (ManifestWriter *writer, unsigned i_image, const char *id, int variant,
                     const CacheRecord *record, const GArray *items, GError **error)
{
  g_autofree char *text = image_text (id, variant, record, items);
  size_t length = strlen (text);
  if (fseeko (writer->spool, writer->end, SEEK_SET) != 0 ||
      fwrite (text, 1, length, writer->spool) != length)
    return base_error_set_errno (error, errno, "cannot write the temporary file of the manifest");
  writer->places[i_image] = (Place){ writer->end, length };
  writer->end += (off_t)length;
  return true;
}

/* ---- the file ---- */

static void
append_indented (GString *out, const char *text)
{
  for (const char *line = text; *line != '\0';) {
    size_t length = strcspn (line, "\n");
    g_string_append (out, line > text ? "\n    " : "    ");
    g_string_append_len (out, line, (gssize)length);
    line += length + (line[length] == '\n');
  }
}

static bool
read_spool (ManifestWriter *writer, const Place *place, char **out_text, GError **error)
{
  g_autofree char *text = g_malloc (place->length + 1);
  if (fseeko (writer->spool, place->offset, SEEK_SET) != 0 ||
      fread (text, 1, place->length, writer->spool) != place->length)
    return base_error_set_errno (error, errno, "cannot read the temporary file of the manifest");
  text[place->length] = '\0';
  *out_text = g_steal_pointer (&text);
  return true;
}

/* Gives the file's text to `file`, piece by piece, and to the digest. */
static bool
write_text (ManifestWriter *writer, const char *pipeline_name, AtomicFile *file,
            DigestStream *digest, GError **error)
{
  g_autoptr (GString) piece = g_string_new ("{\n  \"peel\": 1,\n  \"pipeline\": ");
  json_append_quoted (piece, pipeline_name);
  g_string_append (piece, ",\n  \"images\": [");
  bool is_first = true;
  for (unsigned i = 0; i <= writer->n_images; i++) {
    if (i == writer->n_images) {
      g_string_append (piece, is_first ? "]\n}\n" : "\n  ]\n}\n");
    } else if (writer->places[i].length > 0) {
      g_autofree char *text = NULL;
      if (!read_spool (writer, &writer->places[i], &text, error))
        return false;
      g_string_append (piece, is_first ? "\n" : ",\n");
      append_indented (piece, text);
      is_first = false;
    }
    digest_stream_update (digest, piece->str, piece->len);
    if (file != NULL && !atomic_file_write (file, piece->str, piece->len, error))
      return false;
    g_string_truncate (piece, 0);
  }
  return true;
}

bool
manifest_writer_finish (ManifestWriter *writer, const char *pipeline_name, const char *path,
                        bool *out_changed, GError **error)
{
  g_autoptr (DigestStream) digest = digest_stream_new ();
  if (!write_text (writer, pipeline_name, NULL, digest, error))
    return false;
  Digest now = digest_stream_finish (digest), there;
  *out_changed = !digest_of_file (path, &there, NULL) || !digest_equal (&now, &there);
  if (!*out_changed)
    return true;
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  g_autoptr (DigestStream) unused = digest_stream_new ();
  return path_make_folder (folder, error) && atomic_file_open_linked (&file, path, error) &&
         write_text (writer, pipeline_name, &file, unused, error) &&
         atomic_file_commit (&file, error);
}
