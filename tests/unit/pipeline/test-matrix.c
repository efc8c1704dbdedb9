#include "pipeline/matrix.h"

#include "support/scratch.h"
#include "written.h"

/* The rows of a matrix as text, or what was said. */
static char *
rows_of (const char *text, int width, int height, const char *folder)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Scope) scope = scope_new (NULL);
  g_autoptr (Matrix) matrix = matrix_new ();
  Node *node = written (text);
  g_autoptr (GPtrArray) rows = NULL;
  if (matrix_read (matrix, node, folder != NULL ? folder : "/", width > 0, scope, problems))
    rows = matrix_rows (matrix, width, height, &node->mark, problems);
  return problems_count (problems) > 0 ? said (problems) : rows_as_text (rows);
}

#define assert_rows(text, wanted)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *rows_ = rows_of (text, 0, 0, NULL);                                           \
    g_assert_cmpstr (rows_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

#define assert_sizes(text, width, wanted)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *rows_ = rows_of (text, width, 10 * (width), NULL);                            \
    g_assert_cmpstr (rows_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

static void
lists_multiply_in_the_order_written (void)
{
  assert_rows ("{}", "");
  assert_rows ("{ a: [1, 2], b: [x, y] }", "a=1,b=x a=1,b=y a=2,b=x a=2,b=y");
  assert_rows ("{ b: only, a: [1, 2] }", "b=only,a=1 b=only,a=2");
}

/* GitHub, "Running variations of jobs in a workflow", expanding or adding configurations: the page's
 * own example and the six results it names. */
static void
include_joins_as_github_says (void)
{
  assert_rows ("fruit: [apple, pear]\n"
               "animal: [cat, dog]\n"
               "include:\n"
               "  - color: green\n"
               "  - color: pink\n"
               "    animal: cat\n"
               "  - fruit: apple\n"
               "    shape: circle\n"
               "  - fruit: banana\n"
               "  - fruit: banana\n"
               "    animal: cat\n",
               "fruit=apple,animal=cat,color=pink,shape=circle "
               "fruit=apple,animal=dog,color=green,shape=circle "
               "fruit=pear,animal=cat,color=pink "
               "fruit=pear,animal=dog,color=green "
               "fruit=banana "
               "fruit=banana,animal=cat");
}

/* The same page: "expanding configurations", "adding configurations", and a matrix of includes. */
static void
include_expands_adds_or_stands_alone (void)
{
  assert_rows ("{ os: [w, l], node: [14, 16], include: [{ os: w, node: 16, npm: 6 }] }",
               "os=w,node=14 os=w,node=16,npm=6 os=l,node=14 os=l,node=16");
  assert_rows ("{ os: [m, w], version: [12, 14], include: [{ os: w, version: 17 }] }",
               "os=m,version=12 os=m,version=14 os=w,version=12 os=w,version=14 os=w,version=17");
  assert_rows ("{ include: [{ site: production }, { site: staging }] }",
               "site=production site=staging");
}

/* The same page, "excluding matrix configurations": 12 combinations less 3. */
static void
exclude_takes_partial_matches_before_include_adds (void)
{
  assert_rows ("os: [m, w]\n"
               "version: [12, 14, 16]\n"
               "environment: [staging, production]\n"
               "exclude:\n"
               "  - { os: m, version: 12, environment: production }\n"
               "  - { os: w, version: 16 }\n",
               "os=m,version=12,environment=staging os=m,version=14,environment=staging "
               "os=m,version=14,environment=production os=m,version=16,environment=staging "
               "os=m,version=16,environment=production os=w,version=12,environment=staging "
               "os=w,version=12,environment=production os=w,version=14,environment=staging "
               "os=w,version=14,environment=production");
  assert_rows ("{ a: [1, 2], exclude: [{ a: 2 }], include: [{ a: 2, b: x }] }", "a=1 a=2,b=x");
}

static void
a_slip_in_exclude_is_told (void)
{
  assert_rows ("{ angle: [1, 2], exclude: [{ agnle: 2 }] }",
               "p:2:30: 'exclude' names 'agnle', which this matrix has not; did you mean 'angle'?");
  assert_rows ("{ a: [1], exclude: [{ a: 1 }] }",
               "p:2:1: this matrix has no combinations left: 'exclude' takes all of them");
}

#define LADDER "{ width: { sizes: [640, 320, 480, 1280], fit-original: true, near: 1.25 } }"

static void
sizes_that_the_original_fills_stay (void)
{
  assert_sizes (LADDER, 1280, "width=320 width=480 width=640 width=1280");
  assert_sizes (LADDER, 4000, "width=320 width=480 width=640 width=1280");
}

static void
sizes_beyond_the_original_give_way_to_its_own (void)
{
  assert_sizes (LADDER, 1000, "width=320 width=480 width=640 width=1000");
  assert_sizes (LADDER, 200, "width=200");
}

static void
sizes_too_near_to_the_original_s_own_are_left_out (void)
{
  /* 640 * 1.25 = 800: at 800 it is as far as the factor, at 799 nearer. */
  assert_sizes (LADDER, 800, "width=320 width=480 width=640 width=800");
  assert_sizes (LADDER, 799, "width=320 width=480 width=799");
  assert_sizes (LADDER, 641, "width=320 width=480 width=641");
}

static void
sizes_are_kept_when_nothing_is_to_fit (void)
{
  assert_sizes ("{ width: { sizes: [320, 640] } }", 400, "width=320 width=640");
}

static void
a_height_is_compared_with_the_height (void)
{
  assert_sizes ("{ height: { sizes: [320, 640], fit-original: true } }", 40,
                "height=320 height=400");
}

static void
a_table_s_rows_are_the_combinations (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  scratch_write (scratch, "t.csv", "id,product\n1,\"watch, brass\"\n2,clock\n");
  scratch_write (scratch, "t.jsonl",
                 "{\"id\": \"a\", \"product\": \"\\ud83d\\ude00\"}\n{\"id\": \"b\", \"n\": 3}\n");
  g_autofree char *csv = rows_of ("{ from: t.csv }", 0, 0, scratch->folder);
  g_assert_cmpstr (csv, ==, "id=1,product=watch, brass id=2,product=clock");
  g_autofree char *jsonl = rows_of ("{ from: t.jsonl }", 0, 0, scratch->folder);
  g_assert_cmpstr (jsonl, ==, "id=a,product=\xF0\x9F\x98\x80 id=b,n=3");
  g_autofree char *less = rows_of ("{ from: t.csv, exclude: [{ product: clock }] }", 0, 0,
                                   scratch->folder);
  g_assert_cmpstr (less, ==, "id=1,product=watch, brass");
}

static void
a_matrix_larger_than_the_limit_is_refused (void)
{
  g_autoptr (GString) text = g_string_new ("{ ");
  for (char key = 'a'; key < 'a' + 7; key++) {
    g_string_append_printf (text, "%c: [", key);
    for (int i = 0; i < 10; i++)
      g_string_append_printf (text, "%d,", i);
    g_string_append (text, "], ");
  }
  g_string_append (text, "}");
  assert_rows (text->str, "p:2:1: this matrix has more than 1000000 combinations");
}

static void
an_override_replaces_values_and_sizes (void)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Matrix) matrix = matrix_new ();
  g_assert_true (matrix_read (matrix, written (LADDER), "/", true, NULL, problems));
  g_assert_true (matrix_override (matrix, "width", written ("[100, 50]"), problems));
  g_autoptr (GPtrArray) list = matrix_rows (matrix, 60, 60, NULL, problems);
  g_autofree char *list_words = rows_as_text (list);
  g_assert_cmpstr (list_words, ==, "width=100 width=50");
  g_assert_true (matrix_override (matrix, "width", written ("7"), problems));
  g_autoptr (GPtrArray) one = matrix_rows (matrix, 60, 60, NULL, problems);
  g_autofree char *one_words = rows_as_text (one);
  g_assert_cmpstr (one_words, ==, "width=7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add_func ("/pipeline/matrix/" claim, test)
  ADD ("lists-multiply-in-the-order-written", lists_multiply_in_the_order_written);
  ADD ("include-joins-as-github-says", include_joins_as_github_says);
  ADD ("include-expands-adds-or-stands-alone", include_expands_adds_or_stands_alone);
  ADD ("exclude-takes-partial-matches-before-include-adds",
       exclude_takes_partial_matches_before_include_adds);
  ADD ("a-slip-in-exclude-is-told", a_slip_in_exclude_is_told);
  ADD ("sizes-that-the-original-fills-stay", sizes_that_the_original_fills_stay);
  ADD ("sizes-beyond-the-original-give-way-to-its-own",
       sizes_beyond_the_original_give_way_to_its_own);
  ADD ("sizes-too-near-to-the-original-s-own-are-left-out",
       sizes_too_near_to_the_original_s_own_are_left_out);
  ADD ("sizes-are-kept-when-nothing-is-to-fit", sizes_are_kept_when_nothing_is_to_fit);
  ADD ("a-height-is-compared-with-the-height", a_height_is_compared_with_the_height);
  ADD ("a-table-s-rows-are-the-combinations", a_table_s_rows_are_the_combinations);
  ADD ("a-matrix-larger-than-the-limit-is-refused", a_matrix_larger_than_the_limit_is_refused);
  ADD ("an-override-replaces-values-and-sizes", an_override_replaces_values_and_sizes);
  return g_test_run ();
}
