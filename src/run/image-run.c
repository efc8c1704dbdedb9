#include "run/image-run.h"

void
image_run_free (ImageRun *image_run)
{
  if (image_run == NULL)
    return;
  if (image_run->expansion != NULL)
    for (unsigned i = 0; i < image_run->expansion->derivatives->len && image_run->outputs != NULL;
         i++)
      freshness_clear (&image_run->outputs[i]);
  g_free (image_run->outputs);
  g_free (image_run->selected);
  g_free (image_run->cached_from);
  expansion_free (image_run->expansion);
  flight_free (image_run->flight);
  journal_call_free (image_run->call);
  cache_record_free (image_run->record);
  plan_request_free (image_run->request);
  g_free (image_run->answer.declared_type);
  g_free (image_run->answer.location);
  g_free (image_run->answer.model_version);
  g_free (image_run->answer.response_id);
  g_free (image_run->answer.finish_reason);
  g_free (image_run->answer.usage);
  g_free (image_run);
}

int
image_run_variant (const ImageRun *image_run)
{
  return image_run->image->has_variants ? image_run->image->variant : 0;
}

/* Who told last what was asked when the original was made. Of a file only a generation counts: what
 * an import says of equal bytes is no fact of the file. */
static const CacheAcquisition *
last_told (const CacheRecord *record, bool is_file)
{
  for (unsigned i = record->acquisitions->len; i-- > 0;) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i];
    bool is_generation = g_strcmp0 (acquisition->source, "generate") == 0;
    bool tells = acquisition->prompt != NULL || acquisition->model != NULL;
    if (is_generation || (tells && !is_file))
      return acquisition;
  }
  return NULL;
}

OriginalFacts
image_run_facts (const ImageRun *image_run)
{
  const CacheRecord *record = image_run->record;
  bool is_file = image_run->image->source == PLAN_LOADED;
  const CacheAcquisition *told = last_told (record, is_file);
  OriginalFacts facts = {
    .digest = record->digest,
    .shape = {
      .width = record->width,
      .height = record->height,
      .is_exact = true,
      .has_alpha = record->has_alpha,
      .bit_depth = record->bit_depth,
      .n_channels = record->n_channels,
    },
  };
  facts.credentials = record->credentials;
  if (told != NULL) {
    facts.prompt = told->prompt;
    facts.ai_system = told->model;
  }
  /* A file that is loaded declares its type itself, in its bytes. */
  if (!is_file || told != NULL)
    facts.source_type = record->source_type;
  return facts;
}

OriginalFacts
image_run_expected_facts (const ImageRun *image_run)
{
  const PlanRequest *request = image_run->request;
  const PlanChoice *choice = plan_choice (request);
  return (OriginalFacts){
    .is_expected = true,
    .shape = { .width = choice->width,
               .height = choice->height,
               .is_exact = true,
               .bit_depth = 8,
               .n_channels = 3 },
    .source_type = choice->provider->source_type,
    .prompt = request->options->prompt,
    .ai_system = choice->model,
  };
}
