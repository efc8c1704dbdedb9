/* The segments of a JPEG file: FFD8, then FF marker length(2) data … FFD9. Behind the header of a
 * scan (FFDA) its packed pixels count as part of the segment: they end at the next marker, before which any
 * FF is followed by 00 or is a restart. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a segment is here for. */
typedef enum {
  SEGMENT_PIXELS, /* tables, frames, scans, and what Adobe says of the colours */
  SEGMENT_END,
  SEGMENT_JFIF,
  SEGMENT_EXIF,
  SEGMENT_XMP,
  SEGMENT_XMP_MORE, /* what did not fit the first */
  SEGMENT_ICC,
  SEGMENT_JUMBF,
  SEGMENT_PHOTOSHOP,
  SEGMENT_COMMENT,
  SEGMENT_OTHER,
} SegmentRole;

typedef struct {
  SegmentRole role;
  uint8_t marker;
  size_t at, size;     /* the whole of it in the file */
  const uint8_t *data; /* behind marker, length and the name that tells the role */
  size_t length;       /* of the data that are there; of a scan its header's */
  size_t name_length;
  bool is_cut; /* it is longer than the file */
} Segment;

enum { SEGMENT_MOST_BYTES = 65533 }; /* of data */

enum {
  JPEG_MARKER_TEM = 0x01,
  JPEG_MARKER_RST0 = 0xd0,
  JPEG_MARKER_RST7 = 0xd7,
  JPEG_MARKER_SOI = 0xd8,
  JPEG_MARKER_EOI = 0xd9,
  JPEG_MARKER_SOS = 0xda,
  JPEG_MARKER_APP0 = 0xe0,
  JPEG_MARKER_APP1 = 0xe1,
  JPEG_MARKER_APP2 = 0xe2,
  JPEG_MARKER_APP11 = 0xeb,
  JPEG_MARKER_APP13 = 0xed,
  JPEG_MARKER_APP14 = 0xee,
  JPEG_MARKER_APP15 = 0xef,
  JPEG_MARKER_COM = 0xfe,
};

/* The names with their NULs. */
#define SEGMENT_NAME_EXIF "Exif\0"
#define SEGMENT_NAME_XMP "http://ns.adobe.com/xap/1.0/"
#define SEGMENT_NAME_PHOTOSHOP "Photoshop 3.0"

/* The segment at `at`, fill bytes before it passed over. False: no segment stands there. */
bool jpeg_next_segment (const uint8_t *bytes, size_t length, size_t at, Segment *out_segment);
