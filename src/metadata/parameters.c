#include "metadata/parameters.h"

#include <string.h>

#include "metadata/exif.h"
#include "metadata/parameters-kinds.h"
#include "metadata/xmp.h"

typedef struct {
  const GPtrArray *texts; /* MetadataText*; NULL: none */
  GHashTable *used;       /* of them: what has been told already */
  GPtrArray *found;
} Finder;

static void
parameters_free (gpointer data)
{
  GenerationParameters *parameters = data;
  char *const fields[] = { parameters->prompt,   parameters->negative_prompt,
                           parameters->settings, parameters->model,
                           parameters->seed,     parameters->sampler,
                           parameters->steps,    parameters->guidance };
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    g_free (fields[i]);
  g_clear_pointer (&parameters->texts, g_ptr_array_unref);
  g_free (parameters);
}

void
parameters_set (char **field, const char *text, size_t length, size_t most)
{
  if (*field != NULL || length > most)
    return;
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)length);
  g_strstrip (valid);
  if (*valid != '\0')
    *field = g_steal_pointer (&valid);
}

void
parameters_add_text (GenerationParameters *parameters, const char *keyword, const char *text)
{
  MetadataBlobs holder = { .texts = parameters->texts };
  metadata_blobs_add_text (&holder, keyword, text);
  parameters->texts = holder.texts;
}

const char *
parameters_text_of (const GPtrArray *texts, const char *keyword)
{
  for (unsigned i = 0; keyword != NULL && texts != NULL && i < texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (texts, i);
    if (g_ascii_strcasecmp (text->keyword, keyword) == 0)
      return text->text;
  }
  return NULL;
}

/* The same is often told twice, in a text and in EXIF. Consumes `parameters`. */
static void
take (Finder *finder, GenerationParameters *parameters, const char *where)
{
  bool is_new = parameters->tool != NULL && finder->found->len < PARAMETERS_MOST_FOUND;
  for (unsigned i = 0; i < finder->found->len && is_new; i++) {
    const GenerationParameters *other = g_ptr_array_index (finder->found, i);
    is_new = strcmp (other->tool, parameters->tool) != 0 ||
             g_strcmp0 (other->prompt, parameters->prompt) != 0 ||
             g_strcmp0 (other->seed, parameters->seed) != 0;
  }
  if (!is_new) {
    parameters_free (parameters);
    return;
  }
  parameters->where = where;
  g_ptr_array_add (finder->found, parameters);
}

/* A text of whatever name, by its shape alone. */
static bool
read_any (const char *text, GenerationParameters *out)
{
  if (strlen (text) > PARAMETERS_MOST_BYTES)
    return false;
  return parameters_read_json (text, out) || parameters_read_line (text, out) ||
         parameters_read_command (text, out) || parameters_read_job (text, out);
}

static bool
begins_json (const char *text)
{
  return text != NULL && strlen (text) <= PARAMETERS_MOST_BYTES &&
         text[strspn (text, " \t\r\n")] == '{';
}

/* The texts of these keywords belong to one tool, which reads them all again. */
static void
add_texts (Finder *finder, GenerationParameters *parameters, const char *const *keywords)
{
  for (; *keywords != NULL; keywords++) {
    const char *text = parameters_text_of (finder->texts, *keywords);
    if (text == NULL)
      continue;
    parameters_add_text (parameters, *keywords, text);
    g_hash_table_add (finder->used, (gpointer)text);
  }
}

static void
find_comfy (Finder *finder)
{
  static const char *const keywords[] = { "prompt", "workflow", NULL };
  GenerationParameters *parameters = g_new0 (GenerationParameters, 1);
  for (size_t i = 0; keywords[i] != NULL; i++) {
    const char *text = parameters_text_of (finder->texts, keywords[i]);
    if (begins_json (text))
      parameters_read_graph (text, parameters);
  }
  if (parameters->tool != NULL)
    add_texts (finder, parameters, keywords);
  take (finder, parameters, "PNG text");
}

static void
find_novel (Finder *finder)
{
  static const char *const keywords[] = { "Software", "Source", "Description", "Comment", NULL };
  const char *software = parameters_text_of (finder->texts, "Software");
  const char *comment = parameters_text_of (finder->texts, "Comment");
  if (software == NULL || !g_str_has_prefix (software, "NovelAI") || comment == NULL)
    return;
  GenerationParameters *parameters = g_new0 (GenerationParameters, 1);
  const char *source = parameters_text_of (finder->texts, "Source");
  const char *description = parameters_text_of (finder->texts, "Description");
  parameters_read_json (comment, parameters);
  parameters->tool = "NovelAI";
  parameters->settings_tell_prompt = true;
  parameters_set (&parameters->settings, comment, strlen (comment), PARAMETERS_MOST_BYTES);
  if (source != NULL)
    parameters_set (&parameters->model, source, strlen (source), PARAMETERS_MOST_VALUE_BYTES);
  if (description != NULL)
    parameters_set (&parameters->prompt, description, strlen (description),
                    PARAMETERS_MOST_FIELD_BYTES);
  add_texts (finder, parameters, keywords);
  take (finder, parameters, "PNG text");
}

/* One text that says it all, with those that stand beside it. Each is read once. */
static void
find_named (Finder *finder, const char *tool, const char *text, const char *const *keywords)
{
  if (text == NULL || !g_hash_table_add (finder->used, (gpointer)text))
    return;
  GenerationParameters *parameters = g_new0 (GenerationParameters, 1);
  if (read_any (text, parameters)) {
    if (tool != NULL)
      parameters->tool = tool;
    add_texts (finder, parameters, keywords);
  }
  take (finder, parameters, "PNG text");
}

static void
find_in_texts (Finder *finder)
{
  static const char *const fooocus[] = { "parameters", "fooocus_scheme", NULL };
  static const char *const invoke[] = { "invokeai_metadata", "invokeai_graph", NULL };
  static const char *const invoke_before[] = { "sd-metadata", "Dream", NULL };
  static const char *const dream[] = { "Dream", NULL };
  if (finder->texts == NULL)
    return;
  const GPtrArray *texts = finder->texts;
  if (parameters_text_of (texts, "fooocus_scheme") != NULL)
    find_named (finder, "Fooocus", parameters_text_of (texts, fooocus[0]), fooocus);
  find_comfy (finder);
  find_novel (finder);
  find_named (finder, "InvokeAI", parameters_text_of (texts, invoke[0]), invoke);
  find_named (finder, "InvokeAI", parameters_text_of (texts, invoke_before[0]), invoke_before);
  find_named (finder, "InvokeAI", parameters_text_of (texts, dream[0]), dream);
  GenerationParameters *each = g_new0 (GenerationParameters, 1);
  parameters_read_texts (finder->texts, each);
  take (finder, each, "PNG text");
  for (unsigned i = 0; i < finder->texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (finder->texts, i);
    const char *const keywords[] = { text->keyword, NULL };
    find_named (finder, NULL, text->text, keywords);
  }
}

/* ComfyUI's WebP: "prompt:{…}" and "workflow:{…}" in tags that were meant for other things. */
static bool
read_tagged (const char *text, GenerationParameters *out)
{
  static const char *const keywords[] = { "prompt", "workflow" };
  for (size_t i = 0; i < G_N_ELEMENTS (keywords); i++) {
    size_t length = strlen (keywords[i]);
    if (g_ascii_strncasecmp (text, keywords[i], length) != 0 || text[length] != ':' ||
        !begins_json (text + length + 1))
      continue;
    const char *graph = text + length + 1;
    graph += strspn (graph, " \t\r\n");
    parameters_add_text (out, keywords[i], graph);
    return parameters_read_graph (graph, out);
  }
  return false;
}

static void
find_in_exif (Finder *finder, GBytes *block)
{
  g_auto (GStrv) texts = exif_read_texts (block);
  GenerationParameters *graphs = g_new0 (GenerationParameters, 1);
  for (char **text = texts; text != NULL && *text != NULL; text++)
    read_tagged (*text, graphs);
  take (finder, graphs, "EXIF");
  for (char **text = texts; text != NULL && *text != NULL; text++) {
    GenerationParameters *parameters = g_new0 (GenerationParameters, 1);
    read_any (*text, parameters);
    take (finder, parameters, "EXIF");
  }
}

static void
find_in_xmp (Finder *finder, GBytes *packet)
{
  static const MetadataProperty properties[] = { METADATA_COMMENT, METADATA_DESCRIPTION };
  g_auto (MetadataRecord) record = { 0 };
  if (!xmp_read (packet, &record, NULL))
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (properties); i++) {
    const char *text = metadata_record_text (&record, properties[i]);
    GenerationParameters *parameters = g_new0 (GenerationParameters, 1);
    if (text != NULL)
      read_any (text, parameters);
    take (finder, parameters, "XMP");
  }
}

GPtrArray *
metadata_find_parameters (const MetadataBlobs *blobs)
{
  Finder finder = {
    .texts = blobs->texts,
    .used = g_hash_table_new (NULL, NULL),
    .found = g_ptr_array_new_with_free_func (parameters_free),
  };
  find_in_texts (&finder);
  if (blobs->exif != NULL)
    find_in_exif (&finder, blobs->exif);
  if (blobs->xmp != NULL)
    find_in_xmp (&finder, blobs->xmp);
  g_hash_table_unref (finder.used);
  return finder.found;
}
