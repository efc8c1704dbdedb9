#include "pipeline/pipeline.h"

#include "support/scratch.h"
#include "written.h"

#define REST "stages:\n  - generate: A watch\noutputs:\n  - to: out/{name}.webp\n"

typedef struct {
  Scratch *scratch;
  Problems *problems;
} Fixture;

static void
set_up (Fixture *fixture, const void *unused)
{
  fixture->scratch = scratch_new ();
  fixture->problems = problems_new ();
}

static void
tear_down (Fixture *fixture, const void *unused)
{
  problems_free (fixture->problems);
  scratch_free (fixture->scratch);
}

/* Loads p.yaml, written with this text. */
static Pipeline *
load (Fixture *fixture, const char *text, char **variables)
{
  static char *no_folders[] = { NULL, NULL };
  no_folders[0] = (char *)"/nowhere";
  const PresetPath presets = { no_folders };
  const PipelineSettings settings = { .variables = variables, .presets = &presets };
  const char *path = scratch_write (fixture->scratch, "p.yaml", text);
  return pipeline_load (path, &settings, fixture->problems);
}

/* What was said, without the folder. New string. */
static char *
told (Fixture *fixture)
{
  g_autofree char *all = said (fixture->problems);
  g_autoptr (GString) out = g_string_new (all);
  g_autofree char *folder = g_strconcat (fixture->scratch->folder, "/", NULL);
  g_string_replace (out, folder, "", 0);
  return g_strdup (out->str);
}

#define assert_told(fixture, wanted)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *told_ = told (fixture);                                                       \
    g_assert_cmpstr (told_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

static void
a_small_file_has_sensible_rest (Fixture *fixture, const void *unused)
{
  g_autoptr (Pipeline) pipeline = load (fixture, "version: 1\n" REST, NULL);
  assert_told (fixture, "");
  g_assert_cmpstr (pipeline->name, ==, "p");
  g_assert_cmpstr (pipeline->manifest, ==, scratch_path (fixture->scratch, "p.manifest.json"));
  g_assert_cmpuint (pipeline->outputs->len, ==, 1);
}

static void
a_manifest_may_be_elsewhere_or_none (Fixture *fixture, const void *unused)
{
  g_autoptr (Pipeline) none = load (fixture, "version: 1\nmanifest: none\n" REST, NULL);
  g_assert_null (none->manifest);
  g_autoptr (Pipeline) named = load (fixture, "version: 1\nmanifest: out/m.json\n" REST, NULL);
  g_assert_cmpstr (named->manifest, ==, scratch_path (fixture->scratch, "out/m.json"));
}

static void
a_child_merges_over_its_parents (Fixture *fixture, const void *unused)
{
  scratch_write (fixture->scratch, "grand.yaml",
                 "version: 1\nname: grand\nvars: { a: 1, b: 2, c: 3 }\n" REST);
  scratch_write (fixture->scratch, "parent.yaml",
                 "version: 1\nextends: grand.yaml\nname: parent\nvars: { b: 20, c: 30 }\n");
  g_autoptr (Pipeline)
    pipeline = load (fixture, "version: 1\nextends: parent.yaml\nvars: { c: 300, d: 400 }\n", NULL);
  assert_told (fixture, "");
  g_assert_cmpstr (pipeline->name, ==, "parent");
  assert_json (node_get (pipeline->root, "vars"), "{\"a\":1,\"b\":20,\"c\":300,\"d\":400}");
}

static void
a_parent_s_files_start_at_the_parent (Fixture *fixture, const void *unused)
{
  g_mkdir_with_parents (scratch_path (fixture->scratch, "shared"), 0700);
  scratch_write (fixture->scratch, "shared/rows.csv", "id\nx\ny\n");
  scratch_write (fixture->scratch, "shared/parent.yaml",
                 "version: 1\nmatrix: { from: rows.csv }\n" REST);
  g_autoptr (Pipeline) pipeline = load (
    fixture, "version: 1\nextends: shared/parent.yaml\nmatrix: { include: [{ id: z }] }\n", NULL);
  assert_told (fixture, "");
  g_assert_cmpstr (pipeline_folder_of (pipeline, pipeline->stage_list), ==,
                   scratch_path (fixture->scratch, "shared"));
  g_autoptr (GPtrArray) rows = matrix_rows (pipeline->matrix, 0, 0, NULL, fixture->problems);
  g_autofree char *text = rows_as_text (rows);
  g_assert_cmpstr (text, ==, "id=x id=y id=z");
}

static void
a_circle_of_three_is_an_error (Fixture *fixture, const void *unused)
{
  scratch_write (fixture->scratch, "a.yaml", "version: 1\nextends: b.yaml\n");
  scratch_write (fixture->scratch, "b.yaml", "version: 1\nextends: ./x/../p.yaml\n");
  g_assert_null (load (fixture, "version: 1\nextends: a.yaml\n", NULL));
  assert_told (fixture, "b.yaml:2:10: 'extends' goes in a circle: p.yaml is already being read");
}

static void
variables_of_the_command_line_win_with_their_type (Fixture *fixture, const void *unused)
{
  char *variables[] = { (char *)"size=640", (char *)"other=x=y", NULL };
  g_autoptr (Pipeline) pipeline = load (
    fixture, "version: 1\nvars: { size: '${unset}', half: '${size}' }\nname: '${other}'\n" REST,
    variables);
  assert_told (fixture, "");
  g_assert_cmpint (scope_get (pipeline->scope, "half")->kind, ==, NODE_INT);
  g_assert_cmpstr (pipeline->name, ==, "x=y");
}

static void
a_slip_in_a_variable_of_the_command_line_is_told (Fixture *fixture, const void *unused)
{
  char *variables[] = { (char *)"prodct=x", (char *)"nothing", (char *)"angle=x", NULL };
  g_assert_null (load (fixture,
                       "version: 1\nvars: { product: y }\nmatrix: { angle: [1] }\n"
                       "stages:\n  - generate: ${angle}\noutputs:\n  - to: '{name}.webp'\n",
                       variables));
  assert_told (fixture,
               "--var takes NAME=VALUE, not 'nothing'\n"
               "--var prodct: the pipeline has no ${prodct}\n"
               "--var angle: that is a matrix key, which has several values; --only chooses "
               "images by their ids");
}

static void
a_secret_is_all_that_is_told (Fixture *fixture, const void *unused)
{
  g_assert_null (load (fixture, "version: 9\napi-key: abc\nnmae: x\n", NULL));
  assert_told (fixture,
               "p.yaml:2:10: 'api-key' holds a secret: a pipeline is shared, so keys never stand "
               "in it. Put it into the environment, or a file that only you can read, and name "
               "that in your own configuration");
  g_autofree char *all = problems_format (fixture->problems);
  g_assert_null (strstr (all, "abc"));
}

static void
words_that_end_like_key_are_no_secrets (Fixture *fixture, const void *unused)
{
  g_autoptr (Pipeline) pipeline = load (
    fixture, "version: 1\nvars: { whiskey: in a glass, monkey: brass }\n" REST, NULL);
  assert_told (fixture, "");
  g_assert_nonnull (pipeline);
}

static void
json_of_ascii_writers_is_read (Fixture *fixture, const void *unused)
{
  g_autoptr (Pipeline) pipeline = load (
    fixture,
    "{\"version\": 1, \"vars\": {\"p\": \"\\ud83d\\ude00 caf\\u00e9\"},"
    " \"stages\": [{\"generate\": \"A ${p}\"}], \"outputs\": [{\"to\": \"{name}.webp\"}]}",
    NULL);
  assert_told (fixture, "");
  g_assert_cmpstr (scope_get (pipeline->scope, "p")->text, ==, "\xF0\x9F\x98\x80 caf\xC3\xA9");
}

static void
mistakes_of_all_parts_are_told_in_order (Fixture *fixture, const void *unused)
{
  g_assert_null (load (fixture,
                       "version: 1\nvars: { a: '${b}' }\nstages:\n  - generate: A ${a}\n"
                       "  - blurr: 2\noutputs:\n  - to: 12\n  - preset: none\n    with: []\n"
                       "    stages: [resize: 0]\n",
                       NULL));
  assert_told (fixture,
               "p.yaml:2:13: '${b}' is not set; set it under 'vars', in 'matrix' or with --var "
               "b=VALUE (a literal '${' is written '$${')\n"
               "p.yaml:5:5: there is no stage 'blurr'; did you mean 'blur'?\n"
               "p.yaml:7:9: 'to' takes a path such as \"out/{name}-{width}.{ext}\"\n"
               "p.yaml:8:13: there is no preset 'none'; 'peel presets' lists them\n"
               "p.yaml:10:22: 'width' takes 1 to 65535 px, not '0'");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test)                                                                           \
  g_test_add ("/pipeline/pipeline/" claim, Fixture, NULL, set_up, test, tear_down)
  ADD ("a-small-file-has-sensible-rest", a_small_file_has_sensible_rest);
  ADD ("a-manifest-may-be-elsewhere-or-none", a_manifest_may_be_elsewhere_or_none);
  ADD ("a-child-merges-over-its-parents", a_child_merges_over_its_parents);
  ADD ("a-parent-s-files-start-at-the-parent", a_parent_s_files_start_at_the_parent);
  ADD ("a-circle-of-three-is-an-error", a_circle_of_three_is_an_error);
  ADD ("variables-of-the-command-line-win-with-their-type",
       variables_of_the_command_line_win_with_their_type);
  ADD ("a-slip-in-a-variable-of-the-command-line-is-told",
       a_slip_in_a_variable_of_the_command_line_is_told);
  ADD ("a-secret-is-all-that-is-told", a_secret_is_all_that_is_told);
  ADD ("words-that-end-like-key-are-no-secrets", words_that_end_like_key_are_no_secrets);
  ADD ("json-of-ascii-writers-is-read", json_of_ascii_writers_is_read);
  ADD ("mistakes-of-all-parts-are-told-in-order", mistakes_of_all_parts_are_told_in_order);
  return g_test_run ();
}
