#include "plan/paths.h"

#include "planned.h"

static bool
claim (PlanPaths *paths, const char *path, Problems *problems)
{
  return plan_paths_claim (paths, path, path, &MARK_NONE, problems);
}

static const PlanWorld no_links = { NULL };

/* A world where "linked" is a link to "real". */
static char *
follow (void *data, const char *path)
{
  g_autoptr (GString) real = g_string_new (path);
  g_string_replace (real, "/linked", "/real", 1);
  return g_strdup (real->str);
}
static const PlanWorld links = { .real_path = follow };

static void
a_link_is_no_second_file (void)
{
  g_autoptr (PlanPaths) paths = plan_paths_new (&links);
  g_autoptr (Problems) problems = problems_new ();
  g_assert_true (plan_paths_add_input (paths, "/p/real/a.jpg"));
  g_assert_false (plan_paths_claim (paths, "/p/linked/a.jpg", "linked/a.jpg", NULL, problems));
  g_assert_true (plan_paths_claim (paths, "/p/linked/b.jpg", "linked/b.jpg", NULL, problems));
  g_assert_false (plan_paths_claim (paths, "/p/real/b.jpg", "real/b.jpg", NULL, problems));
}

static void
a_path_is_claimed_once (void)
{
  g_autoptr (PlanPaths) paths = plan_paths_new (&no_links);
  g_autoptr (Problems) problems = problems_new ();
  for (int i = 0; i < 3000; i++) {
    g_autofree char *path = g_strdup_printf ("/out/%d.webp", i);
    g_assert_true (claim (paths, path, problems));
  }
  g_assert_false (claim (paths, "/out/0.webp", problems));
  g_assert_false (claim (paths, "/out/2999.webp", problems));
  g_assert_true (claim (paths, "/out/3000.webp", problems));
}

static void
what_is_read_and_the_manifest_are_taken (void)
{
  g_auto (Planned) plan = planned ("manifest: m.json\nstages:\n  - load: a.png\noutputs:\n"
                                   "  - to: b.webp\n");
  g_autoptr (PlanPaths) paths = plan_paths_new (&no_links);
  g_assert_true (plan_paths_add_plan (paths, plan.plan));
  g_assert_false (claim (paths, "/shop/a.png", plan.problems));
  g_assert_false (claim (paths, "/shop/m.json", plan.problems));
  g_assert_true (claim (paths, "/shop/b.webp", plan.problems));
  g_autofree char *words = said (plan.problems);
  g_assert_cmpstr (words, ==,
                   "this output would overwrite a file that the pipeline reads: /shop/a.png\n"
                   "this output and the manifest would both write /shop/m.json");
}

static void
a_manifest_over_a_picture_is_refused (void)
{
  g_auto (Planned) plan = planned ("manifest: a.png\nstages:\n  - load: a.png\noutputs:\n"
                                   "  - to: b.webp\n");
  g_autoptr (PlanPaths) paths = plan_paths_new (&no_links);
  g_assert_false (plan_paths_add_plan (paths, plan.plan));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/paths/a-path-is-claimed-once", a_path_is_claimed_once);
  g_test_add_func ("/plan/paths/what-is-read-and-the-manifest-are-taken",
                   what_is_read_and_the_manifest_are_taken);
  g_test_add_func ("/plan/paths/a-manifest-over-a-picture-is-refused",
                   a_manifest_over_a_picture_is_refused);
  g_test_add_func ("/plan/paths/a-link-is-no-second-file", a_link_is_no_second_file);
  return g_test_run ();
}
