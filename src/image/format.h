/* The file formats Peel reads and writes, one row each. All are read but those that are write_only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  IMAGE_FORMAT_UNKNOWN,
  IMAGE_FORMAT_JPEG,
  IMAGE_FORMAT_PNG,
  IMAGE_FORMAT_WEBP,
  IMAGE_FORMAT_AVIF,
  IMAGE_FORMAT_TIFF,
  IMAGE_FORMAT_GIF,  /* read only */
  IMAGE_FORMAT_HEIC, /* read only */
  IMAGE_FORMAT_PDF,  /* write only */
} ImageFormat;

typedef struct {
  ImageFormat format;
  const char *name;              /* "jpeg" */
  const char *label;             /* "JPEG" */
  const char *mime;              /* "image/jpeg" */
  const char *extension;         /* "jpg": what {ext} gives */
  const char *const *extensions; /* all accepted in `to`, NULL-terminated, lower case */
  int most_edge;                 /* largest width or height the format can hold, px */
  bool can_write, write_only, has_alpha, has_cmyk, has_16_bit, has_quality;
  bool streams; /* is written by image_encode_to alone: its files may be larger than memory */
} ImageFormatType;

/* NULL for IMAGE_FORMAT_UNKNOWN. */
const ImageFormatType *image_format_type (ImageFormat format);
/* By the file name's extension, any case; UNKNOWN when there is none that is known. */
ImageFormat image_format_of_path (const char *path);
/* By name ("jpeg", also "jpg" and "tif"); UNKNOWN otherwise. */
ImageFormat image_format_of_name (const char *name);
/* By the first bytes (32 suffice), never by a name. */
ImageFormat image_format_of_bytes (const uint8_t *bytes, size_t length);
