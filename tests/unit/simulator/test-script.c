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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulator/script/tables-are-in-order", tables_are_in_order);
  g_test_add_func ("/simulator/script/mistakes-are-shown-where-they-stand",
                   mistakes_are_shown_where_they_stand);
  g_test_add_func ("/simulator/script/the-first-rule-that-fires-is-carried-out",
                   the_first_rule_that_fires_is_carried_out);
  return g_test_run ();
}
