#include "providers/models.h"

#include "asked.h"
#include "providers/capability.h"

static ModelTable *models;

static char *
found (const char *provider, const char *name)
{
  g_autoptr (GError) error = NULL;
  const Model *row = model_table_find (models, provider, name, &error);
  g_assert_cmpint (row == NULL, ==, error != NULL);
  return g_strdup (row != NULL ? row->id : error->message);
}

static void
assert_found (const char *provider, const char *name, const char *wanted)
{
  g_autofree char *said = found (provider, name);
  g_assert_cmpstr (said, ==, wanted);
}

static bool
is_retired (const Model *row)
{
  return row->retired != NULL && row->retired[0] != '\0';
}

/* ---- the built-in table ---- */

static void
successors_are_rows_that_can_be_asked (void)
{
  unsigned n_retired = 0;
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *row = model_table_row (models, i);
    bool is_there = false;
    n_retired += is_retired (row);
    for (unsigned k = 0; k < model_table_length (models) && row->successor != NULL; k++) {
      const Model *other = model_table_row (models, k);
      is_there = is_there || (strcmp (other->id, row->successor) == 0 && !is_retired (other));
    }
    g_assert_cmpint (is_there, ==, row->successor != NULL);
    g_assert_true (!is_retired (row) || row->successor != NULL);
  }
  g_assert_cmpuint (n_retired, >=, 17);
}

static void
assert_sizes (const Model *row, char *const *sizes)
{
  g_autoptr (GHashTable) ratios = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (unsigned i = 0; sizes != NULL && sizes[i] != NULL; i++) {
    Ratio ratio;
    int width, height;
    g_assert_true (capability_parse_size (sizes[i], &ratio, &width, &height));
    g_assert_true (g_hash_table_add (ratios, g_strndup (sizes[i], strcspn (sizes[i], " "))));
    /* Real pixels are near the ratio that they are named for, and no more. */
    double wanted = (double)ratio.width / ratio.height, real = (double)width / height;
    if (real < wanted * 0.97 || real > wanted * 1.03)
      g_error ("%s: %s", row->id, sizes[i]);
  }
}

static void
what_can_be_asked_is_sound (void)
{
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *row = model_table_row (models, i);
    if (is_retired (row)) {
      g_assert_null (row->providers);
      continue;
    }
    g_assert_nonnull (row->providers);
    g_assert_nonnull (row->resolutions);
    for (unsigned k = 0; row->resolutions[k] != NULL; k++)
      g_assert_true (capability_is_resolution (row->resolutions[k]));
    g_assert_true (row->sizes != NULL || row->size_step > 0);
    g_assert_true (row->size_step == 0 || (row->most_edge > 0 && row->most_ratio >= 1));
    assert_sizes (row, row->sizes);
    assert_sizes (row, row->small_sizes);
    for (unsigned k = 0; row->options != NULL && row->options[k] != NULL; k++)
      g_assert_nonnull (option_find (&generate_options, row->options[k]));
    g_assert_nonnull (row->prices_as_of != NULL || row->api == MODEL_API_IMAGES ? row : NULL);
  }
}

static void
names_are_of_one_row_only (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  for (unsigned i = 0; i < model_table_length (models); i++) {
    const Model *row = model_table_row (models, i);
    g_assert_true (g_hash_table_add (names, row->id));
    for (unsigned k = 0; row->aliases != NULL && row->aliases[k] != NULL; k++)
      g_assert_true (g_hash_table_add (names, row->aliases[k]));
  }
}

/* But for prices, which are named as resolutions are: "4K" is no usual name. */
static void
the_table_s_options_are_sound (void)
{
  Option rows[64] = { 0 };
  unsigned n = 0;
  for (const Option *row = model_options.rows; row->name != NULL; row++)
    if (row->kind != OPTION_KIND_GROUP)
      rows[n++] = *row;
  g_assert_cmpuint (n, <, G_N_ELEMENTS (rows));
  const OptionTable table = { rows, sizeof (Model), .shorthand = NULL };
  g_autofree char *fault = options_find_fault (&table);
  g_assert_cmpstr (fault, ==, NULL);
}

static void
usual_models_of_providers_are_there (void)
{
  static const char *const names[] = { "vertex", "ai-studio", "openai" };
  for (unsigned i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    model_table_find (models, names[i], provider_find (names[i])->default_model, &error);
    g_assert_no_error (error);
  }
}

/* ---- looking up ---- */

static void
a_row_is_found_by_id_and_by_alias (void)
{
  assert_found ("vertex", "gemini-3-pro-image", "gemini-3-pro-image");
  assert_found ("ai-studio", "nano-banana-pro", "gemini-3-pro-image");
  assert_found ("openai", "gpt-image-2", "gpt-image-2");
}

static void
the_retired_name_their_successor (void)
{
  assert_found ("vertex", "imagen-4.0-ultra-generate-001",
                "the model 'imagen-4.0-ultra-generate-001' is gone since 2026-06-30; ask for "
                "'gemini-3-pro-image' instead");
  assert_found ("openai", "dall-e-3",
                "the model 'dall-e-3' is gone since 2026-05-12; ask for 'gpt-image-2' instead");
  g_autoptr (ModelTable) own = models_with ("old: { retired: \"2026-01-01\" }");
  g_autoptr (GError) error = NULL;
  g_assert_null (model_table_find (own, "vertex", "old", &error));
  g_assert_cmpstr (error->message, ==,
                   "the model 'old' is gone since 2026-01-01; there is no successor");
}

static void
the_unknown_names_the_nearest (void)
{
#define ADVICE "'peel models' lists them, and a row under 'models:' in your configuration adds one"
  assert_found ("vertex", "gemini-3-pro-imag",
                "'vertex' has no model 'gemini-3-pro-imag' in the models table; did you mean "
                "'gemini-3-pro-image'? " ADVICE);
  assert_found ("vertex", "nano-bananna-pro",
                "'vertex' has no model 'nano-bananna-pro' in the models table; did you mean "
                "'nano-banana-pro'? " ADVICE);
  assert_found ("vertex", "x", "'vertex' has no model 'x' in the models table; " ADVICE);
  assert_found ("vertex", "", "'vertex' has no model '' in the models table; " ADVICE);
}

static void
another_provider_s_model_says_who_has_it (void)
{
  assert_found ("vertex", "gpt-image-2",
                "'vertex' does not have the model 'gpt-image-2'; openai has it");
  assert_found ("openai", "nano-banana-pro",
                "'openai' does not have the model 'nano-banana-pro'; vertex, ai-studio has it");
}

static void
a_provider_may_know_it_by_another_id (void)
{
  g_autoptr (ModelTable)
    own = models_with ("gemini-3-pro-image: { ids: [ai-studio=nano-banana-pro-4k] }");
  g_autoptr (GError) error = NULL;
  const Model *row = model_table_find (own, "ai-studio", "nano-banana-pro-4k", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (row->id, ==, "gemini-3-pro-image");
  g_assert_cmpstr (model_id_at (row, "ai-studio"), ==, "nano-banana-pro-4k");
  g_assert_cmpstr (model_id_at (row, "vertex"), ==, "gemini-3-pro-image");
  g_assert_cmpstr (model_id_at (row, "ai"), ==, "gemini-3-pro-image");
}

static void
models_of_one_family_answer_for_each_other (void)
{
  g_autoptr (ModelTable) own = models_with ("mine: { providers: openai, family: gpt-image-2 }");
  const Model *mine = model_table_find (own, "openai", "mine", NULL);
  const Model *theirs = model_table_find (own, "openai", "gpt-image-2", NULL);
  g_assert_cmpstr (model_family (mine), ==, model_family (theirs));
  g_assert_cmpstr (model_family (theirs), ==, "gpt-image-2");
}

/* ---- prices ---- */

static void
assert_price (const ModelTable *table, const char *id, const char *resolution, unsigned references,
              double wanted)
{
  for (unsigned i = 0; i < model_table_length (table); i++) {
    const Model *row = model_table_row (table, i);
    double usd = -1;
    if (strcmp (row->id, id) != 0)
      continue;
    bool is_known = model_price (row, resolution, references, &usd);
    g_assert_cmpint (is_known, ==, wanted >= 0);
    g_assert_cmpfloat_with_epsilon (usd, MAX (wanted, 0), 1e-9);
    return;
  }
  g_assert_not_reached ();
}

static void
prices_go_by_resolution_and_references (void)
{
  assert_price (models, "gemini-3-pro-image", "1K", 0, 0.134);
  assert_price (models, "gemini-3-pro-image", "2K", 0, 0.134);
  assert_price (models, "gemini-3-pro-image", "4K", 0, 0.24);
  assert_price (models, "gemini-3-pro-image", "4K", 3, 0.2433);
  assert_price (models, "gemini-2.5-flash-image", "1K", 0, 0.039);
  assert_price (models, "gpt-image-2", "1600x896", 0, -1);
  assert_price (models, "gemini-nano-banana-2.1", "2K", 0, -1);
  g_autoptr (ModelTable)
    own = models_with ("own: { price: 0.5, prices: { 512: 0.1 }, reference-price: 0.01 }\nfree: { "
                       "free: true, price: 1 }");
  assert_price (own, "own", "512", 0, 0.1);
  assert_price (own, "own", "1K", 2, 0.52);
  assert_price (own, "free", "1K", 2, 0);
}

/* ---- rows of one's own ---- */

static void
a_row_of_one_s_own_changes_single_options (void)
{
  g_autoptr (ModelTable)
    own = models_with ("gemini-3-pro-image: { price: 0.09, most-references: 3 }\n"
                       "gpt-image-1: { retired: \"\", providers: openai, api: images }");
  const Model *row = model_table_find (own, "vertex", "nano-banana-pro", NULL);
  g_assert_cmpfloat (row->price, ==, 0.09);
  g_assert_cmpfloat (row->prices.four_k, ==, 0.24);
  g_assert_cmpint (row->most_references, ==, 3);
  g_assert_cmpstr (row->sizes[0], ==, "1:1 1024x1024");
  g_assert_cmpuint (model_table_length (own), ==, model_table_length (models));
  g_assert_nonnull (model_table_find (own, "openai", "gpt-image-1", NULL));
}

static void
a_living_row_comes_before_a_retired_one (void)
{
  g_autoptr (ModelTable)
    own = models_with ("mine: { providers: vertex, ids: [vertex=imagen-4.0-generate-001] }");
  g_autoptr (GError) error = NULL;
  const Model *row = model_table_find (own, "vertex", "imagen-4.0-generate-001", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (row->id, ==, "mine");
}

static void
wrong_rows_are_refused_where_they_stand (void)
{
#define SIZES "takes texts such as \"16:9 1376x768\", not '"
  static const struct {
    const char *text, *words;
  } cases[] = {
    { "[]", "m.yaml:1:1: 'models' takes a map of models, not a list" },
    { "m: { sizes: [\"1:1 1x1\", \"16:9\"] }", "m.yaml:1:25: 'sizes' " SIZES "16:9'" },
    { "m: { sizes: \"16:9 1376\" }", "m.yaml:1:13: 'sizes' " SIZES "16:9 1376'" },
    { "m: { small-sizes: [\"1:1 512x\"] }", "m.yaml:1:20: 'small-sizes' " SIZES "1:1 512x'" },
    { "m: { sizes: [\"1:1 99999999999x1\"] }", SIZES "1:1 99999999999x1'" },
    { "m: { sizes: [\"1:1 65536x1\"] }", SIZES "1:1 65536x1'" },
    { "m: { sizes: [\"0:1 1x1\"] }", SIZES "0:1 1x1'" },
    { "m: { sizes: [\"-1:1 1x1\"] }", SIZES "-1:1 1x1'" },
    { "m: { sizes: [\"1:1 1x1 \"] }", SIZES "1:1 1x1 '" },
    { "m: { sizes: [\"1:1  1x1\"] }", SIZES "1:1  1x1'" },
    { "m: { resolutions: [1K, 8K] }", "'resolutions' takes 512, 1K, 2K and 4K, not '8K'" },
    { "m: { ids: [x] }", "'ids' takes PROVIDER=ID, as in vertex=m, not 'x'" },
    { "m: { ids: [nobody=x] }", "'ids' takes PROVIDER=ID, as in vertex=m, not 'nobody=x'" },
    { "m: { ids: [\"vertex=\"] }", "'ids' takes PROVIDER=ID, as in vertex=m, not 'vertex='" },
    { "m: { providers: [vertx] }", "there is no provider 'vertx', which 'm' names" },
    { "m: { api: grpc }", "'api'" },
    { "m: {}\nn: { aliases: [m] }",
      "m.yaml:2:4: 'm' is an alias of 'n', and a name of 'm', too: one of them needs another" },
    { "m: { aliases: [x] }\nn: { aliases: [x] }", "'x' is an alias of 'n', and a name of 'm'" },
    { "m: { price: -1 }", "'price' takes 0 to 1000 USD" },
    { "m: { colour: red }", "colour" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *complaint = NULL;
    g_autoptr (ModelTable) own = model_table_new ();
    g_assert_false (models_add (own, cases[i].text, &complaint));
    if (strstr (complaint, cases[i].words) == NULL)
      g_error ("%s: %s", cases[i].text, complaint);
  }
}

static void
every_mistake_is_told (void)
{
  g_autofree char *complaint = NULL;
  g_autoptr (ModelTable) own = model_table_new ();
  g_assert_false (
    models_add (own, "a: { sizes: [x, y], resolutions: [8K] }\nb: { ids: z }", &complaint));
  static const char *const words[] = { "'x'", "'y'", "'8K'", "'z'" };
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_nonnull (strstr (complaint, words[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  models = models_with (NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/models/" name, function)
  CLAIM ("successors-are-rows-that-can-be-asked", successors_are_rows_that_can_be_asked);
  CLAIM ("what-can-be-asked-is-sound", what_can_be_asked_is_sound);
  CLAIM ("names-are-of-one-row-only", names_are_of_one_row_only);
  CLAIM ("the-table-s-options-are-sound", the_table_s_options_are_sound);
  CLAIM ("usual-models-of-providers-are-there", usual_models_of_providers_are_there);
  CLAIM ("a-row-is-found-by-id-and-by-alias", a_row_is_found_by_id_and_by_alias);
  CLAIM ("the-retired-name-their-successor", the_retired_name_their_successor);
  CLAIM ("the-unknown-names-the-nearest", the_unknown_names_the_nearest);
  CLAIM ("another-provider-s-model-says-who-has-it", another_provider_s_model_says_who_has_it);
  CLAIM ("a-provider-may-know-it-by-another-id", a_provider_may_know_it_by_another_id);
  CLAIM ("models-of-one-family-answer-for-each-other", models_of_one_family_answer_for_each_other);
  CLAIM ("prices-go-by-resolution-and-references", prices_go_by_resolution_and_references);
  CLAIM ("a-row-of-one-s-own-changes-single-options", a_row_of_one_s_own_changes_single_options);
  CLAIM ("a-living-row-comes-before-a-retired-one", a_living_row_comes_before_a_retired_one);
  CLAIM ("wrong-rows-are-refused-where-they-stand", wrong_rows_are_refused_where_they_stand);
  CLAIM ("every-mistake-is-told", every_mistake_is_told);
#undef CLAIM
  int result = g_test_run ();
  model_table_free (models);
  return result;
}
