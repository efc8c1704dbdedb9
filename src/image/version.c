#include "image/version.h"

#include <vips/vips.h>

char *
image_library_versions (void)
{
  return g_strdup_printf ("libvips %d.%d.%d", vips_version (0), vips_version (1), vips_version (2));
}
