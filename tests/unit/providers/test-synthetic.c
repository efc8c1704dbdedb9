#include "providers/provider.h"
#include "support/scratch.h"

static bool
size_of (int ratio_width, int ratio_height, const char *resolution, int *width, int *height,
         GError **error)
{
  GenerateOptions options = {
    .aspect_ratio = { ratio_width, ratio_height },
    .resolution = (char *)resolution,
  };
  return provider_find ("synthetic")->expected_size (&options, NULL, width, height, error);
}

static void
sizes_are_those_of_image_models (void)
{
  static const struct {
    int ratio[2];
    const char *resolution;
    int size[2];
  } cases[] = {
    { { 1, 1 }, "1K", { 1024, 1024 } },       { { 1, 1 }, "2K", { 2048, 2048 } },
    { { 1, 1 }, "4K", { 4096, 4096 } },       { { 2, 3 }, "4K", { 3392, 5056 } },
    { { 3, 2 }, "4K", { 5056, 3392 } },       { { 3, 4 }, "4K", { 3584, 4800 } },
    { { 4, 3 }, "4K", { 4800, 3584 } },       { { 4, 5 }, "4K", { 3712, 4608 } },
    { { 5, 4 }, "4K", { 4608, 3712 } },       { { 9, 16 }, "4K", { 3072, 5504 } },
    { { 16, 9 }, "4K", { 5504, 3072 } },      { { 21, 9 }, "4K", { 6336, 2688 } },
    { { 16, 9 }, "2K", { 2752, 1536 } },      { { 16, 9 }, "1K", { 1376, 768 } },
    { { 32, 18 }, "1K", { 1376, 768 } },      { { 2, 1 }, "1K", { 1456, 720 } },
    { { 1, 2 }, "2K", { 1440, 2912 } },       { { 1, 1 }, "1600x900", { 1600, 900 } },
    { { 16, 9 }, "1600x900", { 1600, 900 } }, { { 1, 1 }, "8192x1", { 8192, 1 } },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    int width = 0, height = 0;
    g_autoptr (GError) error = NULL;
    size_of (cases[i].ratio[0], cases[i].ratio[1], cases[i].resolution, &width, &height, &error);
    g_assert_no_error (error);
    g_assert_cmpint (width, ==, cases[i].size[0]);
    g_assert_cmpint (height, ==, cases[i].size[1]);
  }
}

static void
other_ratios_keep_about_as_many_pixels (void)
{
  for (int wide = 1; wide <= 20; wide++) {
    int width, height;
    g_assert_true (size_of (wide, 7, "2K", &width, &height, NULL));
    g_assert_cmpint (width % 16, ==, 0);
    g_assert_cmpint (height % 16, ==, 0);
    g_assert_cmpfloat_with_epsilon ((double)width * height / (2048.0 * 2048.0), 1.0, 0.04);
  }
}

static void
what_cannot_be_drawn_is_said (void)
{
  static const struct {
    int ratio[2];
    const char *resolution, *message;
  } cases[] = {
    { { 1, 1 }, "8K", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not '8K'" },
    { { 1, 1 }, "4k", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not '4k'" },
    { { 1, 1 }, "", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not ''" },
    { { 1, 1 }, "10x", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not '10x'" },
    { { 1, 1 }, "-5x5", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not '-5x5'" },
    { { 1, 1 }, "9000x10", "the synthetic provider draws 1 to 8192 px a side, not 9000x10" },
    { { 1, 1 }, "0x10", "the synthetic provider draws 1 to 8192 px a side, not 0x10" },
    { { 9, 1 },
      "4K",
      "9:1 at 4K is 12288x1344 px; the synthetic provider draws 1 to 8192 px a side: choose a "
      "smaller resolution or a ratio nearer 1:1" },
    { { 4, 3 },
      "1600x900",
      "resolution 1600x900 has not the aspect ratio 4:3; leave 'aspect-ratio' out, or write 1K, "
      "2K or 4K" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    int width = -1, height = -1;
    g_autoptr (GError) error = NULL;
    g_assert_false (
      size_of (cases[i].ratio[0], cases[i].ratio[1], cases[i].resolution, &width, &height, &error));
    g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED);
    g_assert_cmpstr (error->message, ==, cases[i].message);
    g_assert_cmpint (width, ==, -1);
  }
}

static void
extreme_ratios_do_not_overflow (void)
{
  int width, height;
  g_autoptr (GError) error = NULL;
  g_assert_false (size_of (65535, 1, "4K", &width, &height, &error));
  g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (size_of (1, 1, "99999999999x99999999999", &width, &height, &error));
  g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (
    size_of (3, 2, "9223372036854775807x9223372036854775807", &width, &height, &error));
  g_assert_error (error, PROVIDER_ERROR, PROVIDER_ERROR_UNSUPPORTED);
}

static void
drawing_is_the_request (void)
{
  GenerateOptions options = {
    .prompt = (char *)"a cup",
    .aspect_ratio = { 16, 9 },
    .resolution = (char *)"1K",
    .seed = 9,
  };
  g_auto (ProviderStep) step = { 0 };
  const ProviderType *type = provider_find ("synthetic");
  const ProviderRequest request = {
    .options = &options, .variant = 3, .width = 1376, .height = 768
  };
  g_assert_true (type->first_step (&request, &step, NULL));
  g_assert_cmpint (step.kind, ==, PROVIDER_DRAW);
  g_assert_cmpstr (step.drawing.prompt, ==, "a cup");
  g_assert_cmpint (step.drawing.seed, ==, 9);
  g_assert_cmpint (step.drawing.variant, ==, 3);
  g_assert_cmpint (step.drawing.width, ==, 1376);
  g_assert_cmpint (step.drawing.height, ==, 768);
}

static void
registry_is_sorted_and_forgiving (void)
{
  for (unsigned i = 1; i < provider_n_types (); i++)
    g_assert_cmpstr (provider_types[i - 1]->name, <, provider_types[i]->name);
  g_assert_null (provider_find ("synthetik"));
  g_assert_cmpstr (provider_nearest ("synthetik"), ==, "synthetic");
  g_assert_null (provider_nearest ("dreams"));
  g_assert_null (provider_find ("synthetic")->cost);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/providers/synthetic/sizes-are-those-of-image-models",
                   sizes_are_those_of_image_models);
  g_test_add_func ("/providers/synthetic/other-ratios-keep-about-as-many-pixels",
                   other_ratios_keep_about_as_many_pixels);
  g_test_add_func ("/providers/synthetic/what-cannot-be-drawn-is-said",
                   what_cannot_be_drawn_is_said);
  g_test_add_func ("/providers/synthetic/extreme-ratios-do-not-overflow",
                   extreme_ratios_do_not_overflow);
  g_test_add_func ("/providers/synthetic/drawing-is-the-request", drawing_is_the_request);
  g_test_add_func ("/providers/synthetic/registry-is-sorted-and-forgiving",
                   registry_is_sorted_and_forgiving);
  return g_test_run ();
}
