#include "pipeline/profile.h"

#include "base/nearest.h"
#include "providers/generate.h"
#include "providers/provider.h"

/* Two of them are files, too, which would start at another folder than the pipeline's, and be sent away
 * with whatever pipeline the profile is chosen for. */
const char *const profile_omits[] = { "prompt", "references", "mask", NULL };

/* One profile serves pipelines that have different variables, or none. */
static bool
check_references (const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++)
    ok = check_references (node_item (node, i), problems) && ok;
  if (node->text == NULL || !node->has_references)
    return ok;
  return problems_add (
    problems, &node->mark,
    "a profile has no variables: ${…} stands for values of a pipeline, and this is "
    "for any pipeline");
}

static bool
check_omitted (const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++)
    if (g_strv_contains (profile_omits, node_key (node, i)))
      ok = problems_add (problems, &((Node *)node->keys->pdata[i])->mark,
                         "'%s' stays in the pipeline: a profile says who makes a picture and how "
                         "well, not what is in it",
                         node_key (node, i));
  return ok;
}

static bool
check_provider (const Node *name, Problems *problems)
{
  if (name->text == NULL || name->has_references || strcmp (name->text, "auto") == 0 ||
      provider_find (name->text) != NULL)
    return true;
  const char *near = provider_nearest (name->text);
  if (near != NULL)
    return problems_add (problems, &name->mark, "there is no provider '%s'; did you mean '%s'?",
                         name->text, near);
  return problems_add (problems, &name->mark,
                       "there is no provider '%s'; 'peel providers' lists them", name->text);
}

static bool
check_providers (const Node *names, Problems *problems)
{
  if (names == NULL || names->kind != NODE_LIST)
    return names == NULL || check_provider (names, problems);
  bool ok = true;
  for (unsigned i = 0; i < node_length (names); i++)
    ok = check_provider (node_item (names, i), problems) && ok;
  return ok;
}

bool
profile_check_generate (const Node *node, Problems *problems)
{
  if (node->kind != NODE_MAP)
    return problems_add (problems, &node->mark,
                         "'generate' of a profile takes a map of options, not %s",
                         node_kind_words (node->kind));
  bool ok = check_omitted (node, problems) && check_references (node, problems) &&
            check_providers (node_get (node, "provider"), problems);
  GenerateOptions *options = options_new (&generate_options);
  options->prompt = g_strdup ("whatever a pipeline says"); /* it is required there */
  ok = ok && options_read (&generate_options, node, "generate", "/", options, problems);
  options_free (&generate_options, options);
  return ok;
}
