#include "metadata/density.h"

#include <math.h>

#include "metadata/container-bytes.h"

static void
add (GArray *claims, const char *from, double x_dpi, double y_dpi)
{
  const DensityClaim claim = { from, x_dpi, y_dpi };
  if (x_dpi > 0 && y_dpi > 0)
    g_array_append_val (claims, claim);
}

/* x(4) y(4) unit(1), 1: the metre. */
static void
add_phys (GArray *claims, const uint8_t *at, size_t length)
{
  if (length >= 9 && at[8] == 1)
    add (claims, "pHYs", big32 (at) * 0.0254, big32 (at + 4) * 0.0254);
}

/* version(2) unit(1) x(2) y(2); unit 1: the inch, 2: the centimetre. */
static void
add_jfif (GArray *claims, const uint8_t *at, size_t length)
{
  if (length < 7 || at[2] < 1 || at[2] > 2)
    return;
  double scale = at[2] == 2 ? 2.54 : 1;
  add (claims, "JFIF", big16 (at + 3) * scale, big16 (at + 5) * scale);
}

GArray *
density_claims (ContainerKind kind, const GPtrArray *blocks, const ExifList *exif)
{
  GArray *claims = g_array_new (FALSE, FALSE, sizeof (DensityClaim));
  for (unsigned i = 0; i < blocks->len; i++) {
    const Block *block = blocks->pdata[i];
    if (block->kind != BLOCK_DENSITY || block->data == NULL)
      continue;
    size_t length;
    const uint8_t *at = g_bytes_get_data (block->data, &length);
    if (kind == CONTAINER_PNG)
      add_phys (claims, at, length);
    else if (kind == CONTAINER_JPEG)
      add_jfif (claims, at, length);
  }
  if (exif != NULL)
    add (claims, kind == CONTAINER_TIFF ? "TIFF" : "EXIF", exif->x_dpi, exif->y_dpi);
  return claims;
}

bool
density_claims_agree (const GArray *claims)
{
  for (unsigned i = 1; i < claims->len; i++) {
    const DensityClaim *a = &g_array_index (claims, DensityClaim, 0);
    const DensityClaim *b = &g_array_index (claims, DensityClaim, i);
    if (fabs (a->x_dpi - b->x_dpi) > 0.5 || fabs (a->y_dpi - b->y_dpi) > 0.5)
      return false;
  }
  return true;
}
