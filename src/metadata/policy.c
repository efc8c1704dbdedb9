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
  [METADATA_GROUP_PROMPT] = "prompt", [METADATA_GROUP_CAMERA] = "camera",
};

unsigned
metadata_groups (const MetadataOptions *options)
{
  static const unsigned groups[METADATA_ALL + 1] = {
    [METADATA_STRIP] = BIT (AI_LABEL),
    [METADATA_COPYRIGHT] = BIT (AI_LABEL) | BIT (RIGHTS),
    [METADATA_PROVENANCE] = BIT (AI_LABEL) | BIT (RIGHTS) | BIT (ICC) | BIT (DESCRIPTION),
    [METADATA_ALL] = BIT (AI_LABEL) | BIT (RIGHTS) | BIT (ICC) | BIT (DESCRIPTION) | BIT (PROMPT) |
                     BIT (CAMERA),
  };
  return (groups[options->policy] | options->keep) & ~options->drop;
}

void
metadata_blobs_clear (MetadataBlobs *blobs)
{
  g_clear_pointer (&blobs->exif, g_bytes_unref);
  g_clear_pointer (&blobs->xmp, g_bytes_unref);
  g_clear_pointer (&blobs->iptc, g_bytes_unref);
}
