#include "run/last-words.h"

#include <string.h>

static char *
words_of (const char *text, size_t length)
{
  g_autoptr (GString) words = g_string_new (NULL);
  /* In odd pieces, as a pipe gives them. */
  for (size_t i = 0; i < length; i += 7)
    last_words_add (words, text + i, MIN (7, length - i));
  return last_words_format (words);
}

static void
only_the_last_lines_are_kept (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (int i = 0; i < 100000; i++)
    g_string_append_printf (text, "line %d\n", i);
  g_autofree char *words = words_of (text->str, text->len);
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 8);
  g_assert_cmpstr (lines[7], ==, "    line 99999");
}

static void
nothing_that_a_terminal_obeys_is_left (void)
{
  static const char text[] = "\033[31mred\033[0m\a\b and\tplain \302\233 \033]0;title\a\n\r\n"
                             " 10%\r100%\r\nlatin-1: \xe9, nul: \0.\n\033";
  g_autofree char *words = words_of (text, sizeof text - 1);
  g_assert_cmpstr (words, ==,
                   "    red and plain  ]0;title\n     10%\n    100%\n"
                   "    latin-1: \357\277\275, nul: \357\277\275.");
}

static void
a_long_line_is_cut (void)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *words = words_of (text, 5000);
  g_assert_cmpuint (strlen (words), ==, 204);
}

static void
silence_is_empty (void)
{
  g_autofree char *words = words_of (" \n\r\n\t\n", 6);
  g_assert_cmpstr (words, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/run/last-words/" name, function)
  CLAIM ("only-the-last-lines-are-kept", only_the_last_lines_are_kept);
  CLAIM ("nothing-that-a-terminal-obeys-is-left", nothing_that_a_terminal_obeys_is_left);
  CLAIM ("a-long-line-is-cut", a_long_line_is_cut);
  CLAIM ("silence-is-empty", silence_is_empty);
#undef CLAIM
  return g_test_run ();
}
