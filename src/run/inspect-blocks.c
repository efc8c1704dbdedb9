#include <math.h>

#include "image/color.h"
#include "metadata/density.h"
#include "metadata/exif-list.h"
#include "metadata/icc-list.h"
#include "metadata/iptc-list.h"
#include "metadata/parameters.h"
#include "metadata/record.h"
#include "metadata/vocabulary.h"
#include "metadata/xmp-list.h"
#include "metadata/xmp.h"
#include "run/inspect-private.h"

static const char *const kind_words[] = {
  [BLOCK_EXIF] = "exif",       [BLOCK_XMP] = "xmp",     [BLOCK_IPTC] = "iptc",
  [BLOCK_ICC] = "icc",         [BLOCK_C2PA] = "c2pa",   [BLOCK_TEXT] = "text",
  [BLOCK_DENSITY] = "density", [BLOCK_OTHER] = "other",
};

/* A text of at most so many bytes is told: several of a megabyte each would make a line of JSON that nobody
 * reads. */
enum { MOST_TEXT_BYTES = 1 << 18, MOST_TEXTS = 256, MOST_TOLD_BLOCKS = 512 };

/* How many bytes of packets are looked at beyond the file's own size: what was unpacked. */
enum { MOST_UNPACKED_BYTES = 8 << 20 };

static int
scan (const Block *block)
{
  size_t length;
  const void *data = g_bytes_get_data (block->data, &length);
  return vocabulary_scan (data, length);
}

static bool
mentions (const Block *block, const char *word)
{
  size_t length;
  const char *data = g_bytes_get_data (block->data, &length);
  return g_strstr_len (data, (gssize)length, word) != NULL;
}

static cJSON *
begin (Inspection *inspection, const char *name, const Block *block)
{
  cJSON *json = cJSON_AddObjectToObject (inspection->json, name);
  cJSON_AddNumberToObject (json, "bytes", (double)g_bytes_get_size (block->data));
  return json;
}

static void
tell_left_out (Inspection *inspection, const char *what, unsigned n)
{
  g_autofree char *text = g_strdup_printf ("%u more values are not shown", n);
  if (n > 0)
    inspect_add_trouble (inspection, what, text);
}

/* ---- colour and density ---- */

static void
tell_icc (Inspection *inspection)
{
  const Block *block = container_find (inspection->blocks, BLOCK_ICC);
  g_autoptr (GError) error = NULL;
  g_auto (IccFacts) facts = { NULL };
  if (block == NULL)
    return;
  cJSON *json = begin (inspection, "icc", block);
  if (!icc_read (block->data, &facts, &error)) {
    inspect_add_trouble (inspection, "ICC", error->message);
    return;
  }
  g_autofree char *version = g_strdup_printf ("%u.%u", facts.major, facts.minor);
  inspect_add_text (json, "description", facts.description);
  inspect_add_text (json, "copyright", facts.copyright);
  cJSON_AddStringToObject (json, "color-space", facts.color_space);
  cJSON_AddStringToObject (json, "class", facts.profile_class);
  cJSON_AddStringToObject (json, "version", version);
  cJSON_AddBoolToObject (json, "is-srgb", image_is_srgb_profile (block->data));
}

static double
two_digits (double number)
{
  return round (number * 100) / 100;
}

static void
tell_density (Inspection *inspection, const ExifList *exif)
{
  g_autoptr (GArray) claims = density_claims (inspection->kind, inspection->blocks, exif);
  if (claims->len == 0)
    return;
  cJSON *json = cJSON_AddObjectToObject (inspection->json, "density");
  cJSON *list = cJSON_CreateArray ();
  for (unsigned i = 0; i < claims->len; i++) {
    const DensityClaim *claim = &g_array_index (claims, DensityClaim, i);
    cJSON *item = i == 0 ? json : cJSON_CreateObject ();
    cJSON_AddNumberToObject (item, "x-dpi", two_digits (claim->x_dpi));
    cJSON_AddNumberToObject (item, "y-dpi", two_digits (claim->y_dpi));
    cJSON_AddStringToObject (item, "from", claim->from);
    if (i > 0)
      cJSON_AddItemToArray (list, item);
  }
  if (claims->len == 1) {
    cJSON_Delete (list);
    return;
  }
  cJSON_AddItemToObject (json, "others", list);
  cJSON_AddBoolToObject (json, "agree", density_claims_agree (claims));
  if (!density_claims_agree (claims))
    inspect_add_trouble (inspection, "density", "what the file says of it does not agree");
}

/* ---- EXIF ---- */

static void
tell_exif_lines (Inspection *inspection, cJSON *json, const ExifList *list)
{
  cJSON *entries = cJSON_AddArrayToObject (json, "entries");
  for (unsigned i = 0; i < list->lines->len; i++) {
    const ExifLine *line = list->lines->pdata[i];
    cJSON *entry = cJSON_CreateObject ();
    cJSON_AddStringToObject (entry, "directory", exif_list_directory_names[line->directory]);
    cJSON_AddNumberToObject (entry, "tag", line->tag);
    cJSON_AddStringToObject (entry, "name", line->name);
    cJSON_AddStringToObject (entry, "value", line->value);
    cJSON_AddItemToArray (entries, entry);
  }
  if (list->maker_note_bytes > 0)
    cJSON_AddNumberToObject (json, "maker-note-bytes", (double)list->maker_note_bytes);
  if (list->thumbnail_bytes > 0)
    cJSON_AddNumberToObject (json, "thumbnail-bytes", (double)list->thumbnail_bytes);
  cJSON_AddBoolToObject (json, "has-location", list->has_location);
  tell_left_out (inspection, "EXIF", list->n_left_out);
}

/* A TIFF file is what an EXIF block is: its own directory is read. */
static void
tell_exif (Inspection *inspection)
{
  const Block *block = container_find (inspection->blocks, BLOCK_EXIF);
  bool is_file = inspection->kind == CONTAINER_TIFF;
  g_autoptr (GError) error = NULL;
  g_auto (ExifList) list = { NULL };
  bool has_any = is_file || block != NULL;
  if (has_any && !exif_list (is_file ? inspection->file : block->data, is_file, &list, &error)) {
    inspect_add_trouble (inspection, "EXIF", error->message);
    has_any = false;
  }
  tell_density (inspection, has_any ? &list : NULL);
  if (!has_any)
    return;
  cJSON *json = is_file ? cJSON_AddObjectToObject (inspection->json, "exif")
                        : begin (inspection, "exif", block);
  tell_exif_lines (inspection, json, &list);
  if (!is_file)
    inspect_add_label (inspection, scan (block), "exif");
}

/* ---- XMP and IPTC ---- */

/* What IPTC 2025.1 has for pictures that a model made. */
static void
tell_ai_properties (cJSON *json, const MetadataRecord *record)
{
  inspect_add_text (json, "ai-system", metadata_record_text (record, METADATA_AI_SYSTEM));
  inspect_add_text (json, "ai-system-version",
                    metadata_record_text (record, METADATA_AI_SYSTEM_VERSION));
  inspect_add_text (json, "prompt", metadata_record_text (record, METADATA_PROMPT_TEXT));
  inspect_add_text (json, "prompt-writer", metadata_record_text (record, METADATA_PROMPT_WRITER));
}

static void
tell_xmp_lines (Inspection *inspection, cJSON *json, const Block *block)
{
  g_autoptr (GError) error = NULL;
  g_auto (XmpList) list = { NULL };
  if (!xmp_list (block->data, &list, &error))
    inspect_add_trouble (inspection, "XMP", error->message);
  cJSON *properties = cJSON_AddArrayToObject (json, "properties");
  for (unsigned i = 0; i < list.lines->len; i++) {
    const XmpLine *line = list.lines->pdata[i];
    cJSON *property = cJSON_CreateObject ();
    cJSON_AddStringToObject (property, "path", line->path);
    cJSON_AddStringToObject (property, "value", line->value);
    cJSON_AddItemToArray (properties, property);
  }
  tell_left_out (inspection, "XMP", list.n_left_out);
}

/* What the other packets say of a label, and whether any names the watermark. */
static int
scan_all_xmp (const Inspection *inspection, const Block *told, bool *out_names_synthid)
{
  size_t left = g_bytes_get_size (inspection->file) + MOST_UNPACKED_BYTES;
  int rank = VOCABULARY_NONE;
  *out_names_synthid = false;
  for (unsigned i = 0; i < inspection->blocks->len; i++) {
    const Block *block = inspection->blocks->pdata[i];
    size_t size = block->data != NULL ? g_bytes_get_size (block->data) : 0;
    if (block->kind != BLOCK_XMP || block->data == NULL || size > left)
      continue;
    left -= size;
    *out_names_synthid |= mentions (block, "SynthID");
    if (block != told)
      rank = vocabulary_stronger (rank, scan (block));
  }
  return rank;
}

static void
tell_xmp (Inspection *inspection)
{
  const Block *block = container_find_xmp (inspection->blocks);
  g_auto (MetadataRecord) record = { 0 };
  bool names_synthid;
  if (block == NULL)
    return;
  cJSON *json = begin (inspection, "xmp", block);
  tell_xmp_lines (inspection, json, block);
  int others = scan_all_xmp (inspection, block, &names_synthid), rank = VOCABULARY_NONE;
  if (names_synthid)
    cJSON_AddItemToArray (inspection->synthid, cJSON_CreateString ("xmp"));
  if (xmp_read (block->data, &record, NULL)) {
    const char *term = metadata_record_text (&record, METADATA_SOURCE_TYPE);
    rank = term != NULL ? vocabulary_rank (term) : VOCABULARY_NONE;
    tell_ai_properties (json, &record);
  }
  rank = rank != VOCABULARY_NONE ? rank : scan (block);
  inspect_add_label (inspection, vocabulary_stronger (rank, others), "xmp");
}

static void
tell_iptc (Inspection *inspection)
{
  const Block *block = container_find (inspection->blocks, BLOCK_IPTC);
  g_autoptr (GError) error = NULL;
  g_auto (IptcList) list = { NULL };
  if (block == NULL)
    return;
  cJSON *json = begin (inspection, "iptc", block);
  if (!iptc_list (block->data, &list, &error)) {
    inspect_add_trouble (inspection, "IPTC", error->message);
    return;
  }
  cJSON *datasets = cJSON_AddArrayToObject (json, "datasets");
  for (unsigned i = 0; i < list.lines->len; i++) {
    const IptcLine *line = list.lines->pdata[i];
    cJSON *dataset = cJSON_CreateObject ();
    cJSON_AddNumberToObject (dataset, "record", line->record);
    cJSON_AddNumberToObject (dataset, "dataset", line->dataset);
    cJSON_AddStringToObject (dataset, "name", line->name);
    cJSON_AddStringToObject (dataset, "value", line->value);
    cJSON_AddItemToArray (datasets, dataset);
  }
  cJSON_AddBoolToObject (json, "has-thumbnail", list.has_thumbnail);
  tell_left_out (inspection, "IPTC", list.n_left_out);
  inspect_add_label (inspection, scan (block), "iptc");
}

/* ---- texts ---- */

static char *
dup_text (const Block *block)
{
  size_t length;
  const char *data = g_bytes_get_data (block->data, &length);
  return g_utf8_make_valid (data, (gssize)MIN (length, MOST_TEXT_BYTES));
}

static void
tell_texts (Inspection *inspection)
{
  cJSON *texts = NULL;
  unsigned n = 0;
  for (unsigned i = 0; i < inspection->blocks->len && n < MOST_TEXTS; i++) {
    const Block *block = inspection->blocks->pdata[i];
    if (block->kind != BLOCK_TEXT || block->data == NULL)
      continue;
    if (n++ == 0)
      texts = cJSON_AddArrayToObject (inspection->json, "texts");
    g_autofree char *text = dup_text (block);
    cJSON *json = cJSON_CreateObject ();
    inspect_add_text (json, "keyword", block->keyword);
    cJSON_AddStringToObject (json, "block", block->name);
    cJSON_AddStringToObject (json, "text", text);
    cJSON_AddItemToArray (texts, json);
    inspect_add_label (inspection, scan (block), "text");
  }
}

/* ---- how it was generated ---- */

static void
tell_parameters (Inspection *inspection)
{
  g_auto (MetadataBlobs) blobs = { NULL };
  metadata_blobs_read (inspection->blocks, &blobs);
  g_autoptr (GPtrArray) found = metadata_find_parameters (&blobs);
  cJSON *list = found->len > 0 ? cJSON_AddArrayToObject (inspection->json, "parameters") : NULL;
  for (unsigned i = 0; i < found->len; i++) {
    const GenerationParameters *parameters = found->pdata[i];
    cJSON *json = cJSON_CreateObject ();
    inspect_add_text (json, "tool", parameters->tool);
    inspect_add_text (json, "from", parameters->where);
    inspect_add_text (json, "prompt", parameters->prompt);
    inspect_add_text (json, "negative-prompt", parameters->negative_prompt);
    inspect_add_text (json, "model", parameters->model);
    inspect_add_text (json, "seed", parameters->seed);
    inspect_add_text (json, "sampler", parameters->sampler);
    inspect_add_text (json, "steps", parameters->steps);
    inspect_add_text (json, "guidance", parameters->guidance);
    inspect_add_text (json, "settings", parameters->settings);
    cJSON_AddItemToArray (list, json);
  }
}

/* ---- the list ---- */

static void
tell_list (Inspection *inspection)
{
  cJSON *list = cJSON_AddArrayToObject (inspection->json, "blocks");
  for (unsigned i = 0; i < inspection->blocks->len; i++) {
    const Block *block = inspection->blocks->pdata[i];
    if (block->trouble != NULL)
      inspect_add_trouble (inspection, block->name, block->trouble);
    if (i >= MOST_TOLD_BLOCKS)
      continue;
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "kind", kind_words[block->kind]);
    cJSON_AddStringToObject (json, "name", block->name);
    cJSON_AddNumberToObject (json, "at", (double)block->at);
    cJSON_AddNumberToObject (json, "length", (double)block->length);
    if (block->n_pieces > 1)
      cJSON_AddNumberToObject (json, "pieces", block->n_pieces);
    inspect_add_text (json, "trouble", block->trouble);
    cJSON_AddItemToArray (list, json);
  }
}

void
inspect_blocks (Inspection *inspection)
{
  tell_icc (inspection);
  tell_exif (inspection);
  tell_xmp (inspection);
  tell_iptc (inspection);
  tell_texts (inspection);
  tell_parameters (inspection);
  tell_list (inspection);
}
