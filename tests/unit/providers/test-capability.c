#include "providers/capability.h"

#include "asked.h"

static void
rows_of_sizes_are_read_to_the_sign (void)
{
  static const char *const wrong[] = {
    "",
    "16:9",
    "16:9 1376",
    "16:9 1376x",
    "16:9 x768",
    "16:9  1376x768",
    " 16:9 1x1",
    "16:9 1x1 ",
    "16:9\t1x1",
    "16:9 1X1",
    "16x9 1x1",
    "16:9 1x1x1",
    "0:1 1x1",
    "1:0 1x1",
    "1:1 0x1",
    "1:1 1x0",
    "1:1 65536x1",
    "1:1 1x65536",
    "-1:1 1x1",
    "+1:1 1x1",
    "1:1 1e3x1",
    "1:1 0x10x1",
    "65536:1 1x1",
    ":1 1x1",
    "1:1 99999999999999999999x1",
    "4294967297:1 1x1",
  };
  Ratio ratio;
  int width = 7, height = 8;
  for (unsigned i = 0; i < G_N_ELEMENTS (wrong); i++)
    if (capability_parse_size (wrong[i], &ratio, &width, &height))
      g_error ("%s", wrong[i]);
  g_assert_cmpint (width, ==, 7);
  g_assert_true (capability_parse_size ("16:9 1376x768", &ratio, &width, &height));
  g_assert_cmpint (ratio.width, ==, 16);
  g_assert_cmpint (ratio.height, ==, 9);
  g_assert_cmpint (width, ==, 1376);
  g_assert_cmpint (height, ==, 768);
  g_assert_true (capability_parse_size ("1:65535 65535x01", &ratio, &width, &height));
  g_assert_cmpint (height, ==, 1);
}

/* "WIDTHxHEIGHT", or why not. */
static void
assert_size (const char *provider, const char *rows, const char *model, const char *options,
             const char *wanted)
{
  g_autofree char *all = g_strconcat ("prompt: x\n", options, NULL);
  g_autoptr (Asked) asked = asked_new (provider, NULL, rows, model, all);
  g_autoptr (GError) error = NULL;
  int width, height;
  bool ok = capability_size (asked->options, asked->row, &width, &height, &error);
  g_autofree char *said = ok ? g_strdup_printf ("%dx%d", width, height) : g_strdup (error->message);
  g_assert_cmpstr (said, ==, wanted);
}

static void
sizes_are_those_of_the_model (void)
{
  static const char *const cases[][4] = {
    { "gemini-3-pro-image", "1:1", "1K", "1024x1024" },
    { "gemini-3-pro-image", "16:9", "1K", "1376x768" },
    { "gemini-3-pro-image", "16:9", "2K", "2752x1536" },
    { "gemini-3-pro-image", "16:9", "4K", "5504x3072" },
    { "gemini-3-pro-image", "32:18", "4K", "5504x3072" },
    { "gemini-3-pro-image", "9:16", "4K", "3072x5504" },
    { "gemini-3-pro-image", "21:9", "4K", "6336x2688" },
    { "gemini-2.5-flash-image", "16:9", "1K", "1344x768" },
    { "gemini-nano-banana-2.1", "1:8", "4K", "1536x12288" },
    { "gemini-3-pro-image", "17:9", "1K",
      "the model 'gemini-3-pro-image' has no aspect ratio 17:9; it has 1:1, 2:3, 3:2, 3:4, 4:3, "
      "4:5, 5:4, 9:16, 16:9, 21:9. Ask for a near one, and 'crop' the picture" },
    { "gemini-3-pro-image", "1:1", "8K",
      "the model 'gemini-3-pro-image' has no resolution 8K; it has 1K, 2K, 4K" },
    { "gemini-3-pro-image", "1:1", "1k",
      "the model 'gemini-3-pro-image' has no resolution 1k; it has 1K, 2K, 4K" },
    { "gemini-3-pro-image", "1:1", "512px",
      "the model 'gemini-3-pro-image' has no resolution 512px; it has 1K, 2K, 4K" },
    { "gemini-3-pro-image", "1:1", "800x600",
      "the model 'gemini-3-pro-image' has no resolution 800x600; it has 1K, 2K, 4K" },
    { "gemini-3.1-flash-lite-image", "1:1", "2K",
      "the model 'gemini-3.1-flash-lite-image' has no resolution 2K; it has 1K" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *options = g_strdup_printf ("aspect-ratio: \"%s\"\nresolution: \"%s\"",
                                                cases[i][1], cases[i][2]);
    assert_size ("vertex", NULL, cases[i][0], options, cases[i][3]);
  }
}

static void
small_sizes_are_of_512_only (void)
{
  static const char rows[] = "m: { providers: vertex, resolutions: [512, 2K],"
                             " sizes: [\"1:1 1024x1024\"], small-sizes: [\"1:4 256x1024\"] }";
  assert_size ("vertex", rows, "m", "aspect-ratio: 1:4\nresolution: \"512\"", "256x1024");
  assert_size ("vertex", rows, "m", "resolution: 2K", "2048x2048");
  assert_size ("vertex", rows, "m", "resolution: \"512\"",
               "the model 'm' has no aspect ratio 1:1; it has 1:4. Ask for a near one, and 'crop' "
               "the picture");
}

static void
a_row_without_sizes_has_any_ratio (void)
{
  static const char rows[] = "m: { providers: vertex, resolutions: [1K, 4K] }";
  assert_size ("vertex", rows, "m", "aspect-ratio: 16:9", "1376x768");
  assert_size ("vertex", rows, "m", "aspect-ratio: 65535:1\nresolution: 4K",
               "65535:1 at 4K is 1048576x64 px; the model 'm' draws 1 to 65535 px a side: choose a "
               "smaller resolution or a ratio nearer 1:1");
}

static void
steps_take_any_size_of_them (void)
{
  static const char *const cases[][2] = {
    { "resolution: 1600x896", "1600x896" },
    { "resolution: 3840x2160", "3840x2160" },
    { "resolution: 2K\naspect-ratio: 16:9", "2752x1536" },
    { "resolution: 1600x900",
      "the model 'gpt-image-2' draws sides in steps of 16 px, not 1600x900" },
    { "resolution: 3856x2160", "the model 'gpt-image-2' draws 1 to 3840 px a side, not 3856x2160" },
    { "resolution: 3840x1264",
      "the model 'gpt-image-2' draws a side at most 3 times as long as the other, not 3840x1264" },
    { "resolution: 3840x3840",
      "the model 'gpt-image-2' draws at most 8294400 pixels, not 3840x3840" },
    { "resolution: 4K", "the model 'gpt-image-2' has no resolution 4K; it has 1K, 2K" },
    { "resolution: 99999999999x16",
      "the model 'gpt-image-2' draws 1 to 3840 px a side, not 99999999999x16" },
    { "resolution: auto", "'resolution' takes 1K, 2K, 4K or WIDTHxHEIGHT (1600x900), not 'auto'" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_size ("openai", NULL, "gpt-image-2", cases[i][0], cases[i][1]);
  assert_size ("openai", "m: { providers: openai, size-step: 8 }", "m", "resolution: 8000x8",
               "8000x8");
}

static void
assert_check (const char *model, const char *options, const char *wanted)
{
  g_autofree char *all = g_strconcat ("prompt: x\n", options, NULL);
  g_autoptr (Asked) asked = asked_new ("openai", NULL,
                                       "m: { providers: openai, resolutions: [1K] }\n"
                                       "two: { providers: openai, resolutions: [1K],"
                                       " most-references: 2, options: [output-type, "
                                       "output-quality] }",
                                       model, all);
  g_autoptr (GError) error = NULL;
  const char *option = "?";
  bool ok = capability_check (asked->options, asked->row, &option, &error);
  g_autofree char *said = ok ? g_strdup ("") : g_strdup_printf ("%s: %s", option, error->message);
  g_assert_cmpstr (said, ==, wanted);
}

static void
options_that_a_model_does_not_take_are_refused (void)
{
  static const char *const cases[][2] = {
    { "negative-prompt: y",
      "negative-prompt: the model 'm' takes no 'negative-prompt'; say in the prompt what is not to "
      "be there" },
    { "mask: m.png", "mask: the model 'm' takes no 'mask'" },
    { "person-generation: allow-all",
      "person-generation: the model 'm' takes no 'person-generation'" },
    { "safety: off", "safety: the model 'm' takes no 'safety'" },
    { "safety: { harassment: off }", "safety: the model 'm' takes no 'safety'" },
    { "thinking: low", "thinking: the model 'm' takes no 'thinking'" },
    { "output-type: png", "output-type: the model 'm' takes no 'output-type'" },
    { "output-quality: 90", "output-quality: the model 'm' takes no 'output-quality'" },
    { "quality: low", "quality: the model 'm' takes no 'quality'" },
    { "background: auto", "background: the model 'm' takes no 'background'" },
    { "moderation: low", "moderation: the model 'm' takes no 'moderation'" },
    { "upscale-factor: 2", "upscale-factor: the model 'm' takes no 'upscale-factor'" },
    { "references: a.png", "references: the model 'm' takes no reference pictures" },
    { "resolution: 2K", "resolution: the model 'm' has no resolution 2K; it has 1K" },
    { "seed: 9", "" },
    { "labels: [a=b]", "" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_check ("m", cases[i][0], cases[i][1]);
}

static void
references_are_counted_and_a_png_has_no_quality (void)
{
  assert_check ("two", "references: [a.png, b.png]", "");
  assert_check ("two", "references: [a.png, b.png, c.png]",
                "references: the model 'two' takes at most 2 reference pictures, not 3");
  assert_check ("two", "output-type: jpeg\noutput-quality: 80", "");
  assert_check ("two", "output-quality: 80", "");
  assert_check ("two", "output-type: png\noutput-quality: 80",
                "output-quality: a PNG has no quality: leave 'output-quality' out, or say "
                "'output-type: jpeg'");
}

static void
a_ratio_is_said_as_the_model_spells_it (void)
{
  static const char *const cases[][2] = {
    { "16:9", "16:9" }, { "32:18", "16:9" }, { "2:2", "1:1" }, { "17:9", "17:9" }
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *options = g_strdup_printf ("prompt: x\naspect-ratio: \"%s\"", cases[i][0]);
    g_autoptr (Asked) asked = asked_new ("vertex", NULL, NULL, "nano-banana-pro", options);
    g_autofree char *ratio = capability_dup_ratio (asked->options, asked->row);
    g_assert_cmpstr (ratio, ==, cases[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/providers/capability/" name, function)
  CLAIM ("rows-of-sizes-are-read-to-the-sign", rows_of_sizes_are_read_to_the_sign);
  CLAIM ("sizes-are-those-of-the-model", sizes_are_those_of_the_model);
  CLAIM ("small-sizes-are-of-512-only", small_sizes_are_of_512_only);
  CLAIM ("a-row-without-sizes-has-any-ratio", a_row_without_sizes_has_any_ratio);
  CLAIM ("steps-take-any-size-of-them", steps_take_any_size_of_them);
  CLAIM ("options-that-a-model-does-not-take-are-refused",
         options_that_a_model_does_not_take_are_refused);
  CLAIM ("references-are-counted-and-a-png-has-no-quality",
         references_are_counted_and_a_png_has_no_quality);
  CLAIM ("a-ratio-is-said-as-the-model-spells-it", a_ratio_is_said_as_the_model_spells_it);
#undef CLAIM
  return g_test_run ();
}
