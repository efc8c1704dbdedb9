#include "run/deliver.h"

#include <glib-object.h>

#include "base/atomic-file.h"
#include "base/path.h"
#include "document/json-write.h"
#include "image/blobs.h"
#include "image/color.h"
#include "image/placeholder.h"
#include "metadata/container.h"
#include "stages/stage.h"

/* Whose colours the file will have. Without a profile readers take sRGB, so the pixels must be sRGB;
 * with one, what has none is tagged sRGB, which is what it was taken for. Gray and CMYK that carry
 * no profile stay untagged, and ink stays ink. */
static bool
settle_color (VipsImage *picture, bool keeps_icc, ImageFormat format, VipsImage **out_picture,
              GBytes **out_icc, GError **error)
{
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
  Shape shape = stage_shape_of (picture);
  VipsImage *settled = NULL;
  if (keeps_icc || icc == NULL || shape.n_channels == 4 || image_is_srgb_profile (icc))
    settled = g_object_ref (picture);
  else if (!image_to_srgb (picture, shape.bit_depth, &settled, error))
    return false;
  /* sRGB is sRGB, whoever wrote the profile: the web gets the smallest. */
  bool is_srgb = shape.n_channels == 3 && (icc == NULL || image_is_srgb_profile (icc));
  if (keeps_icc && is_srgb && format != IMAGE_FORMAT_TIFF)
    *out_icc = image_srgb_small_profile ();
  else if (keeps_icc && icc != NULL)
    *out_icc = g_steal_pointer (&icc);
  else
    *out_icc = keeps_icc && is_srgb ? image_srgb_profile () : NULL;
  *out_picture = settled;
  return true;
}

/* What the policy lets through, for a picture of this size. */
static bool
compose (VipsImage *picture, const Delivery *delivery, const DeliverOrigin *origin,
         MetadataBlobs *out_blobs, GError **error)
{
  Shape shape = stage_shape_of (picture);
  return metadata_compose (&delivery->metadata, &origin->blobs, &origin->facts, shape.width,
                           shape.height, delivery->encode.density, out_blobs, NULL, error);
}

/* What inks look like only their profile tells: it goes when it is named, not with a policy. */
static bool
keeps_profile (VipsImage *picture, const MetadataOptions *options)
{
  unsigned icc = 1u << METADATA_GROUP_ICC;
  bool is_ink = stage_shape_of (picture).n_channels == 4;
  return is_ink ? (options->drop & icc) == 0 : (metadata_groups (options) & icc) != 0;
}

/* The picture with nothing on it but its colour profile and what was composed. PNG gets the latter
 * after encoding. */
static bool
dress (VipsImage *picture, const Delivery *delivery, const MetadataBlobs *composed,
       VipsImage **out_picture, GError **error)
{
  bool keeps_icc = keeps_profile (picture, &delivery->metadata);
  bool is_png = delivery->encode.format == IMAGE_FORMAT_PNG;
  g_autoptr (GBytes) icc = NULL;
  VipsImage *settled = NULL;
  if (!settle_color (picture, keeps_icc, (ImageFormat)delivery->encode.format, &settled, &icc,
                     error))
    return false;
  GBytes *blobs[IMAGE_N_BLOBS] = {
    [IMAGE_BLOB_ICC] = icc,
    [IMAGE_BLOB_EXIF] = is_png ? NULL : composed->exif,
    [IMAGE_BLOB_XMP] = is_png ? NULL : composed->xmp,
    [IMAGE_BLOB_IPTC] = is_png ? NULL : composed->iptc,
  };
  bool ok = image_with_blobs (settled, blobs, delivery->encode.density, out_picture, error);
  g_object_unref (settled);
  return ok;
}

static bool
encode (VipsImage *picture, const EncodeOptions *options, const MetadataBlobs *composed,
        GBytes **out_bytes, EncodeResult *out_result, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  if (!image_encode (picture, options, &bytes, out_result, error))
    return false;
  if (options->format == IMAGE_FORMAT_PNG)
    return container_put (bytes, composed, out_bytes, error);
  *out_bytes = g_steal_pointer (&bytes);
  return true;
}

static bool
add_placeholders (cJSON *facts, VipsImage *picture, unsigned kinds, GError **error)
{
  static const struct {
    PlaceholderKind kind;
    const char *name;
    char *(*make) (VipsImage *, GError **);
  } makers[] = {
    { PLACEHOLDER_THUMBHASH, "thumbhash", placeholder_thumbhash },
    { PLACEHOLDER_BLURHASH, "blurhash", placeholder_blurhash },
    { PLACEHOLDER_LQIP, "lqip", placeholder_lqip },
    { PLACEHOLDER_COLOR, "color", placeholder_color },
  };
  if (kinds == 0)
    return true;
  cJSON *list = cJSON_AddObjectToObject (facts, "placeholder");
  for (unsigned i = 0; i < G_N_ELEMENTS (makers); i++) {
    if ((kinds & 1u << makers[i].kind) == 0)
      continue;
    g_autofree char *text = makers[i].make (picture, error);
    if (text == NULL)
      return false;
    cJSON_AddStringToObject (list, makers[i].name, text);
  }
  return true;
}

static bool
write_facts (VipsImage *picture, const Delivery *delivery, const EncodeResult *result,
             size_t n_bytes, char **out_facts, GError **error)
{
  Shape shape = stage_shape_of (picture);
  cJSON *facts = cJSON_CreateObject ();
  cJSON_AddStringToObject (facts, "format",
                           image_format_type ((ImageFormat)delivery->encode.format)->name);
  cJSON_AddNumberToObject (facts, "width", shape.width);
  cJSON_AddNumberToObject (facts, "height", shape.height);
  cJSON_AddNumberToObject (facts, "bytes", (double)n_bytes);
  if (result->quality > 0)
    cJSON_AddNumberToObject (facts, "quality", result->quality);
  bool ok = add_placeholders (facts, picture, delivery->placeholders, error);
  if (ok)
    *out_facts = json_write_line (facts);
  cJSON_Delete (facts);
  return ok;
}

/* The whole file under its name, and the stamp it has from then on. */
static bool
put (const char *path, GBytes *bytes, Delivered *delivered, GError **error)
{
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  g_autofree char *folder = g_path_get_dirname (path);
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  delivered->content = digest_of (data, length);
  return path_make_folder (folder, error) && atomic_file_open (&file, path, error) &&
         atomic_file_write (&file, data, length, error) &&
         file_stamp_of_fd (file.fd, &delivered->stamp) && atomic_file_commit (&file, error);
}

bool
deliver_file (VipsImage *picture, const Delivery *delivery, const DeliverOrigin *origin,
              const char *path, Delivered *out_delivered, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *facts = NULL;
  g_auto (MetadataBlobs) composed = { NULL };
  VipsImage *dressed = NULL;
  EncodeResult result = { 0 };
  Delivered delivered = { .facts = NULL };
  if (!compose (picture, delivery, origin, &composed, error) ||
      !dress (picture, delivery, &composed, &dressed, error))
    return false;
  bool ok = encode (dressed, &delivery->encode, &composed, &bytes, &result, error) &&
            write_facts (dressed, delivery, &result, g_bytes_get_size (bytes), &facts, error) &&
            put (path, bytes, &delivered, error);
  g_object_unref (dressed);
  if (!ok)
    return false;
  delivered.facts = g_steal_pointer (&facts);
  *out_delivered = delivered;
  return true;
}
