#include "pipeline/preset.h"

#include "support/scratch.h"
#include "written.h"

typedef struct {
  Scratch *scratch;
  PresetPath path;
  char *folders[3];
  Problems *problems;
} Fixture;

/* Own presets stand before the user's, the user's before the built-in ones. */
static void
set_up (Fixture *fixture, const void *unused)
{
  fixture->scratch = scratch_new ();
  fixture->folders[0] = g_strdup (scratch_path (fixture->scratch, "user"));
  fixture->folders[1] = g_strdup (scratch_path (fixture->scratch, "built-in"));
  fixture->path.folders = fixture->folders;
  fixture->problems = problems_new ();
  static const char *const folders[] = { "presets/web", "user/web", "built-in/web" };
  for (unsigned i = 0; i < G_N_ELEMENTS (folders); i++)
    g_mkdir_with_parents (scratch_path (fixture->scratch, folders[i]), 0700);
  scratch_write (fixture->scratch, "built-in/web/hero.yaml", "summary: built in\n");
  scratch_write (fixture->scratch, "built-in/web/thumb.yaml", "summary: built in\n");
  scratch_write (fixture->scratch, "secret.yaml", "summary: outside\n");
}

static void
tear_down (Fixture *fixture, const void *unused)
{
  problems_free (fixture->problems);
  g_free (fixture->folders[0]);
  g_free (fixture->folders[1]);
  scratch_free (fixture->scratch);
}

static Preset *
load (Fixture *fixture, const char *name)
{
  return preset_load (&fixture->path, fixture->scratch->folder, name, &MARK_NONE,
                      fixture->problems);
}

static void
the_nearest_folder_wins_and_says_so (Fixture *fixture, const void *unused)
{
  g_autoptr (Preset) built_in = load (fixture, "web/hero");
  g_assert_true (built_in->is_builtin);
  g_assert_false (built_in->shadows);
  scratch_write (fixture->scratch, "user/web/hero.yaml", "summary: of the user\n");
  g_autoptr (Preset) user = load (fixture, "web/hero");
  assert_json (user->document->root, "{\"summary\":\"of the user\"}");
  g_assert_true (user->shadows);
  g_assert_false (user->is_builtin);
  scratch_write (fixture->scratch, "presets/web/hero.yaml", "summary: own\n");
  g_autoptr (Preset) own = load (fixture, "web/hero");
  assert_json (own->document->root, "{\"summary\":\"own\"}");
  g_assert_true (own->shadows);
}

static void
what_hides_nothing_does_not_shadow (Fixture *fixture, const void *unused)
{
  scratch_write (fixture->scratch, "presets/web/own.yaml", "summary: own\n");
  g_autoptr (Preset) own = load (fixture, "web/own");
  g_assert_false (own->shadows);
  g_assert_false (own->is_builtin);
}

static void
a_name_cannot_leave_its_folder (Fixture *fixture, const void *unused)
{
  static const char *const names[] = {
    "../secret", "web/../../secret", "/secret", "web//hero", "./web/hero", "", ".", "web/.."
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Problems) problems = problems_new ();
    g_assert_null (
      preset_load (&fixture->path, fixture->scratch->folder, names[i], &MARK_NONE, problems));
    g_assert_cmpuint (problems_count (problems), ==, 1);
  }
}

static void
an_unknown_name_tells_the_nearest (Fixture *fixture, const void *unused)
{
  g_assert_null (load (fixture, "web/heros"));
  assert_said (fixture->problems, "there is no preset 'web/heros'; did you mean 'web/hero'?");
}

static void
names_are_listed_once_and_sorted (Fixture *fixture, const void *unused)
{
  scratch_write (fixture->scratch, "presets/web/hero.yaml", "summary: own\n");
  scratch_write (fixture->scratch, "user/mine.yaml", "summary: mine\n");
  scratch_write (fixture->scratch, "user/.hidden.yaml", "summary: no\n");
  g_autoptr (GPtrArray) names = preset_list (&fixture->path, fixture->scratch->folder);
  g_ptr_array_add (names, NULL);
  g_autofree char *joined = g_strjoinv (" ", (char **)names->pdata);
  g_assert_cmpstr (joined, ==, "mine web/hero web/thumb");
}

static void
a_wrong_preset_tells_all_its_keys (Fixture *fixture, const void *unused)
{
  scratch_write (fixture->scratch, "presets/wrong.yaml", "sumary: x\noutputs: []\n");
  preset_free (load (fixture, "wrong"));
  g_assert_cmpuint (problems_count (fixture->problems), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test)                                                                           \
  g_test_add ("/pipeline/preset/" claim, Fixture, NULL, set_up, test, tear_down)
  ADD ("the-nearest-folder-wins-and-says-so", the_nearest_folder_wins_and_says_so);
  ADD ("what-hides-nothing-does-not-shadow", what_hides_nothing_does_not_shadow);
  ADD ("a-name-cannot-leave-its-folder", a_name_cannot_leave_its_folder);
  ADD ("an-unknown-name-tells-the-nearest", an_unknown_name_tells_the_nearest);
  ADD ("names-are-listed-once-and-sorted", names_are_listed_once_and_sorted);
  ADD ("a-wrong-preset-tells-all-its-keys", a_wrong_preset_tells_all_its_keys);
  return g_test_run ();
}
