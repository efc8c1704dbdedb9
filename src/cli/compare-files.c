/* Side by side is a pipeline like any other, made in memory: the first original is the source, is scaled,
 * gets more canvas, and the others are laid on it. So workers decode, and what is up to date stays.
 *
 *     +--------------------------------+
 *     |  +--------+  +------------+    |   GAP all around: a rounding by a pixel fits in
 *     |  | first  |  |  second    |    |
 *     |  +--------+  +------------+    |
 *     +--------------------------------+
 */
#include "cli/compare-files.h"

#include <unistd.h>

#include "base/atomic-file.h"
#include "base/path.h"
#include "cli/compare-page.h"
#include "cli/reporter.h"
#include "cli/run-options.h"
#include "cli/signals.h"
#include "document/json-write.h"
#include "image/format.h"
#include "metadata/policy.h"

enum {
  GAP = 16,
  MOST_HEIGHT = 1024,
  MOST_WIDTH = 12000, /* of WebP's 16383 */
  MOST_PAGE_BYTES = 64 * 1024 * 1024,
};

/* ---- the folder ---- */

/* The page is there before the first picture: without one, files are somebody else's. */
static bool
is_ours (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "index.html", NULL);
  g_autofree char *text = NULL;
  size_t length;
  return path_read_file (path, MOST_PAGE_BYTES, &text, &length, NULL) && compare_page_is_one (text);
}

static bool
is_empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && name[0] == '.')
    continue;
  return dir != NULL && name == NULL;
}

/* What would fail after everything is paid for, or replace what no comparison made. */
static bool
check_use (const char *folder, const char *to, GError **error)
{
  g_autofree char *at = g_strdup (folder);
  while (!g_file_test (at, G_FILE_TEST_EXISTS)) {
    char *parent = g_path_get_dirname (at);
    g_free (at);
    at = parent;
  }
  if (!g_file_test (at, G_FILE_TEST_IS_DIR) || access (at, W_OK | X_OK) != 0)
    return run_fail (error, RUN_ERROR_INVALID,
                     "--to '%s' cannot be made: %s is no folder that can be written to", to, at);
  if (strcmp (at, folder) != 0 || is_empty (folder) || is_ours (folder))
    return true;
  return run_fail (error, RUN_ERROR_INVALID,
                   "--to '%s' holds files that no comparison made, and a comparison might replace "
                   "them: name a folder of its own, such as out/compare",
                   to);
}

char *
compare_files_folder (const Pipeline *pipeline, const char *to, GError **error)
{
  g_autofree char *folder = path_resolve (pipeline->folder, to);
  g_autofree char *real = path_real (folder);
  g_autofree char *home = path_real (pipeline->folder);
  if (strcmp (real, home) == 0)
    (void)run_fail (error, RUN_ERROR_INVALID,
                    "--to '%s' is the pipeline's own folder; a comparison has one of its own, such "
                    "as out/compare",
                    to);
  else if (!pipeline->allow_outside && !path_is_within (real, home))
    (void)run_fail (error, RUN_ERROR_INVALID,
                    "--to '%s' leaves the pipeline's folder, for %s; --allow-outside permits it",
                    to, real);
  else if (check_use (folder, to, error))
    return g_steal_pointer (&folder);
  return NULL;
}

bool
compare_files_write (const char *folder, const char *name, const void *bytes, size_t length,
                     GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  const Digest wanted = digest_of (bytes, length);
  Digest found;
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK) &&
      digest_of_file (path, &found, NULL) && digest_equal (&found, &wanted))
    return true;
  g_auto (AtomicFile) file = ATOMIC_FILE_INIT;
  return atomic_file_open (&file, path, error) && atomic_file_write (&file, bytes, length, error) &&
         atomic_file_commit (&file, error);
}

/* ---- names ---- */

/* One that no other file of the comparison has. New string. */
static char *
claim (GHashTable *names, const char *stem, const char *extension)
{
  char *name = g_strdup_printf ("%s.%s", stem, extension);
  for (unsigned i = 2;; i++) {
    g_autofree char *key = g_utf8_casefold (name, -1);
    if (g_hash_table_add (names, g_steal_pointer (&key)))
      return name;
    g_free (name);
    name = g_strdup_printf ("%s-%u.%s", stem, i, extension);
  }
}

static char *
stem_of (const ComparisonImage *image)
{
  g_autofree char *safe = path_safe_name (image->id);
  return image->variant > 0 ? g_strdup_printf ("%s-%d", safe, image->variant)
                            : g_steal_pointer (&safe);
}

/* ---- originals ---- */

/* An original that cannot be read fails, and the others are shown. */
static bool
write_original (const char *folder, ComparisonCell *cell, const char *home, int64_t most_bytes,
                GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) bytes = cache_read_blob (home, &cell->digest, most_bytes, &problem);
  if (bytes == NULL) {
    g_autofree char *lost = g_strdup_printf ("the original %s has just left the cache",
                                             digest_to_hex (&cell->digest).text);
    comparison_fail (cell, problem != NULL ? run_error_class (problem) : RUN_ERROR_CORRUPT,
                     problem != NULL ? problem->message : lost);
    return true;
  }
  size_t length;
  const void *data = g_bytes_get_data (bytes, &length);
  cell->blocks = metadata_find_blocks (data, length);
  cell->source_type = metadata_find_source_type (data, length);
  return compare_files_write (folder, cell->file, data, length, error);
}

static bool
write_image (const char *folder, const Comparison *comparison, ComparisonImage *image,
             GHashTable *names, const char *home, int64_t most_bytes, GError **error)
{
  g_autofree char *stem = stem_of (image);
  unsigned n = 0;
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    ComparisonCell *cell = &image->cells[p];
    const ImageFormatType *type = image_format_type (
      image_format_of_name (cell->format != NULL ? cell->format : ""));
    g_autofree char *own = g_strdup_printf ("%s-%s", stem, comparison->providers[p]);
    if (!cell->is_there)
      continue;
    cell->file = claim (names, own, type != NULL ? type->extension : "bin");
    if (!write_original (folder, cell, home, most_bytes, error))
      return false;
    n += cell->is_there;
  }
  if (n > 1)
    image->file = claim (names, stem, "webp");
  return true;
}

bool
compare_files_write_originals (const char *folder, Comparison *comparison, const char *home,
                               int64_t most_bytes, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!path_make_folder (folder, error))
    return false;
  atomic_file_sweep (folder);
  for (unsigned i = 0; i < comparison->images->len; i++)
    if (!write_image (folder, comparison, comparison->images->pdata[i], names, home, most_bytes,
                      error))
      return false;
  return true;
}

/* ---- side by side ---- */

/* How wide each is at the common height. */
static int
width_at (const ComparisonCell *cell, int height)
{
  return (int)MAX (1, ((int64_t)cell->width * height + cell->height / 2) / cell->height);
}

static int
width_of_all (const Comparison *comparison, const ComparisonImage *image, int height)
{
  int width = GAP;
  for (unsigned p = 0; p < comparison->n_providers; p++)
    if (image->cells[p].is_there)
      width += width_at (&image->cells[p], height) + GAP;
  return width;
}

/* Nothing is enlarged, and all of them fit. */
static int
common_height (const Comparison *comparison, const ComparisonImage *image)
{
  int height = MOST_HEIGHT;
  for (unsigned p = 0; p < comparison->n_providers; p++)
    if (image->cells[p].is_there)
      height = MIN (height, image->cells[p].height);
  while (height > 1 && width_of_all (comparison, image, height) > MOST_WIDTH)
    height -= MAX (1, height / 16);
  return height;
}

static cJSON *
add_stage (cJSON *stages, const char *name)
{
  cJSON *stage = cJSON_CreateObject ();
  cJSON_AddItemToArray (stages, stage);
  return cJSON_AddObjectToObject (stage, name);
}

static void
add_first (cJSON *stages, cJSON *output, const ComparisonCell *cell, int height, int width_all)
{
  int width = width_at (cell, height);
  cJSON_AddStringToObject (add_stage (stages, "recall"), "hash",
                           digest_to_hex (&cell->digest).text);
  cJSON *resize = add_stage (output, "resize");
  cJSON_AddNumberToObject (resize, "width", width);
  cJSON_AddNumberToObject (resize, "height", height);
  cJSON_AddStringToObject (resize, "fit", "fill");
  cJSON *pad = add_stage (output, "pad");
  cJSON_AddNumberToObject (pad, "top", GAP);
  cJSON_AddNumberToObject (pad, "bottom", GAP);
  cJSON_AddNumberToObject (pad, "left", GAP);
  cJSON_AddNumberToObject (pad, "right", width_all - width - GAP);
}

static void
add_other (cJSON *output, const ComparisonCell *cell, int left, int height, int width_all)
{
  cJSON *overlay = add_stage (output, "overlay");
  cJSON_AddStringToObject (overlay, "image", cell->file);
  cJSON_AddNumberToObject (overlay, "left", left);
  cJSON_AddNumberToObject (overlay, "top", GAP);
  cJSON_AddNumberToObject (overlay, "scale", (double)width_at (cell, height) / width_all);
}

/* A pipeline with one output, in the folder of the originals: their names are safe. New string. */
static char *
pipeline_text (const Comparison *comparison, const ComparisonImage *image)
{
  int height = common_height (comparison, image);
  int width_all = width_of_all (comparison, image, height), left = GAP;
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddNumberToObject (json, "version", 1);
  cJSON *stages = cJSON_AddArrayToObject (json, "stages");
  cJSON *rule = cJSON_CreateObject ();
  cJSON_AddItemToArray (cJSON_AddArrayToObject (json, "outputs"), rule);
  cJSON *output = cJSON_AddArrayToObject (rule, "stages");
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    const ComparisonCell *cell = &image->cells[p];
    if (!cell->is_there)
      continue;
    if (left == GAP)
      add_first (stages, output, cell, height, width_all);
    else
      add_other (output, cell, left, height, width_all);
    left += width_at (cell, height) + GAP;
  }
  /* What the first one carries is not true of all. */
  cJSON_AddStringToObject (add_stage (output, "metadata"), "policy", "strip");
  cJSON_AddStringToObject (add_stage (output, "recompress"), "format", "webp");
  cJSON_AddStringToObject (rule, "to", image->file);
  char *text = json_write_line (json);
  cJSON_Delete (json);
  return text;
}

static void
ignore_started (void *data, const RunTotals *totals)
{
}

static void
ignore_original (void *data, const OriginalEvent *event)
{
}

/* Of the run that makes one picture. */
static void
warn_of_output (void *data, const OutputEvent *event, const RunTotals *totals)
{
  if (event->message != NULL)
    reporter_warn (data, "no side-by-side picture %s: %s", event->path, event->message);
}

static void
warn_of_image (void *data, const char *image_id, RunErrorCode error_class, const char *message,
               const RunTotals *totals)
{
  reporter_warn (data, "no side-by-side picture of %s: %s", image_id, message);
}

static void
warn (void *data, const char *message)
{
  reporter_warn (data, "%s", message);
}

static void
ignore_tick (void *data, const RunTotals *totals)
{
}

static bool
make_picture (const Invocation *invocation, const char *folder, const char *text,
              Reporter *reporter, RunResult *out_result, GError **error)
{
  const RunSettings all = run_options_settings (invocation->shared, invocation->global);
  const RunSettings settings = {
    .home = all.home,
    .n_jobs = all.n_jobs,
    .verify_outputs = all.verify_outputs,
    .refresh_drift = all.refresh_drift,
    .isolate = all.isolate,
    .offline = true,
    .max_cost_usd = -1,
    .limits = all.limits,
  };
  const RunListener listener = { reporter,       ignore_started, ignore_original,
                                 warn_of_output, warn_of_image,  warn,
                                 NULL,           ignore_tick };
  const PipelineSettings pipeline_settings = { 0 };
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Pipeline) pipeline = NULL;
  Document *document = document_read ("compare.json", text, strlen (text), problems);
  if (document != NULL)
    pipeline = pipeline_from_document (document, folder, "compare", &pipeline_settings, problems);
  signals_watch ();
  return problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error) &&
         run_pipeline (pipeline, &settings, &listener, out_result, error);
}

bool
compare_files_make_pictures (const Invocation *invocation, const char *folder,
                             Comparison *comparison)
{
  g_autoptr (Reporter) reporter = reporter_new (REPORT_PLAN, invocation->global, "compare");
  for (unsigned i = 0; i < comparison->images->len; i++) {
    ComparisonImage *image = comparison->images->pdata[i];
    g_autoptr (GError) error = NULL;
    RunResult result = { .has_failed = true };
    if (image->file == NULL)
      continue;
    g_autofree char *text = pipeline_text (comparison, image);
    if (!make_picture (invocation, folder, text, reporter, &result, &error))
      reporter_warn (reporter, "no side-by-side picture of %s: %s", image->id, error->message);
    if (result.has_failed)
      g_clear_pointer (&image->file, g_free);
    if (result.is_interrupted)
      return false;
  }
  return true;
}
