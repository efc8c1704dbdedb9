/* The reader of pixel frames: whatever a file holds, no more than it can hold is taken for it, and
 * pixels that are given are given again. Once as it is, and once with the checksums made right,
 * which random changes never are. */
#include <string.h>

#include "fuzz-target.h"
#include "pixels/frame-layout.h"
#include "pixels/frame.h"
#include "pixels/little-endian.h"

enum { MOST_PIXEL_BYTES = 4 * 1024 * 1024 };

typedef struct {
  uint8_t *bytes;
  size_t size;
} File;

static bool
read_at (void *data, int64_t offset, void *out, size_t length, GError **error)
{
  const File *file = data;
  g_assert_cmpint (offset, >=, 0);
  g_assert_cmpuint (length, <=, file->size);
  g_assert_cmpuint ((size_t)offset, <=, file->size - length);
  memcpy (out, file->bytes + offset, length);
  return true;
}

static bool
count (void *data, const void *bytes, size_t length, GError **error)
{
  *(size_t *)data += length;
  return true;
}

static void
read_pixels (PixelFrame *frame)
{
  const PixelShape *shape = &pixel_frame_info (frame)->shape;
  size_t row_bytes = pixel_shape_row_bytes (shape);
  if (row_bytes > MOST_PIXEL_BYTES / (size_t)shape->height)
    return;
  g_autofree uint8_t *one = g_malloc (row_bytes * (size_t)shape->height);
  g_autofree uint8_t *other = g_malloc (row_bytes * (size_t)shape->height);
  g_autoptr (GError) error = NULL;
  bool ok = pixel_frame_read (frame, one, row_bytes, 1, &error);
  g_assert_cmpint (ok, ==, error == NULL);
  g_assert_cmpint (pixel_frame_read (frame, other, row_bytes, 2, NULL), ==, ok);
  if (ok)
    g_assert_cmpmem (one, row_bytes * (size_t)shape->height, other,
                     row_bytes * (size_t)shape->height);
}

static void
read_file (File *file)
{
  g_autoptr (GError) error = NULL;
  PixelSource source = { file, (int64_t)file->size, read_at };
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  g_assert_cmpint (frame == NULL, ==, error != NULL);
  if (frame == NULL)
    return;
  pixel_frame_check (frame, NULL);
  read_pixels (frame);
  g_autoptr (GBytes) head = pixel_frame_head (frame, &error);
  g_assert_cmpint (head == NULL, ==, error != NULL);
  g_clear_error (&error);
  const PixelShape *shape = &pixel_frame_info (frame)->shape;
  if (pixel_shape_row_bytes (shape) > MOST_PIXEL_BYTES / (size_t)shape->height)
    return;
  size_t length = 0;
  PixelSink sink = { &length, count };
  bool ok = pixel_frame_rebuild (frame, &sink, &error);
  g_assert_cmpint (ok, ==, error == NULL);
}

/* Every checksum, as far as the file has what the header tells of. */
static void
make_checksums_right (File *file)
{
  uint8_t *bytes = file->bytes;
  if (file->size < FRAME_HEADER_BYTES + FRAME_TRAILER_BYTES)
    return;
  uint32_t recipe_bytes = get_le32 (bytes + 72), height = get_le32 (bytes + 20);
  uint32_t rows_per_band = MAX (get_le32 (bytes + 28), 1);
  size_t room = file->size - FRAME_HEADER_BYTES - FRAME_TRAILER_BYTES;
  if (recipe_bytes <= room)
    put_le64 (bytes + 80, frame_checksum (bytes + FRAME_HEADER_BYTES, recipe_bytes));
  put_le64 (bytes + 104, frame_checksum (bytes, 104));
  size_t n_bands = height / rows_per_band + (height % rows_per_band != 0);
  if (recipe_bytes > room || n_bands > (room - recipe_bytes) / FRAME_TABLE_ENTRY_BYTES)
    return;
  uint8_t *table = bytes + file->size - FRAME_TRAILER_BYTES - n_bands * FRAME_TABLE_ENTRY_BYTES;
  uint8_t *band = bytes + FRAME_HEADER_BYTES + recipe_bytes;
  for (size_t i = 0; i < n_bands; i++) {
    uint8_t *entry = table + i * FRAME_TABLE_ENTRY_BYTES;
    uint32_t length = get_le32 (entry + 8);
    if (length > (size_t)(table - band))
      break;
    put_le64 (entry, frame_checksum (band, length));
    band += length;
  }
  put_le64 (table + n_bands * FRAME_TABLE_ENTRY_BYTES,
            frame_checksum (table, n_bands * FRAME_TABLE_ENTRY_BYTES));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  File file = { g_memdup2 (data, size), size };
  read_file (&file);
  make_checksums_right (&file);
  read_file (&file);
  g_free (file.bytes);
  return 0;
}
