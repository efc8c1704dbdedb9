#include "image/codec.h"

#include <vips/vips.h>

GBytes *
codec_take (void *buffer, size_t length)
{
  return g_bytes_new_with_free_func (buffer, length, g_free, buffer);
}

static int
effort_of (const CodecJob *job, int automatic, int most)
{
  const NumberOrWord *effort = &job->options->effort;
  return effort->is_word ? automatic : (int)CLAMP (effort->number, 0, most);
}

/* At high quality the colour edges that halved chroma blurs are what is left to see. */
static VipsForeignSubsample
subsampling_of (const CodecJob *job)
{
  enum { FULL_CHROMA_FROM = 90 };
  switch ((ImageChroma)job->options->chroma) {
  case IMAGE_CHROMA_420:
    return VIPS_FOREIGN_SUBSAMPLE_ON;
  case IMAGE_CHROMA_444:
    return VIPS_FOREIGN_SUBSAMPLE_OFF;
  case IMAGE_CHROMA_AUTO:
    break;
  }
  return job->quality == 0 || job->quality >= FULL_CHROMA_FROM ? VIPS_FOREIGN_SUBSAMPLE_OFF
                                                               : VIPS_FOREIGN_SUBSAMPLE_ON;
}

bool
codec_jpeg (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  const EncodeOptions *options = job->options;
  void *buffer;
  size_t length;
  if (vips_jpegsave_buffer (job->image, &buffer, &length, "Q", job->quality, "optimize_coding",
                            options->optimize_coding, "interlace", options->progressive,
                            "subsample_mode", subsampling_of (job), "restart_interval",
                            options->restart_interval, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the JPEG");

  g_autoptr (GBytes) bytes = codec_take (buffer, length);
  /* JFIF is for gray and YCbCr; CMYK is told by Adobe's marker. */
  bool is_cmyk = vips_image_get_bands (job->image) == 4;
  *out_bytes = finish_jpeg (bytes, job->density_dpi, !is_cmyk);
  return true;
}

static VipsForeignWebpPreset
webp_preset_of (int preset)
{
  static const VipsForeignWebpPreset presets[] = {
    [IMAGE_WEBP_DEFAULT] = VIPS_FOREIGN_WEBP_PRESET_DEFAULT,
    [IMAGE_WEBP_PICTURE] = VIPS_FOREIGN_WEBP_PRESET_PICTURE,
    [IMAGE_WEBP_PHOTO] = VIPS_FOREIGN_WEBP_PRESET_PHOTO,
    [IMAGE_WEBP_DRAWING] = VIPS_FOREIGN_WEBP_PRESET_DRAWING,
    [IMAGE_WEBP_ICON] = VIPS_FOREIGN_WEBP_PRESET_ICON,
    [IMAGE_WEBP_TEXT] = VIPS_FOREIGN_WEBP_PRESET_TEXT,
  };
  return presets[preset];
}

bool
codec_webp (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  enum { EFFORT_AUTO = 4, EFFORT_MOST = 6, LOSSLESS_PACKING = 75 };
  const EncodeOptions *options = job->options;
  /* Lossy WebP is 4:2:0 by its format; asked for full chroma, the sharp conversion comes nearest. */
  bool is_sharp = options->smart_subsample || options->chroma == IMAGE_CHROMA_444;
  /* In lossless mode Q is how hard to pack, and says nothing of what is seen. */
  int quality = job->quality > 0 ? job->quality : LOSSLESS_PACKING;
  void *buffer;
  size_t length;

  if (vips_webpsave_buffer (job->image, &buffer, &length, "Q", quality, "lossless",
                            options->lossless, "near_lossless", options->near_lossless,
                            "smart_subsample", is_sharp, "alpha_q", options->alpha_quality,
                            "preset", webp_preset_of (options->webp_preset), "effort",
                            effort_of (job, EFFORT_AUTO, EFFORT_MOST), NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the WebP");

  g_autoptr (GBytes) bytes = codec_take (buffer, length);
  *out_bytes = finish_webp_without_exif (bytes);
  return true;
}

bool
codec_avif (const CodecJob *job, GBytes **out_bytes, GError **error)
{
  /* At effort 4 and above libaom takes 3 to 5 times as long for files within 2 % (10 % on very soft
   * pictures): 0.7 s against 3.3 s for 1600 px. */
  enum { EFFORT_AUTO = 3, EFFORT_MOST = 9 };
  bool is_deep = vips_image_get_format (job->image) == VIPS_FORMAT_USHORT;
  void *buffer;
  size_t length;

  /* The codec is named because the default is HEVC, the depth because 10 aborts the process. */
  if (vips_heifsave_buffer (job->image, &buffer, &length, "compression",
                            VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "bitdepth", is_deep ? 12 : 8, "Q",
                            MAX (job->quality, 1), "lossless", job->options->lossless,
                            "subsample_mode", subsampling_of (job), "effort",
                            effort_of (job, EFFORT_AUTO, EFFORT_MOST), NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the AVIF");
  *out_bytes = codec_take (buffer, length);
  return true;
}

bool
codec_tiff (const CodecJob *job, const EncodePage *page, VipsTarget *target, GError **error)
{
  static const VipsForeignTiffCompression compressions[] = {
    [IMAGE_TIFF_NONE] = VIPS_FOREIGN_TIFF_COMPRESSION_NONE,
    [IMAGE_TIFF_LZW] = VIPS_FOREIGN_TIFF_COMPRESSION_LZW,
    [IMAGE_TIFF_DEFLATE] = VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE,
    [IMAGE_TIFF_ZSTD] = VIPS_FOREIGN_TIFF_COMPRESSION_ZSTD,
    [IMAGE_TIFF_PACKBITS] = VIPS_FOREIGN_TIFF_COMPRESSION_PACKBITS,
  };
  enum { TILE_EDGE = 256 };
  const EncodeOptions *options = job->options;

  if (vips_tiffsave_target (job->image, target, "compression", compressions[options->compression],
                            "predictor",
                            options->predictor ? VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL
                                               : VIPS_FOREIGN_TIFF_PREDICTOR_NONE,
                            "tile", options->tile, "tile_width", TILE_EDGE, "tile_height",
                            TILE_EDGE, "resunit", VIPS_FOREIGN_TIFF_RESUNIT_INCH, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the TIFF");
  return true;
}
