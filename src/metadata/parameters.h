/* How a picture was generated, as the tools that generate pictures write it down.
 *
 *     tool                                where                              shape
 *     Stable Diffusion web UI, Forge,     PNG "parameters", EXIF UserComment  prompt, "Negative prompt: …",
 *       SD.Next, and many that follow                                         "Steps: 20, Sampler: …"
 *     ComfyUI                             PNG "prompt", "workflow"; of WebP   a graph in JSON
 *                                         EXIF Make and Model
 *     InvokeAI                            PNG "invokeai_metadata",            JSON; a command line
 *                                         "sd-metadata", "dream"
 *     NovelAI                             PNG "Software", "Description",      text, JSON
 *                                         "Comment"
 *     Fooocus                             PNG "fooocus_scheme", "parameters"  JSON or as the web UI
 *     SwarmUI                             PNG "parameters", UserComment       JSON: "sui_image_params"
 *     Draw Things                         XMP exif:UserComment                JSON
 *     Easy Diffusion                      PNG "prompt", "seed", … or JSON     one value each
 *     Midjourney                          PNG "Description", the EXIF and     prompt --ar 1:1 Job ID: …
 *                                         XMP descriptions
 *
 * What these texts hold is a stranger's: read under limits, known by its shape, never executed. */
#pragma once

#include "metadata/policy.h"

enum {
  PARAMETERS_MOST_BYTES = 1 << 20,     /* of one text */
  PARAMETERS_MOST_FIELD_BYTES = 16384, /* of a prompt, of a value */
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
  GPtrArray *
    texts; /* MetadataText*: the texts of a PNG it stood in, as its tool reads them again; NULL: none */
} GenerationParameters;

/* All that the blocks tell (GenerationParameters*, owned, in the order above; empty: none). Blocks that
 * cannot be read tell nothing. */
GPtrArray *metadata_find_parameters (const MetadataBlobs *blobs);

/* One line as the web UI writes it, of what says how and never what: "Steps: 20, Sampler: Euler a,
 * CFG scale: 7, Seed: 1, Model: x". NULL: nothing of that is known. New string. */
char *generation_parameters_line (const GenerationParameters *parameters);
/* The same behind the prompts, the way the web UI reads them back. New string. */
char *generation_parameters_text (const GenerationParameters *parameters);
