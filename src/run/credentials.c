#include "run/credentials.h"

#include "stages/deed.h"

const char *const credentials_words[CREDENTIALS_KEPT + 1] = {
  [CREDENTIALS_EMBEDDED] = "embedded",
  [CREDENTIALS_BESIDE] = "sidecar",
  [CREDENTIALS_KEPT] = "original",
};

void
credentials_origin_clear (CredentialsOrigin *origin)
{
  g_clear_pointer (&origin->store, g_bytes_unref);
  g_clear_pointer (&origin->report, c2pa_report_free);
  g_clear_pointer (&origin->signer, signer_free);
}

/* ---- deciding ---- */

/* Which word of the user's, or which policy, takes them off. New string. */
static char *
describe_drop (const MetadataOptions *options)
{
  bool is_named = options->c2pa == METADATA_C2PA_DROP ||
                  (options->drop & 1u << METADATA_GROUP_C2PA) != 0;
  return is_named ? g_strdup ("dropped by name")
                  : g_strdup_printf ("policy %s", metadata_policy_words[options->policy]);
}

ContainerKind
credentials_container (ImageFormat format)
{
  switch (format) {
  case IMAGE_FORMAT_PNG:
    return CONTAINER_PNG;
  case IMAGE_FORMAT_JPEG:
    return CONTAINER_JPEG;
  case IMAGE_FORMAT_WEBP:
    return CONTAINER_WEBP;
  case IMAGE_FORMAT_AVIF:
    return CONTAINER_BMFF;
  case IMAGE_FORMAT_PDF:
    return CONTAINER_PDF;
  default:
    return CONTAINER_TIFF;
  }
}

CredentialsFate
credentials_decide (const CredentialsOrigin *origin, const MetadataOptions *options,
                    ImageFormat format, char **out_why)
{
  MetadataC2pa wish = metadata_c2pa (options);
  *out_why = NULL;
  if (origin->store == NULL && origin->trouble == NULL)
    return CREDENTIALS_NONE;
  if (wish == METADATA_C2PA_DROP) {
    *out_why = describe_drop (options);
    return CREDENTIALS_DROPPED;
  }
  const char *trouble = origin->store != NULL ? origin->report->trouble : origin->trouble;
  if (trouble != NULL) {
    /* Nobody knows what is in them: a place, perhaps. */
    *out_why = g_strdup_printf ("they cannot be read: %s", trouble);
    return CREDENTIALS_DROPPED;
  }
  /* A manifest cannot be edited without breaking it. */
  if (origin->report->tells_location) {
    *out_why = g_strdup ("they tell a location, which never leaves");
    return CREDENTIALS_DROPPED;
  }
  if (origin->signer == NULL) {
    *out_why = g_strdup ("nobody signs: the original's own stand beside the file");
    return CREDENTIALS_KEPT;
  }
  bool can_embed = container_embeds_c2pa (credentials_container (format));
  if (wish == METADATA_C2PA_EMBED && can_embed) {
    *out_why = g_strdup ("signed, in the file");
    return CREDENTIALS_EMBEDDED;
  }
  *out_why = g_strdup_printf ("signed, beside the file%s",
                              can_embed ? "" : ", since its format has no place for them");
  return CREDENTIALS_BESIDE;
}

/* ---- writing ---- */

/* Fills `steps` (N_DEEDS at least: each deed is told once, where it was done last). */
static unsigned
list_steps (const GArray *deeds, C2paStep *steps)
{
  unsigned n = 0;
  for (unsigned i = 0; i < deeds->len; i++) {
    Deed deed = g_array_index (deeds, Deed, i);
    bool is_told_later = false;
    for (unsigned k = i + 1; k < deeds->len; k++)
      is_told_later = is_told_later || g_array_index (deeds, Deed, k) == deed;
    if (!is_told_later)
      steps[n++] = (C2paStep){ deed_words[deed].action, deed_words[deed].description };
  }
  steps[n++] = (C2paStep){ deed_words[DEED_TRANSCODED].action, NULL };
  return n;
}

/* No path and no name: they are no part of the fingerprint, and a file is a function of that. */
static C2paClaim
claim_of (const CredentialsOrigin *origin, const CredentialsFile *file, C2paStep *steps)
{
  return (C2paClaim){
    .parent_store = origin->store,
    .parent = origin->report,
    .original = &origin->original,
    .original_format = origin->original_type,
    .format = image_format_type (file->format)->mime,
    .fingerprint = &file->fingerprint,
    .source_type = file->source_type,
    .steps = steps,
    .n_steps = list_steps (file->deeds, steps),
    .generator = "Peel", /* without its version, with which the bytes would change */
  };
}

/* Around the store stand at most a box or chunk and a WebP's first chunk; in a JPEG 20 bytes for each 64 KB. */
size_t
credentials_room (const CredentialsOrigin *origin, const CredentialsFile *file)
{
  enum { FRAME_BYTES = 128, STORE_PER_FRAME = 2048 };
  C2paStep steps[N_DEEDS + 1];
  const C2paClaim claim = claim_of (origin, file, steps);
  size_t store = c2pa_store_size (&claim, signer_c2pa (origin->signer),
                                  credentials_container (file->format));
  return store + FRAME_BYTES + store / STORE_PER_FRAME;
}

static bool
say_what (bool ok, GError **error)
{
  if (!ok)
    g_prefix_error (error, "its Content Credentials: ");
  return ok;
}

bool
credentials_embed (const CredentialsOrigin *origin, const CredentialsFile *told, GBytes **file,
                   GError **error)
{
  C2paStep steps[N_DEEDS + 1];
  const C2paClaim claim = claim_of (origin, told, steps);
  g_autoptr (GBytes) unsigned_file = g_steal_pointer (file);
  return say_what (c2pa_embed (unsigned_file, &claim, signer_c2pa (origin->signer), file, error),
                   error);
}

bool
credentials_beside (const CredentialsOrigin *origin, CredentialsFate fate,
                    const CredentialsFile *told, GBytes *file, const Digest *content,
                    GBytes **out_sidecar, GError **error)
{
  C2paStep steps[N_DEEDS + 1];
  if (fate == CREDENTIALS_KEPT)
    *out_sidecar = g_bytes_ref (origin->store);
  if (fate != CREDENTIALS_BESIDE)
    return true;
  const C2paClaim claim = claim_of (origin, told, steps);
  const C2paSigner *signer = signer_c2pa (origin->signer);
  return say_what (file != NULL
                     ? c2pa_write_sidecar (file, &claim, signer, out_sidecar, error)
                     : c2pa_write_sidecar_of (content, &claim, signer, out_sidecar, error),
                   error);
}
