#include "metadata/record.h"

#define DC "dc", "http://purl.org/dc/elements/1.1/"
#define PHOTOSHOP "photoshop", "http://ns.adobe.com/photoshop/1.0/"
#define XMP_RIGHTS "xmpRights", "http://ns.adobe.com/xap/1.0/rights/"
#define EXIF "exif", "http://ns.adobe.com/exif/1.0/"
#define IPTC_EXT "Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

/* The AI properties are IPTC 2025.1. DigitalSourceFileType is what DigitalSourceType was called before
 * 2012; Google's XMP still writes both. */
const MetadataPropertyRow metadata_properties[METADATA_N_PROPERTIES] = {
  [METADATA_SOURCE_TYPE] = { IPTC_EXT, "DigitalSourceType", "DigitalSourceFileType",
                             METADATA_SHAPE_TEXT, METADATA_GROUP_AI_LABEL },
  [METADATA_RIGHTS] = { DC, "rights", NULL, METADATA_SHAPE_ALT, METADATA_GROUP_RIGHTS },
  [METADATA_CREATOR] = { DC, "creator", NULL, METADATA_SHAPE_SEQ, METADATA_GROUP_RIGHTS },
  [METADATA_CREDIT] = { PHOTOSHOP, "Credit", NULL, METADATA_SHAPE_TEXT, METADATA_GROUP_RIGHTS },
  [METADATA_USAGE_TERMS] = { XMP_RIGHTS, "UsageTerms", NULL, METADATA_SHAPE_ALT,
                             METADATA_GROUP_RIGHTS },
  [METADATA_WEB_STATEMENT] = { XMP_RIGHTS, "WebStatement", NULL, METADATA_SHAPE_TEXT,
                               METADATA_GROUP_RIGHTS },
  [METADATA_TITLE] = { DC, "title", NULL, METADATA_SHAPE_ALT, METADATA_GROUP_DESCRIPTION },
  [METADATA_DESCRIPTION] = { DC, "description", NULL, METADATA_SHAPE_ALT,
                             METADATA_GROUP_DESCRIPTION },
  [METADATA_KEYWORDS] = { DC, "subject", NULL, METADATA_SHAPE_BAG, METADATA_GROUP_DESCRIPTION },
  [METADATA_AI_SYSTEM] = { IPTC_EXT, "AISystemUsed", NULL, METADATA_SHAPE_TEXT,
                           METADATA_GROUP_PARAMETERS },
  [METADATA_AI_SYSTEM_VERSION] = { IPTC_EXT, "AISystemVersionUsed", NULL, METADATA_SHAPE_TEXT,
                                   METADATA_GROUP_PARAMETERS },
  [METADATA_PROMPT_TEXT] = { IPTC_EXT, "AIPromptInformation", NULL, METADATA_SHAPE_TEXT,
                             METADATA_GROUP_PROMPT },
  [METADATA_PROMPT_WRITER] = { IPTC_EXT, "AIPromptWriterName", NULL, METADATA_SHAPE_TEXT,
                               METADATA_GROUP_PROMPT },
  [METADATA_COMMENT] = { EXIF, "UserComment", NULL, METADATA_SHAPE_ALT, METADATA_GROUP_PARAMETERS },
};

static void
value_free (gpointer data)
{
  MetadataValue *value = data;
  g_free (value->language);
  g_free (value->text);
  g_free (value);
}

void
metadata_record_clear (MetadataRecord *record)
{
  for (int i = 0; i < METADATA_N_PROPERTIES; i++)
    g_clear_pointer (&record->values[i], g_ptr_array_unref);
  record->strangers = record->over_limit = 0;
}

static bool
has_language (const MetadataRecord *record, MetadataProperty property, const char *language)
{
  for (unsigned i = 0; i < metadata_record_count (record, property); i++) {
    if (g_strcmp0 (metadata_record_get (record, property, i)->language, language) == 0)
      return true;
  }
  return false;
}

/* Most control characters cannot stand in XML 1.0 in any spelling, so they go, everywhere alike;
 * line ends become what a reader of XML would make them. */
static char *
dup_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) clean = g_string_new (NULL);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    if (letter == '\r' && at[1] != '\n')
      letter = '\n';
    bool is_control = letter < 0x20 && letter != '\t' && letter != '\n';
    if (!is_control && (letter < 0x7f || letter > 0x9f) && letter != 0xfffe && letter != 0xffff)
      g_string_append_unichar (clean, letter);
  }
  return g_strdup (g_strstrip (clean->str));
}

void
metadata_record_add (MetadataRecord *record, MetadataProperty property, const char *language,
                     const char *text)
{
  const MetadataPropertyRow *row = &metadata_properties[property];
  if (row->shape != METADATA_SHAPE_ALT || g_strcmp0 (language, "x-default") == 0)
    language = NULL;
  if (row->shape == METADATA_SHAPE_ALT && has_language (record, property, language))
    return;
  g_autofree char *clean = dup_clean (text);
  if (*clean == '\0')
    return;
  if (strlen (clean) > METADATA_MOST_VALUE_BYTES ||
      metadata_record_count (record, property) >= METADATA_MOST_VALUES) {
    record->over_limit |= 1u << row->group;
    return;
  }
  MetadataValue *value = g_new0 (MetadataValue, 1);
  value->language = g_strdup (language);
  value->text = g_steal_pointer (&clean);
  if (record->values[property] == NULL)
    record->values[property] = g_ptr_array_new_with_free_func (value_free);
  g_ptr_array_add (record->values[property], value);
}

void
metadata_record_add_bytes (MetadataRecord *record, MetadataProperty property, const void *bytes,
                           size_t length)
{
  length = strnlen (bytes, length);
  if (length > METADATA_MOST_VALUE_BYTES) {
    record->over_limit |= 1u << metadata_properties[property].group;
    return;
  }
  g_autofree char *text = NULL;
  if (g_utf8_validate (bytes, (gssize)length, NULL))
    text = g_strndup (bytes, length);
  else
    text = g_convert (bytes, (gssize)length, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
  if (text != NULL)
    metadata_record_add (record, property, NULL, text);
}

void
metadata_record_remove (MetadataRecord *record, MetadataProperty property)
{
  g_clear_pointer (&record->values[property], g_ptr_array_unref);
}

unsigned
metadata_record_count (const MetadataRecord *record, MetadataProperty property)
{
  return record->values[property] != NULL ? record->values[property]->len : 0;
}

const MetadataValue *
metadata_record_get (const MetadataRecord *record, MetadataProperty property, unsigned index)
{
  return g_ptr_array_index (record->values[property], index);
}

const char *
metadata_record_text (const MetadataRecord *record, MetadataProperty property)
{
  unsigned count = metadata_record_count (record, property);
  for (unsigned i = 0; i < count; i++) {
    if (metadata_record_get (record, property, i)->language == NULL)
      return metadata_record_get (record, property, i)->text;
  }
  return count > 0 ? metadata_record_get (record, property, 0)->text : NULL;
}

void
metadata_record_fill (MetadataRecord *record, MetadataRecord *from)
{
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    if (metadata_record_count (record, i) > 0)
      continue;
    metadata_record_remove (record, i);
    record->values[i] = g_steal_pointer (&from->values[i]);
  }
  record->strangers |= from->strangers;
  record->over_limit |= from->over_limit;
}
