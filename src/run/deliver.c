#include "run/deliver.h"

#include "image/blobs.h"
#include "image/color.h"
#include "metadata/vocabulary.h"
#include "run/deliver-private.h"

/* What inks look like only their profile tells: it goes when it is named, not with a policy. */
static MetadataIcc
profile_wish (VipsImage *picture, const MetadataOptions *options)
{
  bool is_ink = stage_shape_of (picture).n_channels == 4;
  bool is_named = options->icc == METADATA_ICC_DROP ||
                  (options->drop & 1u << METADATA_GROUP_ICC) != 0;
  return is_ink && !is_named ? METADATA_ICC_KEEP : metadata_icc (options);
}

/* Whose colours the file will have. A profile that says nothing of them is left out here, before anything is made of there
 * being one. Without a profile readers take sRGB, so the pixels must be sRGB;
 * with one, what has none is tagged sRGB, which is what it was taken for. Gray and CMYK that carry
 * no profile stay untagged, and ink stays ink. */
static bool
settle_color (const Making *making, VipsImage *picture, VipsImage **out_picture, GBytes **out_icc,
              GError **error)
{
  MetadataIcc wish = profile_wish (picture, &making->file->delivery->metadata);
  bool is_for_print = making->encode.format == IMAGE_FORMAT_TIFF ||
                      making->encode.format == IMAGE_FORMAT_PDF || making->sheet.width_mm > 0;
  bool keeps_icc = wish != METADATA_ICC_DROP;
  g_autoptr (GBytes) icc = image_dup_profile (picture);
  Shape shape = stage_shape_of (picture);
  VipsImage *settled = NULL;
  if (wish == METADATA_ICC_KEEP || icc == NULL || shape.n_channels == 4 ||
      image_is_srgb_profile (icc))
    settled = g_object_ref (picture);
  else if (image_to_srgb (picture, shape.bit_depth, &settled, error))
    g_clear_pointer (&icc, g_bytes_unref);
  else
    return false;
  /* sRGB is sRGB, whoever wrote the profile: the web gets the smallest. */
  bool is_srgb = shape.n_channels == 3 && (icc == NULL || image_is_srgb_profile (icc));
  if (keeps_icc && is_srgb && !is_for_print)
    *out_icc = image_srgb_small_profile ();
  else if (keeps_icc && icc != NULL)
    *out_icc = g_steal_pointer (&icc);
  else
    *out_icc = keeps_icc && is_srgb ? image_srgb_profile () : NULL;
  *out_picture = settled;
  return true;
}

/* ---- one file ---- */

static void
making_clear (Making *making)
{
  g_clear_object (&making->dressed);
  metadata_blobs_clear (&making->composed);
  g_clear_pointer (&making->verdicts, g_ptr_array_unref);
  g_clear_pointer (&making->why, g_free);
  g_clear_pointer (&making->deeds, g_array_unref);
  atomic_file_clear (&making->out);
  g_clear_pointer (&making->sidecar, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Making, making_clear)

static unsigned
done_of (const GArray *deeds)
{
  unsigned done = 0;
  for (unsigned i = 0; i < deeds->len; i++) {
    Deed deed = g_array_index (deeds, Deed, i);
    if (deed == DEED_ENHANCED)
      done |= METADATA_DONE_ENHANCED;
    if (deed == DEED_PLACED || deed == DEED_ADDED_TEXT)
      done |= METADATA_DONE_COMPOSED;
  }
  return done;
}

/* What the policy lets through, for a picture of this size. */
static bool
compose (Making *making, VipsImage *picture, GError **error)
{
  const Delivery *delivery = making->file->delivery;
  Shape shape = stage_shape_of (picture);
  const MetadataCarrier carrier = {
    .container = (int)credentials_container (making->told.format),
    .width = shape.width,
    .height = shape.height,
    .density_dpi = making->encode.density,
  };
  MetadataFacts facts = making->origin->facts;
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
  g_autoptr (GBytes) fitting = image_dup_profile (picture);
  facts.has_icc = icc != NULL;
  facts.is_unfit = icc != NULL && fitting == NULL;
  facts.is_ink = shape.n_channels == 4;
  facts.done = done_of (making->deeds);
  return metadata_compose (&delivery->metadata, &making->origin->blobs, &facts, &carrier,
                           &making->composed, &making->verdicts, error);
}

static bool
dress (Making *making, VipsImage *picture, GError **error)
{
  g_autoptr (GBytes) icc = NULL;
  g_autoptr (VipsImage) settled = NULL;
  if (!settle_color (making, picture, &settled, &icc, error))
    return false;
  GBytes *blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = icc };
  making->is_converted = settled != picture;
  return image_with_blobs (settled, blobs, making->encode.density, &making->dressed, error);
}

/* The stronger of what the original says and what is known of it; nothing where the label was dropped. */
static const char *
label_of (const Making *making)
{
  const MetadataFacts *facts = &making->origin->facts;
  unsigned groups = metadata_groups (&making->file->delivery->metadata);
  if ((groups & 1u << METADATA_GROUP_AI_LABEL) == 0)
    return NULL;
  int known = vocabulary_rank (facts->source_type), found = vocabulary_rank (facts->found_type);
  return vocabulary_term (vocabulary_stronger (known, found));
}

/* What is known of the file once its pixels are what they will be. */
static void
note_deeds (Making *making)
{
  const Delivery *delivery = making->file->delivery;
  making->deeds = g_array_copy ((GArray *)making->file->deeds);
  if (making->is_converted) {
    Deed converted = DEED_ADJUSTED_COLOR;
    g_array_append_val (making->deeds, converted);
  }
  making->told = (CredentialsFile){
    .format = (ImageFormat)delivery->encode.format,
    .fingerprint = making->file->fingerprint,
    .deeds = making->deeds,
    .source_type = label_of (making),
  };
}

static bool
write_file (AtomicFile *file, const char *path, GBytes *bytes, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return atomic_file_open (file, path, error) && atomic_file_write (file, data, length, error);
}

/* The whole file under its name, and the stamp it has from then on. Both are written before either gets its name, so that
 * a full disk leaves what was there; what stands beside it is named first, and a run that is killed in
 * between is known by that (freshness.c). */
static bool
put (Making *making, Delivered *delivered, GError **error)
{
  g_auto (AtomicFile) beside = ATOMIC_FILE_INIT;
  g_autofree char *beside_path = g_strconcat (making->file->path, CREDENTIALS_SUFFIX, NULL);
  bool has_sidecar = making->sidecar != NULL;
  AtomicFile *proof = making->file->proof;
  delivered->content = making->content;
  return (!has_sidecar || write_file (&beside, beside_path, making->sidecar, error)) &&
         file_stamp_of_fd (making->out.fd, &delivered->stamp) &&
         (proof == NULL || atomic_file_commit (proof, error)) &&
         (!has_sidecar || atomic_file_commit (&beside, error)) &&
         atomic_file_commit (&making->out, error);
}

void
delivered_clear (Delivered *delivered)
{
  g_clear_pointer (&delivered->facts, g_free);
  g_clear_pointer (&delivered->metadata, g_free);
}

bool
deliver_file (VipsImage *picture, const DeliverFile *file, const DeliverOrigin *origin,
              Delivered *out_delivered, GError **error)
{
  g_auto (Making) making = { .file = file, .origin = origin, .out = ATOMIC_FILE_INIT };
  g_auto (Delivered) delivered = { .facts = NULL };
  making.sheet = sheet_of (picture);
  making.encode = file->delivery->encode;
  if (making.sheet.width_mm > 0)
    making.encode.density = making.sheet.dpi;
  if (!dress (&making, picture, error))
    return false;
  note_deeds (&making);
  making.fate = credentials_decide (&origin->credentials, &file->delivery->metadata,
                                    making.told.format, &making.why);
  if (!compose (&making, picture, error) || !making_write (&making, error) ||
      !making_facts (&making, &delivered.facts, error) || !put (&making, &delivered, error))
    return false;
  delivered.metadata = making_metadata (&making);
  *out_delivered = delivered;
  delivered = (Delivered){ .facts = NULL };
  return true;
}
