#include "planned.h"

#define OUT "outputs:\n  - to: '{name}.webp'\n"
#define ASKED(options) ("stages:\n  - generate: { prompt: A watch" options " }\n" OUT)

static char *
fingerprint (const char *text, unsigned image)
{
  g_auto (Planned) plan = planned (text);
  g_autoptr (PlanRequest) request = plan_request (plan.plan, image, plan.problems);
  g_assert_nonnull (request);
  return g_strdup (digest_to_hex (&request->fingerprint).text);
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
  g_assert_cmpint (request->width, ==, 640);
  g_assert_cmpint (request->height, ==, 400);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/plan/request/" claim, test)
  ADD ("what-shapes-the-picture-is-asked-anew", what_shapes_the_picture_is_asked_anew);
  ADD ("who-is-asked-and-what-is-made-of-it-change-nothing",
       who_is_asked_and_what_is_made_of_it_change_nothing);
  ADD ("each-variant-is-a-request-of-its-own", each_variant_is_a_request_of_its_own);
  ADD ("every-provider-of-a-list-is-checked", every_provider_of_a_list_is_checked);
  ADD ("the-expected-size-is-the-provider-s", the_expected_size_is_the_provider_s);
  return g_test_run ();
}
