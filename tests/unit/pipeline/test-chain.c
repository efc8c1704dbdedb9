#include "pipeline/chain.h"

#include "written.h"

/* "load | resize crop | metadata recompress", or what was said. `refined` may be NULL. */
static char *
chain_of (const char *shared, const char *refined, const char *preset)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  StepCache *cache = step_cache_new ();
  const ChainPart parts[] = {
    { shared != NULL ? written (shared) : NULL, scope, "/", false, false },
    { refined != NULL ? written (refined) : NULL, scope, "/", preset != NULL, false },
    { preset != NULL ? written (preset) : NULL, scope, "/", false, false },
  };
  g_autoptr (Chain) chain = chain_build (cache, parts, G_N_ELEMENTS (parts), problems);
  GString *out = g_string_new (NULL);
  if (chain != NULL) {
    g_string_append (out, chain->source != NULL ? chain->source->type->name : "");
    const GPtrArray *const lists[] = { chain->steps, chain->delivery };
    for (unsigned l = 0; l < 2; l++) {
      g_string_append (out, " |");
      for (unsigned i = 0; i < lists[l]->len; i++) {
        const Step *step = lists[l]->pdata[i];
        g_string_append_printf (out, " %s", step->type->name);
        options_append_canonical (step->type->options, step->options, NULL, NULL, out, NULL);
      }
    }
  }
  step_cache_free (cache);
  g_assert_true ((chain == NULL) == (problems_count (problems) > 0));
  if (chain != NULL)
    return g_string_free (out, FALSE);
  g_string_free (out, TRUE);
  return said (problems);
}

#define assert_chain(shared, refined, preset, wanted)                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *chain_ = chain_of (shared, refined, preset);                                  \
    g_assert_cmpstr (chain_, ==, wanted);                                                          \
  }                                                                                                \
  G_STMT_END

static void
stages_keep_their_order_and_delivery_is_sorted (void)
{
  assert_chain ("[load: a.png, flip, rotate: 90]", "[recompress: webp, metadata: strip]", NULL,
                "load | flip rotate angle=\"90\" | metadata policy=\"strip\" recompress "
                "format=\"webp\"");
}

/* The options that a chain of one source has with a profile, or what was said. */
static char *
profiled (const char *entry, const char *profile)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  g_autoptr (Node) words = node_new_scalar (&MARK_NONE, "a lake", NODE_QUOTED);
  scope_set (scope, "words", words);
  StepCache *cache = step_cache_new ();
  const ChainPart part = {
    .list = written (entry), .scope = scope, .folder = "/shop", .generate = written (profile)
  };
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < 2; i++) { /* the second is the first one's where nothing varies */
    g_autoptr (Step) step = chain_read_source (cache, &part, problems);
    g_autoptr (Chain) chain = chain_build (cache, &part, 1, problems);
    if (step == NULL)
      continue;
    g_assert_nonnull (chain);
    g_string_assign (out, step->type->name);
    options_append_canonical (step->type->options, step->options, NULL, NULL, out, NULL);
  }
  step_cache_free (cache);
  if (problems_count (problems) > 0) {
    g_string_free (out, TRUE);
    return said (problems);
  }
  return g_string_free (out, FALSE);
}

static void
a_profile_stands_over_what_generate_says (void)
{
  static const struct {
    const char *entry, *profile, *wanted;
  } cases[] = {
    { "[generate: { prompt: a lake, resolution: 4K, seed: 2 }]", "{ resolution: 2K, quality: low }",
      "generate prompt=\"a lake\" quality=\"low\" resolution=\"2K\" seed=\"2\"" },
    { "[generate: a lake]", "{ resolution: 2K }", "generate prompt=\"a lake\" resolution=\"2K\"" },
    { "[generate: \"${words}\"]", "{ resolution: 2K }",
      "generate prompt=\"a lake\" resolution=\"2K\"" },
    { "[generate: { prompt: a lake, safety: { all: off } }]", "{ safety: { harassment: off } }",
      "generate prompt=\"a lake\" safety.all=\"off\" safety.harassment=\"off\"" },
    { "[load: a.png]", "{ resolution: 2K }", "load" },
    { "[generate: { seed: 2 }]", "{ resolution: 2K }", "p:1:12: 'generate' needs 'prompt'" },
    { "[generate]", "{ resolution: 2K }", "p:1:2: 'generate' needs 'prompt'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *found = profiled (cases[i].entry, cases[i].profile);
    if (strstr (found, cases[i].wanted) == NULL)
      g_error ("%s: %s", cases[i].entry, found);
  }
}

static void
a_stage_with_a_profile_is_read_once_too (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  StepCache *cache = step_cache_new ();
  const ChainPart part = { .list = written ("[generate: a lake]"),
                           .scope = scope,
                           .folder = "/",
                           .generate = written ("{ seed: 3 }") };
  g_autoptr (Step) first = chain_read_source (cache, &part, problems);
  g_autoptr (Step) second = chain_read_source (cache, &part, problems);
  g_assert_true (first != NULL && first == second);
  step_cache_free (cache);
}

static void
a_bare_value_is_the_shorthand (void)
{
  assert_chain ("[resize: 640]", NULL, NULL, " | resize width=\"640\" |");
  assert_chain ("[resize: { width: 640 }]", NULL, NULL, " | resize width=\"640\" |");
}

static void
an_output_refines_its_preset (void)
{
  assert_chain (NULL, "[flip, recompress: { quality: 90 }, placeholder]",
                "[resize: 640, recompress: webp]",
                " | flip resize width=\"640\" | placeholder recompress format=\"webp\" "
                "quality=\"90\"");
  assert_chain (NULL, "[recompress: avif]", "[recompress: { format: webp, quality: 90 }]",
                " | | recompress format=\"avif\" quality=\"90\"");
}

static void
wrong_orders_are_refused (void)
{
  assert_chain ("[flip, load: a.png]", NULL, NULL,
                "p:1:8: 'load' is a source and must be the first stage");
  assert_chain ("[load: a.png, load: b.png]", NULL, NULL,
                "p:1:15: a second source: 'load' already makes the image; a chain has one source");
  assert_chain ("[load: a.png]", "[load: b.png]", NULL,
                "p:1:2: 'load' is a source and belongs at the start of the pipeline's 'stages', "
                "not in an output");
  assert_chain ("[recompress: webp, flip]", NULL, NULL,
                "p:1:20: 'flip' changes pixels and cannot come after 'recompress', which says how "
                "the file is written");
  assert_chain ("[recompress: webp]", "[recompress: webp]", NULL,
                "p:1:2: 'recompress' stands twice in this chain; put all its options into one");
  assert_chain (NULL, "[recompress: webp, flip]", "[resize: 640]",
                "p:1:20: 'flip' changes pixels and cannot come after 'recompress', which says how "
                "the file is written");
}

static void
entries_that_are_no_stages_are_refused (void)
{
  assert_chain ("[12]", NULL, NULL,
                "p:1:2: a stage is written '- name: { options }', not a whole number");
  assert_chain ("[resise: 640, blurr]", NULL, NULL,
                "p:1:2: there is no stage 'resise'; did you mean 'resize'?\n"
                "p:1:15: there is no stage 'blurr'; did you mean 'blur'?");
}

static void
a_partial_scope_passes_over_what_it_cannot_fill (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  StepCache *cache = step_cache_new ();
  const ChainPart part = { written ("[resize: \"${w}\", blurr]"), scope, "/", false, true };
  g_assert_null (chain_build (cache, &part, 1, problems));
  assert_said (problems, "p:1:18: there is no stage 'blurr'; did you mean 'blur'?");
  step_cache_free (cache);
}

static void
a_constant_stage_is_read_once (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  scope_set (scope, "w", written ("640"));
  StepCache *cache = step_cache_new ();
  const ChainPart part = { written ("[resize: 640, resize: \"${w}\"]"), scope, "/", false, false };
  g_autoptr (Chain) first = chain_build (cache, &part, 1, problems);
  g_autoptr (Chain) second = chain_build (cache, &part, 1, problems);
  g_assert_true (first->steps->pdata[0] == second->steps->pdata[0]);
  g_assert_true (first->steps->pdata[1] != second->steps->pdata[1]);
  step_cache_free (cache);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/pipeline/chain/" claim, test)
  ADD ("stages-keep-their-order-and-delivery-is-sorted",
       stages_keep_their_order_and_delivery_is_sorted);
  ADD ("a-bare-value-is-the-shorthand", a_bare_value_is_the_shorthand);
  ADD ("a-profile-stands-over-what-generate-says", a_profile_stands_over_what_generate_says);
  ADD ("a-stage-with-a-profile-is-read-once-too", a_stage_with_a_profile_is_read_once_too);
  ADD ("an-output-refines-its-preset", an_output_refines_its_preset);
  ADD ("wrong-orders-are-refused", wrong_orders_are_refused);
  ADD ("entries-that-are-no-stages-are-refused", entries_that_are_no_stages_are_refused);
  ADD ("a-partial-scope-passes-over-what-it-cannot-fill",
       a_partial_scope_passes_over_what_it_cannot_fill);
  ADD ("a-constant-stage-is-read-once", a_constant_stage_is_read_once);
  return g_test_run ();
}
