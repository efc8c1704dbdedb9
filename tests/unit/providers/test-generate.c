#include "providers/generate.h"

#include "support/scratch.h"

static GenerateOptions *
options_with (const char *name, const char *text, char **out_complaint)
{
  GenerateOptions *options = options_new (&generate_options);
  *out_complaint = NULL;
  option_set_text (option_find (&generate_options, name), text, options, out_complaint);
  return options;
}

static void
defaults_are_a_free_square (void)
{
  GenerateOptions *options = options_new (&generate_options);
  g_assert_cmpstr (options->provider[0], ==, "synthetic");
  g_assert_null (options->provider[1]);
  g_assert_null (options->model);
  g_assert_null (options->prompt);
  g_assert_cmpint (options->aspect_ratio.width, ==, 1);
  g_assert_cmpint (options->aspect_ratio.height, ==, 1);
  g_assert_cmpstr (options->resolution, ==, "1K");
  g_assert_cmpint (options->seed, ==, 0);
  g_assert_cmpint (options->variants, ==, 1);
  options_free (&generate_options, options);
}

static void
numbers_out_of_range_are_refused (void)
{
  static const char *const wrong[][2] = {
    { "variants", "0" },      { "variants", "17" }, { "variants", "two" },
    { "seed", "2147483648" }, { "seed", "-1" },     { "aspect-ratio", "wide" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *complaint = NULL;
    GenerateOptions *options = options_with (wrong[i][0], wrong[i][1], &complaint);
    g_assert_nonnull (complaint);
    options_free (&generate_options, options);
  }
  g_autofree char *complaint = NULL;
  GenerateOptions *options = options_with ("seed", "2147483647", &complaint);
  g_assert_null (complaint);
  g_assert_cmpint (options->seed, ==, 2147483647);
  options_free (&generate_options, options);
}

static char *
canonical_after (const char *name, const char *text)
{
  g_autofree char *complaint = NULL;
  GenerateOptions *options = options_with (name, text, &complaint);
  g_assert_null (complaint);
  GString *out = g_string_new (NULL);
  g_assert_true (options_append_canonical (&generate_options, options, NULL, NULL, out, NULL));
  options_free (&generate_options, options);
  return g_string_free (out, FALSE);
}

static void
only_what_shapes_pixels_is_hashed (void)
{
  static const struct {
    const char *name, *text, *canonical;
  } cases[] = {
    { "provider", "vertex", "" },
    { "model", "x", "" },
    { "variants", "4", "" },
    { "prompt", "a cup", " prompt=\"a cup\"" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *canonical = canonical_after (cases[i].name, cases[i].text);
    g_assert_cmpstr (canonical, ==, cases[i].canonical);
  }
  static const char *const hashed[][2] = { { "aspect-ratio", "16:9" },
                                           { "resolution", "4K" },
                                           { "seed", "5" } };
  for (unsigned i = 0; i < G_N_ELEMENTS (hashed); i++) {
    g_autofree char *canonical = canonical_after (hashed[i][0], hashed[i][1]);
    g_assert_nonnull (strstr (canonical, hashed[i][0]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/providers/generate/defaults-are-a-free-square", defaults_are_a_free_square);
  g_test_add_func ("/providers/generate/numbers-out-of-range-are-refused",
                   numbers_out_of_range_are_refused);
  g_test_add_func ("/providers/generate/only-what-shapes-pixels-is-hashed",
                   only_what_shapes_pixels_is_hashed);
  return g_test_run ();
}
