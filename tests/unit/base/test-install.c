#include "base/install.h"

#include "base/build-config.h"
#include "base/path.h"
#include "support/scratch.h"

static void
assert_folder (const char *program, const char *wanted)
{
  g_autofree char *folder = install_dup_preset_folder (program);
  g_assert_cmpstr (folder, ==, wanted);
}

static void
assert_builder (const char *program, const char *wanted)
{
  g_autofree char *builder = install_dup_profile_builder (program);
  g_assert_cmpstr (builder, ==, wanted);
}

static void
the_build_folder_uses_the_source_tree (void)
{
  assert_folder (PEEL_BUILD_FOLDER "/peel", PEEL_SOURCE_PRESET_FOLDER);
  /* This test is such a program. */
  assert_folder (NULL, PEEL_SOURCE_PRESET_FOLDER);
  g_autofree char *builder = path_resolve (PEEL_SOURCE_PRESET_FOLDER, "../scripts/build-profiles");
  assert_builder (NULL, builder);
  g_assert_true (g_file_test (builder, G_FILE_TEST_IS_EXECUTABLE));
}

static void
an_unpacked_program_finds_what_lies_beside_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *presets = scratch_path (scratch, PEEL_PRESETS_BELOW_PREFIX);
  assert_ok (path_make_folder (presets, &error), error);
  assert_folder (scratch_path (scratch, "bin/peel"), presets);
  g_autofree char *builder = path_resolve (presets, "../build-profiles");
  assert_builder (scratch_path (scratch, "bin/peel"), builder);
}

static void
a_lonely_program_looks_where_it_would_be_installed (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  assert_folder (scratch_path (scratch, "bin/peel"), PEEL_PRESET_FOLDER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/install/the-build-folder-uses-the-source-tree",
                   the_build_folder_uses_the_source_tree);
  g_test_add_func ("/base/install/an-unpacked-program-finds-what-lies-beside-it",
                   an_unpacked_program_finds_what_lies_beside_it);
  g_test_add_func ("/base/install/a-lonely-program-looks-where-it-would-be-installed",
                   a_lonely_program_looks_where_it_would_be_installed);
  return g_test_run ();
}
