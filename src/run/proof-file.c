#include "run/proof-file.h"

#include <glib-object.h>

#include "base/path.h"
#include "image/blobs.h"
#include "image/color.h"
#include "image/encode.h"
#include "image/memory.h"
#include "image/proof.h"
#include "metadata/container.h"
#include "metadata/icc-list.h"
#include "pipeline/chain.h"
#include "plan/plan.h"
#include "stages/stage.h"

/* ---- the page before it became ink ---- */

/* The same chain without the step that makes ink of it (the last, should there be several), which is given back. False
 * where the rest of the chain does not go without it: then there is nothing to compare. */
static bool
compose_before (const ProofSource *source, VipsImage **out_picture, const Step **out_inker)
{
  g_autoptr (VipsImage) picture = g_object_ref (source->original);
  const Step *inker = NULL;
  for (unsigned i = 0; i < source->steps->len; i++) {
    const Step *step = source->steps->pdata[i];
    g_autoptr (VipsImage) next = NULL;
    if (!step->type->apply (step->options, picture, &next, NULL))
      return false;
    bool was_ink = stage_shape_of (picture).n_channels == 4;
    if (!was_ink && stage_shape_of (next).n_channels == 4)
      inker = step;
    else
      g_set_object (&picture, next);
  }
  if (inker == NULL)
    return false;
  *out_picture = g_steal_pointer (&picture);
  *out_inker = inker;
  return true;
}

/* Small, and the small one made ink: shrunk before the conversion, so that they differ in nothing else. Both NULL when
 * there is no such picture, or the rest of the chain came to another size. */
static bool
find_before (const ProofSource *source, VipsImage *page, VipsImage **out_before,
             VipsImage **out_inked, GError **error)
{
  g_autoptr (VipsImage) whole = NULL, shrunk = NULL, before = NULL, inked = NULL;
  const Step *inker = NULL;
  Shape shape = stage_shape_of (page);
  if (shape.n_channels != 4 || !compose_before (source, &whole, &inker))
    return true;
  Shape other = stage_shape_of (whole);
  if (other.width != shape.width || other.height != shape.height)
    return true;
  int width, height;
  proof_page_size (shape.width, shape.height, &width, &height);
  if (!proof_shrink (whole, width, height, &shrunk, error) ||
      !image_to_memory (shrunk, &before, error) ||
      !inker->type->apply (inker->options, before, &inked, error))
    return false;
  *out_before = g_steal_pointer (&before);
  *out_inked = g_steal_pointer (&inked);
  return true;
}

/* ---- the picture ---- */

static char *
dup_profile_name (VipsImage *picture)
{
  g_auto (IccFacts) facts = { 0 };
  g_autoptr (GBytes) icc = image_dup_profile (picture);
  if (icc == NULL || !icc_read (icc, &facts, NULL))
    return NULL;
  return g_steal_pointer (&facts.description);
}

static bool
draw (VipsImage *page, const ProofSource *source, VipsImage **out_proof, GError **error)
{
  Sheet sheet = sheet_of (page);
  g_autoptr (VipsImage) before = NULL, inked = NULL;
  g_autofree char *name = g_path_get_basename (source->path);
  g_autofree char *profile = dup_profile_name (page);
  if (!find_before (source, page, &before, &inked, error))
    return false;
  const ProofSpec spec = {
    .name = name,
    .width_mm = sheet.width_mm,
    .height_mm = sheet.height_mm,
    .bleed_mm = sheet.bleed_mm,
    .safe_mm = sheet.safe_mm,
    .slug_mm = sheet.slug_mm,
    .bleed_from = sheet_bleed_words[sheet.bleed],
    .dpi = sheet.width_mm > 0 ? sheet.dpi : (int)source->delivery->encode.density,
    .effective_dpi = sheet.effective_dpi,
    .profile = profile,
    .max_ink = source->delivery->max_ink,
    .before = before,
    .inked = inked,
  };
  return proof_draw (page, &spec, out_proof, error);
}

static bool
encode (VipsImage *proof, GBytes **out_bytes, GError **error)
{
  const EncodeOptions options = {
    .format = IMAGE_FORMAT_PNG,
    .compression_level = 6,
    .filter = IMAGE_PNG_FILTER_ALL,
  };
  EncodeResult result;
  g_autoptr (GBytes) icc = image_srgb_small_profile ();
  GBytes *const blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = icc };
  g_autoptr (VipsImage) dressed = NULL;
  return image_with_blobs (proof, blobs, 0, &dressed, error) &&
         image_encode (dressed, &options, out_bytes, &result, error);
}

/* A proof shows the picture: if that was generated it says so too, and nothing else, unless the output was told not
 * to. */
static bool
label (const ProofSource *source, GBytes *bare, GBytes **out_file, GError **error)
{
  const MetadataOptions options = { .policy = METADATA_STRIP,
                                    .drop = source->delivery->metadata.drop };
  const MetadataCarrier carrier = { .container = CONTAINER_PNG };
  g_auto (MetadataBlobs) composed = { NULL };
  if (!metadata_compose (&options, &source->origin->blobs, &source->origin->facts, &carrier,
                         &composed, NULL, error))
    return false;
  if (composed.xmp != NULL)
    return container_put (bare, &composed, out_file, error);
  *out_file = g_bytes_ref (bare);
  return true;
}

bool
proof_file_draw (AtomicFile *proof, VipsImage *picture, const ProofSource *source, GError **error)
{
  g_autoptr (VipsImage) drawn = NULL;
  g_autoptr (GBytes) bare = NULL, bytes = NULL;
  g_autofree char *path = g_strconcat (source->path, PROOF_SUFFIX, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  if (!draw (picture, source, &drawn, error) || !encode (drawn, &bare, error) ||
      !label (source, bare, &bytes, error)) {
    g_prefix_error (error, "its proof: ");
    return false;
  }
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return path_make_folder (folder, error) && atomic_file_open (proof, path, error) &&
         atomic_file_write (proof, data, length, error);
}

bool
proof_file_explain (AtomicFile *proof, const ProofSource *source, GError **error)
{
  bool is_ink = error != NULL && g_error_matches (*error, IMAGE_ERROR, IMAGE_ERROR_INK);
  if (!is_ink || !atomic_file_commit (proof, NULL))
    return false;
  g_autofree char *name = g_path_get_basename (source->path);
  char *message = g_strdup_printf ("%s; %s" PROOF_SUFFIX " shows where", (*error)->message, name);
  g_free ((*error)->message);
  (*error)->message = message;
  return false;
}
