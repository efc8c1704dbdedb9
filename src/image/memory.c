#include "image/memory.h"

#include <vips/vips.h>

bool
image_to_memory (VipsImage *image, VipsImage **out_image, GError **error)
{
  VipsImage *memory = vips_image_copy_memory (image);
  if (memory == NULL)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "the picture could not be computed");
  *out_image = memory;
  return true;
}

void
image_thread_end (void)
{
  vips_thread_shutdown ();
}
