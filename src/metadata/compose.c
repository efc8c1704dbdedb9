/* original XMP > EXIF > IPTC -> one record -> filtered by groups, joined with what is set -> XMP, EXIF */
#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "metadata/vocabulary.h"
#include "metadata/xmp.h"

/* What one JPEG segment holds beside the name that XMP has there: the tightest of the containers. */
enum { MOST_PACKET_BYTES = 65502 };

typedef struct {
  const MetadataOptions *options;
  unsigned groups; /* that stay */
  unsigned set;    /* bits of 1u << MetadataProperty: asked for by value */
  MetadataRecord record;
  GPtrArray *camera;   /* ExifField*; NULL: none */
  GPtrArray *verdicts; /* MetadataVerdict* */
} Composition;

static void
verdict_free (gpointer data)
{
  MetadataVerdict *verdict = data;
  g_free (verdict->group);
  g_free (verdict->why);
  g_free (verdict);
}

static void
composition_clear (Composition *composition)
{
  metadata_record_clear (&composition->record);
  g_clear_pointer (&composition->camera, g_ptr_array_unref);
  g_clear_pointer (&composition->verdicts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Composition, composition_clear)

static void judge (Composition *composition, const char *group, bool kept, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static void
judge (Composition *composition, const char *group, bool kept, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  MetadataVerdict *verdict = g_new0 (MetadataVerdict, 1);
  verdict->group = g_strdup (group);
  verdict->kept = kept;
  verdict->why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (composition->verdicts, verdict);
}

static bool
stays (const Composition *composition, MetadataGroup group)
{
  return composition->groups & (1u << group);
}

/* A group was found: it stays or goes as the options say. */
static void
judge_group (Composition *composition, MetadataGroup group)
{
  const char *name = metadata_group_names[group];
  bool kept = stays (composition, group);
  unsigned bit = 1u << group;
  if (composition->options->drop & bit)
    judge (composition, name, kept, "dropped by name");
  else if (composition->options->keep & bit)
    judge (composition, name, kept, "kept by name");
  else
    judge (composition, name, kept, "policy %s",
           metadata_policy_words[composition->options->policy]);
}

/* The blocks of the original, XMP first: it is the one whose characters are certain. */
static void
gather (Composition *composition, const MetadataBlobs *original)
{
  g_autoptr (GError) why_xmp = NULL, why_exif = NULL, why_iptc = NULL;
  g_auto (MetadataRecord) exif = { 0 }, iptc = { 0 };
  if (original->xmp != NULL && !xmp_read (original->xmp, &composition->record, &why_xmp))
    judge (composition, "xmp", false, "cannot be read: %s", why_xmp->message);
  if (original->exif != NULL && !exif_read (original->exif, &exif, &composition->camera, &why_exif))
    judge (composition, "exif", false, "cannot be read: %s", why_exif->message);
  if (original->iptc != NULL && !iptc_read (original->iptc, &iptc, &why_iptc))
    judge (composition, "iptc", false, "cannot be read: %s", why_iptc->message);
  metadata_record_fill (&composition->record, &exif);
  metadata_record_fill (&composition->record, &iptc);
}

/* The strongest term of those found and the one of a generated original. What says AI stays under
 * every policy; a harmless term is part of the provenance. */
static bool
choose_label (Composition *composition, const MetadataFacts *facts, GError **error)
{
  MetadataRecord *record = &composition->record;
  const char *name = metadata_group_names[METADATA_GROUP_AI_LABEL];
  bool is_generated = facts->source_type != NULL && *facts->source_type != '\0';
  int made = vocabulary_rank (facts->source_type), found = vocabulary_rank (facts->found_type);
  if (is_generated && made == VOCABULARY_NONE) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "'%s' is not a term of the IPTC Digital Source Type vocabulary",
                 facts->source_type);
    return false;
  }
  for (unsigned i = 0; i < metadata_record_count (record, METADATA_SOURCE_TYPE); i++) {
    const char *value = metadata_record_get (record, METADATA_SOURCE_TYPE, i)->text;
    found = vocabulary_stronger (found, vocabulary_rank (value));
  }
  metadata_record_remove (record, METADATA_SOURCE_TYPE);
  int rank = vocabulary_stronger (made, found);
  if (rank == VOCABULARY_NONE)
    return true;

  unsigned bit = 1u << METADATA_GROUP_AI_LABEL;
  bool is_due = vocabulary_is_ai (rank) || made == rank || (composition->options->keep & bit) ||
                composition->options->policy >= METADATA_PROVENANCE;
  bool kept = is_due && stays (composition, METADATA_GROUP_AI_LABEL);
  if (!kept)
    judge (composition, name, false, "%s: %s", vocabulary_term (rank),
           is_due ? "dropped by name" : "does not say AI");
  else
    judge (composition, name, true, "%s: %s", vocabulary_term (rank),
           found == VOCABULARY_NONE ? "the original was generated" : "the original says so");
  if (kept) {
    g_autofree char *uri = vocabulary_uri (rank);
    metadata_record_add (record, METADATA_SOURCE_TYPE, NULL, uri);
  }
  return true;
}

/* Generators put prompts where descriptions belong: into the EXIF description, dc:description,
 * the IPTC caption. Known by holding the prompt, or by the shapes of the common tools: the
 * parameter line of the web UIs, the JSON of ComfyUI, the job number of Midjourney. */
static bool
tells_prompt (const char *text, const char *prompt)
{
  if (prompt != NULL && *prompt != '\0' && strstr (text, prompt) != NULL)
    return true;
  return (strstr (text, "Steps: ") != NULL && strstr (text, "Sampler: ") != NULL) ||
         strstr (text, "{\"") != NULL || strstr (text, "Job ID: ") != NULL;
}

static void
guard_prompt (Composition *composition, const MetadataFacts *facts)
{
  static const MetadataProperty suspects[] = { METADATA_TITLE, METADATA_DESCRIPTION };
  MetadataRecord *record = &composition->record;
  const char *stated = metadata_record_text (record, METADATA_PROMPT_TEXT);
  for (size_t i = 0; i < G_N_ELEMENTS (suspects); i++) {
    bool tells = false;
    for (unsigned k = 0; k < metadata_record_count (record, suspects[i]) && !tells; k++) {
      const char *text = metadata_record_get (record, suspects[i], k)->text;
      tells = tells_prompt (text, stated) || tells_prompt (text, facts->prompt);
    }
    if (!tells)
      continue;
    metadata_record_remove (record, suspects[i]);
    judge (composition, metadata_group_names[METADATA_GROUP_DESCRIPTION], false,
           "the %s tells the prompt", metadata_properties[suspects[i]].name);
  }
}

/* What the sidecar of a generated original knows goes before what the file says. */
static void
take_prompt (MetadataRecord *record, const MetadataFacts *facts)
{
  const struct {
    MetadataProperty property;
    const char *text;
  } known[] = { { METADATA_PROMPT_TEXT, facts->prompt }, { METADATA_AI_SYSTEM, facts->ai_system } };
  for (size_t i = 0; i < G_N_ELEMENTS (known); i++) {
    if (known[i].text == NULL || *known[i].text == '\0')
      continue;
    metadata_record_remove (record, known[i].property);
    metadata_record_add (record, known[i].property, NULL, known[i].text);
  }
}

static void
filter (Composition *composition)
{
  unsigned found = 0;
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    MetadataGroup group = metadata_properties[i].group;
    if (group == METADATA_GROUP_AI_LABEL || metadata_record_count (&composition->record, i) == 0)
      continue;
    found |= 1u << group;
    if (!stays (composition, group))
      metadata_record_remove (&composition->record, i);
  }
  if (composition->camera != NULL && composition->camera->len > 0)
    found |= 1u << METADATA_GROUP_CAMERA;
  if (!stays (composition, METADATA_GROUP_CAMERA))
    g_clear_pointer (&composition->camera, g_ptr_array_unref);
  for (int group = 0; group < METADATA_N_GROUPS; group++) {
    if (found & (1u << group))
      judge_group (composition, group);
    if (composition->record.over_limit & (1u << group))
      judge (composition, metadata_group_names[group], false,
             "a value over %d bytes, or more than %d values", METADATA_MOST_VALUE_BYTES,
             METADATA_MOST_VALUES);
  }
}

static void
judge_strangers (Composition *composition)
{
  static const struct {
    MetadataStranger stranger;
    const char *group, *why;
  } rows[] = {
    { METADATA_STRANGER_LOCATION, "location", "never kept" },
    { METADATA_STRANGER_THUMBNAIL, "thumbnail", "never kept" },
    { METADATA_STRANGER_MAKER_NOTE, "maker-notes", "never kept" },
    { METADATA_STRANGER_XMP_CAMERA, "xmp-camera", "never kept: EXIF tells the camera" },
    { METADATA_STRANGER_OTHER, "other", "not a property that is carried on" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (composition->record.strangers & rows[i].stranger)
      judge (composition, rows[i].group, false, "%s", rows[i].why);
  }
}

static bool
set_text (Composition *composition, MetadataProperty property, const char *name, const char *text,
          GError **error)
{
  if (strlen (text) > METADATA_MOST_VALUE_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "metadata: 'set: %s' takes at most %d bytes, not %zu; shorten it", name,
                 METADATA_MOST_VALUE_BYTES, strlen (text));
    return false;
  }
  metadata_record_add (&composition->record, property, NULL, text);
  return true;
}

static bool
apply_set (Composition *composition, const MetadataSet *set, GError **error)
{
  const struct {
    MetadataProperty property;
    const char *name, *text;
  } rows[] = {
    { METADATA_RIGHTS, "copyright", set->copyright },
    { METADATA_CREATOR, "creator", set->creator },
    { METADATA_CREDIT, "credit", set->credit },
    { METADATA_USAGE_TERMS, "usage-terms", set->usage_terms },
    { METADATA_WEB_STATEMENT, "rights-url", set->rights_url },
    { METADATA_TITLE, "title", set->title },
    { METADATA_DESCRIPTION, "description", set->description },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].text == NULL)
      continue;
    metadata_record_remove (&composition->record, rows[i].property);
    composition->set |= 1u << rows[i].property;
    if (!set_text (composition, rows[i].property, rows[i].name, rows[i].text, error))
      return false;
  }
  if (set->keywords == NULL)
    return true;
  metadata_record_remove (&composition->record, METADATA_KEYWORDS);
  composition->set |= 1u << METADATA_KEYWORDS;
  if (g_strv_length (set->keywords) > METADATA_MOST_VALUES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "metadata: 'set: keywords' takes at most %d of them, not %u", METADATA_MOST_VALUES,
                 g_strv_length (set->keywords));
    return false;
  }
  for (char **keyword = set->keywords; *keyword != NULL; keyword++) {
    if (!set_text (composition, METADATA_KEYWORDS, "keywords", *keyword, error))
      return false;
  }
  return true;
}

/* A packet that fits one JPEG segment, so that every format carries the same. What was asked for
 * by value stays; of the rest the longest-winded groups go first. */
static bool
write_packet (Composition *composition, GBytes **out_packet, GError **error)
{
  static const MetadataGroup order[] = { METADATA_GROUP_PROMPT, METADATA_GROUP_DESCRIPTION,
                                         METADATA_GROUP_RIGHTS };
  GBytes *packet = xmp_write (&composition->record);
  for (size_t i = 0; i < G_N_ELEMENTS (order); i++) {
    if (packet == NULL || g_bytes_get_size (packet) <= MOST_PACKET_BYTES)
      break;
    for (int k = 0; k < METADATA_N_PROPERTIES; k++) {
      if (metadata_properties[k].group == order[i] && !(composition->set & (1u << k)))
        metadata_record_remove (&composition->record, k);
    }
    judge (composition, metadata_group_names[order[i]], false,
           "the XMP packet would be over %d bytes", MOST_PACKET_BYTES);
    g_bytes_unref (packet);
    packet = xmp_write (&composition->record);
  }
  if (packet != NULL && g_bytes_get_size (packet) > MOST_PACKET_BYTES) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "metadata: the values of 'set' make %zu bytes of XMP, a JPEG holds %d; shorten "
                 "them",
                 g_bytes_get_size (packet), MOST_PACKET_BYTES);
    g_bytes_unref (packet);
    return false;
  }
  *out_packet = packet;
  return true;
}

bool
metadata_compose (const MetadataOptions *options, const MetadataBlobs *original,
                  const MetadataFacts *facts, int width, int height, double density_dpi,
                  MetadataBlobs *out_blobs, GPtrArray **out_verdicts, GError **error)
{
  g_auto (Composition) composition = {
    .options = options,
    .groups = metadata_groups (options),
    .verdicts = g_ptr_array_new_with_free_func (verdict_free),
  };
  gather (&composition, original);
  if (!choose_label (&composition, facts, error))
    return false;
  if (!stays (&composition, METADATA_GROUP_PROMPT))
    guard_prompt (&composition, facts);
  take_prompt (&composition.record, facts);
  filter (&composition);
  judge_strangers (&composition);
  GBytes *packet;
  if (!apply_set (&composition, &options->set, error) ||
      !write_packet (&composition, &packet, error))
    return false;

  ExifFacts exif = { composition.camera, width, height, density_dpi };
  *out_blobs = (MetadataBlobs){ exif_build (&composition.record, &exif), packet, NULL, NULL };
  if (out_verdicts != NULL)
    *out_verdicts = g_steal_pointer (&composition.verdicts);
  return true;
}
