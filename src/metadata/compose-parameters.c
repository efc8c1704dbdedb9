/* The prompt goes into XMP, where IPTC has a property for it. The settings go where the tools themselves
 * look for them: into EXIF's UserComment in the form of the web UI, which most of them read, and
 * into a PNG as the texts that they were. Settings that cannot be told without the prompt (a
 * graph, a command line) stay only where the prompt does. */
#include "metadata/compose-parts.h"

#include <string.h>

#include "metadata/container.h"
#include "metadata/parameters.h"

static bool
is_told (const char *text)
{
  return text != NULL && *text != '\0';
}

/* Generators put prompts where descriptions belong: into the EXIF description, dc:description,
 * the IPTC caption. Known by holding the prompt, or by the shapes of the common tools: the
 * parameter line of the web UIs, the JSON of ComfyUI, the job number of Midjourney. */
static bool
tells_prompt (const char *text, const char *prompt)
{
  if (is_told (prompt) && strstr (text, prompt) != NULL)
    return true;
  return (strstr (text, "Steps: ") != NULL && strstr (text, "Sampler: ") != NULL) ||
         strstr (text, "{\"") != NULL || strstr (text, "Job ID: ") != NULL;
}

static bool
tells_any_prompt (const Composition *composition, const char *text)
{
  const char *stated = metadata_record_text (&composition->record, METADATA_PROMPT_TEXT);
  if (tells_prompt (text, stated) || tells_prompt (text, composition->facts->prompt))
    return true;
  for (unsigned i = 0; i < composition->parameters->len; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (composition->parameters, i);
    if (tells_prompt (text, parameters->prompt))
      return true;
  }
  return false;
}

static void
guard_prompt (Composition *composition)
{
  static const MetadataProperty suspects[] = { METADATA_TITLE, METADATA_DESCRIPTION };
  MetadataRecord *record = &composition->record;
  for (size_t i = 0; i < G_N_ELEMENTS (suspects); i++) {
    bool tells = false;
    for (unsigned k = 0; k < metadata_record_count (record, suspects[i]) && !tells; k++)
      tells = tells_any_prompt (composition, metadata_record_get (record, suspects[i], k)->text);
    if (!tells)
      continue;
    metadata_record_remove (record, suspects[i]);
    compose_judge_more (composition, metadata_group_names[METADATA_GROUP_DESCRIPTION],
                        "the %s tells the prompt", metadata_properties[suspects[i]].name);
  }
}

/* What is asked and what is not wanted, as IPTC has it: one text. */
static char *
dup_prompt (const GenerationParameters *parameters)
{
  const GenerationParameters prompts = { .prompt = parameters->prompt,
                                         .negative_prompt = parameters->negative_prompt };
  return generation_parameters_text (&prompts);
}

static void
fill (MetadataRecord *record, MetadataProperty property, const char *text, bool replaces)
{
  if (!is_told (text) || (!replaces && metadata_record_count (record, property) > 0))
    return;
  metadata_record_remove (record, property);
  metadata_record_add (record, property, NULL, text);
}

/* What the sidecar of a generated original knows goes before what the file says. */
static void
take_prompt (Composition *composition)
{
  MetadataRecord *record = &composition->record;
  fill (record, METADATA_PROMPT_TEXT, composition->facts->prompt, true);
  fill (record, METADATA_AI_SYSTEM, composition->facts->ai_system, true);
  for (unsigned i = 0; i < composition->parameters->len; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (composition->parameters, i);
    g_autofree char *prompt = dup_prompt (parameters);
    const char *model = parameters->model;
    fill (record, METADATA_PROMPT_TEXT, prompt, false);
    fill (record, METADATA_AI_SYSTEM, model != NULL ? model : parameters->tool, false);
  }
}

void
compose_prompts (Composition *composition)
{
  if (!compose_stays (composition, METADATA_GROUP_PROMPT))
    guard_prompt (composition);
  take_prompt (composition);
}

/* All of it where the prompt is told, else what says no more than how. */
static char *
dup_settings (const Composition *composition, const GenerationParameters *parameters)
{
  if (compose_stays (composition, METADATA_GROUP_PROMPT))
    return generation_parameters_text (parameters);
  return generation_parameters_line (parameters);
}

/* Does it hold more than a line of text can say? */
static bool
has_texts (const Composition *composition)
{
  for (unsigned i = 0; i < composition->parameters->len; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (composition->parameters, i);
    if (parameters->settings_tell_prompt && parameters->settings != NULL)
      return true;
  }
  return false;
}

char *
compose_comment (Composition *composition)
{
  const char *group = metadata_group_names[METADATA_GROUP_PARAMETERS];
  bool tells_prompt_too = compose_stays (composition, METADATA_GROUP_PROMPT);
  if (composition->parameters->len == 0 || !compose_stays (composition, METADATA_GROUP_PARAMETERS))
    return NULL;
  if (composition->carrier->container == CONTAINER_PDF) {
    compose_judge (composition, group,
                   metadata_record_count (&composition->record, METADATA_AI_SYSTEM) > 0,
                   "a PDF has no EXIF, which tells the settings");
    return NULL;
  }
  char *comment = NULL;
  for (unsigned i = 0; i < composition->parameters->len && comment == NULL; i++)
    comment = dup_settings (composition, composition->parameters->pdata[i]);
  if (!tells_prompt_too)
    compose_judge_more (composition, group, "what tells the prompt goes with it");
  else if (has_texts (composition) && composition->carrier->container != CONTAINER_PNG)
    compose_judge_more (composition, group,
                        "only PNG holds all of it, other formats what fits a line");
  return comment;
}

void
compose_drop_comment (Composition *composition)
{
  const char *group = metadata_group_names[METADATA_GROUP_PARAMETERS];
  bool is_png = composition->carrier->container == CONTAINER_PNG;
  compose_judge (composition, group, is_png, "they are too long for EXIF%s",
                 is_png ? "; the texts hold them" : "");
}

static bool
has_keyword (const MetadataBlobs *blobs, const char *keyword)
{
  for (unsigned i = 0; blobs->texts != NULL && i < blobs->texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (blobs->texts, i);
    if (strcmp (text->keyword, keyword) == 0)
      return true;
  }
  return false;
}

void
compose_texts (const Composition *composition, const char *comment, MetadataBlobs *out_blobs)
{
  if (composition->carrier->container != CONTAINER_PNG || comment == NULL)
    return;
  bool tells_prompt_too = compose_stays (composition, METADATA_GROUP_PROMPT);
  for (unsigned i = 0; i < composition->parameters->len && tells_prompt_too; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (composition->parameters, i);
    for (unsigned k = 0; parameters->texts != NULL && k < parameters->texts->len; k++) {
      const MetadataText *text = g_ptr_array_index (parameters->texts, k);
      if (!has_keyword (out_blobs, text->keyword))
        metadata_blobs_add_text (out_blobs, text->keyword, text->text);
    }
  }
  if (!has_keyword (out_blobs, "parameters"))
    metadata_blobs_add_text (out_blobs, "parameters", comment);
}
