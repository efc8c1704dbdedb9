#include "run/ancestry.h"

#include "support/scratch.h"

typedef struct {
  Scratch *scratch;
  Cache *cache;
  State *state;
  Digest original;
} Place;

static void
set_up (Place *place, const void *unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("original", 8);
  g_autoptr (CacheRecord) record = cache_record_new ();
  place->scratch = scratch_new ();
  place->cache = cache_open (place->scratch->folder, &error);
  g_assert_no_error (error);
  place->state = state_open (place->scratch->folder, &error);
  g_assert_no_error (error);
  assert_ok (cache_put (place->cache, bytes, &place->original, NULL, &error), error);
  record->digest = place->original;
  record->size_bytes = 8;
  record->format = g_strdup ("png");
  record->width = 600;
  record->height = 800;
  record->source_type = g_strdup ("trainedAlgorithmicMedia");
  assert_ok (cache_record_put (place->cache, record, &error), error);
}

static void
tear_down (Place *place, const void *unused)
{
  state_close (place->state);
  cache_close (place->cache);
  scratch_free (place->scratch);
}

/* /out/a.jpg with the content "made", as a run leaves it in the state. */
static void
put_output (Place *place, const Digest *original, const char *more)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *recipe = g_strdup_printf ("peel derivative 1\noriginal %s\nupscale 1%s",
                                             digest_to_hex (original).text, more);
  const StateOutput made = { .content = digest_of ("made", 4),
                             .recipe = recipe,
                             .facts = (char *)"{}" };
  assert_ok (state_put_output (place->state, "/out/a.jpg", &made, &error), error);
}

static Ancestry
find (Place *place, State *state, const char *content)
{
  g_autoptr (GError) error = NULL;
  const Digest digest = digest_of (content, strlen (content));
  Ancestry found;
  assert_ok (ancestry_find (state, place->scratch->folder, "/out/a.jpg", &digest, &found, &error),
             error);
  return found;
}

static void
test_made (Place *place, const void *unused)
{
  put_output (place, &place->original, "");
  g_auto (Ancestry) found = find (place, place->state, "made");
  g_assert_cmpint (found.kind, ==, ANCESTRY_MADE);
  g_assert_true (g_str_has_suffix (found.recipe, "\nupscale 1"));
  g_assert_true (found.has_original);
  g_assert_cmpint (found.width, ==, 600);
  g_assert_cmpint (found.height, ==, 800);
  g_assert_cmpstr (found.source_type, ==, "trainedAlgorithmicMedia");
}

static void
test_changed (Place *place, const void *unused)
{
  put_output (place, &place->original, "");
  g_auto (Ancestry) found = find (place, place->state, "stripped");
  g_assert_cmpint (found.kind, ==, ANCESTRY_CHANGED);
  g_assert_null (found.recipe);
  g_assert_false (found.has_original);
  g_assert_cmpint (found.width, ==, 0);
  g_assert_cmpstr (found.source_type, ==, "trainedAlgorithmicMedia");
}

/* What the recipe says of it stays. */
static void
test_lost (Place *place, const void *unused)
{
  const Digest gone = digest_of ("gone", 4);
  put_output (place, &gone, "\nsource-type algorithmicMedia\ncredentials valid");
  g_auto (Ancestry) found = find (place, place->state, "made");
  g_assert_cmpint (found.kind, ==, ANCESTRY_MADE);
  g_assert_false (found.has_original);
  g_assert_cmpint (found.width, ==, 0);
  g_assert_cmpstr (found.source_type, ==, "algorithmicMedia");
}

static void
test_originals (Place *place, const void *unused)
{
  g_auto (Ancestry) without_state = find (place, NULL, "original");
  g_assert_cmpint (without_state.kind, ==, ANCESTRY_ORIGINAL);
  put_output (place, &place->original, "");
  g_auto (Ancestry) found = find (place, place->state, "original");
  g_assert_cmpint (found.kind, ==, ANCESTRY_ORIGINAL);
  g_assert_cmpint (found.width, ==, 600);
}

static void
test_unknown (Place *place, const void *unused)
{
  State *const states[] = { NULL, place->state };
  for (unsigned i = 0; i < G_N_ELEMENTS (states); i++) {
    g_auto (Ancestry) found = find (place, states[i], "somebody's");
    g_assert_cmpint (found.kind, ==, ANCESTRY_UNKNOWN);
    g_assert_null (found.source_type);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(claim, test) g_test_add ("/run/ancestry/" claim, Place, NULL, set_up, test, tear_down)
  ADD ("what-was-made-has-a-recipe-and-an-original", test_made);
  ADD ("what-was-changed-has-neither", test_changed);
  ADD ("a-lost-original-leaves-what-the-recipe-says", test_lost);
  ADD ("an-original-is-known-by-its-content", test_originals);
  ADD ("others-are-not-known", test_unknown);
  return g_test_run ();
}
