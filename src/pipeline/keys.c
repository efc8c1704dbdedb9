#include "pipeline/keys.h"

#include "base/nearest.h"

const PipelineKey pipeline_keys[] = {
  { "version", "The version of the language: 1" },
  { "name", "The pipeline's name, part of every image's id; the file's name without its extension "
            "if not given" },
  { "extends",
    "Another pipeline file, by relative path: maps merge, lists replace, this file wins" },
  { "vars", "Values for ${…}" },
  { "matrix", "Lists of values; each combination is one image" },
  { "stages", "The shared chain; its first stage is a source" },
  { "outputs", "What is made of every image" },
  { "manifest",
    "Where the manifest goes, or none; <pipeline>.manifest.json beside the file if not given" },
  { NULL, NULL },
};

const PipelineKey output_keys[] = {
  { "preset", "A preset to take stages, sizes and formats from" },
  { "with", "Other values for the preset's vars and matrix" },
  { "matrix", "Lists of values; each combination is one derivative (without a preset)" },
  { "stages",
    "Stages of this output; with a preset, image stages come before its own and delivery stages "
    "refine its own" },
  { "to", "The path to write, with {name}, {width}, {ext} and so on" },
  { NULL, NULL },
};

const PipelineKey preset_keys[] = {
  { "summary", "One line: who wants this preset and what it makes" },
  { "vars", "Values for ${…}, which 'with' may replace" },
  { "matrix", "Lists of values; each combination is one derivative" },
  { "stages", "The chain, without a source" },
  { "to", "The path to write if the output names none" },
  { NULL, NULL },
};

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
