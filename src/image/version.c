#include "image/version.h"

#include <vips/vips.h>

#include "pixels/png-write.h"
#include "pixels/recipe.h"

static char *
vips_version_text (void)
{
  return g_strdup_printf ("libvips %d.%d.%d", vips_version (0), vips_version (1), vips_version (2));
}

char *
image_library_versions (void)
{
  g_autofree char *vips = vips_version_text ();
  return g_strdup_printf ("%s, libdeflate %s, zlib %s", vips, png_write_version (),
                          png_deflate_version ());
}

char *
image_versions_of_format (ImageFormat format)
{
  g_autofree char *vips = vips_version_text ();
  if (format == IMAGE_FORMAT_PNG)
    return g_strdup_printf ("%s, libdeflate %s", vips, png_write_version ());
  if (format == IMAGE_FORMAT_PDF)
    return g_strdup_printf ("%s, zlib %s", vips, png_deflate_version ());
  return g_steal_pointer (&vips);
}
