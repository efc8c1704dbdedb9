/* How dense a picture's file says that its pixels are to be printed: several places may, and they need not
 * agree. */
#pragma once

#include "metadata/container.h"
#include "metadata/exif-list.h"

typedef struct {
  const char *from;    /* "pHYs", "JFIF", "EXIF", "TIFF" */
  double x_dpi, y_dpi; /* more than 0 */
} DensityClaim;

/* DensityClaim, that of the format itself first, since it is what programs go by. `exif` is NULL when there is
 * none. */
GArray *density_claims (ContainerKind kind, const GPtrArray *blocks, const ExifList *exif);
/* Within half a dot: pHYs knows only whole dots a metre. */
bool density_claims_agree (const GArray *claims);
