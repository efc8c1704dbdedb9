#include "cli/tag-list.h"

#include "cache/tags.h"
#include "option/option.h"

char **
tag_list_read (char *const *lists, GError **error)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  for (; lists != NULL && *lists != NULL; lists++) {
    g_auto (GStrv) tags = g_strsplit (*lists, ",", -1);
    for (char **tag = tags; *tag != NULL; tag++) {
      g_autoptr (GError) problem = NULL;
      g_strstrip (*tag);
      if (!tag_check (*tag, &problem)) {
        g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, problem->message);
        return NULL;
      }
      g_strv_builder_add (all, *tag);
    }
  }
  return g_strv_builder_end (all);
}
