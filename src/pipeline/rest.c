#include "pipeline/rest.h"

#include "pipeline/chain.h"

/* Larger than what is asked of it: no size of a preset is left out. */
enum { ASSUMED_EDGE = 65535 };

typedef struct {
  const Pipeline *pipeline;
  StepCache *steps;
  const Scope *scope; /* of the first image */
  Node *generate;     /* of the profile */
  bool is_partial;
  Problems *problems;
} Checker;

/* A scope with the values of the first combination; *is_partial is set when there is none. */
static Scope *
first_scope (const Matrix *matrix, const Scope *outer, bool *is_partial)
{
  Scope *scope = scope_new (outer);
  g_autoptr (Problems) ignored = problems_new ();
  g_autoptr (GPtrArray) rows = matrix_rows (matrix, ASSUMED_EDGE, ASSUMED_EDGE, NULL, ignored);
  if (rows != NULL && rows->len > 0)
    matrix_row_fill_scope (rows->pdata[0], scope);
  else
    *is_partial = true;
  return scope;
}

static const char *
folder_of (const Checker *checker, const Node *list)
{
  return pipeline_folder_of (checker->pipeline, list);
}

static void
check_output (const Checker *checker, const OutputRule *rule)
{
  bool is_partial = checker->is_partial;
  bool has_preset = rule->preset != NULL;
  g_autoptr (Scope)
    inner = first_scope (rule->matrix, has_preset ? rule->scope : checker->scope, &is_partial);
  ChainPart parts[3] = { { checker->pipeline->stage_list, checker->scope, checker->pipeline->folder,
                           false, checker->is_partial, checker->generate } };
  unsigned n = 1;
  if (checker->pipeline->stage_list != NULL)
    parts[0].folder = folder_of (checker, checker->pipeline->stage_list);
  if (rule->stages != NULL)
    parts[n++] = (ChainPart){ rule->stages, has_preset ? checker->scope : inner,
                              folder_of (checker, rule->stages), has_preset,
                              has_preset ? checker->is_partial : is_partial };
  if (rule->preset_stages != NULL)
    parts[n++] = (ChainPart){ rule->preset_stages, inner, rule->preset->folder, false, is_partial };
  chain_free (chain_build (checker->steps, parts, n, checker->problems));
}

/* An output that could not be read: what it needs beside is not known. */
static void
check_broken_output (const Checker *checker, const Node *output)
{
  Node *stages = node_get (output, "stages");
  if (stages == NULL || stages->kind != NODE_LIST)
    return;
  const ChainPart parts[] = {
    { NULL, checker->scope, checker->pipeline->folder, false, true },
    { stages, checker->scope, folder_of (checker, stages), false, true },
  };
  chain_free (chain_build (checker->steps, parts, G_N_ELEMENTS (parts), checker->problems));
}

static const OutputRule *
find_rule (const Pipeline *pipeline, const Node *output)
{
  for (unsigned i = 0; i < pipeline->outputs->len; i++) {
    const OutputRule *rule = pipeline->outputs->pdata[i];
    if (rule->mark.source == output->mark.source && rule->mark.line == output->mark.line &&
        rule->mark.column == output->mark.column)
      return rule;
  }
  return NULL;
}

void
pipeline_check_stages (const Pipeline *pipeline, Problems *problems)
{
  bool is_partial = pipeline->is_partial;
  StepCache *steps = step_cache_new ();
  g_autoptr (Scope) scope = first_scope (pipeline->matrix, pipeline->scope, &is_partial);
  Node *generate = config_generate (pipeline->config);
  const Checker checker = { pipeline, steps, scope, generate, is_partial, problems };
  if (pipeline->stage_list != NULL) {
    const ChainPart shared = {
      pipeline->stage_list, scope,           folder_of (&checker, pipeline->stage_list), false,
      is_partial,           checker.generate
    };
    chain_free (chain_build (steps, &shared, 1, problems));
  }
  const Node *outputs = node_get (pipeline->root, "outputs");
  for (unsigned i = 0; outputs != NULL && outputs->kind == NODE_LIST && i < node_length (outputs);
       i++) {
    const Node *output = node_item (outputs, i);
    const OutputRule *rule = find_rule (pipeline, output);
    if (rule != NULL)
      check_output (&checker, rule);
    else
      check_broken_output (&checker, output);
  }
  step_cache_free (steps);
}
