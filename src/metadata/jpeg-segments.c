#include "metadata/jpeg-segments.h"

#include "metadata/container-bytes.h"

#define ROW(marker, name, more, role)                                                              \
  {                                                                                                \
    marker, name, sizeof (name) - 1, more, role                                                    \
  }

/* `more`: so many bytes have to follow the name. Of Exif one that should be 0, of JFIF the fields
 * before the thumbnail. */
static const struct {
  uint8_t marker;
  const char *name;
  size_t length, more;
  SegmentRole role;
} rows[] = {
  ROW (JPEG_MARKER_APP0, "JFIF\0", 9, SEGMENT_JFIF),
  ROW (JPEG_MARKER_APP1, SEGMENT_NAME_EXIF, 1, SEGMENT_EXIF),
  ROW (JPEG_MARKER_APP1, SEGMENT_NAME_XMP "\0", 0, SEGMENT_XMP),
  ROW (JPEG_MARKER_APP1, "http://ns.adobe.com/xmp/extension/\0", 40, SEGMENT_XMP_MORE),
  ROW (JPEG_MARKER_APP2, "ICC_PROFILE\0", 2, SEGMENT_ICC),
  ROW (JPEG_MARKER_APP11, "JP", 14, SEGMENT_JUMBF),
  ROW (JPEG_MARKER_APP13, SEGMENT_NAME_PHOTOSHOP "\0", 0, SEGMENT_PHOTOSHOP),
  ROW (JPEG_MARKER_APP14, "Adobe", 7, SEGMENT_PIXELS),
};

static void
tell_role (Segment *segment)
{
  segment->role = SEGMENT_PIXELS;
  if (segment->marker == JPEG_MARKER_COM)
    segment->role = SEGMENT_COMMENT;
  if (segment->marker < JPEG_MARKER_APP0 || segment->marker > JPEG_MARKER_APP15)
    return;
  segment->role = SEGMENT_OTHER;
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (segment->marker != rows[i].marker || segment->length < rows[i].length + rows[i].more ||
        memcmp (segment->data, rows[i].name, rows[i].length) != 0)
      continue;
    segment->role = rows[i].role;
    segment->name_length = rows[i].length;
    segment->data += rows[i].length;
    segment->length -= rows[i].length;
    return;
  }
}

/* Where the marker stands that ends packed pixels. */
static size_t
scan_end (const uint8_t *bytes, size_t length, size_t at)
{
  while (at < length) {
    const uint8_t *mark = memchr (bytes + at, 0xff, length - at);
    if (mark == NULL)
      return length;
    size_t next = (size_t)(mark - bytes) + 1;
    while (next < length && bytes[next] == 0xff)
      next++;
    if (next == length)
      return length;
    if (bytes[next] != 0 && (bytes[next] < JPEG_MARKER_RST0 || bytes[next] > JPEG_MARKER_RST7))
      return next - 1;
    at = next + 1;
  }
  return length;
}

bool
jpeg_next_segment (const uint8_t *bytes, size_t length, size_t at, Segment *out_segment)
{
  while (at + 1 < length && bytes[at] == 0xff && bytes[at + 1] == 0xff)
    at++;
  if (at + 2 > length || bytes[at] != 0xff || bytes[at + 1] == 0 ||
      bytes[at + 1] == JPEG_MARKER_SOI)
    return false;
  Segment segment = { .marker = bytes[at + 1], .at = at, .size = 2, .data = bytes + at + 2 };
  bool is_restart = segment.marker >= JPEG_MARKER_RST0 && segment.marker <= JPEG_MARKER_RST7;
  if (segment.marker == JPEG_MARKER_EOI) {
    segment.role = SEGMENT_END;
  } else if (segment.marker != JPEG_MARKER_TEM && !is_restart) {
    if (length - at < 4 || big16 (bytes + at + 2) < 2)
      return false;
    size_t claimed = 2 + big16 (bytes + at + 2);
    segment.size = MIN (claimed, length - at);
    segment.is_cut = segment.size < claimed;
    segment.data = bytes + at + 4;
    segment.length = segment.size - 4;
    tell_role (&segment);
    if (segment.marker == JPEG_MARKER_SOS)
      segment.size = scan_end (bytes, length, at + segment.size) - at;
  }
  *out_segment = segment;
  return true;
}
