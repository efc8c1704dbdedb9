/* A page made small in one pass from above: a pixel of the proof is the mean of those of the page that it shows.
 * libvips's own resizing asks for overlapping parts, and a page that is computed as it is read was computed twenty
 * times over. */
#include "image/proof.h"

#include <vips/vips.h>

#include "image/blobs.h"
#include "image/color.h"
#include "image/rows.h"

typedef struct {
  int page_width, page_height, width, height, n_bands;
  bool is_deep;
  int *column;    /* of the proof, for each of the page */
  uint32_t *sums; /* of a pixel's bands */
} Means;

static void
means_clear (Means *means)
{
  g_free (means->column);
  g_free (means->sums);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Means, means_clear)

static int
place (int at, int page_size, int size)
{
  return (int)((int64_t)at * size / page_size);
}

/* How many pixels of the page a pixel of the proof shows. */
static uint32_t
shown_by (int at, int page_size, int size)
{
  int64_t first = ((int64_t)at * page_size + size - 1) / size;
  int64_t next = ((int64_t)(at + 1) * page_size + size - 1) / size;
  return (uint32_t)(next - first);
}

static bool
add_row (void *data, int y, const void *row, GError **error)
{
  Means *means = data;
  const uint8_t *sample = row;
  const uint16_t *deep_sample = row;
  size_t line = (size_t)place (y, means->page_height, means->height) * (size_t)means->width;
  for (int x = 0; x < means->page_width; x++) {
    size_t cell = line + (size_t)means->column[x];
    uint32_t *sum = means->sums + cell * (size_t)means->n_bands;
    for (int b = 0; b < means->n_bands; b++, sample++, deep_sample++)
      sum[b] += means->is_deep ? *deep_sample : *sample;
  }
  return true;
}

/* The sums become means where they stand. */
static VipsImage *
finish (const Means *means)
{
  size_t n = (size_t)means->width * (size_t)means->height, size = means->is_deep ? 2 : 1;
  g_autofree uint8_t *bytes = g_malloc_n (n * (size_t)means->n_bands, size);
  uint16_t *words = (uint16_t *)(void *)bytes;
  for (size_t cell = 0; cell < n; cell++) {
    int x = (int)(cell % (size_t)means->width), y = (int)(cell / (size_t)means->width);
    uint32_t n_shown = shown_by (x, means->page_width, means->width) *
                       shown_by (y, means->page_height, means->height);
    for (size_t at = cell * (size_t)means->n_bands, end = at + (size_t)means->n_bands; at < end;
         at++) {
      uint32_t mean = (means->sums[at] + n_shown / 2) / n_shown;
      if (means->is_deep)
        words[at] = (uint16_t)mean;
      else
        bytes[at] = (uint8_t)mean;
    }
  }
  return vips_image_new_from_memory_copy (bytes, n * (size_t)means->n_bands * size, means->width,
                                          means->height, means->n_bands,
                                          means->is_deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
}

static bool
fail (GError **error)
{
  return image_set_vips_error (error, IMAGE_ERROR_FAILED, "drawing a proof");
}

/* Sums of 65536 pixels fit. */
static bool
take_means (VipsImage *page, int width, int height, VipsImage **out_means, GError **error)
{
  g_auto (Means) means = {
    .page_width = vips_image_get_width (page),
    .page_height = vips_image_get_height (page),
    .width = width,
    .height = height,
    .n_bands = vips_image_get_bands (page),
    .is_deep = vips_image_get_format (page) == VIPS_FORMAT_USHORT,
  };
  means.column = g_new (int, means.page_width);
  for (int x = 0; x < means.page_width; x++)
    means.column[x] = place (x, means.page_width, width);
  means.sums = g_new0 (uint32_t, (size_t)width * (size_t)height * (size_t)means.n_bands);
  if (!image_each_row (page, add_row, &means, "drawing a proof", error))
    return false;
  *out_means = finish (&means);
  return *out_means != NULL || fail (error);
}

static bool
average (VipsImage *picture, int width, int height, VipsImage **out_picture, GError **error)
{
  bool is_deep = vips_image_get_format (picture) != VIPS_FORMAT_UCHAR;
  g_autoptr (VipsImage) page = NULL, means = NULL, named = NULL;
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
  GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = icc };
  if (!image_to_depth (picture, is_deep ? 16 : 8, &page, error) ||
      !take_means (page, width, height, &means, error))
    return false;
  if (vips_copy (means, &named, "interpretation", vips_image_get_interpretation (page), NULL) != 0)
    return fail (error);
  return image_with_blobs (named, blobs, 0, out_picture, error);
}

bool
proof_shrink (VipsImage *picture, int width, int height, VipsImage **out_picture, GError **error)
{
  int page_width = vips_image_get_width (picture), page_height = vips_image_get_height (picture);
  g_autoptr (VipsImage) resized = NULL;
  if (width <= page_width && height <= page_height)
    return average (picture, width, height, out_picture, error);
  if (vips_resize (picture, &resized, (double)width / page_width, "vscale",
                   (double)height / page_height, NULL) ||
      /* What is rounded elsewhere may be a pixel off. */
      vips_gravity (resized, out_picture, VIPS_COMPASS_DIRECTION_NORTH_WEST, width, height,
                    "extend", VIPS_EXTEND_COPY, NULL))
    return fail (error);
  return true;
}
