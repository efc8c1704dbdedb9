/* How a picture was generated, as the tools that generate pictures write it down.
 *
 *     tool                             where                             shape
 *     Stable Diffusion web UI, Forge,  PNG "parameters",                 prompt, "Negative prompt: …",
 *       SD.Next, many that follow      EXIF UserComment                  "Steps: 20, Sampler: …"
 *     ComfyUI                          PNG "prompt", "workflow",         graphs in JSON
 *                                      of WebP EXIF Make and Model
 *     InvokeAI                         PNG "invokeai_metadata",          JSON; a command line
 *                                      "sd-metadata", "dream"
 *     NovelAI                          PNG "Software", "Comment"         JSON
 *     Fooocus                          PNG "fooocus_scheme",             JSON, or as the web UI
 *                                      "parameters"
 *     SwarmUI                          PNG "parameters", UserComment     JSON, "sui_image_params"
 *     Draw Things                      exif:UserComment of XMP           JSON
 *     Easy Diffusion                   PNG "prompt", "seed", …;          a text each; JSON
 *                                      EXIF UserComment
 *     Midjourney                       PNG "Description", EXIF and XMP   prompt --ar 1:1 Job ID: …
 *                                      descriptions
 *
 * What these texts hold is a stranger's: read under limits, known by its shape. */
#pragma once

#include "metadata/policy.h"

enum {
  PARAMETERS_MOST_BYTES = 1 << 20,     /* of one text */
  PARAMETERS_MOST_FIELD_BYTES = 16384, /* of a prompt */
  PARAMETERS_MOST_VALUE_BYTES = 256,   /* of a model's name, a seed */
  PARAMETERS_MOST_FOUND = 8,
};

/* NULL: not told. All text is UTF-8. */
typedef struct {
  const char *tool;  /* "ComfyUI": a constant */
  const char *where; /* "PNG text", "EXIF", "XMP": a constant */
  char *prompt, *negative_prompt;
  char *settings;            /* the "Steps: …" line, the JSON, the command line */
  bool settings_tell_prompt; /* `settings` cannot be told without the prompt */
  char *model, *seed, *sampler, *steps, *guidance;
  GPtrArray *texts; /* MetadataText*: those of a PNG from which the tool reads it again; NULL: as
                       generation_parameters_text has it */
} GenerationParameters;

/* All that the blocks tell (GenerationParameters*, owned; empty: none), PNG's texts first. Blocks that
 * cannot be read tell nothing. */
GPtrArray *metadata_find_parameters (const MetadataBlobs *blobs);

/* One line as the web UI writes it, of what says how and never what: "Steps: 20, Sampler: Euler a,
 * CFG scale: 7, Seed: 1, Model: x". NULL: nothing of that is known. New string. */
char *generation_parameters_line (const GenerationParameters *parameters);
/* The prompts and all settings, the way the web UI reads them back. New string. */
char *generation_parameters_text (const GenerationParameters *parameters);
