/* Inside parameters: the shapes that a text can have. */
#pragma once

#include "metadata/parameters.h"

/* Each reads one text, fills `out` (zeroed) and says whether it is of that shape; false: `out` is as it
 * was. The web UI's text; InvokeAI's command line; Midjourney's job. */
bool parameters_read_line (const char *text, GenerationParameters *out);
bool parameters_read_command (const char *text, GenerationParameters *out);
bool parameters_read_job (const char *text, GenerationParameters *out);
/* JSON of whichever tool. */
bool parameters_read_json (const char *text, GenerationParameters *out);
/* The graph that ComfyUI runs: any JSON object is taken for one. May be called again for a second
 * text, which fills what the first left open. */
bool parameters_read_graph (const char *text, GenerationParameters *out);
/* Easy Diffusion, a text (MetadataText*) for each field. */
bool parameters_read_texts (const GPtrArray *texts, GenerationParameters *out);

/* The first text of that keyword, or NULL. Borrowed. */
const char *parameters_text_of (const GPtrArray *texts, const char *keyword);
/* Copies the text into an empty field, in UTF-8 and without blanks around it, unless it is empty or over
 * `most` bytes. */
void parameters_set (char **field, const char *text, size_t length, size_t most);
void parameters_add_text (GenerationParameters *parameters, const char *keyword, const char *text);
