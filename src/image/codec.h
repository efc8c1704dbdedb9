/* Inside encode: a picture made ready, and the five that write it. */
#pragma once

#include "image/encode.h"

typedef struct {
  VipsImage *image; /* what image_prepare gave: only what the format holds */
  const EncodeOptions *options;
  int quality;        /* 1 to 100; 0 when the format or mode has none */
  double density_dpi; /* 0: none is meant */
} CodecJob;

typedef bool (*CodecFunc) (const CodecJob *job, GBytes **out_bytes, GError **error);

bool codec_jpeg (const CodecJob *job, GBytes **out_bytes, GError **error);
bool codec_png (const CodecJob *job, GBytes **out_bytes, GError **error);
bool codec_webp (const CodecJob *job, GBytes **out_bytes, GError **error);
bool codec_avif (const CodecJob *job, GBytes **out_bytes, GError **error);

typedef struct _VipsTarget VipsTarget;
/* Of a format that streams. */
typedef bool (*CodecStreamFunc) (const CodecJob *job, const EncodePage *page, VipsTarget *target,
                                 GError **error);

bool codec_tiff (const CodecJob *job, const EncodePage *page, VipsTarget *target, GError **error);
bool codec_pdf (const CodecJob *job, const EncodePage *page, VipsTarget *target, GError **error);

/* Takes the buffer a saver of libvips gave. */
GBytes *codec_take (void *buffer, size_t length);

/* Brings the pixels to what the format holds: colour space, depth, alpha, profile, density. */
bool image_prepare (VipsImage *image, const EncodeOptions *options, double density_dpi,
                    VipsImage **out_image, GError **error);

/* What libvips leaves undone in the files it writes; each returns new bytes or a new reference.
 * Bytes that are not laid out as libvips does come back as they are. */

/* Puts a JFIF header first (libvips never does) with the density, or with a bare 1:1 for none, and
 * drops the EXIF that libvips makes up. */
GBytes *finish_jpeg (GBytes *bytes, double density_dpi, bool with_jfif);
/* Drops the pHYs chunk, which libvips writes for any picture. */
GBytes *finish_png_without_density (GBytes *bytes);
/* Drops the EXIF chunk that libvips makes up, and its flag. */
GBytes *finish_webp_without_exif (GBytes *bytes);
