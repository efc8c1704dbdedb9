#include "cli/comparison.h"

#include "base/units.h"
#include "image/format.h"
#include "metadata/policy.h"

/* ---- life ---- */

static void
clear_told (ComparisonCell *cell)
{
  g_free (cell->format);
  g_free (cell->model);
  g_free (cell->model_version);
  g_free (cell->declared_type);
  g_free (cell->source_type);
  g_free (cell->file);
  g_free (cell->error);
  *cell = (ComparisonCell){ 0 };
}

static void
free_image (ComparisonImage *image, unsigned n_providers)
{
  for (unsigned i = 0; i < n_providers; i++)
    clear_told (&image->cells[i]);
  g_free (image->cells);
  g_free (image->id);
  g_free (image->prompt);
  g_free (image->file);
  g_free (image);
}

Comparison *
comparison_new (char **providers)
{
  Comparison *comparison = g_new0 (Comparison, 1);
  comparison->providers = providers;
  comparison->n_providers = g_strv_length (providers);
  comparison->images = g_ptr_array_new ();
  return comparison;
}

void
comparison_free (Comparison *comparison)
{
  if (comparison == NULL)
    return;
  for (unsigned i = 0; i < comparison->images->len; i++)
    free_image (comparison->images->pdata[i], comparison->n_providers);
  g_ptr_array_unref (comparison->images);
  g_free (comparison->pipeline_name);
  g_free (comparison);
}

/* ---- filling ---- */

ComparisonImage *
comparison_image (Comparison *comparison, const char *id, int variant)
{
  for (unsigned i = 0; i < comparison->images->len; i++) {
    ComparisonImage *image = comparison->images->pdata[i];
    if (image->variant == variant && strcmp (image->id, id) == 0)
      return image;
  }
  ComparisonImage *image = g_new0 (ComparisonImage, 1);
  image->id = g_strdup (id);
  image->variant = variant;
  image->cells = g_new0 (ComparisonCell, comparison->n_providers);
  g_ptr_array_add (comparison->images, image);
  return image;
}

/* The newest: a provider that drew equal bytes twice tells of the second time. */
static const CacheAcquisition *
find_generation (const CacheRecord *record, const char *provider)
{
  for (unsigned i = record->acquisitions->len; i-- > 0;) {
    const CacheAcquisition *acquisition = record->acquisitions->pdata[i];
    if (g_strcmp0 (acquisition->source, "generate") == 0 &&
        g_strcmp0 (acquisition->provider, provider) == 0)
      return acquisition;
  }
  return NULL;
}

bool
comparison_fill (Comparison *comparison, ComparisonImage *image, unsigned provider, Cache *cache,
                 const Digest *digest, GError **error)
{
  g_autoptr (CacheRecord) record = cache_record_get (cache, digest, error);
  if (record == NULL)
    return false;
  ComparisonCell *cell = &image->cells[provider];
  const CacheAcquisition *told = find_generation (record, comparison->providers[provider]);
  clear_told (cell);
  cell->is_there = true;
  cell->digest = *digest;
  cell->format = g_strdup (record->format);
  cell->width = record->width;
  cell->height = record->height;
  cell->size_bytes = record->size_bytes;
  if (told == NULL)
    return true;
  cell->duration_ms = told->duration_ms;
  cell->is_paid = told->is_paid;
  cell->cost_usd = told->cost_usd;
  cell->model = g_strdup (told->model);
  cell->model_version = g_strdup (told->model_version);
  cell->declared_type = g_strdup (told->declared_type);
  if (image->prompt == NULL)
    image->prompt = g_strdup (told->prompt);
  return true;
}

void
comparison_fail (ComparisonCell *cell, RunErrorCode error_class, const char *message)
{
  clear_told (cell);
  cell->error = g_strdup (message);
  cell->error_class = error_class;
}

/* ---- words ---- */

char *
comparison_name (const ComparisonImage *image)
{
  return image->variant > 0 ? g_strdup_printf ("%s (variant %d)", image->id, image->variant)
                            : g_strdup (image->id);
}

char *
comparison_describe_latency (int64_t ms)
{
  return g_strdup_printf ("%.1f s", (double)ms / 1e3);
}

static char *
describe_bytes (const ComparisonCell *cell)
{
  return cell->is_there ? units_describe_bytes (cell->size_bytes) : NULL;
}

static char *
describe_latency (const ComparisonCell *cell)
{
  return cell->is_there && cell->duration_ms > 0 ? comparison_describe_latency (cell->duration_ms)
                                                 : NULL;
}

static char *
describe_pixels (const ComparisonCell *cell)
{
  return cell->width > 0 ? g_strdup_printf ("%dx%d", cell->width, cell->height) : NULL;
}

static char *
describe_type (const ComparisonCell *cell)
{
  const ImageFormatType *type = image_format_type (
    cell->format != NULL ? image_format_of_name (cell->format) : IMAGE_FORMAT_UNKNOWN);
  if (type == NULL)
    return NULL;
  if (cell->declared_type == NULL || strcmp (cell->declared_type, type->mime) == 0)
    return g_strdup (type->label);
  return g_strdup_printf ("%s, declared as %s", type->label, cell->declared_type);
}

const char *
comparison_block_name (unsigned i)
{
  static const char *const names[COMPARISON_N_BLOCKS] = { "C2PA", "XMP", "EXIF", "IPTC", "ICC" };
  return names[i];
}

static char *
describe_metadata (const ComparisonCell *cell)
{
  if (!cell->is_there)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  for (unsigned i = 0; i < COMPARISON_N_BLOCKS; i++)
    if (cell->blocks & 1u << i)
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", comparison_block_name (i));
  return g_strdup (text->len > 0 ? text->str : "none");
}

static char *
describe_source_type (const ComparisonCell *cell)
{
  return g_strdup (cell->source_type);
}

static char *
describe_cost (const ComparisonCell *cell)
{
  if (!cell->is_there && !cell->is_missing)
    return NULL;
  if (!cell->is_paid)
    return g_strdup ("free");
  if (cell->cost_usd <= 0)
    return g_strdup ("not known");
  g_autofree char *price = units_describe_usd (cell->cost_usd);
  return cell->is_missing ? g_strdup_printf ("%s, to be asked", price) : g_steal_pointer (&price);
}

static char *
describe_model (const ComparisonCell *cell)
{
  return g_strdup (cell->model);
}

static char *
describe_version (const ComparisonCell *cell)
{
  return g_strdup (cell->model_version);
}

static char *
describe_file (const ComparisonCell *cell)
{
  return g_strdup (cell->file);
}

static char *
describe_error (const ComparisonCell *cell)
{
  return g_strdup (cell->error);
}

const ComparisonRow comparison_rows[] = {
  { "bytes", describe_bytes },       { "latency", describe_latency },
  { "pixels", describe_pixels },     { "type", describe_type },
  { "metadata", describe_metadata }, { "source type", describe_source_type },
  { "cost", describe_cost },         { "model", describe_model },
  { "version", describe_version },   { "picture", describe_file },
  { "error", describe_error },       { NULL, NULL },
};

/* ---- sums ---- */

ComparisonTotals
comparison_totals (const Comparison *comparison, unsigned provider)
{
  ComparisonTotals totals = { 0 };
  int64_t all_ms = 0;
  for (unsigned i = 0; i < comparison->images->len; i++) {
    const ComparisonImage *image = comparison->images->pdata[i];
    const ComparisonCell *cell = &image->cells[provider];
    totals.n += cell->is_there;
    totals.n_failed += cell->error != NULL;
    totals.n_missing += cell->is_missing;
    totals.size_bytes += cell->size_bytes;
    totals.n_timed += cell->is_there && cell->duration_ms > 0;
    all_ms += cell->duration_ms;
    totals.cost_usd += cell->cost_usd;
    totals.n_unpriced += cell->is_paid && cell->cost_usd <= 0;
  }
  if (totals.n_timed > 0)
    totals.mean_ms = all_ms / totals.n_timed;
  return totals;
}

char *
comparison_describe_cost (const ComparisonTotals *totals)
{
  g_autofree char *price = units_describe_usd (totals->cost_usd);
  if (totals->n_unpriced == 0)
    return totals->cost_usd > 0 ? g_steal_pointer (&price) : g_strdup ("free");
  if (totals->cost_usd <= 0)
    return g_strdup ("not known");
  return g_strdup_printf ("%s, and %u at a price that is not known", price, totals->n_unpriced);
}
