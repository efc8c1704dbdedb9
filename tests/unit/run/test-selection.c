#include "run/selection.h"

#include <glib.h>

static bool
matches (const char *glob, const char *id, const char *path)
{
  char *globs[] = { (char *)glob, NULL };
  return selection_matches (globs, false, id, path);
}

static void
test_no_globs (void)
{
  char *none[] = { NULL };
  g_assert_true (selection_matches (NULL, true, "a", "b"));
  g_assert_false (selection_matches (NULL, false, "a", "b"));
  g_assert_true (selection_matches (none, true, "a", "b"));
}

static void
test_either_text (void)
{
  g_assert_true (matches ("shed@*", "shed@noon", "out/shed.png"));
  g_assert_true (matches ("*.png", "shed@noon", "out/shed.png"));
  g_assert_true (matches ("out/shed-?.png", "shed", "out/shed-2.png"));
  g_assert_false (matches ("*.jpg", "shed@noon", "out/shed.png"));
  g_assert_false (matches ("shed", "shed@noon", "out/shed.png"));
}

static void
test_any_glob (void)
{
  char *globs[] = { (char *)"*.webp", (char *)"b*", NULL };
  g_assert_true (selection_matches (globs, false, "barn", "out/a.jpg"));
  g_assert_false (selection_matches (globs, false, "a", "out/a.jpg"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/selection/without-globs-the-caller-says", test_no_globs);
  g_test_add_func ("/run/selection/id-or-path-may-match", test_either_text);
  g_test_add_func ("/run/selection/one-of-several-globs-is-enough", test_any_glob);
  return g_test_run ();
}
