/* `include` beside sizes that depend on the original, and beside values from `with`. */
#include "pipeline/matrix.h"

static const char text[] = "width: { sizes: [320, 640, 1280], fit-original: true }\n"
                           "format: [webp, jpeg]\n"
                           "include:\n"
                           "  - { width: 1280, quality: low }\n";

/* "320 webp, 320 jpeg, …" */
static char *
combinations (int width, const char *override)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Document) document = document_read ("m.yaml", text, strlen (text), problems);
  g_autoptr (Matrix) matrix = matrix_new ();
  g_assert_true (matrix_read (matrix, document->root, "/", true, NULL, problems));
  g_autoptr (Document) given = NULL;
  if (override != NULL) {
    given = document_read ("w.yaml", override, strlen (override), problems);
    g_assert_true (matrix_override (matrix, "width", given->root, problems));
  }
  g_autoptr (GPtrArray) rows = matrix_rows (matrix, width, width, &MARK_NONE, problems);
  g_assert_cmpuint (problems_count (problems), ==, 0);
  GString *out = g_string_new (NULL);
  for (unsigned r = 0; r < rows->len; r++) {
    const MatrixRow *row = rows->pdata[r];
    g_string_append (out, r > 0 ? ", " : "");
    for (unsigned i = 0; i < row->n; i++)
      g_string_append_printf (out, "%s%s", i > 0 ? " " : "", row->values[i]->text);
  }
  return g_string_free (out, FALSE);
}

static void
test_joins (void)
{
  g_autofree char *found = combinations (4000, NULL);
  g_assert_cmpstr (found, ==,
                   "320 webp, 320 jpeg, 640 webp, 640 jpeg, 1280 webp low, 1280 jpeg low");
}

static void
test_small_original (void)
{
  g_autofree char *found = combinations (640, NULL);
  g_assert_cmpstr (found, ==, "320 webp, 320 jpeg, 640 webp, 640 jpeg");
}

static void
test_override (void)
{
  g_autofree char *found = combinations (4000, "[900]");
  g_assert_cmpstr (found, ==, "900 webp, 900 jpeg");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/include/joins-the-size-it-names", test_joins);
  g_test_add_func ("/pipeline/include/of-a-size-the-original-cannot-fill-makes-nothing",
                   test_small_original);
  g_test_add_func ("/pipeline/include/of-a-size-that-with-replaced-makes-nothing", test_override);
  return g_test_run ();
}
