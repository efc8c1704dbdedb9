#include "planned.h"

#define ASKED(options)                                                                             \
  "stages:\n  - generate: { prompt: A watch, " options " }\noutputs:\n  - to: '{name}.webp'\n"

/* What the models table of these tests says beside the built-in rows. */
static const char models[] =
  "models:\n"
  "  quick: { providers: [openai], api: images, resolutions: [1K], quality: 20, price: 0.2,\n"
  "           seconds: { 1K: 3 }, sizes: ['1:1 1024x1024'] }\n"
  "  cheap: { providers: [ai-studio], resolutions: [1K], quality: 30, price: 0.001,\n"
  "           sizes: ['1:1 1024x1024'] }\n"
  "  twin-a: { providers: [ai-studio, vertex], resolutions: [1K], family: twin,\n"
  "            sizes: ['1:1 1024x1024'] }\n"
  "  twin-b: { providers: [openai], api: images, resolutions: [1K], family: twin,\n"
  "            sizes: ['1:1 1024x1024'] }\n"
  "  old: { retired: '2026-01-01', successor: quick }\n";

/* "vertex MODEL, (ai-studio MODEL)": those that can be asked, and in brackets the others; the one whose
 * turn it is has a star. Or what was said. */
static char *
choices_of (const char *text)
{
  g_autoptr (Problems) none = problems_new ();
  g_autoptr (Config) config = config_read ("/c.yaml", NULL, models, strlen (models), none);
  g_assert_nonnull (config);
  g_auto (Planned) plan = planned_with (text, config);
  g_autoptr (PlanRequest) request = plan.plan != NULL ? plan_request (plan.plan, 0, plan.problems)
                                                      : NULL;
  if (request == NULL)
    return said (plan.problems);
  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < request->choices->len; i++) {
    const PlanChoice *choice = &g_array_index (request->choices, PlanChoice, i);
    bool can = plan_can_ask (choice);
    g_string_append_printf (out, "%s%s%s%s %s%s", i > 0 ? ", " : "", can ? "" : "(",
                            i == request->choice ? "*" : "", choice->provider->name, choice->model,
                            can ? "" : ")");
  }
  return g_string_free (out, FALSE);
}

static void
assert_choices (const char *text, const char *wanted)
{
  g_autofree char *found = choices_of (text);
  g_assert_cmpstr (found, ==, wanted);
}

static void
set_ready (const char *const *names)
{
  world_ready = names;
}

static const char *const only_studio[] = { "ai-studio", NULL };
static const char *const only_openai[] = { "openai", NULL };
static const char *const nobody[] = { NULL };

/* ---- lists ---- */

static void
a_list_is_asked_in_its_order (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: [openai, ai-studio, vertex]"),
                  "*openai gpt-image-2, ai-studio gemini-3-pro-image, vertex gemini-3-pro-image");
}

static void
who_is_not_ready_has_no_turn (void)
{
  set_ready (only_studio);
  assert_choices (
    ASKED ("provider: [vertex, ai-studio, openai]"),
    "(vertex gemini-3-pro-image), *ai-studio gemini-3-pro-image, (openai gpt-image-2)");
  set_ready (nobody);
  assert_choices (ASKED ("provider: [vertex, ai-studio]"),
                  "(*vertex gemini-3-pro-image), (ai-studio gemini-3-pro-image)");
}

static void
of_one_alone_nobody_looks (void)
{
  set_ready (nobody);
  assert_choices (ASKED ("provider: vertex"), "*vertex gemini-3-pro-image");
}

static void
the_next_turn_passes_over_who_is_not_ready (void)
{
  static const char *const two[] = { "vertex", "openai", NULL };
  g_autoptr (Problems) none = problems_new ();
  g_autoptr (Config) config = config_read ("/c.yaml", NULL, "", 0, none);
  set_ready (two);
  g_auto (Planned) plan = planned_with (ASKED ("provider: [vertex, ai-studio, openai]"), config);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, 0, plan.problems);
  g_autofree char *words = plan_describe_choices (request);
  g_assert_cmpstr (words, ==, "vertex (gemini-3-pro-image), else openai (gpt-image-2)");
  g_assert_true (plan_next_choice (request));
  g_assert_cmpstr (plan_choice (request)->provider->name, ==, "openai");
  g_assert_false (plan_next_choice (request));
  g_assert_cmpstr (plan_choice (request)->provider->name, ==, "openai");
}

static void
families_have_fingerprints_of_their_own (void)
{
  g_autoptr (Problems) none = problems_new ();
  g_autoptr (Config) config = config_read ("/c.yaml", NULL, "", 0, none);
  set_ready (NULL);
  g_auto (Planned) plan = planned_with (ASKED ("provider: [vertex, openai, ai-studio]"), config);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, 0, plan.problems);
  const PlanChoice *choices = (const PlanChoice *)(const void *)request->choices->data;
  Digest unknown = digest_of ("x", 1);
  g_assert_true (digest_equal (&choices[0].fingerprint, &choices[2].fingerprint));
  g_assert_false (digest_equal (&choices[0].fingerprint, &choices[1].fingerprint));
  g_assert_cmpint (plan_find_choice (request, &choices[1].fingerprint), ==, 1);
  g_assert_cmpint (plan_find_choice (request, &choices[2].fingerprint), ==, 0);
  g_assert_cmpint (plan_find_choice (request, &unknown), ==, -1);
}

static void
a_model_that_is_gone_has_no_turn (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: [vertex, synthetic], model: old"),
                  "(vertex old), *synthetic painter");
  assert_choices (ASKED ("provider: [vertex, ai-studio], model: old"),
                  "(*vertex old), (ai-studio old)");
}

/* A pick of the second family's answer is still one of this request. */
static void
a_pick_may_be_of_any_choice (void)
{
  g_autoptr (Problems) none = problems_new ();
  g_autoptr (Config) config = config_read ("/c.yaml", NULL, "", 0, none);
  set_ready (NULL);
  g_auto (Planned) openai = planned_with (ASKED ("provider: openai, variants: 2"), config);
  g_autoptr (PlanRequest) second = plan_request (openai.plan, 1, openai.problems);
  world_pick.id = "shop";
  world_pick.variant = 2;
  world_pick.request = plan_choice (second)->fingerprint;
  g_auto (Planned) both = planned_with (ASKED ("provider: [vertex, openai], variants: 2"), config);
  g_assert_cmpuint (plan_n_images (both.plan), ==, 1);
  g_assert_true (plan_image (both.plan, 0)->is_picked);
  world_pick.id = NULL;
}

/* ---- auto ---- */

static void
auto_ranks_by_what_is_preferred (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: auto"),
                  "*vertex gemini-3-pro-image, ai-studio gemini-3-pro-image");
  assert_choices (ASKED ("provider: auto, prefer: cost"), "*ai-studio cheap");
  assert_choices (ASKED ("provider: auto, prefer: speed"), "*openai quick");
  assert_choices (ASKED ("provider: auto, prefer: speed, resolution: 4K"),
                  "*vertex gemini-3-pro-image, ai-studio gemini-3-pro-image");
}

static void
auto_asks_who_is_ready_and_keeps_to_its_family (void)
{
  set_ready (only_studio);
  assert_choices (ASKED ("provider: auto"),
                  "*ai-studio gemini-3-pro-image, (vertex gemini-3-pro-image)");
  set_ready (only_openai);
  assert_choices (ASKED ("provider: auto"), "*openai quick");
}

static void
auto_with_a_model_keeps_to_its_family (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: auto, model: twin-b"),
                  "*vertex twin-a, ai-studio twin-a, openai twin-b");
  assert_choices (ASKED ("provider: auto, model: nano-banana-2.1"),
                  "*vertex gemini-nano-banana-2.1, ai-studio gemini-nano-banana-2.1");
  set_ready (only_openai);
  assert_choices (ASKED ("provider: auto, model: twin-a"),
                  "*openai twin-b, (vertex twin-a), (ai-studio twin-a)");
}

static void
auto_takes_only_who_can_do_it (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: auto, output-type: jpeg"), "*vertex gemini-3-pro-image");
  assert_choices (
    ASKED ("provider: auto, model: quick, aspect-ratio: '16:9'"),
    "p.yaml:3:44: no provider can do what is asked: vertex: it does not have the model; "
    "ai-studio: it does not have the model; openai: the model 'quick' has no aspect "
    "ratio 16:9; it has 1:1. Ask for a near one, and 'crop' the picture");
}

static void
auto_without_anybody_ready_tells_all (void)
{
  set_ready (nobody);
  g_autofree char *found = choices_of (ASKED ("provider: auto, prefer: cost"));
  g_assert_true (g_str_has_prefix (found, "(*ai-studio cheap), (vertex gemini-nano-banana-2.1), "));
  g_assert_nonnull (strstr (found, "(openai gpt-image-2)"));
  g_assert_null (strstr (found, "synthetic"));
  g_assert_null (strstr (found, "upscale"));
}

static void
auto_with_a_model_that_is_gone_looks_in_the_cache (void)
{
  set_ready (NULL);
  assert_choices (ASKED ("provider: auto, model: old"), "(*vertex old)");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/plan/choice/" claim, test)
  ADD ("a-list-is-asked-in-its-order", a_list_is_asked_in_its_order);
  ADD ("who-is-not-ready-has-no-turn", who_is_not_ready_has_no_turn);
  ADD ("of-one-alone-nobody-looks", of_one_alone_nobody_looks);
  ADD ("the-next-turn-passes-over-who-is-not-ready", the_next_turn_passes_over_who_is_not_ready);
  ADD ("families-have-fingerprints-of-their-own", families_have_fingerprints_of_their_own);
  ADD ("a-model-that-is-gone-has-no-turn", a_model_that_is_gone_has_no_turn);
  ADD ("a-pick-may-be-of-any-choice", a_pick_may_be_of_any_choice);
  ADD ("auto-ranks-by-what-is-preferred", auto_ranks_by_what_is_preferred);
  ADD ("auto-asks-who-is-ready-and-keeps-to-its-family",
       auto_asks_who_is_ready_and_keeps_to_its_family);
  ADD ("auto-with-a-model-keeps-to-its-family", auto_with_a_model_keeps_to_its_family);
  ADD ("auto-takes-only-who-can-do-it", auto_takes_only_who_can_do_it);
  ADD ("auto-without-anybody-ready-tells-all", auto_without_anybody_ready_tells_all);
  ADD ("auto-with-a-model-that-is-gone-looks-in-the-cache",
       auto_with_a_model_that_is_gone_looks_in_the_cache);
  return g_test_run ();
}
