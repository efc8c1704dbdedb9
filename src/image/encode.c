#include "image/encode.h"

#include <unistd.h>
#include <vips/vips.h>

#include "base/units.h"
#include "image/codec.h"

typedef struct {
  CodecJob codec;
  InkMeter *meter; /* of what the codec reads */
} Job;

static inline void
job_clear (Job *job)
{
  g_clear_object (&job->codec.image);
  g_clear_pointer (&job->meter, ink_meter_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VipsTarget, g_object_unref)

static CodecFunc
codec_of (ImageFormat format)
{
  switch (format) {
  case IMAGE_FORMAT_JPEG:
    return codec_jpeg;
  case IMAGE_FORMAT_PNG:
    return codec_png;
  case IMAGE_FORMAT_WEBP:
    return codec_webp;
  case IMAGE_FORMAT_AVIF:
    return codec_avif;
  default:
    return NULL;
  }
}

static CodecStreamFunc
codec_stream_of (ImageFormat format)
{
  return format == IMAGE_FORMAT_TIFF ? codec_tiff : format == IMAGE_FORMAT_PDF ? codec_pdf : NULL;
}

/* The option's density, else the one image_with_blobs put on the picture. */
static double
density_of (VipsImage *image, const EncodeOptions *options)
{
  if (options->density > 0)
    return options->density;
  if (vips_image_get_typeof (image, VIPS_META_RESOLUTION_UNIT) == 0)
    return 0;
  return vips_image_get_xres (image) * 25.4;
}

static bool
has_quality (const EncodeOptions *options)
{
  bool is_webp = options->format == IMAGE_FORMAT_WEBP;
  bool is_packed_lossily = options->format == IMAGE_FORMAT_PDF &&
                           options->packing == IMAGE_PDF_JPEG;
  bool is_lossless = options->lossless && !(is_webp && options->near_lossless);
  return is_packed_lossily || (image_format_type ((ImageFormat)options->format)->has_quality &&
                               !(is_lossless && options->format != IMAGE_FORMAT_JPEG));
}

static bool
set_target_error (GError **error, const EncodeOptions *options, size_t smallest, int quality)
{
  const ImageFormatType *type = image_format_type ((ImageFormat)options->format);
  g_autofree char *wanted = units_format_bytes (options->max_bytes);
  g_autofree char *reached = units_describe_bytes ((int64_t)smallest + options->beside_bytes);
  if (quality > 0)
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET,
                 "max-bytes %s cannot be met: the %s is still %s at quality %d; make the picture "
                 "smaller, lower min-quality (%d), or choose a denser format",
                 wanted, type->label, reached, quality, options->min_quality);
  else
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_TARGET,
                 "max-bytes %s cannot be met: the %s is %s and has no quality to lower; make the "
                 "picture smaller, or choose a lossy format",
                 wanted, type->label, reached);
  return false;
}

static bool
fits (GBytes *bytes, const EncodeOptions *options)
{
  return options->max_bytes <= 0 ||
         (int64_t)g_bytes_get_size (bytes) + options->beside_bytes <= options->max_bytes;
}

/* Within 3 % of the limit a better quality would not be seen, and each try costs an encode. */
static bool
is_close (GBytes *bytes, const EncodeOptions *options)
{
  return (double)((int64_t)g_bytes_get_size (bytes) + options->beside_bytes) >=
         0.97 * (double)options->max_bytes;
}

/* Halves what is left between the floor and the quality that was too large: sizes grow with quality,
 * and 99 steps are halved away in 7 tries, 8 with the first. */
static bool
search_quality (CodecJob *job, CodecFunc codec, GBytes **out_bytes, EncodeResult *result,
                GError **error)
{
  const EncodeOptions *options = job->options;
  g_autoptr (GBytes) best = NULL;
  int low = MAX (options->min_quality, 1), high = job->quality - 1;
  size_t smallest = g_bytes_get_size (*out_bytes);
  int smallest_quality = job->quality;

  while (low <= high && (best == NULL || !is_close (best, options))) {
    g_autoptr (GBytes) bytes = NULL;
    job->quality = low + (high - low) / 2;
    if (!codec (job, &bytes, error))
      return false;
    result->n_encodes++;
    if (g_bytes_get_size (bytes) < smallest) {
      smallest = g_bytes_get_size (bytes);
      smallest_quality = job->quality;
    }
    if (fits (bytes, options)) {
      g_clear_pointer (&best, g_bytes_unref);
      best = g_steal_pointer (&bytes);
      result->quality = job->quality;
      low = job->quality + 1;
    } else {
      high = job->quality - 1;
    }
  }
  if (best == NULL)
    return set_target_error (error, options, smallest, smallest_quality);
  g_bytes_unref (*out_bytes);
  *out_bytes = g_steal_pointer (&best);
  return true;
}

/* Every try of a search reads the pixels: a lazy chain would be computed as often. */
static bool
keep_pixels (VipsImage **image, GError **error)
{
  VipsImage *whole = vips_image_copy_memory (*image);
  if (whole == NULL)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "computing the picture");
  g_object_unref (*image);
  *image = whole;
  return true;
}

/* CMYK is measured on its way. */
static bool
start (VipsImage *image, const EncodeOptions *options, Job *job, GError **error)
{
  g_autoptr (VipsImage) ready = NULL;
  CodecJob *codec = &job->codec;
  codec->options = options;
  codec->density_dpi = density_of (image, options);
  job->meter = ink_meter_new ();
  if (has_quality (options))
    codec->quality = image_quality_number ((ImageFormat)options->format, &options->quality);
  if (!image_prepare (image, options, codec->density_dpi, &ready, error))
    return false;
  if (vips_image_get_interpretation (ready) == VIPS_INTERPRETATION_CMYK)
    return ink_meter_watch (job->meter, ready, &codec->image, error);
  codec->image = g_steal_pointer (&ready);
  return true;
}

/* All readers of the picture are gone with it. */
static void
finish (Job *job, EncodeResult *result)
{
  g_clear_object (&job->codec.image);
  ink_meter_read (job->meter, &result->ink);
}

/* A format that streams, all of it in memory. */
static bool
encode_in_memory (const CodecJob *job, CodecStreamFunc codec, GBytes **out_bytes, GError **error)
{
  g_autoptr (VipsTarget) target = vips_target_new_to_memory ();
  if (!codec (job, NULL, target, error))
    return false;
  VipsBlob *blob = NULL;
  if (vips_target_end (target) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the file");
  g_object_get (target, "blob", &blob, NULL);
  size_t length;
  const void *data = vips_blob_get (blob, &length);
  *out_bytes = g_bytes_new (data, length);
  vips_area_unref (VIPS_AREA (blob));
  return true;
}

bool
image_encode (VipsImage *image, const EncodeOptions *options, GBytes **out_bytes,
              EncodeResult *out_result, GError **error)
{
  CodecFunc codec = codec_of ((ImageFormat)options->format);
  g_auto (Job) job = { .meter = NULL };
  g_autoptr (GBytes) bytes = NULL;

  CodecStreamFunc stream = codec_stream_of ((ImageFormat)options->format);
  g_return_val_if_fail (codec != NULL || stream != NULL, false);
  if (!start (image, options, &job, error) ||
      (options->max_bytes > 0 && has_quality (options) && !keep_pixels (&job.codec.image, error)))
    return false;
  EncodeResult result = { .quality = job.codec.quality, .n_encodes = 1 };
  if (codec != NULL ? !codec (&job.codec, &bytes, error)
                    : !encode_in_memory (&job.codec, stream, &bytes, error))
    return false;
  if (!fits (bytes, options) &&
      !(codec != NULL && job.codec.quality > 0
          ? search_quality (&job.codec, codec, &bytes, &result, error)
          : set_target_error (error, options, g_bytes_get_size (bytes), 0)))
    return false;
  finish (&job, &result);
  *out_bytes = g_steal_pointer (&bytes);
  *out_result = result;
  return true;
}

/* ---- into a file ---- */

typedef struct {
  AtomicFile *file;
  GError *error; /* of the file, in better words than libvips has */
} Sink;

static int64_t
sink_write (VipsTargetCustom *target, const void *data, int64_t length, Sink *sink)
{
  if (sink->error == NULL && atomic_file_write (sink->file, data, (size_t)length, &sink->error))
    return length;
  return -1;
}

/* libtiff goes back to what it has written. */
static int64_t
sink_read (VipsTargetCustom *target, void *data, int64_t length, Sink *sink)
{
  return read (sink->file->fd, data, (size_t)length);
}

static int64_t
sink_seek (VipsTargetCustom *target, int64_t offset, int whence, Sink *sink)
{
  return lseek (sink->file->fd, offset, whence);
}

static VipsTarget *
sink_target (Sink *sink)
{
  VipsTargetCustom *target = vips_target_custom_new ();
  g_signal_connect (target, "write", G_CALLBACK (sink_write), sink);
  g_signal_connect (target, "read", G_CALLBACK (sink_read), sink);
  g_signal_connect (target, "seek", G_CALLBACK (sink_seek), sink);
  return VIPS_TARGET (target);
}

bool
image_encode_to (VipsImage *image, const EncodeOptions *options, const EncodePage *page,
                 AtomicFile *file, EncodeResult *out_result, GError **error)
{
  CodecStreamFunc codec = codec_stream_of ((ImageFormat)options->format);
  g_auto (Job) job = { .meter = NULL };
  Sink sink = { .file = file };

  g_return_val_if_fail (codec != NULL, false);
  if (!start (image, options, &job, error))
    return false;
  g_autoptr (VipsTarget) target = sink_target (&sink);
  EncodeResult result = { .quality = job.codec.quality, .n_encodes = 1 };
  bool ok = codec (&job.codec, page, target, error);
  if (ok && vips_target_end (target) != 0)
    ok = image_set_vips_error (error, IMAGE_ERROR_FAILED, "writing the file");
  if (sink.error != NULL) {
    g_clear_error (error);
    g_propagate_error (error, sink.error);
    return false;
  }
  if (!ok)
    return false;
  finish (&job, &result);
  *out_result = result;
  return true;
}
