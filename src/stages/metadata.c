#include "metadata/policy.h"

#include "stages/given.h"
#include "stages/stage.h"

/* Named by users, never kept: it has a word so that keeping it can be refused in clear words. */
enum { LOCATION = METADATA_N_GROUPS };

static const OptionChoice policies[] = {
  { "strip", METADATA_STRIP, "Nothing but the AI label" },
  { "copyright", METADATA_COPYRIGHT, "And rights" },
  { "provenance", METADATA_PROVENANCE, "And the colour profile, title and description" },
  { "all", METADATA_ALL, "Everything but location and thumbnails" },
  { NULL },
};
static const OptionChoice groups[] = {
  { "icc", METADATA_GROUP_ICC,
    "The colour profile; without it pixels are sRGB (CMYK goes without only when "
    "'icc' is dropped by name)" },
  { "ai-label", METADATA_GROUP_AI_LABEL, "That the picture was made by a model" },
  { "rights", METADATA_GROUP_RIGHTS, "Copyright, creator, credit, usage terms" },
  { "description", METADATA_GROUP_DESCRIPTION, "Title, description, keywords" },
  { "prompt", METADATA_GROUP_PROMPT, "What was asked of the model" },
  { "camera", METADATA_GROUP_CAMERA, "Camera, lens, exposure, time" },
  { "location", LOCATION, "Where it was taken: always dropped" },
  { NULL },
};

static const Option set_rows[] = {
  { OPTION_TEXT (MetadataSet, copyright), .name = "copyright", .help = "Copyright notice",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (MetadataSet, creator), .name = "creator", .help = "Who made the picture",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (MetadataSet, credit), .name = "credit", .help = "Credit line",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (MetadataSet, usage_terms), .name = "usage-terms",
    .help = "What others may do with it", .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (MetadataSet, rights_url), .name = "rights-url",
    .help = "Page that states the rights" },
  { OPTION_TEXT (MetadataSet, title), .name = "title", .help = "Title", .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (MetadataSet, description), .name = "description", .help = "What the picture shows",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXTS (MetadataSet, keywords), .name = "keywords", .help = "Keywords" },
  { 0 },
};
static const OptionTable set_table = { set_rows, sizeof (MetadataSet) };

static const Option rows[] = {
  { OPTION_CHOICE (MetadataOptions, policy), .name = "policy", .help = "What the file carries",
    .choices = policies, .fallback = "provenance" },
  { OPTION_CHOICES (MetadataOptions, keep), .name = "keep",
    .help = "Groups that stay whatever the policy", .choices = groups },
  { OPTION_CHOICES (MetadataOptions, drop), .name = "drop",
    .help = "Groups that go whatever the policy; the AI label goes only when named here",
    .choices = groups },
  { OPTION_GROUP (MetadataOptions, set, MetadataSet, &set_table), .name = "set",
    .help = "Values to write" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (MetadataOptions), .shorthand = "policy" };

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const MetadataOptions *options = data;
  bool is_ok = true;
  if ((options->keep & 1u << LOCATION) != 0)
    is_ok = problems_add (problems, given_mark (node, "keep"),
                          "location never leaves: a file for others does not say where it was "
                          "taken; take 'location' out of 'keep'");
  unsigned both = options->keep & options->drop;
  for (const OptionChoice *group = groups; group->name != NULL; group++)
    if ((both & 1u << group->value) != 0)
      is_ok = problems_add (problems, given_mark (node, "drop"),
                            "'%s' is both in 'keep' and in 'drop'", group->name);
  return is_ok;
}

static void
deliver (const void *data, Delivery *delivery)
{
  delivery->metadata = *(const MetadataOptions *)data;
}

const StageType stage_metadata = {
  .name = "metadata",
  .summary = "Says which metadata the file carries.",
  .role = STAGE_DELIVERY,
  .revision = 2,
  .options = &options_table,
  .check = check,
  .deliver = deliver,
};
