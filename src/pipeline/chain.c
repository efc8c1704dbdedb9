#include "pipeline/chain.h"

#include "pipeline/merge.h"
#include "providers/generate.h"

/* A stage as it stands in a list, its options not read yet. */
typedef struct {
  const StageType *type;
  Node *node;
  const char *folder;
  Mark mark;
  Node *over;       /* borrowed: options that stand over its own, or NULL */
  bool is_constant; /* the same node for every image: its step may be kept */
} RawStage;

typedef struct {
  RawStage source;                         /* type NULL: none yet */
  GArray *images, *delivery, *refinements; /* RawStage */
  StepCache *cache;
  Problems *problems;
} Builder;

struct StepCache {
  GHashTable
    *steps; /* Node* (the options as written, held so that its address means no other) → Step* */
};

static void
unref_step (gpointer step)
{
  step_unref (step);
}

static void
unref_node (gpointer node)
{
  node_unref (node);
}

StepCache *
step_cache_new (void)
{
  StepCache *cache = g_new0 (StepCache, 1);
  cache->steps = g_hash_table_new_full (NULL, NULL, unref_node, unref_step);
  return cache;
}

void
step_cache_free (StepCache *cache)
{
  if (cache == NULL)
    return;
  g_hash_table_unref (cache->steps);
  g_free (cache);
}

Step *
step_ref (Step *step)
{
  step->references++;
  return step;
}

void
step_unref (Step *step)
{
  if (step == NULL || --step->references > 0)
    return;
  options_free (step->type->options, step->options);
  node_unref (step->node);
  g_free (step->folder);
  g_free (step);
}

Step *
step_new (const StageType *type, Node *node, const char *folder, const Mark *mark,
          Problems *problems)
{
  g_autoptr (Step) step = g_new0 (Step, 1);
  step->references = 1;
  step->type = type;
  step->node = node_ref (node);
  step->folder = g_strdup (folder);
  step->mark = *mark;
  step->options = options_new (type->options);
  if (!options_read (type->options, node, type->name, folder, step->options, problems) ||
      (type->check != NULL && !type->check (step->options, node, problems)))
    return NULL;
  return g_steal_pointer (&step);
}

Chain *
chain_new (void)
{
  Chain *chain = g_new0 (Chain, 1);
  chain->steps = g_ptr_array_new_with_free_func (unref_step);
  chain->delivery = g_ptr_array_new_with_free_func (unref_step);
  return chain;
}

void
chain_free (Chain *chain)
{
  if (chain == NULL)
    return;
  step_unref (chain->source);
  g_ptr_array_unref (chain->steps);
  g_ptr_array_unref (chain->delivery);
  g_free (chain);
}

/* ---- from a list entry to a RawStage ---- */

static bool
complain_unknown (const Node *name, Problems *problems)
{
  const char *near = stage_nearest (name->text);
  if (near != NULL)
    return problems_add (problems, &name->mark, "there is no stage '%s'; did you mean '%s'?",
                         name->text, near);
  return problems_add (problems, &name->mark, "there is no stage '%s'; 'peel stages' lists them",
                       name->text);
}

/* `- resize: { … }`, or `- flatten` for a stage with its defaults. */
static bool
read_entry (const ChainPart *part, Node *entry, RawStage *out_stage, Problems *problems)
{
  Node *name = entry, *options = NULL;
  if (entry->kind == NODE_MAP && node_length (entry) == 1) {
    name = entry->keys->pdata[0];
    options = entry->items->pdata[0];
  } else if (entry->kind == NODE_MAP && node_length (entry) > 1) {
    const Mark *mark = &((Node *)entry->keys->pdata[1])->mark;
    return problems_add (
      problems, mark,
      "one list entry holds one stage, but '%s' follows '%s': begin it with '- ' if it is a "
      "stage, or indent it further if it is an option",
      node_key (entry, 1), node_key (entry, 0));
  } else if (entry->kind != NODE_TEXT) {
    return problems_add (problems, &entry->mark, "a stage is written '- name: { options }', not %s",
                         node_kind_words (entry->kind));
  }
  const StageType *type = stage_find (name->text);
  if (type == NULL)
    return complain_unknown (name, problems);
  out_stage->type = type;
  out_stage->node = options != NULL ? node_ref (options)
                                    : node_new_scalar (&name->mark, "", NODE_PLAIN);
  out_stage->folder = part->folder;
  out_stage->mark = name->mark;
  out_stage->over = type->options == &generate_options ? part->generate : NULL;
  out_stage->is_constant = options != NULL;
  return true;
}

/* ---- the order of stages ---- */

static bool
place_source (Builder *builder, const RawStage *stage, bool may_be_source)
{
  bool is_first = builder->images->len == 0 && builder->delivery->len == 0;
  if (!may_be_source)
    return problems_add (
      builder->problems, &stage->mark,
      "'%s' is a source and belongs at the start of the pipeline's 'stages', not in an output",
      stage->type->name);
  if (builder->source.type != NULL)
    return problems_add (builder->problems, &stage->mark,
                         "a second source: '%s' already makes the image; a chain has one source",
                         builder->source.type->name);
  if (!is_first)
    return problems_add (builder->problems, &stage->mark,
                         "'%s' is a source and must be the first stage", stage->type->name);
  builder->source = *stage;
  return true;
}

static bool
place_image (Builder *builder, const RawStage *stage, bool refines)
{
  const GArray *before = refines ? builder->refinements : builder->delivery;
  if (before->len > 0)
    return problems_add (
      builder->problems, &stage->mark,
      "'%s' changes pixels and cannot come after '%s', which says how the file is written",
      stage->type->name, g_array_index (before, RawStage, before->len - 1).type->name);
  g_array_append_val (builder->images, *stage);
  return true;
}

static bool
place_delivery (Builder *builder, const RawStage *stage, bool refines)
{
  GArray *list = refines ? builder->refinements : builder->delivery;
  for (unsigned i = 0; i < list->len; i++)
    if (g_array_index (list, RawStage, i).type == stage->type)
      return problems_add (builder->problems, &stage->mark,
                           "'%s' stands twice in this chain; put all its options into one",
                           stage->type->name);
  g_array_append_val (list, *stage);
  return true;
}

static bool
add_part (Builder *builder, const ChainPart *part, bool may_be_source)
{
  if (part->list == NULL)
    return true;
  if (part->list->kind != NODE_LIST)
    return problems_add (builder->problems, &part->list->mark,
                         "'stages' takes a list: - resize: { … }");
  bool ok = true;
  for (unsigned i = 0; i < node_length (part->list); i++) {
    g_autoptr (Problems) passed_over = problems_new ();
    Problems *unset = part->is_partial ? passed_over : builder->problems;
    unsigned before = problems_count (unset);
    g_autoptr (Node) entry = scope_fill (part->scope, part->list->items->pdata[i], unset);
    RawStage stage;
    bool placed = problems_count (unset) == before &&
                  read_entry (part, entry, &stage, builder->problems);
    if (!placed) {
      ok = false;
      continue;
    }
    stage.is_constant = stage.is_constant && entry == part->list->items->pdata[i];
    if (stage.type->role == STAGE_SOURCE)
      placed = place_source (builder, &stage, may_be_source);
    else if (stage.type->role == STAGE_IMAGE)
      placed = place_image (builder, &stage, part->refines);
    else
      placed = place_delivery (builder, &stage, part->refines);
    if (!placed)
      node_unref (stage.node);
    ok = ok && placed;
  }
  return ok;
}

/* ---- refinements ---- */

/* The options as a map, whether written so or by the stage's shorthand. New reference. */
static Node *
as_map (const RawStage *stage)
{
  if (stage->node->kind == NODE_MAP)
    return node_ref (stage->node);
  Node *map = node_new_map (&stage->node->mark);
  const char *shorthand = stage->type->options->shorthand;
  if (stage->node->kind != NODE_NULL && shorthand != NULL)
    node_take_member (map, node_new_scalar (&stage->mark, shorthand, NODE_QUOTED),
                      node_ref (stage->node));
  return map;
}

static void
refine (Builder *builder, const RawStage *refinement)
{
  for (unsigned i = 0; i < builder->delivery->len; i++) {
    RawStage *stage = &g_array_index (builder->delivery, RawStage, i);
    if (stage->type != refinement->type)
      continue;
    g_autoptr (Node) base = as_map (stage);
    g_autoptr (Node) over = as_map (refinement);
    node_unref (stage->node);
    stage->node = node_merge (base, over);
    stage->is_constant = false;
    stage->mark = refinement->mark;
    node_unref (refinement->node);
    return;
  }
  g_array_append_val (builder->delivery, *refinement);
}

static int
compare_stage_names (const void *a, const void *b)
{
  return strcmp (((const RawStage *)a)->type->name, ((const RawStage *)b)->type->name);
}

/* ---- the whole ---- */

static bool
names_providers (const Node *options)
{
  const Node *names = node_get (options, "provider");
  if (names != NULL && names->kind == NODE_LIST && node_length (names) == 1)
    names = node_item (names, 0);
  return names != NULL && g_strcmp0 (names->text, GENERATE_AUTO) != 0;
}

/* Where `over` names who is asked in place of 'auto', what 'auto' went by falls away with it. A new
 * reference. */
static Node *
without_preference (Node *base, const Node *over)
{
  if (!names_providers (over) || names_providers (base) || node_get (base, "prefer") == NULL)
    return node_ref (base);
  Node *rest = node_new_map (&base->mark);
  for (unsigned i = 0; i < node_length (base); i++)
    if (strcmp (node_key (base, i), "prefer") != 0)
      node_take_member (rest, node_ref (base->keys->pdata[i]), node_ref (node_item (base, i)));
  return rest;
}

/* A new reference. */
static Node *
whole_options (const RawStage *stage)
{
  if (stage->over == NULL)
    return node_ref (stage->node);
  g_autoptr (Node) written = as_map (stage);
  g_autoptr (Node) base = without_preference (written, stage->over);
  Node *whole = node_merge (base, stage->over);
  whole->mark = base->mark; /* what is missing is missing in the pipeline */
  return whole;
}

/* Consumes the stage's node. NULL after a problem. */
static Step *
read_step (StepCache *cache, RawStage *stage, Problems *problems)
{
  g_autoptr (Node) whole = whole_options (stage);
  g_autoptr (Node) node = g_steal_pointer (&stage->node);
  Step *known = stage->is_constant ? g_hash_table_lookup (cache->steps, node) : NULL;
  if (known != NULL && strcmp (known->folder, stage->folder) == 0)
    return step_ref (known);
  Step *step = step_new (stage->type, whole, stage->folder, &stage->mark, problems);
  if (step != NULL && stage->is_constant)
    g_hash_table_replace (cache->steps, node_ref (node), step_ref (step));
  return step;
}

static bool
read_steps (Builder *builder, GArray *stages, GPtrArray *steps)
{
  bool ok = true;
  for (unsigned i = 0; i < stages->len; i++) {
    Step *step = read_step (builder->cache, &g_array_index (stages, RawStage, i),
                            builder->problems);
    if (step != NULL)
      g_ptr_array_add (steps, step);
    else
      ok = false;
  }
  return ok;
}

Chain *
chain_build (StepCache *cache, const ChainPart *parts, unsigned n_parts, Problems *problems)
{
  Builder builder = {
    .images = g_array_new (FALSE, FALSE, sizeof (RawStage)),
    .delivery = g_array_new (FALSE, FALSE, sizeof (RawStage)),
    .refinements = g_array_new (FALSE, FALSE, sizeof (RawStage)),
    .cache = cache,
    .problems = problems,
  };
  bool ok = true;
  for (unsigned i = 0; i < n_parts; i++)
    ok = add_part (&builder, &parts[i], i == 0) && ok;
  for (unsigned i = 0; i < builder.refinements->len; i++)
    refine (&builder, &g_array_index (builder.refinements, RawStage, i));
  g_array_sort (builder.delivery, compare_stage_names);

  g_autoptr (Chain) chain = chain_new ();
  if (builder.source.type != NULL) {
    chain->source = read_step (cache, &builder.source, problems);
    ok = ok && chain->source != NULL;
  }
  ok = read_steps (&builder, builder.images, chain->steps) && ok;
  ok = read_steps (&builder, builder.delivery, chain->delivery) && ok;
  g_array_unref (builder.images);
  g_array_unref (builder.delivery);
  g_array_unref (builder.refinements);
  return ok ? g_steal_pointer (&chain) : NULL;
}

Step *
chain_read_source (StepCache *cache, const ChainPart *part, Problems *problems)
{
  unsigned before = problems_count (problems);
  Node *written = part->list->items->pdata[0];
  g_autoptr (Node) entry = scope_fill (part->scope, written, problems);
  RawStage stage;
  if (problems_count (problems) > before || !read_entry (part, entry, &stage, problems))
    return NULL;
  stage.is_constant = stage.is_constant && entry == written;
  if (stage.type->role == STAGE_SOURCE)
    return read_step (cache, &stage, problems);
  problems_add (problems, &stage.mark,
                "'%s' is not a source: a pipeline begins with what makes its images: 'generate', "
                "'load' or 'recall'",
                stage.type->name);
  node_unref (stage.node);
  return NULL;
}
