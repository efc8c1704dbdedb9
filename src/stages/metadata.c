#include "metadata/policy.h"

#include "stages/given.h"
#include "stages/stage.h"

/* Named by users, and not theirs to choose: they have words so that asking for them can be answered in
 * clear words. */
enum { LOCATION = METADATA_N_GROUPS, THUMBNAIL, ORIENTATION };

static const OptionChoice policies[] = {
  { "strip", METADATA_STRIP, "Nothing but the AI label" },
  { "copyright", METADATA_COPYRIGHT, "And rights" },
  { "provenance", METADATA_PROVENANCE,
    "And the colour profile, title and description, Content Credentials" },
  { "all", METADATA_ALL, "Everything but location, thumbnails and serial numbers" },
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
  { "generation-parameters", METADATA_GROUP_PARAMETERS,
    "Model, seed, steps, sampler: how the picture was made (what repeats the prompt stays only "
    "with 'prompt')" },
  { "camera", METADATA_GROUP_CAMERA, "Camera, lens, exposure, time; never serial numbers" },
  { "c2pa", METADATA_GROUP_C2PA,
    "Content Credentials: who made the picture, and what was done to it" },
  { "location", LOCATION, "Where it was taken: always dropped" },
  { "thumbnail", THUMBNAIL,
    "A small picture inside, which shows what was cropped: always dropped" },
  { "orientation", ORIENTATION, "Which way is up: always applied to the pixels" },
  { NULL },
};
static const OptionChoice icc_choices[] = {
  { "auto", METADATA_ICC_AUTO, "As the groups say: keep or drop" },
  { "keep", METADATA_ICC_KEEP, "Pixels and profile as they are" },
  { "convert", METADATA_ICC_CONVERT, "Pixels to sRGB, and its profile" },
  { "drop", METADATA_ICC_DROP, "Pixels to sRGB, no profile" },
  { NULL },
};
static const OptionChoice c2pa_choices[] = {
  { "auto", METADATA_C2PA_AUTO, "As the groups say: embed or drop" },
  { "embed", METADATA_C2PA_EMBED, "In the file; beside it where the format has no place (TIFF)" },
  { "sidecar", METADATA_C2PA_SIDECAR, "Beside the file, in FILE.EXT.c2pa" },
  { "drop", METADATA_C2PA_DROP, "Nowhere" },
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
  { OPTION_CHOICE (MetadataOptions, icc), .name = "icc",
    .help = "What becomes of the colour profile", .choices = icc_choices, .fallback = "auto" },
  { OPTION_CHOICE (MetadataOptions, c2pa), .name = "c2pa", .help = "Where Content Credentials go",
    .choices = c2pa_choices, .fallback = "auto" },
  { OPTION_GROUP (MetadataOptions, set, MetadataSet, &set_table), .name = "set",
    .help = "Values to write" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (MetadataOptions), .shorthand = "policy" };

static bool
check_words (const MetadataOptions *options, const Node *node, Problems *problems)
{
  static const struct {
    int word;
    const char *list, *why;
  } refused[] = {
    { LOCATION, "keep",
      "location never leaves: a file for others does not say where it was taken; take 'location' "
      "out of 'keep'" },
    { THUMBNAIL, "keep",
      "a thumbnail never leaves: it shows the picture before it was cropped; take 'thumbnail' out "
      "of 'keep'" },
    { ORIENTATION, "keep",
      "orientation is applied to the pixels, and every file says that they are upright; take "
      "'orientation' out of 'keep' (the stage 'rotate' turns a picture)" },
    { ORIENTATION, "drop",
      "orientation is applied to the pixels, and every file says that they are upright: there is "
      "nothing to drop; take 'orientation' out of 'drop'" },
  };
  bool is_ok = true;
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++) {
    unsigned list = strcmp (refused[i].list, "keep") == 0 ? options->keep : options->drop;
    if ((list & 1u << refused[i].word) != 0)
      is_ok = problems_add (problems, given_mark (node, refused[i].list), "%s", refused[i].why);
  }
  return is_ok;
}

/* An option of its own and a list that say the opposite. */
static bool
check_choice (const char *name, const char *choice, bool goes, unsigned list_bits, unsigned bit,
              const Node *node, Problems *problems)
{
  const char *list = goes ? "keep" : "drop";
  if ((list_bits & bit) == 0)
    return true;
  return problems_add (problems, given_mark (node, name),
                       "'%s: %s' and '%s' in '%s' contradict each other; leave one out", name,
                       choice, name, list);
}

static bool
check_choices (const MetadataOptions *options, const Node *node, Problems *problems)
{
  unsigned icc = 1u << METADATA_GROUP_ICC, c2pa = 1u << METADATA_GROUP_C2PA;
  bool is_ok = true;
  if (options->icc != METADATA_ICC_AUTO) {
    bool goes = options->icc == METADATA_ICC_DROP;
    is_ok = check_choice ("icc", icc_choices[options->icc].name, goes,
                          goes ? options->keep : options->drop, icc, node, problems);
  }
  if (options->c2pa != METADATA_C2PA_AUTO) {
    bool goes = options->c2pa == METADATA_C2PA_DROP;
    is_ok = check_choice ("c2pa", c2pa_choices[options->c2pa].name, goes,
                          goes ? options->keep : options->drop, c2pa, node, problems) &&
            is_ok;
  }
  return is_ok;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const MetadataOptions *options = data;
  bool is_ok = check_words (options, node, problems);
  is_ok = check_choices (options, node, problems) && is_ok;
  unsigned fixed = 1u << LOCATION | 1u << THUMBNAIL | 1u << ORIENTATION;
  unsigned both = options->keep & options->drop & ~fixed;
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
  .revision = 3,
  .options = &options_table,
  .check = check,
  .deliver = deliver,
};
