#include "image/decode.h"

#include <string.h>
#include <vips/vips.h>

#include "image/claims.h"
#include "image/png-texts.h"
#include "image/upright.h"
#include "pixels/png-whole.h"

/* Bytes, a name for messages, and the limits: what every check needs. */
typedef struct {
  GBytes *bytes;
  const char *name;
  const ImageLimits *limits;
} Input;

typedef int (*LoadFunc) (void *buffer, size_t length, VipsImage **out_image, ...);

static LoadFunc
loader_of (ImageFormat format)
{
  switch (format) {
  case IMAGE_FORMAT_JPEG:
    return vips_jpegload_buffer;
  case IMAGE_FORMAT_PNG:
    return vips_pngload_buffer;
  case IMAGE_FORMAT_WEBP:
    return vips_webpload_buffer;
  case IMAGE_FORMAT_TIFF:
    return vips_tiffload_buffer;
  case IMAGE_FORMAT_GIF:
    return vips_gifload_buffer;
  case IMAGE_FORMAT_AVIF:
  case IMAGE_FORMAT_HEIC:
    return vips_heifload_buffer;
  case IMAGE_FORMAT_PDF:
  case IMAGE_FORMAT_UNKNOWN:
    break;
  }
  return NULL;
}

static bool set_limit_error (GError **error, const Input *in, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static bool
set_limit_error (GError **error, const Input *in, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT, "%s: %s", in->name, what);
  return false;
}

static bool
check_size (const Input *in, int64_t width, int64_t height, GError **error)
{
  const ImageLimits *limits = in->limits;
  if (width < 1 || height < 1) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_DAMAGED,
                 "%s: it claims to be %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                 " px; get the file again",
                 in->name, width, height);
    return false;
  }
  if (MAX (width, height) > limits->most_edge)
    return set_limit_error (error, in,
                            "%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                            " px has an edge over the limit of %d px; --max-edge raises it",
                            width, height, limits->most_edge);
  /* Divided, not multiplied: 32-bit sizes can pass what an int64_t holds. */
  if (width > limits->most_pixels / height)
    return set_limit_error (
      error, in,
      "%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
      " px is %.4g megapixels, over the limit of %.4g; --max-pixels raises it",
      width, height, (double)width * (double)height / 1e6, (double)limits->most_pixels / 1e6);
  return true;
}

static bool
check_blob (const Input *in, VipsImage *image, const char *field, const char *label,
            int64_t most_bytes, GError **error)
{
  const void *data;
  size_t length;
  if (vips_image_get_typeof (image, field) == 0)
    return true;
  if (vips_image_get_blob (image, field, &data, &length) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_DAMAGED, "%s: its %s", in->name, label);
  if (length > (uint64_t)most_bytes)
    return set_limit_error (error, in,
                            "its %s is %zu bytes, over the limit of %" G_GINT64_FORMAT
                            "; --max-metadata raises it, or take the %s out of the file first",
                            label, length, most_bytes, label);
  return true;
}

static bool
check_header (const Input *in, VipsImage *image, GError **error)
{
  const ImageLimits *limits = in->limits;
  int n_pages = vips_image_get_n_pages (image);
  int n_bands = vips_image_get_bands (image);

  if (!check_size (in, vips_image_get_width (image), vips_image_get_height (image), error))
    return false;
  if (n_pages > limits->most_pages)
    return set_limit_error (error, in,
                            "it has %d pages or frames, over the limit of %d; --max-pages raises "
                            "it, and the first is read",
                            n_pages, limits->most_pages);
  if (n_bands > 5 || vips_band_format_iscomplex (vips_image_get_format (image))) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT,
                 "%s: it has %d channels of %s; pictures with 1 to 4 colours and an alpha are read",
                 in->name, n_bands,
                 vips_enum_nick (VIPS_TYPE_BAND_FORMAT, vips_image_get_format (image)));
    return false;
  }
  return check_blob (in, image, VIPS_META_EXIF_NAME, "EXIF", limits->most_exif_bytes, error) &&
         check_blob (in, image, VIPS_META_XMP_NAME, "XMP", limits->most_xmp_bytes, error) &&
         check_blob (in, image, VIPS_META_ICC_NAME, "ICC profile", limits->most_icc_bytes, error);
}

/* Each costs libjpeg a walk over those before it. */
static bool
check_notes (const Input *in, ImageFormat format, GError **error)
{
  enum { MOST_NOTES = 2048 };
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (in->bytes, &length);
  unsigned count = format == IMAGE_FORMAT_JPEG ? image_count_jpeg_notes (bytes, length) : 0;
  if (count > MOST_NOTES)
    return set_limit_error (error, in,
                            "it has %u segments of metadata, over the limit of %d; take them out "
                            "of the file first",
                            count, MOST_NOTES);
  return true;
}

/* Looks at the bytes alone: how many, of which format, what size and metadata they claim. */
static bool
check_bytes (const Input *in, ImageFormat *out_format, GError **error)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (in->bytes, &length);
  int64_t width, height;

  if (length == 0) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT, "%s: it is empty; get the file again",
                 in->name);
    return false;
  }
  if (length > (uint64_t)in->limits->most_bytes)
    return set_limit_error (error, in,
                            "it is %zu bytes, over the limit of %" G_GINT64_FORMAT
                            "; --max-file-size raises it",
                            length, in->limits->most_bytes);
  ImageFormat format = image_format_of_bytes (bytes, length);
  const ImageFormatType *type = image_format_type (format);
  if (type != NULL && type->write_only) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT,
                 "%s: a %s is written by Peel, not read; take the picture it was made of", in->name,
                 type->label);
    return false;
  }
  if (loader_of (format) == NULL) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_FORMAT,
                 "%s: its bytes are not a JPEG, PNG, WebP, AVIF, TIFF, GIF or HEIC picture's; "
                 "convert it to one of these first",
                 in->name);
    return false;
  }
  if (image_claims (format, bytes, length, &width, &height) &&
      !check_size (in, width, height, error))
    return false;
  bool has_boxes = format == IMAGE_FORMAT_AVIF || format == IMAGE_FORMAT_HEIC;
  if (has_boxes && !image_boxes_are_few (bytes, length))
    return set_limit_error (error, in, "it holds over %d boxes; encode it again", IMAGE_MOST_BOXES);
  if (!check_notes (in, format, error))
    return false;
  *out_format = format;
  return true;
}

/* libvips 8.14's heifload takes for XMP only what begins with "<x:xmpmeta"; a packet in its usual
 * wrapper, which libvips itself writes, comes back as "heif-mime-<n>". */
static void
find_heif_xmp (VipsImage *image)
{
  static const char wrapper[] = "<?xpacket";
  g_auto (GStrv) fields = vips_image_get_fields (image);
  if (vips_image_get_typeof (image, VIPS_META_XMP_NAME) != 0)
    return;
  for (size_t i = 0; fields != NULL && fields[i] != NULL; i++) {
    const void *data;
    size_t length;
    if (!g_str_has_prefix (fields[i], "heif-mime-") ||
        vips_image_get_blob (image, fields[i], &data, &length) != 0 ||
        length < sizeof wrapper - 1 || memcmp (data, wrapper, sizeof wrapper - 1) != 0)
      continue;
    vips_image_set_blob_copy (image, VIPS_META_XMP_NAME, data, length);
    return;
  }
}

/* Of a PNG what libvips gets: XMP that it does not see is held to the limit here. */
static GBytes *
leave_texts_out (const Input *in, GError **error)
{
  g_autoptr (GBytes) left = image_png_without_texts (in->bytes);
  int64_t most = in->limits->most_xmp_bytes;
  if (left == in->bytes || image_png_packed_xmp_bytes (in->bytes, most) <= most)
    return g_steal_pointer (&left);
  set_limit_error (error, in,
                   "its XMP is over the limit of %" G_GINT64_FORMAT
                   " bytes; --max-metadata raises it, or take the XMP out of the file first",
                   most);
  return NULL;
}

static void
unref_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

/* The picture with its header read and found within the limits. It borrows the bytes. */
static bool
open_checked (const Input *in, ImageFormat *out_format, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) image = NULL;
  ImageFormat format = IMAGE_FORMAT_UNKNOWN;
  size_t length;

  if (!check_bytes (in, &format, error))
    return false;
  g_autoptr (GBytes) read = format == IMAGE_FORMAT_PNG ? leave_texts_out (in, error)
                                                       : g_bytes_ref (in->bytes);
  if (read == NULL)
    return false;
  void *bytes = (void *)g_bytes_get_data (read, &length);
  if (loader_of (format) (bytes, length, &image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                          in->limits->allow_damaged ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_ERROR,
                          NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_DAMAGED, "%s: its %s header cannot be read",
                                 in->name, image_format_type (format)->label);
  g_object_set_data_full (G_OBJECT (image), "peel-bytes", g_steal_pointer (&read), unref_bytes);
  find_heif_xmp (image);
  if (!check_header (in, image, error))
    return false;
  *out_format = format;
  *out_image = g_steal_pointer (&image);
  return true;
}

bool
image_probe (GBytes *bytes, const char *name, const ImageLimits *limits, ImageFacts *out_facts,
             GError **error)
{
  const Input in = { bytes, name, limits };
  g_autoptr (VipsImage) image = NULL;
  ImageFormat format;
  ImageFacts facts;

  if (!image_start (0, error) || !open_checked (&in, &format, &image, error))
    return false;
  image_facts_of (image, format, &facts);
  /* 5 to 8 are the turns by a quarter. */
  if (facts.orientation >= 5) {
    int width = facts.width;
    facts.width = facts.height;
    facts.height = width;
  }
  *out_facts = facts;
  return true;
}

/* What told libvips how the file was laid out; kept, it would make savers write pages, loaders'
 * bit depths, or a sequential cache for a picture that is whole and in memory. */
static void
forget_the_file (VipsImage *image)
{
  static const char *const fields[] = {
    VIPS_META_CONCURRENCY,
    VIPS_META_PAGE_HEIGHT,
    VIPS_META_N_PAGES,
    VIPS_META_N_SUBIFDS,
    VIPS_META_SEQUENTIAL,
    VIPS_META_LOADER,
    "bits-per-sample",
    "palette-bit-depth",
    "loop",
    "delay",
    "gif-loop",
    "gif-delay",
    "gif-palette",
    "interlaced",
    "background",
  };
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    vips_image_remove (image, fields[i]);
}

/* libvips 8.14's heifload hangs its ICC profile on an array that dies with the loader's image, and
 * copies of the image share the pointer. Blobs of our own outlive it; do this while it lives. */
static void
own_blobs (VipsImage *image)
{
  g_auto (GStrv) fields = vips_image_get_fields (image);
  for (size_t i = 0; fields != NULL && fields[i] != NULL; i++) {
    const void *data;
    size_t length;
    if (vips_image_get_typeof (image, fields[i]) != VIPS_TYPE_BLOB ||
        vips_image_get_blob (image, fields[i], &data, &length) != 0)
      continue;
    g_autofree void *copy = g_memdup2 (data, length);
    vips_image_set_blob_copy (image, fields[i], copy, length);
  }
}

/* From a picture that is whole and in memory to what callers get. */
static bool
finish_decoding (VipsImage *whole, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) upright = NULL;
  if (!image_make_upright (whole, &upright, error))
    return false;
  own_blobs (upright);
  forget_the_file (upright);
  *out_image = g_steal_pointer (&upright);
  return true;
}

bool
image_check (GBytes *bytes, const char *name, const ImageLimits *limits, GError **error)
{
  ImageLimits strict = *limits;
  strict.allow_damaged = false;
  const Input in = { bytes, name, &strict };
  g_autoptr (VipsImage) lazy = NULL;
  ImageFormat format;
  double average;

  if (!image_start (0, error) || !open_checked (&in, &format, &lazy, error))
    return false;
  vips_image_set_int (lazy, VIPS_META_CONCURRENCY, 1); /* as in image_decode */
  if (vips_avg (lazy, &average, NULL) == 0)
    return true;
  return image_set_vips_error (error, IMAGE_ERROR_DAMAGED,
                               "%s: its pixels are cut short or corrupt", name);
}

static bool
fits_head (VipsImage *head, const PixelShape *shape, size_t length)
{
  size_t sample_bytes = shape->bit_depth == 16 ? 2 : 1;
  return vips_image_get_width (head) == shape->width &&
         vips_image_get_height (head) == shape->height &&
         vips_image_get_bands (head) == shape->n_channels &&
         vips_image_get_format (head) ==
           (sample_bytes == 2 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR) &&
         length / sample_bytes / (size_t)shape->n_channels / (size_t)shape->width ==
           (size_t)shape->height &&
         length == VIPS_IMAGE_SIZEOF_IMAGE (head);
}

/* Fields that are not the image's own (width, interpretation …), which are set by name. */
static void *
copy_field (VipsImage *from, const char *field, GValue *value, void *to)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (to), field) == NULL)
    vips_image_set (to, field, value);
  return NULL;
}

static VipsImage *
wrap_pixels (VipsImage *head, GBytes *pixels)
{
  size_t length;
  const void *data = g_bytes_get_data (pixels, &length);
  VipsImage *image = vips_image_new_from_memory (
    data, length, vips_image_get_width (head), vips_image_get_height (head),
    vips_image_get_bands (head), vips_image_get_format (head));
  if (image == NULL)
    return NULL;
  g_object_set_data_full (G_OBJECT (image), "peel-pixels", g_bytes_ref (pixels), unref_bytes);
  vips_image_init_fields (image, vips_image_get_width (head), vips_image_get_height (head),
                          vips_image_get_bands (head), vips_image_get_format (head),
                          vips_image_get_coding (head), vips_image_get_interpretation (head),
                          vips_image_get_xres (head), vips_image_get_yres (head));
  vips_image_map (head, copy_field, image);
  return image;
}

/* Most PNGs: libpng takes three times as long. NULL for the others, and for those that are damaged,
 * which libvips then reads or refuses in its own way. */
static VipsImage *
read_png (const Input *in, VipsImage *head)
{
  PixelShape shape;
  size_t length;
  const void *bytes = g_bytes_get_data (in->bytes, &length);
  g_autoptr (GBytes) pixels = png_whole_read (bytes, length, &shape, NULL);
  if (pixels == NULL || !fits_head (head, &shape, g_bytes_get_size (pixels)))
    return NULL;
  return wrap_pixels (head, pixels);
}

bool
image_decode (GBytes *bytes, const char *name, const ImageLimits *limits, VipsImage **out_image,
              GError **error)
{
  const Input in = { bytes, name, limits };
  g_autoptr (VipsImage) lazy = NULL;
  g_autoptr (VipsImage) whole = NULL;
  ImageFormat format;

  if (!image_start (0, error) || !open_checked (&in, &format, &lazy, error))
    return false;
  /* With several threads libvips 8.14 can lose the error of a corrupt row, about once in twenty runs,
   * and give a picture with a hole in it. Loaders decode in order anyway. */
  vips_image_set_int (lazy, VIPS_META_CONCURRENCY, 1);
  if (format == IMAGE_FORMAT_PNG)
    whole = read_png (&in, lazy);
  if (whole == NULL)
    whole = vips_image_copy_memory (lazy);
  if (whole == NULL)
    return image_set_vips_error (
      error, IMAGE_ERROR_DAMAGED, "%s: it is cut short or corrupt%s", name,
      limits->allow_damaged ? "" : " (--allow-damaged reads it as far as it goes)");
  return finish_decoding (whole, out_image, error);
}

/* ---- from pixels ---- */

bool
image_decode_pixels (GBytes *head, const PixelShape *shape, GBytes *pixels, const char *name,
                     const ImageLimits *limits, VipsImage **out_image, GError **error)
{
  const Input in = { head, name, limits };
  g_autoptr (VipsImage) header = NULL;
  g_autoptr (VipsImage) whole = NULL;
  ImageFormat format;

  if (!image_start (0, error) || !open_checked (&in, &format, &header, error))
    return false;
  if (format != IMAGE_FORMAT_PNG || !fits_head (header, shape, g_bytes_get_size (pixels))) {
    g_set_error (error, IMAGE_ERROR, IMAGE_ERROR_DAMAGED,
                 "%s: its pixels are not those its header tells of", name);
    return false;
  }
  whole = wrap_pixels (header, pixels);
  if (whole == NULL)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "%s: its pixels", name);
  return finish_decoding (whole, out_image, error);
}
