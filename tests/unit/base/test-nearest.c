#include "base/nearest.h"
#include "support/scratch.h"

static const char *const names[] = { "crop", "height", "resize", "width" };

static void
finds_a_slip (void)
{
  g_assert_cmpstr (nearest_name ("widht", names, G_N_ELEMENTS (names)), ==, "width");
  g_assert_cmpstr (nearest_name ("RESIZE", names, G_N_ELEMENTS (names)), ==, "resize");
  g_assert_cmpstr (nearest_name ("resise", names, G_N_ELEMENTS (names)), ==, "resize");
}

static void
says_nothing_of_a_stranger (void)
{
  g_assert_null (nearest_name ("quality", names, G_N_ELEMENTS (names)));
  g_assert_null (nearest_name ("", names, G_N_ELEMENTS (names)));
  static const char *const axes[] = { "x", "y" };
  g_assert_null (nearest_name ("z", axes, G_N_ELEMENTS (axes)));
  g_assert_cmpstr (nearest_name ("xx", axes, G_N_ELEMENTS (axes)), ==, "x");
}

static void
a_very_long_word_does_no_harm (void)
{
  g_autofree char *word = g_strnfill (100000, 'w');
  const char *const long_names[] = { "width", word };
  g_assert_null (nearest_name (word, long_names, G_N_ELEMENTS (long_names)));
  g_assert_cmpstr (nearest_name ("widt", long_names, G_N_ELEMENTS (long_names)), ==, "width");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/nearest/finds-a-slip", finds_a_slip);
  g_test_add_func ("/base/nearest/says-nothing-of-a-stranger", says_nothing_of_a_stranger);
  g_test_add_func ("/base/nearest/a-very-long-word-does-no-harm", a_very_long_word_does_no_harm);
  return g_test_run ();
}
