#include "run/freshness.h"

#include <string.h>

#include "base/atomic-file.h"
#include "support/scratch.h"

static void
assert_compared (const char *before, const char *now, const char *wanted)
{
  g_autofree char *text = freshness_compare_recipes (before, now);
  g_assert_cmpstr (text, ==, wanted);
}

static void
test_recipes (void)
{
  assert_compared ("original aa\nresize width=640\nrecompress quality=80",
                   "original aa\nresize width=800\nrecompress quality=80",
                   "'resize' changed: width 640 is 800 now");
  assert_compared ("resize fit=\"a b\" width=640", "resize fit=\"c \\\"d=e\" width=640",
                   "'resize' changed: fit \"a b\" is \"c \\\"d=e\" now");
  assert_compared ("blur sigma=1", "blur", "'blur' changed: sigma 1 is (default) now");
  assert_compared ("original aa\nresize width=640", "original bb\nresize width=640",
                   "the original is another one");
  assert_compared ("original aa\nblur sigma=1\nresize width=1", "original aa\nresize width=1",
                   "'blur' is gone");
  assert_compared ("original aa", "original aa\nblur sigma=1", "'blur' is new");
  assert_compared ("original aa\nflip x\nblur y", "original aa\nblur y\nflip x",
                   "the order of its stages changed");
}

/* Stages of one name are told apart by their rank; a name is not taken for its beginning. */
static void
test_namesakes (void)
{
  assert_compared ("resize width=640\nresize width=320", "resize width=640\nresize width=300",
                   "'resize' changed: width 320 is 300 now");
  assert_compared ("crop a", "crop a\ncrop-more b", "'crop-more' is new");
  assert_compared ("flip", "flip x", "was 'flip', is 'flip x'");
}

/* ---- verdicts ---- */

typedef struct {
  Scratch *scratch;
  State *state;
  Derivative derivative;
} Setting;

static void
set_up (Setting *setting, const void *unused)
{
  g_autoptr (GError) error = NULL;
  setting->scratch = scratch_new ();
  setting->state = state_open (scratch_path (setting->scratch, "."), &error);
  g_assert_no_error (error);
  setting->derivative = (Derivative){
    .path = (char *)scratch_path (setting->scratch, "a.png"),
    .shown = (char *)"a.png",
    .recipe = (char *)"original aa",
    .fingerprint = digest_of ("original aa", 11),
  };
}

static void
tear_down (Setting *setting, const void *unused)
{
  state_close (setting->state);
  scratch_free (setting->scratch);
}

/* As a run leaves it: the file, and the state knowing it. */
static void
make_output (Setting *setting)
{
  g_autoptr (GError) error = NULL;
  scratch_write (setting->scratch, "a.png", "pixels");
  StateOutput made = {
    .fingerprint = setting->derivative.fingerprint,
    .content = digest_of ("pixels", 6),
    .recipe = setting->derivative.recipe,
    .facts = (char *)"{\"width\":1,\"made-with\":\"libvips 8.14\"}",
  };
  g_assert_true (file_stamp_read (setting->derivative.path, &made.stamp));
  assert_ok (state_put_output (setting->state, setting->derivative.path, &made, &error), error);
}

static FreshnessKind
judge (Setting *setting, ManifestIndex *manifest, bool always_hash)
{
  g_autoptr (GError) error = NULL;
  g_auto (Freshness) freshness = { .kind = FRESH_MISSING };
  assert_ok (freshness_of (setting->state, manifest, &setting->derivative, "libvips 8.14",
                           always_hash, &freshness, &error),
             error);
  g_assert_true ((freshness.kind == FRESH_UP_TO_DATE) == (freshness.reason == NULL));
  return freshness.kind;
}

static void
test_verdicts (Setting *setting, const void *unused)
{
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_MISSING);
  scratch_write (setting->scratch, "a.png", "somebody's");
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_NEW);
  make_output (setting);
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_UP_TO_DATE);
  g_assert_cmpint (judge (setting, NULL, true), ==, FRESH_UP_TO_DATE);
  scratch_write (setting->scratch, "a.png", "other pixels");
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_ALTERED);
  make_output (setting);
  setting->derivative.recipe = (char *)"original bb";
  setting->derivative.fingerprint = digest_of ("original bb", 11);
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_CHANGED);
}

static void
test_drift (Setting *setting, const void *unused)
{
  g_autoptr (GError) error = NULL;
  g_auto (Freshness) freshness = { .kind = FRESH_MISSING };
  make_output (setting);
  assert_ok (freshness_of (setting->state, NULL, &setting->derivative, "libvips 8.15", false,
                           &freshness, &error),
             error);
  g_assert_cmpint (freshness.kind, ==, FRESH_DRIFTED);
}

static void
write_manifest (Setting *setting, const char *content)
{
  const Digest digest = digest_of (content, strlen (content));
  g_autofree char *text = g_strdup_printf (
    "{\"peel\":1,\"images\":[{\"derivatives\":[{\"path\":\"a.png\",\"width\":1,"
    "\"sha256\":\"%s\",\"fingerprint\":\"%s\"}]}]}",
    digest_to_hex (&digest).text, digest_to_hex (&setting->derivative.fingerprint).text);
  scratch_write (setting->scratch, "m.json", text);
}

static void
test_manifest_vouches (Setting *setting, const void *unused)
{
  scratch_write (setting->scratch, "a.png", "pixels");
  write_manifest (setting, "other pixels");
  g_autoptr (ManifestIndex) wrong = manifest_index_new (scratch_path (setting->scratch, "m.json"));
  g_assert_cmpint (judge (setting, wrong, false), ==, FRESH_ALTERED);
  write_manifest (setting, "pixels");
  g_autoptr (ManifestIndex) right = manifest_index_new (scratch_path (setting->scratch, "m.json"));
  g_assert_cmpint (judge (setting, right, false), ==, FRESH_UP_TO_DATE);
  /* From now on the state knows. */
  g_assert_cmpint (judge (setting, NULL, false), ==, FRESH_UP_TO_DATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/freshness/recipes-say-what-differs", test_recipes);
  g_test_add_func ("/run/freshness/stages-of-one-name-are-told-apart", test_namesakes);
  g_test_add ("/run/freshness/file-and-state-give-the-verdict", Setting, NULL, set_up,
              test_verdicts, tear_down);
  g_test_add ("/run/freshness/other-libraries-are-drift", Setting, NULL, set_up, test_drift,
              tear_down);
  g_test_add ("/run/freshness/manifest-vouches-where-the-state-knows-nothing", Setting, NULL,
              set_up, test_manifest_vouches, tear_down);
  return g_test_run ();
}
