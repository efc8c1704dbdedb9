#include "image/claims.h"

#include <string.h>

#include <glib.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
} Bytes;

enum {
  JPEG_END = 0xd9,
  JPEG_SCAN = 0xda,
  JPEG_APP0 = 0xe0,
  JPEG_APP15 = 0xef,
  JPEG_COMMENT = 0xfe
};

static uint32_t
big_16 (const uint8_t *at)
{
  return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t
big_32 (const uint8_t *at)
{
  return big_16 (at) << 16 | big_16 (at + 2);
}

static uint32_t
little_16 (const uint8_t *at)
{
  return (uint32_t)at[1] << 8 | at[0];
}

static uint32_t
little_24 (const uint8_t *at)
{
  return (uint32_t)at[2] << 16 | little_16 (at);
}

/* signature(8) length(4) "IHDR" width(4) height(4) */
static bool
png_claims (Bytes in, int64_t *out_width, int64_t *out_height)
{
  if (in.length < 24 || memcmp (in.bytes + 12, "IHDR", 4) != 0)
    return false;
  *out_width = big_32 (in.bytes + 16);
  *out_height = big_32 (in.bytes + 20);
  return true;
}

static bool
jpeg_marker_is_frame (uint8_t marker)
{
  /* SOF0 to SOF15 without DHT, JPG and DAC, which stand between them. */
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* FFD8, then segments FF marker length(2) …, and the packed pixels behind a scan's, in which any FF
 * is followed by 00 or is a restart. Moves `at` to the next marker that a length follows: forward by
 * two bytes from one that had been found. False: there is none. */
static bool
jpeg_find_marker (Bytes in, size_t *at)
{
  while (*at + 4 <= in.length) {
    const uint8_t *found = memchr (in.bytes + *at, 0xff, in.length - *at - 3);
    if (found == NULL)
      return false;
    *at = (size_t)(found - in.bytes);
    uint8_t marker = found[1];
    if (marker == 0xff)
      *at += 1;
    else if (marker == 0 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
      *at += 2;
    else
      return marker != JPEG_END;
  }
  return false;
}

static size_t
jpeg_behind_segment (Bytes in, size_t at)
{
  uint32_t length = big_16 (in.bytes + at + 2);
  return at + 2 + (length < 2 ? 2 : length);
}

/* A frame is FF Cx length(2) bits(1) height(2) width(2). */
static bool
jpeg_claims (Bytes in, int64_t *out_width, int64_t *out_height)
{
  size_t at = 2;
  while (jpeg_find_marker (in, &at) && at + 9 <= in.length && in.bytes[at + 1] != JPEG_SCAN) {
    if (jpeg_marker_is_frame (in.bytes[at + 1])) {
      *out_height = big_16 (in.bytes + at + 5);
      *out_width = big_16 (in.bytes + at + 7);
      return true;
    }
    at = jpeg_behind_segment (in, at);
  }
  return false;
}

unsigned
image_count_jpeg_notes (const uint8_t *bytes, size_t length)
{
  const Bytes in = { bytes, length };
  unsigned count = 0;
  for (size_t at = 2; jpeg_find_marker (in, &at); at = jpeg_behind_segment (in, at)) {
    uint8_t marker = bytes[at + 1];
    count += (marker >= JPEG_APP0 && marker <= JPEG_APP15) || marker == JPEG_COMMENT;
  }
  return count;
}

/* "RIFF" size(4) "WEBP", then the first chunk: VP8X and VP8L hold sizes less one, VP8 14 bits. */
static bool
webp_claims (Bytes in, int64_t *out_width, int64_t *out_height)
{
  if (in.length < 30)
    return false;
  const uint8_t *chunk = in.bytes + 12;
  const uint8_t *data = chunk + 8;
  if (memcmp (chunk, "VP8X", 4) == 0) {
    *out_width = (int64_t)little_24 (data + 4) + 1;
    *out_height = (int64_t)little_24 (data + 7) + 1;
  } else if (memcmp (chunk, "VP8L", 4) == 0) {
    uint32_t bits = little_24 (data + 1) | (uint32_t)data[4] << 24;
    *out_width = (bits & 0x3fff) + 1;
    *out_height = (bits >> 14 & 0x3fff) + 1;
  } else if (memcmp (chunk, "VP8 ", 4) == 0) {
    *out_width = little_16 (data + 6) & 0x3fff;
    *out_height = little_16 (data + 8) & 0x3fff;
  } else {
    return false;
  }
  return true;
}

static bool
gif_claims (Bytes in, int64_t *out_width, int64_t *out_height)
{
  if (in.length < 10)
    return false;
  *out_width = little_16 (in.bytes + 6);
  *out_height = little_16 (in.bytes + 8);
  return true;
}

bool
image_claims (ImageFormat format, const uint8_t *bytes, size_t length, int64_t *out_width,
              int64_t *out_height)
{
  const Bytes in = { bytes, length };
  switch (format) {
  case IMAGE_FORMAT_PNG:
    return png_claims (in, out_width, out_height);
  case IMAGE_FORMAT_JPEG:
    return jpeg_claims (in, out_width, out_height);
  case IMAGE_FORMAT_WEBP:
    return webp_claims (in, out_width, out_height);
  case IMAGE_FORMAT_GIF:
    return gif_claims (in, out_width, out_height);
  default:
    return false;
  }
}

/* ---- boxes ---- */

/* What boxes stand in, and what stands before them there. */
static const struct {
  char type[5];
  uint8_t skipped;
} box_parents[] = {
  { "meta", 4 }, { "iinf", 6 }, { "iref", 4 }, { "iprp", 0 },
  { "ipco", 0 }, { "grpl", 0 }, { "dinf", 0 }, { "dref", 8 },
};

enum { MOST_BOX_DEPTH = 20 };

/* size(4) type(4) [size(8) when size is 1]; 0: to the end. Returns the header's length, 0: there is no whole
 * box. */
static size_t
read_box (Bytes in, size_t *out_size)
{
  if (in.length < 8)
    return 0;
  uint64_t size = big_32 (in.bytes);
  size_t header = size == 1 ? 16 : 8;
  if (in.length < header)
    return 0;
  if (size == 1)
    size = (uint64_t)big_32 (in.bytes + 8) << 32 | big_32 (in.bytes + 12);
  else if (size == 0)
    size = in.length;
  *out_size = (size_t)MIN (size, in.length);
  return size < header ? 0 : header;
}

/* Where the boxes inside of a box begin, behind its header; SIZE_MAX: none are looked for. */
static size_t
find_children (Bytes box, size_t header)
{
  for (size_t i = 0; i < G_N_ELEMENTS (box_parents); i++) {
    if (memcmp (box.bytes + 4, box_parents[i].type, 4) != 0)
      continue;
    bool is_wide = memcmp (box.bytes + 4, "iinf", 4) == 0 && box.length > header &&
                   box.bytes[header] != 0; /* a count of 4 bytes, not 2 */
    return header + box_parents[i].skipped + (is_wide ? 2 : 0);
  }
  return SIZE_MAX;
}

static bool
count_boxes (Bytes in, unsigned depth, unsigned *left)
{
  size_t size, header;
  while ((header = read_box (in, &size)) > 0) {
    if ((*left)-- == 0)
      return false;
    const Bytes box = { in.bytes, size };
    size_t start = depth < MOST_BOX_DEPTH ? find_children (box, header) : SIZE_MAX;
    if (start < size && !count_boxes ((Bytes){ in.bytes + start, size - start }, depth + 1, left))
      return false;
    in = (Bytes){ in.bytes + size, in.length - size };
  }
  return true;
}

bool
image_boxes_are_few (const uint8_t *bytes, size_t length)
{
  unsigned left = IMAGE_MOST_BOXES;
  return count_boxes ((Bytes){ bytes, length }, 0, &left);
}
