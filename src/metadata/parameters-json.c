/* The shapes that are JSON. Read by document/, under its limits of bytes, depth and nodes; what is over
 * them, or no JSON at all (Python writes NaN), is known by its keys alone and keeps its text. */
#include <string.h>

#include "document/document.h"
#include "metadata/parameters-kinds.h"

enum { MOST_STEPS = 1024 }; /* of all walks through a graph, whatever its loops are */

static Document *
read_json (const char *text)
{
  if (text[strspn (text, " \t\r\n")] != '{' || strlen (text) > PARAMETERS_MOST_BYTES)
    return NULL;
  g_autoptr (Problems) problems = problems_new ();
  return document_read ("parameters.json", text, strlen (text), problems);
}

static bool
is_map (const Node *node)
{
  return node != NULL && node->kind == NODE_MAP;
}

static void
set_node (char **field, const Node *node, size_t most)
{
  if (node != NULL && node->text != NULL && node->kind != NODE_NULL)
    parameters_set (field, node->text, strlen (node->text), most);
}

/* What a tool calls each field; several names are tried in turn. */
typedef struct {
  const char *tool;
  const char *sign;   /* a key that only this tool has, or NULL */
  const char *within; /* the key whose value holds the fields, or NULL */
  const char *prompt, *negative_prompt, *model, *seed, *sampler, *steps, *guidance;
  bool is_text_each; /* a text of its own for each key, when it stands in a PNG */
} Spelling;

static const Spelling spellings[] = {
  { "SwarmUI", "sui_image_params", "sui_image_params", "prompt", "negativeprompt", "model", "seed",
    "sampler", "steps", "cfgscale", false },
  { "InvokeAI", "positive_prompt", NULL, "positive_prompt", "negative_prompt", "model", "seed",
    "scheduler", "steps", "cfg_scale", false },
  { "InvokeAI", "model_weights", "image", "prompt", NULL, NULL, "seed", "sampler", "steps",
    "cfg_scale", false },
  { "Fooocus", "base_model", NULL, "prompt", "negative_prompt", "base_model", "seed", "sampler",
    "steps", "guidance_scale", false },
  { "Easy Diffusion", "use_stable_diffusion_model", NULL, "prompt", "negative_prompt",
    "use_stable_diffusion_model", "seed", "sampler_name", "num_inference_steps", "guidance_scale",
    true },
  { "Easy Diffusion", "Stable Diffusion model", NULL, "Prompt", "Negative Prompt",
    "Stable Diffusion model", "Seed", "Sampler", "Steps", "Guidance Scale", true },
  { "Draw Things", "c", NULL, "c", "uc", "model", "seed", "sampler", "steps", "scale", false },
  { "NovelAI", "uc", NULL, "prompt", "uc", NULL, "seed", "sampler", "steps", "scale", false },
};

/* "a lake", or [{"prompt": "a lake"}], or {"name": "model"} of InvokeAI. */
static const Node *
plain_value (const Node *node)
{
  static const char *const names[] = { "prompt", "model_name", "name" };
  if (node != NULL && node->kind == NODE_LIST)
    node = node_length (node) > 0 ? node_item (node, 0) : NULL;
  if (!is_map (node))
    return node;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    const Node *value = node_get (node, names[i]);
    if (value != NULL)
      return value;
  }
  return NULL;
}

static void
take_fields (const Node *fields, const Spelling *spelling, GenerationParameters *out)
{
  const struct {
    const char *key;
    char **field;
    size_t most;
  } rows[] = {
    { spelling->prompt, &out->prompt, PARAMETERS_MOST_FIELD_BYTES },
    { spelling->negative_prompt, &out->negative_prompt, PARAMETERS_MOST_FIELD_BYTES },
    { spelling->model, &out->model, PARAMETERS_MOST_VALUE_BYTES },
    { spelling->seed, &out->seed, PARAMETERS_MOST_VALUE_BYTES },
    { spelling->sampler, &out->sampler, PARAMETERS_MOST_VALUE_BYTES },
    { spelling->steps, &out->steps, PARAMETERS_MOST_VALUE_BYTES },
    { spelling->guidance, &out->guidance, PARAMETERS_MOST_VALUE_BYTES },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].key != NULL)
      set_node (rows[i].field, plain_value (node_get (fields, rows[i].key)), rows[i].most);
  }
}

/* What a graph leads to. */
typedef struct {
  const Node *graph;
  const char *role; /* "positive", "negative" */
  int steps_left;
} Walk;

/* A link is ["node", output]; a text is a text. */
static const Node *
follow (Walk *walk, const Node *at)
{
  const char *const names[] = {
    "text",     "text_g", "clip_l",       "prompt",         "string", "value",
    walk->role, "t5xxl",  "conditioning", "conditioning_1", "guider",
  };
  if (at == NULL || walk->steps_left-- <= 0)
    return NULL;
  if (at->kind == NODE_TEXT)
    return at;
  const Node *name = at->kind == NODE_LIST && node_length (at) > 0 ? node_item (at, 0) : NULL;
  if (name == NULL || name->text == NULL)
    return NULL;
  const Node *inputs = node_get (node_get (walk->graph, name->text), "inputs");
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    const Node *found = node_get (inputs, names[i]);
    if (found != NULL && (found = follow (walk, found)) != NULL)
      return found;
  }
  return NULL;
}

static void
take_sampler (Walk *walk, const Node *inputs, GenerationParameters *out)
{
  const Node *seed = node_get (inputs, "seed");
  walk->role = "positive";
  set_node (&out->prompt, follow (walk, node_get (inputs, walk->role)),
            PARAMETERS_MOST_FIELD_BYTES);
  walk->role = "negative";
  set_node (&out->negative_prompt, follow (walk, node_get (inputs, walk->role)),
            PARAMETERS_MOST_FIELD_BYTES);
  set_node (&out->seed, seed != NULL ? seed : node_get (inputs, "noise_seed"),
            PARAMETERS_MOST_VALUE_BYTES);
}

/* One node of a graph: fields are taken wherever they stand, the first of each. */
static void
take_node (Walk *walk, const Node *node, GenerationParameters *out)
{
  const Node *inputs = node_get (node, "inputs");
  if (!is_map (inputs))
    return;
  if (node_get (inputs, "positive") != NULL && out->prompt == NULL)
    take_sampler (walk, inputs, out);
  const struct {
    const char *key;
    char **field;
  } rows[] = { { "noise_seed", &out->seed },      { "seed", &out->seed },
               { "steps", &out->steps },          { "cfg", &out->guidance },
               { "sampler_name", &out->sampler }, { "ckpt_name", &out->model },
               { "unet_name", &out->model } };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    set_node (rows[i].field, node_get (inputs, rows[i].key), PARAMETERS_MOST_VALUE_BYTES);
}

/* Where no sampler names it, the first text that is encoded. */
static void
take_encoded (Walk *walk, const Node *node, GenerationParameters *out)
{
  const Node *type = node_get (node, "class_type");
  if (out->prompt != NULL || type == NULL || type->text == NULL ||
      strstr (type->text, "TextEncode") == NULL)
    return;
  const Node *inputs = node_get (node, "inputs"), *text = node_get (inputs, "text");
  walk->role = "positive";
  set_node (&out->prompt, follow (walk, text != NULL ? text : node_get (inputs, "prompt")),
            PARAMETERS_MOST_FIELD_BYTES);
}

bool
parameters_read_graph (const char *text, GenerationParameters *out)
{
  if (text[strspn (text, " \t\r\n")] != '{')
    return false;
  out->tool = "ComfyUI";
  out->settings_tell_prompt = true;
  parameters_set (&out->settings, text, strlen (text), PARAMETERS_MOST_BYTES);
  g_autoptr (Document) document = read_json (text);
  if (document == NULL)
    return true;
  Walk walk = { document->root, NULL, MOST_STEPS };
  for (unsigned i = 0; i < node_length (document->root); i++)
    take_node (&walk, node_item (document->root, i), out);
  for (unsigned i = 0; i < node_length (document->root); i++)
    take_encoded (&walk, node_item (document->root, i), out);
  return true;
}

/* A graph has nodes with classes; a workflow has nodes and links. */
static bool
is_graph (const Node *root)
{
  if (node_get (root, "nodes") != NULL && node_get (root, "links") != NULL)
    return true;
  const Node *first = node_length (root) > 0 ? node_item (root, 0) : NULL;
  return is_map (first) && node_get (first, "class_type") != NULL;
}

bool
parameters_read_json (const char *text, GenerationParameters *out)
{
  g_autoptr (Document) document = read_json (text);
  if (document == NULL || !is_map (document->root))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (spellings); i++) {
    const Spelling *spelling = &spellings[i];
    const Node *fields = document->root;
    if (node_get (fields, spelling->sign) == NULL)
      continue;
    if (spelling->within != NULL)
      fields = node_get (fields, spelling->within);
    out->tool = spelling->tool;
    out->settings_tell_prompt = true;
    take_fields (fields, spelling, out);
    if (out->model == NULL) /* of InvokeAI's earlier form it stands outside */
      set_node (&out->model, node_get (document->root, "model_weights"),
                PARAMETERS_MOST_VALUE_BYTES);
    parameters_set (&out->settings, text, strlen (text), PARAMETERS_MOST_BYTES);
    return true;
  }
  const Node *prompt = node_get (document->root, "prompt");
  if (is_map (prompt) && is_graph (prompt)) /* both graphs under one roof */
    return parameters_read_graph (text, out);
  return is_graph (document->root) && parameters_read_graph (text, out);
}

/* Easy Diffusion has a text of a PNG for each key: put together, they are its JSON. */
bool
parameters_read_texts (const GPtrArray *texts, GenerationParameters *out)
{
  for (size_t i = 0; i < G_N_ELEMENTS (spellings); i++) {
    const Spelling *spelling = &spellings[i];
    if (!spelling->is_text_each)
      continue;
    const char *const keys[] = { spelling->sign,    spelling->prompt,  spelling->negative_prompt,
                                 spelling->seed,    spelling->sampler, spelling->steps,
                                 spelling->guidance };
    char **const fields[] = { &out->model,   &out->prompt, &out->negative_prompt, &out->seed,
                              &out->sampler, &out->steps,  &out->guidance };
    for (size_t k = 0; k < G_N_ELEMENTS (keys); k++) {
      const char *text = parameters_text_of (texts, keys[k]);
      if (text == NULL && k == 0)
        break;
      if (text == NULL)
        continue;
      bool is_prompt = k == 1 || k == 2;
      parameters_set (fields[k], text, strlen (text),
                      is_prompt ? PARAMETERS_MOST_FIELD_BYTES : PARAMETERS_MOST_VALUE_BYTES);
      parameters_add_text (out, keys[k], text);
      out->tool = spelling->tool;
      out->settings_tell_prompt = true;
    }
    if (out->tool != NULL)
      return true;
  }
  return false;
}
