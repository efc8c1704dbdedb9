#include "planned.h"

#define OUT "outputs:\n  - to: '{name}.webp'\n"
#define ASKED(options) ("stages:\n  - generate: { prompt: A watch" options " }\n" OUT)

static char *
fingerprint (const char *text, unsigned image)
{
  g_auto (Planned) plan = planned (text);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, image, plan.problems);
  g_assert_nonnull (request);
  return g_strdup (digest_to_hex (&plan_choice (request)->fingerprint).text);
}

static void
assert_same (const char *one, const char *other, bool is_same)
{
  g_autofree char *a = fingerprint (one, 0);
  g_autofree char *b = fingerprint (other, 0);
  if (is_same)
    g_assert_cmpstr (a, ==, b);
  else
    g_assert_cmpstr (a, !=, b);
}

static void
what_shapes_the_picture_is_asked_anew (void)
{
  static const char *const others[] = {
    ASKED (", seed: 1"),
    ASKED (", aspect-ratio: '16:9'"),
    ASKED (", resolution: 2K"),
    ("stages:\n  - generate: { prompt: A clock }\n" OUT),
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++)
    assert_same (ASKED (""), others[i], false);
}

static void
who_is_asked_and_what_is_made_of_it_change_nothing (void)
{
  static const char *const others[] = {
    ("name: other\nstages:\n  - generate: { prompt: A watch }\n" OUT),
    ASKED (", provider: synthetic"),
    ASKED (", model: any"),
    ASKED (", variants: 3"),
    ASKED (", seed: 0, resolution: 1K, aspect-ratio: '1:1'"),
    ("stages:\n  - generate: A watch\n  - resize: 640\n" OUT),
    ("vars: { p: watch }\nstages:\n  - generate: 'A ${p}'\n" OUT),
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (others); i++)
    assert_same (ASKED (""), others[i], true);
}

/* A configuration whose one profile is chosen. */
static Config *
profiled (const char *generate)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autofree char *text = g_strdup_printf ("profiles: { dev: { generate: %s } }\n", generate);
  Config *config = config_read ("/home/me/config.yaml", "dev", text, strlen (text), problems);
  g_assert_nonnull (config);
  return config;
}

static void
what_a_profile_says_is_asked_as_if_the_pipeline_said_it (void)
{
  g_autoptr (Config) config = profiled ("{ resolution: 2K, provider: ai-studio }");
  g_auto (Planned) plan = planned_with (ASKED (", resolution: 4K, seed: 3"), config);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, 0, plan.problems);
  g_auto (Planned)
    same = planned_with (ASKED (", resolution: 2K, seed: 3, provider: ai-studio"), config);
  g_autoptr (PlanRequest) wanted = plan_request (same.plan, 0, same.problems);
  g_assert_cmpstr (plan_choice (request)->provider->name, ==, "ai-studio");
  g_assert_true (
    digest_equal (&plan_choice (request)->fingerprint, &plan_choice (wanted)->fingerprint));
  g_assert_cmpint (plan_choice (request)->width, ==, 2048);
}

static void
a_mistake_that_shows_late_is_told_where_the_profile_makes_it (void)
{
  g_autoptr (Config) config = profiled ("{ provider: ai-studio, model: painter }");
  g_auto (Planned) plan = planned_with (ASKED (""), config);
  g_assert_null (plan_request (plan.plan, 0, plan.problems));
  g_autofree char *found = said (plan.problems);
  g_assert_true (g_str_has_prefix (found, "/home/me/config.yaml:1:"));
}

static void
a_profile_may_make_a_plan_paid_or_free (void)
{
  static const struct {
    const char *text, *generate;
    bool may_be_paid;
  } cases[] = {
    { ASKED (""), "{ seed: 1 }", false },
    { ASKED (""), "{ provider: vertex }", true },
    { ("stages: [generate: A watch]\n" OUT), "{ provider: [vertex] }", true },
    { ASKED (", provider: vertex"), "{ seed: 1 }", true },
    { ASKED (", provider: vertex"), "{ provider: synthetic }", false },
    { ("stages: [load: a.png]\n" OUT), "{ provider: vertex }", false },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Config) config = profiled (cases[i].generate);
    g_auto (Planned) plan = planned_with (cases[i].text, config);
    g_assert_nonnull (plan.plan);
    g_assert_cmpint (plan_may_be_paid (plan.plan), ==, cases[i].may_be_paid);
  }
}

static void
each_variant_is_a_request_of_its_own (void)
{
  g_autofree char *first = fingerprint (ASKED (", variants: 2"), 0);
  g_autofree char *second = fingerprint (ASKED (", variants: 2"), 1);
  g_autofree char *of_three = fingerprint (ASKED (", variants: 3"), 1);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (second, ==, of_three);
}

static void
every_provider_of_a_list_is_checked (void)
{
  g_auto (Planned) plan = planned (ASKED (", provider: [synthetic, syntetic]"));
  g_assert_null (plan_request (plan.plan, 0, plan.problems));
  g_autofree char *words = said (plan.problems);
  g_assert_cmpstr (words, ==,
                   "p.yaml:3:56: there is no provider 'syntetic'; did you mean 'synthetic'?");
}

static void
the_expected_size_is_the_provider_s (void)
{
  g_auto (Planned) plan = planned (ASKED (", resolution: 640x400"));
  g_autoptr (PlanRequest) request = plan_request (plan.plan, 0, plan.problems);
  const PlanChoice *choice = plan_choice (request);
  g_assert_cmpint (choice->width, ==, 640);
  g_assert_cmpint (choice->height, ==, 400);
}

/* ---- what is sent along ---- */

#define SENT(options)                                                                              \
  "stages:\n  - generate: { prompt: A watch, provider: synthetic, " options " }\n" OUT

static char *
complaint_of (const char *text)
{
  g_auto (Planned) plan = planned (text);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, 0, plan.problems);
  g_assert_true ((request != NULL) == (problems_count (plan.problems) == 0));
  return said (plan.problems);
}

static void
nothing_outside_the_folder_is_sent (void)
{
  static const char *const wrong[] = {
    SENT ("references: ../key.png"),
    SENT ("references: [a.png, /home/me/.ssh/id_rsa]"),
    SENT ("references: /shopping/a.png"),
    SENT ("references: sub/../../key.png"),
    SENT ("references: a.png, mask: /home/me/.ssh/id_rsa"),
    SENT ("mask: ../key.png"),
    ("vars: { r: /home/me/.ssh/id_rsa }\n" SENT ("references: [\"${r}\"]")),
    ("matrix: { r: [/home/me/.ssh/id_rsa] }\n" SENT ("references: [\"${r}\"]")),
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *words = complaint_of (wrong[i]);
    if (strstr (words, "is outside the pipeline's folder, and would be sent away; --allow-outside "
                       "permits it") == NULL)
      g_error ("%s: %s", wrong[i], words);
  }
  g_autofree char *right = complaint_of (SENT ("references: [a.png, sub/../b.png], mask: b.png"));
  g_assert_cmpstr (right, ==, "");
}

/* /shop is a link to /real, and in it there is one that leads away. */
static char *
follow (void *data, const char *path)
{
  if (g_str_has_prefix (path, "/shop/away"))
    return g_strdup ("/home/me/.ssh/id_rsa");
  return g_strconcat ("/real", path + strlen ("/shop"), NULL);
}

static void
where_links_lead_counts (void)
{
  static const struct {
    const char *text;
    bool is_allowed, holds;
  } cases[] = {
    { SENT ("references: a.png"), false, true },
    { SENT ("references: away"), false, false },
    { SENT ("references: away"), true, true },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Planned) plan = planned (cases[i].text);
    plan.pipeline->allow_outside = cases[i].is_allowed;
    PlanWorld linked = world;
    linked.real_path = follow;
    g_autoptr (Plan) other = plan_new (plan.pipeline, &linked, plan.problems);
    g_autoptr (PlanRequest) request = plan_request (other, 0, plan.problems);
    g_assert_cmpint (request != NULL, ==, cases[i].holds);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/plan/request/" claim, test)
  ADD ("what-shapes-the-picture-is-asked-anew", what_shapes_the_picture_is_asked_anew);
  ADD ("who-is-asked-and-what-is-made-of-it-change-nothing",
       who_is_asked_and_what_is_made_of_it_change_nothing);
  ADD ("what-a-profile-says-is-asked-as-if-the-pipeline-said-it",
       what_a_profile_says_is_asked_as_if_the_pipeline_said_it);
  ADD ("a-mistake-that-shows-late-is-told-where-the-profile-makes-it",
       a_mistake_that_shows_late_is_told_where_the_profile_makes_it);
  ADD ("a-profile-may-make-a-plan-paid-or-free", a_profile_may_make_a_plan_paid_or_free);
  ADD ("each-variant-is-a-request-of-its-own", each_variant_is_a_request_of_its_own);
  ADD ("every-provider-of-a-list-is-checked", every_provider_of_a_list_is_checked);
  ADD ("the-expected-size-is-the-provider-s", the_expected_size_is_the_provider_s);
  ADD ("nothing-outside-the-folder-is-sent", nothing_outside_the_folder_is_sent);
  ADD ("where-links-lead-counts", where_links_lead_counts);
  return g_test_run ();
}
