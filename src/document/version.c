#include <yaml.h>

#include "document/document.h"
#include "document/json-write.h"

char *
document_library_versions (void)
{
  return g_strdup_printf ("libyaml %s, cJSON %s", yaml_get_version_string (), cJSON_Version ());
}
