/* Texts in which tools keep how a picture was generated: whatever they hold, what is found is UTF-8 within
 * its limits, and where the prompt must not be told nothing but settings is. */
#include "fuzz-target.h"
#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/parameters.h"

static void
check_field (const char *text, size_t most)
{
  if (text == NULL)
    return;
  g_assert_cmpuint (strlen (text), <=, most);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
check_found (const MetadataBlobs *blobs)
{
  g_autoptr (GPtrArray) found = metadata_find_parameters (blobs);
  g_assert_cmpuint (found->len, <=, PARAMETERS_MOST_FOUND);
  for (unsigned i = 0; i < found->len; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (found, i);
    /* Making a text valid puts three bytes for one. */
    check_field (parameters->prompt, 3 * PARAMETERS_MOST_FIELD_BYTES);
    check_field (parameters->negative_prompt, 3 * PARAMETERS_MOST_FIELD_BYTES);
    check_field (parameters->settings, 3 * PARAMETERS_MOST_BYTES);
    check_field (parameters->model, 3 * PARAMETERS_MOST_VALUE_BYTES);
    check_field (parameters->seed, 3 * PARAMETERS_MOST_VALUE_BYTES);
    g_autofree char *line = generation_parameters_line (parameters);
    g_autofree char *text = generation_parameters_text (parameters);
    check_field (line, 4 * PARAMETERS_MOST_FIELD_BYTES);
    check_field (text, 4 * PARAMETERS_MOST_BYTES);
  }
}

static void
compose (const MetadataBlobs *blobs)
{
  const MetadataCarrier carrier = { CONTAINER_PNG, 640, 480, 0 };
  const MetadataFacts facts = { 0 };
  MetadataOptions options = { .policy = METADATA_STRIP, .keep = 1u << METADATA_GROUP_PARAMETERS };
  g_auto (MetadataBlobs) out = { 0 };
  g_autoptr (GError) error = NULL;
  g_assert_true (metadata_compose (&options, blobs, &facts, &carrier, &out, NULL, &error));
  for (unsigned i = 0; out.texts != NULL && i < out.texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (out.texts, i);
    g_assert_cmpstr (text->keyword, ==, "parameters");
    g_assert_null (strchr (text->text, '\n'));
  }
}

/* A first line "=keyword" names the text; without one it is the web UI's. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *bytes = g_strndup ((const char *)data, size);
  g_autofree char *text = g_utf8_make_valid (bytes, -1);
  char *end = *text == '=' ? strchr (text, '\n') : NULL;
  const char *keyword = "parameters", *value = text;
  if (end != NULL) {
    *end = '\0';
    keyword = text + 1;
    value = end + 1;
  }
  g_auto (MetadataBlobs) texts = { 0 };
  metadata_blobs_add_text (&texts, keyword, value);
  metadata_blobs_add_text (&texts, "Software", "NovelAI");
  check_found (&texts);
  compose (&texts);

  g_auto (MetadataRecord) record = { 0 };
  ExifFacts facts = { .comment = value };
  g_auto (MetadataBlobs) block = { .exif = exif_build (&record, &facts) };
  if (block.exif != NULL)
    check_found (&block);
  return 0;
}
