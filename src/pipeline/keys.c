#include "pipeline/keys.h"

#include "base/nearest.h"

const PipelineKey pipeline_keys[] = {
  { "version", "The version of the language: 1", PIPELINE_KEY_VERSION },
  { "name",
    "The pipeline's name, part of every image's id; the file's name without its extension if not "
    "given",
    PIPELINE_KEY_TEXT },
  { "extends", "Another pipeline file, by relative path: maps merge, lists replace, this file wins",
    PIPELINE_KEY_PATH },
  { "vars", "Values for ${…}", PIPELINE_KEY_VARS },
  { "matrix", "Lists of values; each combination is one image", PIPELINE_KEY_MATRIX },
  { "stages", "The shared chain; its first stage is a source", PIPELINE_KEY_CHAIN },
  { "outputs", "What is made of every image", PIPELINE_KEY_OUTPUTS },
  { "manifest",
    "Where the manifest goes, or none; <pipeline>.manifest.json beside the file if not given",
    PIPELINE_KEY_PATH },
  { NULL },
};

const PipelineKey output_keys[] = {
  { "preset", "A preset to take stages, sizes and formats from", PIPELINE_KEY_TEXT },
  { "with", "Other values for the preset's vars and matrix", PIPELINE_KEY_VARS },
  { "matrix", "Lists of values; each combination is one derivative (without a preset)",
    PIPELINE_KEY_SIZES },
  { "stages",
    "Stages of this output; with a preset, image stages come before its own and delivery stages "
    "refine its own",
    PIPELINE_KEY_STAGES },
  { "to", "The path to write, with {name}, {width}, {ext} and so on", PIPELINE_KEY_PATH },
  { NULL },
};

const PipelineKey preset_keys[] = {
  { "summary", "One line: who wants this preset and what it makes", PIPELINE_KEY_TEXT },
  { "vars", "Values for ${…}, which 'with' may replace", PIPELINE_KEY_VARS },
  { "matrix", "Lists of values; each combination is one derivative", PIPELINE_KEY_SIZES },
  { "stages", "The chain, without a source", PIPELINE_KEY_STAGES },
  { "to", "The path to write if the output names none", PIPELINE_KEY_PATH },
  { "rules",
    "What the place that the files are for takes; 'peel check --preset-rules' looks whether files "
    "keep to it",
    PIPELINE_KEY_RULES },
  { NULL },
};

const PipelineKey matrix_keys[] = {
  { "from", "A .csv or .jsonl file, one row one combination; no lists beside it",
    PIPELINE_KEY_PATH },
  { "include", "Maps that join the combinations they fit, or are a combination of their own",
    PIPELINE_KEY_ROWS },
  { "exclude", "Maps that take the combinations they fit out", PIPELINE_KEY_ROWS },
  { NULL },
};

const PipelineKey size_keys[] = {
  { "sizes", "The sizes to make", PIPELINE_KEY_PIXELS },
  { NULL },
};

const PipelineKey config_keys[] = {
  { "providers", "What each provider is told that no pipeline may say", PIPELINE_KEY_PROVIDERS },
  { "models", "Rows of the models table: new ones, or other options of those that are there",
    PIPELINE_KEY_MODELS },
  { "budget", "What may be spent, as in 'per-day: 5'; of several files the lowest counts",
    PIPELINE_KEY_BUDGET },
  { "signing", "Who signs the Content Credentials of outputs", PIPELINE_KEY_SIGNING },
  { "profiles", "What else holds in a run with --profile NAME: dev, staging, production",
    PIPELINE_KEY_PROFILES },
  { NULL },
};

const PipelineKey profile_keys[] = {
  { "generate", "Options that stand over those of the pipeline's 'generate' stage",
    PIPELINE_KEY_GENERATE },
  { "providers", "As above, option by option over what stands there", PIPELINE_KEY_PROVIDERS },
  { "models", "As above, option by option over what stands there", PIPELINE_KEY_MODELS },
  { "budget", "What may be spent; the lowest counts", PIPELINE_KEY_BUDGET },
  { "signing", "As above, option by option over what stands there", PIPELINE_KEY_SIGNING },
  { NULL },
};

const PipelineKey model_file_keys[] = {
  { "version", "The version of the table: 1", PIPELINE_KEY_VERSION },
  { "models", "The rows", PIPELINE_KEY_MODELS },
  { NULL },
};

const char *
keys_describe_kind (PipelineKeyKind kind)
{
  switch (kind) {
  case PIPELINE_KEY_VERSION:
    return "1";
  case PIPELINE_KEY_TEXT:
    return "a text";
  case PIPELINE_KEY_PATH:
    return "a path";
  case PIPELINE_KEY_VARS:
    return "a map of names to values";
  case PIPELINE_KEY_MATRIX:
    return "a map of lists";
  case PIPELINE_KEY_SIZES:
    return "a map of lists, or of sizes";
  case PIPELINE_KEY_ROWS:
    return "a list of maps";
  case PIPELINE_KEY_CHAIN:
  case PIPELINE_KEY_STAGES:
    return "a list of stages";
  case PIPELINE_KEY_OUTPUTS:
    return "a list of outputs";
  case PIPELINE_KEY_PIXELS:
    return "a list of 1 to 65535 px";
  case PIPELINE_KEY_PROVIDERS:
    return "a map of providers to their options";
  case PIPELINE_KEY_MODELS:
    return "a map of models to their options";
  case PIPELINE_KEY_GENERATE:
    return "a map of options of 'generate', but 'prompt', 'references' and 'mask'";
  case PIPELINE_KEY_PROFILES:
    return "a map of names to profiles";
  case PIPELINE_KEY_BUDGET:
    return "a map with 'per-day'";
  case PIPELINE_KEY_SIGNING:
    return "a map with 'certificate', and 'key' or 'command'";
  case PIPELINE_KEY_RULES:
    return "a map of rules";
  }
  return "";
}

bool
keys_check (const Node *node, const PipelineKey *keys, const char *what, Problems *problems)
{
  if (node->kind != NODE_MAP)
    return problems_add (problems, &node->mark, "%s is a map of keys, not %s", what,
                         node_kind_words (node->kind));
  const char *names[16];
  unsigned n_names = 0;
  for (const PipelineKey *key = keys; key->name != NULL; key++)
    names[n_names++] = key->name;
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++) {
    const char *name = node_key (node, i);
    bool known = false;
    for (unsigned k = 0; !known && k < n_names; k++)
      known = strcmp (names[k], name) == 0;
    if (known)
      continue;
    const Mark *mark = &((Node *)node->keys->pdata[i])->mark;
    const char *near = nearest_name (name, names, n_names);
    g_autofree char *all = NULL;
    if (near == NULL) {
      names[n_names] = NULL;
      all = g_strjoinv (", ", (char **)names);
    }
    if (near != NULL)
      ok = problems_add (problems, mark, "%s has no key '%s'; did you mean '%s'?", what, name,
                         near);
    else
      ok = problems_add (problems, mark, "%s has no key '%s'; it has: %s", what, name, all);
  }
  return ok;
}
