#include "run/deliver.h"

#include <glib-object.h>

#include "base/atomic-file.h"
#include "base/path.h"
#include "document/json-write.h"
#include "image/blobs.h"
#include "image/color.h"
#include "image/placeholder.h"
#include "metadata/container.h"
#include "metadata/vocabulary.h"
#include "run/task.h"
#include "stages/stage.h"

/* Whose colours the file will have. Without a profile readers take sRGB, so the pixels must be sRGB;
 * with one, what has none is tagged sRGB, which is what it was taken for. Gray and CMYK that carry
 * no profile stay untagged, and ink stays ink. */
static bool
settle_color (VipsImage *picture, MetadataIcc wish, ImageFormat format, VipsImage **out_picture,
              GBytes **out_icc, GError **error)
{
  bool keeps_icc = wish != METADATA_ICC_DROP;
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
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
  if (keeps_icc && is_srgb && format != IMAGE_FORMAT_TIFF)
    *out_icc = image_srgb_small_profile ();
  else if (keeps_icc && icc != NULL)
    *out_icc = g_steal_pointer (&icc);
  else
    *out_icc = keeps_icc && is_srgb ? image_srgb_profile () : NULL;
  *out_picture = settled;
  return true;
}

/* What inks look like only their profile tells: it goes when it is named, not with a policy. */
static MetadataIcc
profile_wish (VipsImage *picture, const MetadataOptions *options)
{
  bool is_ink = stage_shape_of (picture).n_channels == 4;
  bool is_named = options->icc == METADATA_ICC_DROP ||
                  (options->drop & 1u << METADATA_GROUP_ICC) != 0;
  return is_ink && !is_named ? METADATA_ICC_KEEP : metadata_icc (options);
}

/* ---- the original ---- */

/* The store, or why there is one that cannot be had. */
static void
find_store (const GPtrArray *blocks, CredentialsOrigin *origin)
{
  const Block *found = container_find (blocks, BLOCK_C2PA);
  if (found != NULL)
    origin->store = g_bytes_ref (found->data);
  for (unsigned i = 0; found == NULL && i < blocks->len; i++) {
    const Block *block = blocks->pdata[i];
    if (block->kind == BLOCK_C2PA)
      origin->trouble = block->trouble;
  }
}

/* What an earlier look found, with all bytes at hand. Where there was none it is done now: for that a PNG whose
 * pixels are kept apart is put together again. New string. */
static char *
find_summary (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
              const CredentialsOrigin *origin, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (task_text (task, "credentials") != NULL)
    return g_strdup (task_text (task, "credentials"));
  g_autoptr (GBytes)
    whole = task_text (task, "path") == NULL
              ? cache_read_blob (home, &origin->original, limits->most_bytes, &problem)
              : g_bytes_ref (told);
  if (whole == NULL) {
    if (problem == NULL)
      run_fail (&problem, RUN_ERROR_CORRUPT, "the original is not in the cache any more");
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  g_autoptr (C2paReport) report = c2pa_read (origin->store, whole, NULL);
  return c2pa_summary (report);
}

/* The same on every day, whichever bytes are at hand: what is told of the parent becomes part of files. */
static bool
read_credentials (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
                  CredentialsOrigin *origin, GError **error)
{
  static const C2paTrust nobody = { .ignores_dates = true };
  if (origin->store == NULL)
    return true;
  g_autofree char *summary = find_summary (task, told, home, limits, origin, error);
  if (summary == NULL)
    return false;
  origin->report = c2pa_read (origin->store, NULL, &nobody);
  c2pa_report_set_summary (origin->report, summary);
  return true;
}

static bool
open_signer (const Node *task, CredentialsOrigin *origin, GError **error)
{
  const Node *map = node_get (task, "signing");
  if (origin->store == NULL || map == NULL)
    return true;
  Signing *signing = task_dup_signing (map);
  origin->signer = signer_new (signing, error);
  options_free (&signing_options, signing);
  return origin->signer != NULL;
}

bool
deliver_origin_read (const Node *task, GBytes *told, const char *home, const ImageLimits *limits,
                     DeliverOrigin *out_origin, GError **error)
{
  size_t length;
  const void *data = g_bytes_get_data (told, &length);
  g_autoptr (GPtrArray) blocks = container_list (told);
  DeliverOrigin *origin = out_origin;
  metadata_blobs_read (blocks, &origin->blobs);
  origin->found_type = metadata_find_source_type (data, length);
  origin->facts = (MetadataFacts){
    .source_type = task_text (task, "source-type"),
    .found_type = origin->found_type,
    .prompt = task_text (task, "prompt"),
    .ai_system = task_text (task, "ai-system"),
  };
  CredentialsOrigin *credentials = &origin->credentials;
  const ImageFormatType *type = image_format_type (image_format_of_bytes (data, length));
  find_store (blocks, credentials);
  credentials->original_type = type != NULL ? type->mime : NULL;
  const char *hex = task_text (task, "original");
  return (hex == NULL || digest_from_hex (hex, &credentials->original)) &&
         read_credentials (task, told, home, limits, credentials, error) &&
         open_signer (task, credentials, error);
}

void
deliver_origin_clear (DeliverOrigin *origin)
{
  metadata_blobs_clear (&origin->blobs);
  credentials_origin_clear (&origin->credentials);
  g_clear_pointer (&origin->found_type, g_free);
}

/* ---- one file ---- */

/* On its way from picture to file. */
typedef struct {
  const DeliverFile *file;
  const DeliverOrigin *origin;
  VipsImage *dressed; /* the picture with its colour profile, and nothing else on it */
  bool is_converted;  /* to sRGB, for the file alone */
  MetadataBlobs composed;
  GPtrArray *verdicts; /* MetadataVerdict* */
  CredentialsFate fate;
  char *why; /* of the fate */
  GArray *deeds;
  CredentialsFile told;
  GBytes *bytes, *sidecar;
  EncodeResult result;
} Making;

static void
making_clear (Making *making)
{
  g_clear_object (&making->dressed);
  metadata_blobs_clear (&making->composed);
  g_clear_pointer (&making->verdicts, g_ptr_array_unref);
  g_clear_pointer (&making->why, g_free);
  g_clear_pointer (&making->deeds, g_array_unref);
  g_clear_pointer (&making->bytes, g_bytes_unref);
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
    .density_dpi = delivery->encode.density,
  };
  MetadataFacts facts = making->origin->facts;
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
  facts.has_icc = icc != NULL;
  facts.is_ink = shape.n_channels == 4;
  facts.done = done_of (making->deeds);
  return metadata_compose (&delivery->metadata, &making->origin->blobs, &facts, &carrier,
                           &making->composed, &making->verdicts, error);
}

static bool
dress (Making *making, VipsImage *picture, GError **error)
{
  const Delivery *delivery = making->file->delivery;
  g_autoptr (GBytes) icc = NULL;
  g_autoptr (VipsImage) settled = NULL;
  MetadataIcc wish = profile_wish (picture, &delivery->metadata);
  if (!settle_color (picture, wish, (ImageFormat)delivery->encode.format, &settled, &icc, error))
    return false;
  GBytes *blobs[IMAGE_N_BLOBS] = { [IMAGE_BLOB_ICC] = icc };
  making->is_converted = settled != picture;
  return image_with_blobs (settled, blobs, delivery->encode.density, &making->dressed, error);
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

/* A limit on the file's size holds for all of the file. */
static EncodeOptions
options_beside (const Making *making)
{
  EncodeOptions options = making->file->delivery->encode;
  if (options.max_bytes <= 0)
    return options;
  options.beside_bytes = (int64_t)container_room (&making->composed);
  if (making->fate == CREDENTIALS_EMBEDDED)
    options.beside_bytes += (int64_t)credentials_room (&making->origin->credentials, &making->told);
  return options;
}

static bool
encode (Making *making, GError **error)
{
  const EncodeOptions options = options_beside (making);
  g_autoptr (GBytes) bare = NULL;
  return image_encode (making->dressed, &options, &bare, &making->result, error) &&
         container_put (bare, &making->composed, &making->bytes, error);
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

static Digest
digest_of_bytes (GBytes *bytes)
{
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  return digest_of (data, length);
}

static void
add_verdict (cJSON *list, const char *group, bool is_kept, const char *why)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddStringToObject (json, "group", group);
  cJSON_AddBoolToObject (json, "kept", is_kept);
  cJSON_AddStringToObject (json, "why", why);
  cJSON_AddItemToArray (list, json);
}

static char *
write_metadata (const Making *making)
{
  cJSON *list = cJSON_CreateArray ();
  for (unsigned i = 0; i < making->verdicts->len; i++) {
    const MetadataVerdict *verdict = making->verdicts->pdata[i];
    add_verdict (list, verdict->group, verdict->kept, verdict->why);
  }
  if (making->why != NULL)
    add_verdict (list, metadata_group_names[METADATA_GROUP_C2PA],
                 making->fate != CREDENTIALS_DROPPED, making->why);
  char *text = json_write_line (list);
  cJSON_Delete (list);
  return text;
}

/* What a machine that has the outputs and the manifest needs to know them again. Two signatures of the same bytes differ:
 * what they sign is told apart. */
static void
add_credentials (cJSON *facts, const Making *making, const Digest *bare)
{
  const char *word = credentials_words[making->fate];
  if (word == NULL)
    return;
  cJSON *credentials = cJSON_AddObjectToObject (facts, "credentials");
  cJSON_AddStringToObject (credentials, "kind", word);
  if (making->fate == CREDENTIALS_EMBEDDED)
    cJSON_AddStringToObject (credentials, "unsigned-sha256", digest_to_hex (bare).text);
  if (making->sidecar == NULL)
    return;
  Digest digest = digest_of_bytes (making->sidecar);
  cJSON_AddNumberToObject (credentials, "bytes", (double)g_bytes_get_size (making->sidecar));
  cJSON_AddStringToObject (credentials, "sha256", digest_to_hex (&digest).text);
}

static bool
write_facts (const Making *making, const Digest *bare, char **out_facts, GError **error)
{
  const Delivery *delivery = making->file->delivery;
  Shape shape = stage_shape_of (making->dressed);
  cJSON *facts = cJSON_CreateObject ();
  cJSON_AddStringToObject (facts, "format",
                           image_format_type ((ImageFormat)delivery->encode.format)->name);
  cJSON_AddNumberToObject (facts, "width", shape.width);
  cJSON_AddNumberToObject (facts, "height", shape.height);
  cJSON_AddNumberToObject (facts, "bytes", (double)g_bytes_get_size (making->bytes));
  if (making->result.quality > 0)
    cJSON_AddNumberToObject (facts, "quality", making->result.quality);
  add_credentials (facts, making, bare);
  bool ok = add_placeholders (facts, making->dressed, delivery->placeholders, error);
  if (ok)
    *out_facts = json_write_line (facts);
  cJSON_Delete (facts);
  return ok;
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
put (const Making *making, Delivered *delivered, GError **error)
{
  const char *path = making->file->path;
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  g_auto (AtomicFile) beside = ATOMIC_FILE_INIT;
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *beside_path = g_strconcat (path, CREDENTIALS_SUFFIX, NULL);
  bool has_sidecar = making->sidecar != NULL;
  delivered->content = digest_of_bytes (making->bytes);
  return path_make_folder (folder, error) &&
         (!has_sidecar || write_file (&beside, beside_path, making->sidecar, error)) &&
         write_file (&file, path, making->bytes, error) &&
         file_stamp_of_fd (file.fd, &delivered->stamp) &&
         (!has_sidecar || atomic_file_commit (&beside, error)) && atomic_file_commit (&file, error);
}

void
delivered_clear (Delivered *delivered)
{
  g_clear_pointer (&delivered->facts, g_free);
  g_clear_pointer (&delivered->metadata, g_free);
}

/* Hashes the file before it is signed only where that is told. */
static bool
sign (Making *making, Digest *out_bare, GError **error)
{
  if (making->fate == CREDENTIALS_EMBEDDED)
    *out_bare = digest_of_bytes (making->bytes);
  return credentials_write (&making->origin->credentials, making->fate, &making->told,
                            &making->bytes, &making->sidecar, error);
}

bool
deliver_file (VipsImage *picture, const DeliverFile *file, const DeliverOrigin *origin,
              Delivered *out_delivered, GError **error)
{
  g_auto (Making) making = { .file = file, .origin = origin };
  g_auto (Delivered) delivered = { .facts = NULL };
  Digest bare;
  if (!dress (&making, picture, error))
    return false;
  note_deeds (&making);
  making.fate = credentials_decide (&origin->credentials, &file->delivery->metadata,
                                    making.told.format, &making.why);
  if (!compose (&making, picture, error) || !encode (&making, error) ||
      !sign (&making, &bare, error) || !write_facts (&making, &bare, &delivered.facts, error) ||
      !put (&making, &delivered, error))
    return false;
  delivered.metadata = write_metadata (&making);
  *out_delivered = delivered;
  delivered = (Delivered){ .facts = NULL };
  return true;
}
