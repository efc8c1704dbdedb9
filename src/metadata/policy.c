#include "metadata/policy.h"

G_DEFINE_QUARK (peel_metadata_error, metadata_error)

#define BIT(group) (1u << METADATA_GROUP_##group)

const char *const metadata_policy_words[METADATA_ALL + 1] = {
  [METADATA_STRIP] = "strip",
  [METADATA_COPYRIGHT] = "copyright",
  [METADATA_PROVENANCE] = "provenance",
  [METADATA_ALL] = "all",
};

const char *const metadata_group_names[METADATA_N_GROUPS] = {
  [METADATA_GROUP_ICC] = "icc",       [METADATA_GROUP_AI_LABEL] = "ai-label",
  [METADATA_GROUP_RIGHTS] = "rights", [METADATA_GROUP_DESCRIPTION] = "description",
  [METADATA_GROUP_PROMPT] = "prompt", [METADATA_GROUP_PARAMETERS] = "generation-parameters",
  [METADATA_GROUP_CAMERA] = "camera", [METADATA_GROUP_C2PA] = "c2pa",
};

unsigned
metadata_groups (const MetadataOptions *options)
{
  static const unsigned groups[METADATA_ALL + 1] = {
    [METADATA_STRIP] = BIT (AI_LABEL),
    [METADATA_COPYRIGHT] = BIT (AI_LABEL) | BIT (RIGHTS),
    [METADATA_PROVENANCE] = BIT (AI_LABEL) | BIT (RIGHTS) | BIT (ICC) | BIT (DESCRIPTION) |
                            BIT (C2PA),
    [METADATA_ALL] = BIT (AI_LABEL) | BIT (RIGHTS) | BIT (ICC) | BIT (DESCRIPTION) | BIT (PROMPT) |
                     BIT (PARAMETERS) | BIT (CAMERA) | BIT (C2PA),
  };
  return (groups[options->policy] | options->keep) & ~options->drop;
}

MetadataIcc
metadata_icc (const MetadataOptions *options)
{
  if (options->icc != METADATA_ICC_AUTO)
    return (MetadataIcc)options->icc;
  return (metadata_groups (options) & BIT (ICC)) != 0 ? METADATA_ICC_KEEP : METADATA_ICC_DROP;
}

MetadataC2pa
metadata_c2pa (const MetadataOptions *options)
{
  if (options->c2pa != METADATA_C2PA_AUTO)
    return (MetadataC2pa)options->c2pa;
  return (metadata_groups (options) & BIT (C2PA)) != 0 ? METADATA_C2PA_EMBED : METADATA_C2PA_DROP;
}

static void
text_free (gpointer data)
{
  MetadataText *text = data;
  g_free (text->keyword);
  g_free (text->text);
  g_free (text);
}

void
metadata_blobs_add_text (MetadataBlobs *blobs, const char *keyword, const char *text)
{
  MetadataText *added = g_new (MetadataText, 1);
  *added = (MetadataText){ g_strdup (keyword), g_strdup (text) };
  if (blobs->texts == NULL)
    blobs->texts = g_ptr_array_new_with_free_func (text_free);
  g_ptr_array_add (blobs->texts, added);
}

void
metadata_blobs_clear (MetadataBlobs *blobs)
{
  g_clear_pointer (&blobs->exif, g_bytes_unref);
  g_clear_pointer (&blobs->xmp, g_bytes_unref);
  g_clear_pointer (&blobs->iptc, g_bytes_unref);
  g_clear_pointer (&blobs->texts, g_ptr_array_unref);
}
