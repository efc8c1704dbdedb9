/* Inside compose: what its parts work on. */
#pragma once

#include "metadata/policy.h"
#include "metadata/record.h"

typedef struct {
  const MetadataOptions *options;
  const MetadataFacts *facts;
  const MetadataCarrier *carrier;
  unsigned groups; /* that stay */
  unsigned set;    /* bits of 1u << MetadataProperty: asked for by value */
  MetadataRecord record;
  GPtrArray *camera;     /* ExifField*; NULL: none */
  GPtrArray *parameters; /* GenerationParameters* */
  GPtrArray *verdicts;   /* MetadataVerdict*, one for each group */
} Composition;

GPtrArray *metadata_verdicts_new (void);
bool compose_stays (const Composition *composition, MetadataGroup group);
/* Says what became of a group. Said again, the reasons are joined, and the last word counts. */
void compose_judge (Composition *composition, const char *group, bool kept, const char *format, ...)
  G_GNUC_PRINTF (4, 5);
/* A reason more; a group of which nothing was said yet was dropped. */
void compose_judge_more (Composition *composition, const char *group, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* A group was found: it stays or goes as the options say. */
void compose_judge_group (Composition *composition, MetadataGroup group);

/* compose-label.c: the one term that the file is to say is left in the record, or none. */
bool compose_label (Composition *composition, GError **error);

/* compose-parameters.c: takes prompt and model into the record, out of what is known beside the file and what
 * tools wrote into it, and out of titles and descriptions where the prompt must not be told. */
void compose_prompts (Composition *composition);
/* What goes into EXIF as the user's comment, or NULL; told as a verdict. New string. */
char *compose_comment (Composition *composition);
/* The comment made the block too long for every format. */
void compose_drop_comment (Composition *composition);
/* The texts of a PNG. */
void compose_texts (const Composition *composition, const char *comment, MetadataBlobs *out_blobs);
