/* original XMP > EXIF > IPTC > texts -> one record -> filtered by groups, joined with what is set -> XMP, EXIF,
 * texts of a PNG */
#include "metadata/compose-parts.h"

#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "metadata/parameters.h"
#include "metadata/xmp.h"

/* What one JPEG segment holds beside the name that XMP has there: the tightest of the containers.
 * EXIF's name is counted with its block. */
enum { MOST_PACKET_BYTES = 65502, MOST_BLOCK_BYTES = 65533 };

static void
composition_clear (Composition *composition)
{
  metadata_record_clear (&composition->record);
  g_clear_pointer (&composition->camera, g_ptr_array_unref);
  g_clear_pointer (&composition->parameters, g_ptr_array_unref);
  g_clear_pointer (&composition->verdicts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Composition, composition_clear)

/* The texts of a PNG that its specification names; the rest are a tool's own. */
static void
read_texts (Composition *composition, const GPtrArray *texts, MetadataRecord *record)
{
  static const struct {
    const char *keyword;
    MetadataProperty property;
  } rows[] = { { "Title", METADATA_TITLE },
               { "Author", METADATA_CREATOR },
               { "Description", METADATA_DESCRIPTION },
               { "Copyright", METADATA_RIGHTS } };
  for (unsigned i = 0; texts != NULL && i < texts->len; i++) {
    const MetadataText *text = g_ptr_array_index (texts, i);
    bool is_known = false;
    for (size_t k = 0; k < G_N_ELEMENTS (rows) && !is_known; k++) {
      is_known = strcmp (text->keyword, rows[k].keyword) == 0;
      if (is_known)
        metadata_record_add (record, rows[k].property, NULL, text->text);
    }
    if (!is_known && composition->parameters->len == 0)
      record->strangers |= METADATA_STRANGER_OTHER;
  }
}

/* A comment that tells how the picture was generated has been read; any other goes. */
static bool
tells_in_xmp (const Composition *composition)
{
  for (unsigned i = 0; i < composition->parameters->len; i++) {
    const GenerationParameters *parameters = g_ptr_array_index (composition->parameters, i);
    if (strcmp (parameters->where, "XMP") == 0)
      return true;
  }
  return false;
}

/* The blocks of the original, XMP first: it is the one whose characters are certain. */
static void
gather (Composition *composition, const MetadataBlobs *original)
{
  g_autoptr (GError) why_xmp = NULL, why_exif = NULL, why_iptc = NULL;
  g_auto (MetadataRecord) exif = { 0 }, iptc = { 0 }, texts = { 0 };
  MetadataRecord *record = &composition->record;
  if (original->xmp != NULL && !xmp_read (original->xmp, record, &why_xmp))
    compose_judge (composition, "xmp", false, "cannot be read: %s", why_xmp->message);
  if (original->exif != NULL && !exif_read (original->exif, &exif, &composition->camera, &why_exif))
    compose_judge (composition, "exif", false, "cannot be read: %s", why_exif->message);
  if (original->iptc != NULL && !iptc_read (original->iptc, &iptc, &why_iptc))
    compose_judge (composition, "iptc", false, "cannot be read: %s", why_iptc->message);
  composition->parameters = metadata_find_parameters (original);
  read_texts (composition, original->texts, &texts);
  metadata_record_fill (record, &exif);
  metadata_record_fill (record, &iptc);
  metadata_record_fill (record, &texts);
  if (composition->parameters->len > 0)
    record->strangers &= ~(unsigned)METADATA_STRANGER_COMMENT;
  if (metadata_record_count (record, METADATA_COMMENT) > 0 && !tells_in_xmp (composition))
    record->strangers |= METADATA_STRANGER_COMMENT;
  metadata_record_remove (record, METADATA_COMMENT);
}

static void
judge_icc (Composition *composition)
{
  const MetadataOptions *options = composition->options;
  const char *name = metadata_group_names[METADATA_GROUP_ICC];
  bool is_named = options->icc == METADATA_ICC_DROP || (options->drop & 1u << METADATA_GROUP_ICC);
  if (!composition->facts->has_icc)
    return;
  if (composition->facts->is_unfit && !is_named)
    compose_judge (composition, name, false, "it is not of the picture's colour space");
  else if (composition->facts->is_ink && !is_named)
    compose_judge (composition, name, true, "inks mean nothing without it");
  else if (options->icc == METADATA_ICC_CONVERT)
    compose_judge (composition, name, false, "the pixels are converted to sRGB");
  else if (options->icc != METADATA_ICC_AUTO)
    compose_judge (composition, name, options->icc == METADATA_ICC_KEEP, "'icc: %s'",
                   options->icc == METADATA_ICC_KEEP ? "keep" : "drop");
  else
    compose_judge_group (composition, METADATA_GROUP_ICC);
}

/* A page of print has XMP alone. */
static bool
has_exif (const Composition *composition)
{
  return composition->carrier->container != CONTAINER_PDF;
}

static void
filter (Composition *composition)
{
  unsigned found = composition->parameters->len > 0 ? 1u << METADATA_GROUP_PARAMETERS : 0;
  for (int i = 0; i < METADATA_N_PROPERTIES; i++) {
    MetadataGroup group = metadata_properties[i].group;
    if (group == METADATA_GROUP_AI_LABEL || metadata_record_count (&composition->record, i) == 0)
      continue;
    found |= 1u << group;
    if (!compose_stays (composition, group))
      metadata_record_remove (&composition->record, i);
  }
  if (composition->camera != NULL && composition->camera->len > 0)
    found |= 1u << METADATA_GROUP_CAMERA;
  if (!compose_stays (composition, METADATA_GROUP_CAMERA))
    g_clear_pointer (&composition->camera, g_ptr_array_unref);
  bool loses_camera = composition->camera != NULL && composition->camera->len > 0 &&
                      !has_exif (composition);
  for (int group = 0; group < METADATA_N_GROUPS; group++) {
    if (found & (1u << group))
      compose_judge_group (composition, group);
    if (group == METADATA_GROUP_CAMERA && loses_camera)
      compose_judge (composition, metadata_group_names[group], false, "a PDF has no EXIF");
    if (composition->record.over_limit & (1u << group))
      compose_judge_more (composition, metadata_group_names[group],
                          "a value over %d bytes, or more than %d values, was left out",
                          METADATA_MOST_VALUE_BYTES, METADATA_MOST_VALUES);
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
    { METADATA_STRANGER_ORIENTATION, "orientation", "applied to the pixels" },
    { METADATA_STRANGER_MAKER_NOTE, "maker-notes", "never kept" },
    { METADATA_STRANGER_DEVICE, "serial-numbers", "never kept: they name a device or its owner" },
    { METADATA_STRANGER_XMP_CAMERA, "xmp-camera", "never kept: EXIF tells the camera" },
    { METADATA_STRANGER_COMMENT, "comment", "not a property that is carried on" },
    { METADATA_STRANGER_OTHER, "other", "not a property that is carried on" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (composition->record.strangers & rows[i].stranger)
      compose_judge (composition, rows[i].group, false, "%s", rows[i].why);
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
  static const MetadataGroup order[] = { METADATA_GROUP_PROMPT, METADATA_GROUP_PARAMETERS,
                                         METADATA_GROUP_DESCRIPTION, METADATA_GROUP_RIGHTS };
  GBytes *packet = xmp_write (&composition->record);
  for (size_t i = 0; i < G_N_ELEMENTS (order); i++) {
    if (packet == NULL || g_bytes_get_size (packet) <= MOST_PACKET_BYTES)
      break;
    for (int k = 0; k < METADATA_N_PROPERTIES; k++) {
      if (metadata_properties[k].group == order[i] && !(composition->set & (1u << k)))
        metadata_record_remove (&composition->record, k);
    }
    compose_judge (composition, metadata_group_names[order[i]], false,
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

/* A block that fits one JPEG segment, too; the comment is the one thing in it that may be long. */
static GBytes *
write_block (Composition *composition, const char *comment)
{
  const MetadataCarrier *carrier = composition->carrier;
  ExifFacts facts = { composition->camera, carrier->width, carrier->height, carrier->density_dpi,
                      comment };
  GBytes *block = exif_build (&composition->record, &facts);
  if (comment == NULL || block == NULL || g_bytes_get_size (block) <= MOST_BLOCK_BYTES)
    return block;
  g_bytes_unref (block);
  compose_drop_comment (composition);
  facts.comment = NULL;
  return exif_build (&composition->record, &facts);
}

bool
metadata_compose (const MetadataOptions *options, const MetadataBlobs *original,
                  const MetadataFacts *facts, const MetadataCarrier *carrier,
                  MetadataBlobs *out_blobs, GPtrArray **out_verdicts, GError **error)
{
  g_auto (Composition) composition = {
    .options = options,
    .facts = facts,
    .carrier = carrier,
    .groups = metadata_groups (options),
    .verdicts = metadata_verdicts_new (),
  };
  gather (&composition, original);
  if (!compose_label (&composition, error))
    return false;
  compose_prompts (&composition);
  judge_icc (&composition);
  filter (&composition);
  judge_strangers (&composition);
  GBytes *packet;
  if (!apply_set (&composition, &options->set, error) ||
      !write_packet (&composition, &packet, error))
    return false;

  g_autofree char *comment = compose_comment (&composition);
  *out_blobs = (MetadataBlobs){ .xmp = packet };
  if (has_exif (&composition))
    out_blobs->exif = write_block (&composition, comment);
  compose_texts (&composition, comment, out_blobs);
  if (out_verdicts != NULL)
    *out_verdicts = g_steal_pointer (&composition.verdicts);
  return true;
}
