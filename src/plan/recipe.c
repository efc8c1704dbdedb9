/* The recipe: one text that says all a derivative depends on. Its SHA-256 is the fingerprint; the
 * text itself is kept with what was made, so that `explain` can tell what changed.
 *
 *     peel derivative 1
 *     original 3f2a…
 *     resize 1 width=640
 *     metadata 1 policy="strip"
 *     recompress 1 format="webp" quality=80
 *     source-type trainedAlgorithmicMedia
 *     certificate 9c1e…                       of who signs its Content Credentials
 *     credentials valid                       what was found of the original's own
 *     file 77b0…                              a font that a name resolved to, for instance
 */
#include "plan/plan-private.h"

typedef struct {
  const Plan *plan;
  GString *text;
  GError **error;
  bool ok;
} Resources;

static void
append_resource (void *data, const char *path)
{
  Resources *resources = data;
  Digest digest;
  if (!resources->ok)
    return;
  resources->ok = resources->plan->world->file_digest (resources->plan->world->data, path, &digest,
                                                       resources->error);
  if (resources->ok)
    g_string_append_printf (resources->text, "\nfile %s", digest_to_hex (&digest).text);
}

static bool
append_step (const Plan *plan, const Step *step, GString *text, Problems *problems)
{
  g_autoptr (GError) error = NULL;
  g_string_append_printf (text, "\n%s %d", step->type->name,
                          stage_revision (step->type, step->options));
  Resources resources = { plan, text, &error, true };
  bool ok = options_append_canonical (step->type->options, step->options, plan->world->file_digest,
                                      plan->world->data, text, &error);
  if (ok && step->type->each_resource != NULL)
    step->type->each_resource (step->options, append_resource, &resources);
  if (ok && resources.ok)
    return true;
  return problems_add (problems, &step->mark, "'%s': %s", step->type->name, error->message);
}

/* Facts of the original that stand beside its bytes matter only if this file is told them. */
static void
append_facts (const Derivative *derivative, const OriginalFacts *facts, GString *text)
{
  unsigned groups = metadata_groups (&derivative->delivery.metadata);
  if (facts->source_type != NULL && (groups & 1u << METADATA_GROUP_AI_LABEL) != 0)
    g_string_append_printf (text, "\nsource-type %s", facts->source_type);
  const struct {
    MetadataGroup group;
    const char *text;
  } told[] = { { METADATA_GROUP_PROMPT, facts->prompt },
               { METADATA_GROUP_PARAMETERS, facts->ai_system } };
  for (unsigned i = 0; i < G_N_ELEMENTS (told); i++)
    if (told[i].text != NULL && (groups & 1u << told[i].group) != 0) {
      Digest digest = digest_of (told[i].text, strlen (told[i].text));
      g_string_append_printf (text, "\nfact %s", digest_to_hex (&digest).text);
    }
}

/* Signed by somebody else it is another file, and so is what says something else of its parent. */
static void
append_certificate (const Plan *plan, const Derivative *derivative, const OriginalFacts *facts,
                    GString *text)
{
  const Digest *certificate = plan->world->certificate;
  if (certificate != NULL && facts->credentials != NULL &&
      metadata_c2pa (&derivative->delivery.metadata) != METADATA_C2PA_DROP)
    g_string_append_printf (text, "\ncertificate %s\ncredentials %s",
                            digest_to_hex (certificate).text, facts->credentials);
}

bool
plan_write_recipe (const Plan *plan, const PlanImage *image, const OriginalFacts *facts,
                   Derivative *derivative, Problems *problems)
{
  g_autoptr (GString) text = g_string_new ("peel derivative 1\noriginal ");
  if (facts->is_expected)
    /* Told apart, so that {hash} tells files apart before any original is there. */
    g_string_append_printf (text, "expected %s#%d", image->id, image->variant);
  else
    g_string_append (text, digest_to_hex (&facts->digest).text);
  bool ok = true;
  for (unsigned i = 0; i < derivative->steps->len; i++)
    ok = append_step (plan, derivative->steps->pdata[i], text, problems) && ok;
  for (unsigned i = 0; i < derivative->delivery_steps->len; i++)
    ok = append_step (plan, derivative->delivery_steps->pdata[i], text, problems) && ok;
  if (!ok)
    return false;
  append_facts (derivative, facts, text);
  append_certificate (plan, derivative, facts, text);
  derivative->recipe = g_strdup (text->str);
  derivative->fingerprint = digest_of (text->str, text->len);
  return true;
}
