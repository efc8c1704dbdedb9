#include "base/install.h"

#include <glib.h>

#include "base/build-config.h"
#include "base/path.h"

char *
install_dup_preset_folder (const char *program)
{
  g_autofree char *self = program != NULL ? g_strdup (program)
                                          : g_file_read_link ("/proc/self/exe", NULL);
  if (self != NULL && path_is_within (self, PEEL_BUILD_FOLDER))
    return g_strdup (PEEL_SOURCE_PRESET_FOLDER);
  if (self != NULL) {
    g_autofree char *folder = g_path_get_dirname (self);
    g_autofree char *beside = path_resolve (folder, "../" PEEL_PRESETS_BELOW_PREFIX);
    if (g_file_test (beside, G_FILE_TEST_IS_DIR))
      return g_steal_pointer (&beside);
  }
  return g_strdup (PEEL_PRESET_FOLDER);
}

char *
install_dup_profile_builder (const char *program)
{
  g_autofree char *presets = install_dup_preset_folder (program);
  bool is_source = g_str_equal (presets, PEEL_SOURCE_PRESET_FOLDER);
  return path_resolve (presets, is_source ? "../scripts/build-profiles" : "../build-profiles");
}

const char *
install_version (void)
{
  return PEEL_VERSION;
}
