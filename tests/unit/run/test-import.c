#include "run/import.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/encode.h"
#include "image/painter.h"
#include "support/scratch.h"

/* ---- listing ---- */

static void
on_unreadable (void *data, const char *path, const GError *error)
{
  g_test_message ("%s: %s", path, error->message);
  g_test_fail ();
}

static GPtrArray *
list (const char *path)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  assert_ok (import_list_files (path, files, on_unreadable, NULL, &error), error);
  return files;
}

static void
test_list_folder (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_assert_cmpint (g_mkdir_with_parents (scratch_path (scratch, "in/b/c"), 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (scratch_path (scratch, "in/.hidden"), 0700), ==, 0);
  const char *const names[] = { "in/z.png", "in/b/c/y.png", "in/a.txt", "in/.x", "in/.hidden/x" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++)
    scratch_write (scratch, names[i], "x");
  g_assert_cmpint (symlink ("a.txt", scratch_path (scratch, "in/link.txt")), ==, 0);
  g_assert_cmpint (symlink ("..", scratch_path (scratch, "in/b/circle")), ==, 0);
  g_autoptr (GPtrArray) files = list (scratch_path (scratch, "in"));
  const char *const wanted[] = { "in/a.txt", "in/b/c/y.png", "in/z.png" };
  g_assert_cmpuint (files->len, ==, G_N_ELEMENTS (wanted));
  for (unsigned i = 0; i < files->len; i++)
    g_assert_cmpstr (files->pdata[i], ==, scratch_path (scratch, wanted[i]));
  /* Whoever names a link means what it points at. */
  g_autoptr (GPtrArray) linked = list (scratch_path (scratch, "in/link.txt"));
  g_assert_cmpuint (linked->len, ==, 1);
}

static void
test_list_others (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (mkfifo (scratch_path (scratch, "pipe"), 0600), ==, 0);
  g_assert_false (
    import_list_files (scratch_path (scratch, "pipe"), files, on_unreadable, NULL, &error));
  g_assert_error (error, RUN_ERROR, RUN_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "neither a file nor a folder"));
  g_clear_error (&error);
  g_assert_false (
    import_list_files (scratch_path (scratch, "nope"), files, on_unreadable, NULL, &error));
  g_assert_nonnull (strstr (error->message, "there is no file or folder"));
  g_assert_cmpuint (files->len, ==, 0);
}

/* ---- importing ---- */

typedef struct {
  unsigned n_imported, n_failed, n_warnings;
  CacheRecord *last; /* facts alone */
  char *message;
} Heard;

static void
on_imported (void *data, const char *path, const CacheRecord *record, bool was_there)
{
  Heard *heard = data;
  heard->n_imported++;
  g_clear_pointer (&heard->last, cache_record_free);
  heard->last = cache_record_new ();
  heard->last->digest = record->digest;
  heard->last->format = g_strdup (record->format);
  heard->last->width = record->width;
}

static void
on_failed (void *data, const char *path, RunErrorCode error_class, const char *message)
{
  Heard *heard = data;
  heard->n_failed++;
  g_free (heard->message);
  heard->message = g_strdup (message);
}

static void
on_warning (void *data, const char *message)
{
  ((Heard *)data)->n_warnings++;
}

static void
on_tick (void *data, const ImportTotals *totals)
{
}

static ImportResult
import (const char *path, const char *home, const ImportFacts *facts, Heard *heard)
{
  g_autoptr (GError) error = NULL;
  char *paths[] = { (char *)path };
  const ImportListener listener = { heard, on_imported, on_failed, on_warning, on_tick };
  const ImportSettings settings = {
    .home = home, .n_jobs = 2, .most_bytes = 1 << 20, .facts = *facts
  };
  ImportResult result;
  assert_ok (import_files (paths, 1, &settings, &listener, &result, &error), error);
  return result;
}

static void
write_picture (Scratch *scratch, const char *name, int width)
{
  g_autoptr (GError) error = NULL;
  const PainterSpec spec = { .prompt = "A gate", .variant = 1, .width = width, .height = 48 };
  const EncodeOptions encoding = { .format = IMAGE_FORMAT_PNG };
  g_autoptr (VipsImage) picture = NULL;
  g_autoptr (GBytes) bytes = NULL;
  EncodeResult result;
  assert_ok (image_start (1, &error), error);
  assert_ok (painter_draw (&spec, &picture, &error), error);
  assert_ok (image_encode (picture, &encoding, &bytes, &result, &error), error);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  assert_ok (g_file_set_contents (scratch_path (scratch, name), data, (gssize)length, &error),
             error);
}

static void
heard_clear (Heard *heard)
{
  g_clear_pointer (&heard->last, cache_record_free);
  g_free (heard->message);
}

static void
test_import_anything (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  Heard heard = { .n_imported = 0 };
  const char *home = scratch_path (scratch, "home");
  const ImportFacts facts = { .prompt = "A gate",
                              .provider = "elsewhere",
                              .cost_usd = 0.5,
                              .source_type = "trainedAlgorithmicMedia" };
  write_picture (scratch, "gate.png", 64);
  ImportResult result = import (scratch_path (scratch, "gate.png"), home, &facts, &heard);
  g_assert_cmpuint (result.totals.n_new, ==, 1);
  g_assert_cmpint (heard.last->width, ==, 64);

  g_autoptr (Cache) cache = cache_open (home, &error);
  g_assert_no_error (error);
  g_autoptr (CacheRecord) record = cache_record_get (cache, &heard.last->digest, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (record->source_type, ==, "trainedAlgorithmicMedia");
  const CacheAcquisition *acquisition = record->acquisitions->pdata[0];
  g_assert_cmpstr (acquisition->source, ==, "import");
  g_assert_cmpstr (acquisition->image_id, ==, "gate");
  g_assert_cmpstr (acquisition->provider, ==, "elsewhere");
  g_assert_cmpfloat (acquisition->cost_usd, ==, 0.5);

  const char *letter = scratch_write (scratch, "letter.png", "Dear reader");
  result = import (letter, home, &facts, &heard);
  g_assert_cmpuint (result.totals.n_new, ==, 1);
  g_assert_cmpuint (result.totals.n_pictures, ==, 0);
  g_assert_null (heard.last->format);
  g_autoptr (GBytes) bytes = cache_get (cache, &heard.last->digest, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "Dear reader", 11);
  result = import (letter, home, &facts, &heard);
  g_assert_cmpuint (result.totals.n_known, ==, 1);
  heard_clear (&heard);
}

static void
test_import_answer (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  Heard heard = { .n_imported = 0 };
  const char *home = scratch_path (scratch, "home");
  const Digest request = digest_of ("a request", 9);
  const ImportFacts facts = { .request = &request, .variant = 2 };
  const char *letter = scratch_write (scratch, "letter.png", "Dear reader");
  ImportResult result = import (letter, home, &facts, &heard);
  g_assert_cmpuint (result.totals.n_failed, ==, 1);
  g_assert_nonnull (strstr (heard.message, "letter.png"));
  g_autoptr (Cache) cache = cache_open (home, &error);
  Digest found;
  g_assert_false (cache_lookup (cache, &request, &found, NULL, &error));
  g_assert_no_error (error);

  write_picture (scratch, "gate.png", 64);
  result = import (scratch_path (scratch, "gate.png"), home, &facts, &heard);
  g_assert_cmpuint (result.totals.n_failed, ==, 0);
  g_assert_true (cache_lookup (cache, &request, &found, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (digest_equal (&found, &heard.last->digest));
  heard_clear (&heard);
}

/* ---- requests ---- */

static const char pipeline_text[] =
  "version: 1\n"
  "matrix:\n  angle: [front, side]\n"
  "stages:\n  - generate: { prompt: \"A gate, ${angle}\", variants: 2 }\n"
  "outputs:\n  - stages: [{ recompress: webp }]\n    to: \"{name}-{variant}.webp\"\n";

static Pipeline *
read_pipeline (const char *text)
{
  static char *folders[] = { NULL };
  const PresetPath presets = { folders };
  const PipelineSettings settings = { .presets = &presets };
  g_autoptr (Problems) problems = problems_new ();
  Document *document = document_read ("p.yaml", text, strlen (text), problems);
  Pipeline *pipeline = pipeline_from_document (document, "/shop", "p", &settings, problems);
  g_assert_cmpuint (problems_count (problems), ==, 0);
  return pipeline;
}

static void
test_find_request (void)
{
  g_autoptr (Pipeline) pipeline = read_pipeline (pipeline_text);
  g_autoptr (GError) error = NULL;
  g_auto (ImportRequest) first = { .variant = 0 };
  g_auto (ImportRequest) second = { .variant = 0 };
  assert_ok (import_find_request (pipeline, NULL, "p@front", 1, &first, &error), error);
  assert_ok (import_find_request (pipeline, NULL, "p@front", 2, &second, &error), error);
  g_assert_cmpint (second.variant, ==, 2);
  g_assert_cmpstr (second.prompt, ==, "A gate, front");
  g_assert_false (digest_equal (&first.fingerprint, &second.fingerprint));
}

static void
test_find_no_request (void)
{
  static const struct {
    const char *image_id;
    int variant;
    const char *complaint;
  } cases[] = {
    { NULL, 0, "has 4 images; choose one with --image ID, such as 'p@front'" },
    { "p@frnt", 0, "no image 'p@frnt'; did you mean 'p@front'?" },
    { "p@front", 0, "p@front has 2 variants; choose one with --variant N" },
    { "p@front", 3, "there is no variant 3 of p@front; it has 2" },
  };
  g_autoptr (Pipeline) pipeline = read_pipeline (pipeline_text);
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (ImportRequest) request = { .variant = 0 };
    g_assert_false (
      import_find_request (pipeline, NULL, cases[i].image_id, cases[i].variant, &request, &error));
    g_assert_error (error, RUN_ERROR, RUN_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, cases[i].complaint));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/import/folders-are-taken-without-hidden-names-and-links",
                   test_list_folder);
  g_test_add_func ("/run/import/what-is-no-file-is-refused", test_list_others);
  g_test_add_func ("/run/import/any-bytes-are-kept-and-pictures-known", test_import_anything);
  g_test_add_func ("/run/import/only-a-picture-answers-a-request", test_import_answer);
  g_test_add_func ("/run/import/a-pipeline-tells-its-requests", test_find_request);
  g_test_add_func ("/run/import/what-is-no-request-is-told", test_find_no_request);
  return g_test_run ();
}
