#include "simulator/script.h"

#include "support/scratch.h"

static void
expect_complaint (const char *text, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (script_read ("s.yaml", text, strlen (text), &error));
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
}

static void
tables_are_in_order (void)
{
  g_assert_cmpstr (options_find_fault (&fault_options), ==, NULL);
  g_assert_cmpstr (options_find_fault (&simulator_options), ==, NULL);
}

static void
mistakes_are_shown_where_they_stand (void)
{
  expect_complaint ("rules: 3\n", "a list of rules");
  expect_complaint ("rules:\n  - when: {}\n", "a rule is a map with match and do");
  expect_complaint ("rules:\n  - do: { pixels: big }\n", "s.yaml:2:19");
  expect_complaint ("rules:\n  - do: { type: tga }\n", "png, jpeg or webp");
  expect_complaint ("rules:\n  - match: { nth: 0 }\n    do: { status: 500 }\n", "'nth'");
  expect_complaint ("rule: []\n", "a list of rules");
}

static void
the_first_rule_that_fires_is_carried_out (void)
{
  static const char text[] = "rules:\n"
                             "  - match: { nth: 2, prompt: owl }\n"
                             "    do: { status: 500 }\n"
                             "  - match: { path: \"/v1*\" }\n"
                             "    do: { status: 503 }\n";
  static const unsigned wanted[] = { 2, 1, 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Script) script = script_read ("s.yaml", text, strlen (text), &error);
  g_assert_no_error (error);
  Simulator simulator = { .script = script };
  for (unsigned i = 0; i < G_N_ELEMENTS (wanted); i++) {
    Exchange *exchange = exchange_new ("POST", "/v1beta/x");
    exchange->prompt = g_strdup ("an owl");
    script_apply (&simulator, exchange);
    g_assert_cmpuint (exchange->rule, ==, wanted[i]);
    exchange_free (exchange);
  }
}

/* The numbers, from 1, of the first hundred requests that a rule with a chance takes. */
static char *
taken_by_chance (int random, bool others_draw)
{
  static const char text[] = "rules:\n"
                             "  - match: { prompt: cup, probability: 0.5 }\n"
                             "    do: { status: 503 }\n"
                             "  - match: { prompt: owl, probability: 0.2 }\n"
                             "    do: { status: 500 }\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (Script) script = script_read ("s.yaml", text, strlen (text), &error);
  g_assert_no_error (error);
  const SimulatorOptions options = { .random = random };
  Simulator simulator = { .script = script, .options = &options };
  GString *taken = g_string_new (NULL);
  for (unsigned i = 0; i < 200; i++) {
    bool is_owl = i % 2 == 0;
    if (!is_owl && !others_draw)
      continue;
    Exchange *exchange = exchange_new ("POST", "/v1beta/x");
    exchange->prompt = g_strdup (is_owl ? "an owl" : "a cup");
    script_apply (&simulator, exchange);
    if (is_owl && exchange->fault != NULL)
      g_string_append_printf (taken, "%u ", i / 2 + 1);
    exchange_free (exchange);
  }
  return g_string_free (taken, FALSE);
}

static void
chances_are_drawn_for_each_rule_by_itself (void)
{
  g_autofree char *alone = taken_by_chance (1, false);
  g_autofree char *among_others = taken_by_chance (1, true);
  g_autofree char *otherwise = taken_by_chance (2, false);
  g_auto (GStrv) numbers = g_strsplit (alone, " ", -1);
  g_assert_cmpstr (alone, ==, among_others);
  g_assert_cmpstr (alone, !=, otherwise);
  g_assert_cmpuint (g_strv_length (numbers), >, 8);
  g_assert_cmpuint (g_strv_length (numbers), <, 36);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulator/script/tables-are-in-order", tables_are_in_order);
  g_test_add_func ("/simulator/script/mistakes-are-shown-where-they-stand",
                   mistakes_are_shown_where_they_stand);
  g_test_add_func ("/simulator/script/the-first-rule-that-fires-is-carried-out",
                   the_first_rule_that_fires_is_carried_out);
  g_test_add_func ("/simulator/script/chances-are-drawn-for-each-rule-by-itself",
                   chances_are_drawn_for_each_rule_by_itself);
  return g_test_run ();
}
