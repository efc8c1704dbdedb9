#include "cli/stage-words.h"

static const struct {
  const char *word, *heading;
} roles[] = {
  [STAGE_SOURCE] = { "source",
                     "Sources: the first stage of a pipeline, where its images are from" },
  [STAGE_IMAGE] = { "image", "Image stages: picture to picture, in the order written" },
  [STAGE_DELIVERY] = { "delivery",
                       "Delivery stages: how the file is written, at the end of a chain" },
};

const char *
stage_role_word (StageRole role)
{
  return roles[role].word;
}

const char *
stage_role_heading (StageRole role)
{
  return roles[role].heading;
}
