/* recompress, metadata and placeholder: what they make of options, and what they refuse. */
#include "stages/recompress.h"

#include "stage-case.h"

static void
assert_problems (const char *stage, const char *const cases[][2], size_t n)
{
  for (size_t i = 0; i < n; i++) {
    g_autofree char *problems = stage_case_problems (stage, cases[i][0]);
    g_assert_cmpstr (problems, ==, cases[i][1]);
  }
}

static Delivery
deliver (StageCase *stage_case, const char *name)
{
  Delivery delivery = { 0 };
  stage_find (name)->deliver (stage_case_options (stage_case), &delivery);
  return delivery;
}

static void
test_recompress_refuses (void)
{
  static const char *const cases[][2] = {
    { "{ format: avif, progressive: true }", "'progressive' is for jpeg and png, not avif" },
    { "{ format: tiff, quality: 80 }", "'quality' is for jpeg, png, webp, avif and pdf, not tiff" },
    { "{ format: jpeg, lossless: true }", "'lossless' is for webp and avif, not jpeg" },
    { "{ format: jpeg, effort: 4 }", "'effort' is for webp and avif, not jpeg" },
    { "{ format: webp, effort: 7 }", "'effort' takes 0 to 6 for webp, not 7" },
    { "{ format: png, quality: 80 }", "'quality' needs 'palette'" },
    { "{ format: png, depth: 12 }", "'depth' takes 8 or 16, not 12" },
    { "{ format: png, depth: 16, palette: true }", "a 'palette' has 8 bits a channel, not 16" },
    { "{ format: jpeg, min-quality: 40 }", "'min-quality' needs 'max-bytes'" },
    { "{ format: webp, lossless: true, quality: 80 }", "'quality' does not go with 'lossless'" },
    { "{ format: tiff, compression: none, predictor: true }",
      "'predictor' is for compression lzw, deflate and zstd" },
    { "{ format: tiff, packing: jpeg }", "'packing' is for pdf, not tiff" },
    { "{ format: pdf, quality: 80 }", "'quality' needs 'packing: jpeg'" },
    { "{ format: pdf, max-bytes: 1MB }", "'max-bytes' is for jpeg, png, webp and avif, not pdf" },
    { "{ format: pdf, pdf: x-1a, depth: 16 }",
      "PDF/X-1a has 8 bits a channel, not 16; take 'pdf: x-4'" },
    { "{ format: pdf, packing: jpeg, depth: 16 }",
      "a pdf packed as jpeg has 8 bits a channel, not 16; take 'packing: deflate'" },
    { "{ format: pdf, pdf: plain, condition: FOGRA39 }",
      "'condition' needs 'pdf: x-4' or 'pdf: x-1a'" },
    { "{ format: pdf, condition: \"\" }",
      "'condition' is a name of the ICC's registry, such as FOGRA39" },
  };
  assert_problems ("recompress", cases, G_N_ELEMENTS (cases));
  g_autofree char *zero = stage_case_problems ("recompress", "{ format: jpeg, quality: 0 }");
  g_autofree char *over = stage_case_problems ("recompress", "{ format: jpeg, quality: 101 }");
  g_autofree char *gif = stage_case_problems ("recompress", "gif");
  g_assert_cmpstr (zero, !=, "");
  g_assert_cmpstr (over, !=, "");
  g_assert_cmpstr (gif, !=, "");
}

static void
test_recompress_accepts (void)
{
  static const char *const cases[][2] = {
    { "jpeg", "" },
    { "{}", "" },
    { "{ quality: 80, progressive: true }", "" },
    { "{ format: jpeg, quality: high, chroma: \"4:4:4\", max-bytes: 180KB, min-quality: 50 }", "" },
    { "{ format: webp, effort: 6, near-lossless: true, quality: 60 }", "" },
    { "{ format: avif, effort: 9, lossless: true }", "" },
    { "{ format: png, palette: true, colors: 16, quality: 80, dither: 0.5 }", "" },
    { "{ format: tiff, compression: zstd, predictor: false, density: 300dpi }", "" },
    { "{ format: pdf, pdf: x-1a, condition: FOGRA39, packing: jpeg, quality: high }", "" },
    { "{ format: pdf, depth: 16 }", "" },
  };
  assert_problems ("recompress", cases, G_N_ELEMENTS (cases));
}

static void
test_recompress_later (void)
{
  g_autoptr (StageCase) stage_case = stage_case_new ("recompress", "{ progressive: true }");
  EncodeOptions options = deliver (stage_case, "recompress").encode;
  g_autoptr (Problems) problems = problems_new ();
  g_assert_cmpint (options.format, ==, IMAGE_FORMAT_UNKNOWN);
  g_assert_true (recompress_check_format (&options, NULL, problems));
  options.format = IMAGE_FORMAT_TIFF;
  g_assert_true (recompress_check_format (&options, NULL, problems));
  options.effort = (NumberOrWord){ .number = 8 };
  options.format = IMAGE_FORMAT_WEBP;
  g_assert_false (recompress_check_format (&options, NULL, problems));
}

static void
test_recompress_defaults (void)
{
  g_autoptr (StageCase) stage_case = stage_case_new ("recompress", "webp");
  EncodeOptions options = deliver (stage_case, "recompress").encode;
  g_assert_cmpint (options.format, ==, IMAGE_FORMAT_WEBP);
  g_assert_true (options.quality.is_word);
  g_assert_cmpint (options.quality.word, ==, IMAGE_QUALITY_GOOD);
  g_assert_true (options.effort.is_word);
  g_assert_cmpint (options.alpha_quality, ==, 100);
  g_assert_cmpint (options.depth, ==, 0);
  g_assert_cmpint (options.max_bytes, ==, 0);
  g_assert_cmpint (options.compression, ==, IMAGE_TIFF_LZW);
  g_assert_cmpfloat (options.density, ==, 0);
}

static void
test_metadata (void)
{
  static const char *const cases[][2] = {
    { "strip", "" },
    { "{ keep: [camera], drop: [icc, location], set: { copyright: Example GmbH } }", "" },
    { "{ keep: [location] }",
      "location never leaves: a file for others does not say where it was taken; take 'location' "
      "out of 'keep'" },
    { "{ keep: [icc, prompt], drop: [prompt] }", "'prompt' is both in 'keep' and in 'drop'" },
  };
  assert_problems ("metadata", cases, G_N_ELEMENTS (cases));
  g_autoptr (StageCase) plain = stage_case_new ("metadata", "{}");
  g_assert_cmpint (deliver (plain, "metadata").metadata.policy, ==, METADATA_PROVENANCE);
  g_autoptr (StageCase) set = stage_case_new (
    "metadata", "{ policy: copyright, set: { copyright: Ana Żółć, keywords: [a, b] } }");
  MetadataOptions options = deliver (set, "metadata").metadata;
  g_assert_cmpint (options.policy, ==, METADATA_COPYRIGHT);
  g_assert_cmpstr (options.set.copyright, ==, "Ana Żółć");
  g_assert_cmpstr (options.set.keywords[1], ==, "b");
}

static void
test_placeholder (void)
{
  g_autoptr (StageCase) plain = stage_case_new ("placeholder", "{}");
  g_assert_cmpuint (deliver (plain, "placeholder").placeholders, ==,
                    1u << PLACEHOLDER_THUMBHASH | 1u << PLACEHOLDER_COLOR);
  g_autoptr (StageCase) one = stage_case_new ("placeholder", "lqip");
  g_assert_cmpuint (deliver (one, "placeholder").placeholders, ==, 1u << PLACEHOLDER_LQIP);
  g_autoptr (StageCase) list = stage_case_new ("placeholder", "[blurhash, color]");
  g_assert_cmpuint (deliver (list, "placeholder").placeholders, ==,
                    1u << PLACEHOLDER_BLURHASH | 1u << PLACEHOLDER_COLOR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stages/recompress/refuses-what-the-format-has-not", test_recompress_refuses);
  g_test_add_func ("/stages/recompress/accepts-what-it-has", test_recompress_accepts);
  g_test_add_func ("/stages/recompress/format-may-come-later", test_recompress_later);
  g_test_add_func ("/stages/recompress/defaults-are-set", test_recompress_defaults);
  g_test_add_func ("/stages/metadata/location-never-leaves", test_metadata);
  g_test_add_func ("/stages/placeholder/kinds-become-bits", test_placeholder);
  return g_test_run ();
}
