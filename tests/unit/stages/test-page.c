/* A small sheet: 2x3 inches at 50 dpi are 100x150 px, and 0.2 inches around it 10 px. */
#include "stage-case.h"

#include <math.h>

#define SMALL "size: 2x3in, dpi: 50dpi, min-dpi: 50dpi"
#define BLED SMALL ", bleed: 0.2in"

static double
difference (VipsImage *a, VipsImage *b)
{
  g_autoptr (VipsImage) difference = NULL, whole = NULL;
  double most = -1;
  g_assert_cmpint (vips_image_get_width (a), ==, vips_image_get_width (b));
  g_assert_cmpint (vips_image_get_height (a), ==, vips_image_get_height (b));
  g_assert_cmpint (vips_image_get_bands (a), ==, vips_image_get_bands (b));
  g_assert_cmpint (vips_subtract (a, b, &difference, NULL), ==, 0);
  g_assert_cmpint (vips_abs (difference, &whole, NULL), ==, 0);
  g_assert_cmpint (vips_max (whole, &most, NULL), ==, 0);
  return most;
}

static VipsImage *
part (VipsImage *image, int left, int top, int width, int height)
{
  VipsImage *out = NULL;
  g_assert_cmpint (vips_extract_area (image, &out, left, top, width, height, NULL), ==, 0);
  return out;
}

/* A strip of the bleed is what lies on the other side of the trim's edge. */
static void
assert_mirrored (VipsImage *page, int left, int top, int from_left, int from_top, int width,
                 int height, VipsDirection direction)
{
  g_autoptr (VipsImage) bleed = part (page, left, top, width, height);
  g_autoptr (VipsImage) inside = part (page, from_left, from_top, width, height), turned = NULL;
  g_assert_cmpint (vips_flip (inside, &turned, direction, NULL), ==, 0);
  g_assert_cmpfloat (difference (bleed, turned), ==, 0);
}

static void
a_mirrored_bleed_is_the_edge_mirrored (void)
{
  for (int kind = 0; kind < PICTURE_N; kind++) {
    g_autoptr (VipsImage) in = picture_gradient ((PictureKind)kind, 260, 330);
    g_autoptr (VipsImage) bare = stage_run ("page", "{ " SMALL " }", in);
    g_autoptr (VipsImage) page = stage_run ("page", "{ " BLED ", bleed-from: mirror }", in);
    assert_size (bare, 100, 150);
    assert_size (page, 120, 170);
    g_autoptr (VipsImage) trim = part (page, 10, 10, 100, 150);
    g_assert_cmpfloat (difference (trim, bare), ==, 0);
    assert_mirrored (page, 0, 0, 10, 0, 10, 170, VIPS_DIRECTION_HORIZONTAL);
    assert_mirrored (page, 110, 0, 100, 0, 10, 170, VIPS_DIRECTION_HORIZONTAL);
    assert_mirrored (page, 0, 0, 0, 10, 120, 10, VIPS_DIRECTION_VERTICAL);
    assert_mirrored (page, 0, 160, 0, 150, 120, 10, VIPS_DIRECTION_VERTICAL);
  }
}

static void
an_edge_is_drawn_out (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 260, 330);
  g_autoptr (VipsImage) bare = stage_run ("page", "{ " SMALL " }", in);
  g_autoptr (VipsImage) page = stage_run ("page", "{ " BLED ", bleed-from: edge }", in);
  g_autoptr (VipsImage) trim = part (page, 10, 10, 100, 150);
  g_assert_cmpfloat (difference (trim, bare), ==, 0);
  for (int x = 0; x < 10; x++) {
    g_autoptr (VipsImage) column = part (page, x, 10, 1, 150), edge = part (bare, 0, 0, 1, 150);
    g_assert_cmpfloat (difference (column, edge), ==, 0);
  }
}

static void
a_bleed_of_pixels_is_the_picture_going_on (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 260, 330);
  g_autoptr (VipsImage) page = stage_run ("page", "{ " BLED ", gravity: east }", in);
  g_assert_cmpint (sheet_of (page).bleed, ==, SHEET_BLEED_PIXELS);
  g_autoptr (VipsImage) cut = stage_run ("crop", "{ width: 233, height: 330, gravity: east }", in);
  g_autoptr (VipsImage)
    scaled = stage_run ("resize", "{ width: 120, height: 170, fit: fill }", cut);
  g_assert_cmpfloat (difference (page, scaled), ==, 0);
}

static void
pixels_that_fit_are_not_touched (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB16, 120, 170);
  g_autoptr (VipsImage) page = stage_run ("page", "{ " BLED " }", in);
  g_assert_cmpfloat (difference (page, in), ==, 0);
}

static void
marks_stand_at_the_trim (void)
{
  /* At 254 dpi a millimetre is 10 px: trim 300x400, bleed 20 and slug 100 px around it. */
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 400, 500);
  g_autoptr (VipsImage)
    page = stage_run ("page", "{ size: 30x40mm, dpi: 254dpi, bleed: 2mm, marks: crop }", in);
  assert_size (page, 540, 640);
  g_assert_cmpfloat (sheet_of (page).slug_mm, ==, 10);
  static const struct {
    int left, top, width, height;
  } marks[] = {
    { 119, 20, 1, 50 }, { 420, 20, 1, 50 },  { 119, 570, 1, 50 }, { 420, 570, 1, 50 },
    { 20, 119, 50, 1 }, { 470, 119, 50, 1 }, { 20, 520, 50, 1 },  { 470, 520, 50, 1 },
  };
  double n_black = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (marks); i++) {
    g_autoptr (VipsImage)
      mark = part (page, marks[i].left, marks[i].top, marks[i].width, marks[i].height);
    double most;
    g_assert_cmpint (vips_max (mark, &most, NULL), ==, 0);
    g_assert_cmpfloat (most, ==, 0);
    n_black += marks[i].width * marks[i].height;
  }
  /* And nowhere else: the slug is white but for them. */
  g_autoptr (VipsImage) slug = NULL, ink = NULL, paper = part (page, 0, 0, 1, 1), white = NULL;
  g_assert_cmpint (vips_embed (paper, &white, 0, 0, 340, 440, "extend", VIPS_EXTEND_COPY, NULL), ==,
                   0);
  g_assert_cmpint (vips_insert (page, white, &slug, 100, 100, NULL), ==, 0);
  g_assert_cmpint (vips_invert (slug, &ink, NULL), ==, 0);
  double mean;
  g_assert_cmpint (vips_avg (ink, &mean, NULL), ==, 0);
  g_assert_cmpfloat_with_epsilon (mean * 540 * 640 / 255, n_black, 1e-3);
}

static void
marks_are_one_ink_at_most (void)
{
#define MARKED "{ size: 30x40mm, dpi: 254dpi, bleed: 2mm, marks: crop }"
  g_autoptr (VipsImage) cmyk = picture_gradient (PICTURE_CMYK, 400, 500);
  g_autoptr (VipsImage) press = stage_run ("page", MARKED, cmyk);
  assert_pixel (press, 0, 0, 0, 0, 0, 0, 0);
  assert_pixel (press, 119, 20, 0, 0, 0, 0, 255);
  g_autoptr (VipsImage) deep = picture_gradient (PICTURE_RGBA16, 400, 500);
  g_autoptr (VipsImage) clear = stage_run ("page", MARKED, deep);
  assert_pixel (clear, 0, 0, 0, 65535, 65535, 65535, 65535);
  assert_pixel (clear, 119, 20, 0, 0, 0, 0, 65535);
  g_autoptr (VipsImage) grey = picture_gradient (PICTURE_GRAY, 400, 500);
  g_autoptr (VipsImage) proof = stage_run ("page", MARKED, grey);
  assert_pixel (proof, 0, 0, 0, 255);
  assert_pixel (proof, 119, 20, 0, 0);
}

static void
fine_marks_are_a_quarter_of_a_point (void)
{
  /* 0.25 pt at 600 dpi are 2.08 px. */
  const double blue[] = { 0, 0, 255 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGB, 240, 240, blue);
  g_autoptr (VipsImage)
    page = stage_run ("page", "{ size: 10x10mm, dpi: 600dpi, min-dpi: 600dpi, marks: crop }", in);
  int left = (vips_image_get_width (page) - 236) / 2, top = 100;
  assert_pixel (page, left - 3, top, 0, 255, 255, 255);
  assert_pixel (page, left - 2, top, 0, 0, 0, 0);
  assert_pixel (page, left - 1, top, 0, 0, 0, 0);
  assert_pixel (page, left, top, 0, 255, 255, 255);
}

static void
contain_lies_on_its_background (void)
{
  const double half_blue[] = { 0, 0, 255, 128 };
  g_autoptr (VipsImage) in = picture_plain (PICTURE_RGBA, 200, 200, half_blue);
  g_autoptr (VipsImage)
    page = stage_run ("page", "{ " BLED ", fit: contain, background: \"#ff0000\" }", in);
  assert_size (page, 120, 170);
  assert_pixel (page, 60, 34, 0, 255, 0, 0);
  assert_pixel (page, 60, 35, 1, 127, 0, 128);
  assert_pixel (page, 60, 134, 1, 127, 0, 128);
  assert_pixel (page, 60, 135, 0, 255, 0, 0);
  assert_pixel (page, 2, 85, 1, 127, 0, 128);
  assert_pixel (page, 2, 2, 0, 255, 0, 0);
  g_autoptr (VipsImage) white = stage_run ("page", "{ " SMALL ", fit: contain }", in);
  assert_pixel (white, 50, 0, 0, 255, 255, 255);
}

static void
every_kind_of_picture_has_its_page (void)
{
  static const char *const cases[] = {
    "{ " SMALL " }",
    "{ " BLED ", bleed-from: pixels, marks: crop }",
    "{ " BLED ", bleed-from: edge, gravity: attention }",
    "{ " BLED ", fit: contain, background: navy, marks: crop }",
    "{ " BLED ", bleed-from: mirror, gravity: north, orientation: landscape }",
    /* More bleed than sheet. */
    "{ size: 10x12mm, dpi: 100dpi, min-dpi: 100dpi, bleed: 50mm, bleed-from: mirror }",
  };
  for (int kind = 0; kind < PICTURE_N; kind++)
    for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
      g_autoptr (VipsImage) in = picture_gradient ((PictureKind)kind, 261, 333);
      g_autoptr (VipsImage) page = stage_run ("page", cases[i], in);
      g_assert_nonnull (page);
    }
}

static void
too_few_pixels_miss_the_target (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_GRAY, 4096, 4096);
  g_autofree char *a3 = stage_error ("page", "{ size: A3, bleed: 3mm }", in, true);
  g_assert_cmpstr (
    a3, ==,
    "A3 297x420 mm + 3 mm bleed from 4096x4096 px gives 244 dpi, and 250 is the least "
    "for this size; choose a smaller sheet, put 'upscale' before 'page', or say "
    "'min-dpi: 244dpi'");
  /* 3840x2160 px are a sheet of 254 dpi by the rounding of the layout. */
  g_autoptr (VipsImage) wide = picture_gradient (PICTURE_RGB, 3840, 2160);
  g_autofree char *a4 = stage_error ("page", "{ size: A4, bleed: 3mm }", wide, true);
  g_assert_nonnull (strstr (a4, "from 3840x2160 px gives 254 dpi"));
  g_assert_nonnull (strstr (a4, "'min-dpi: 254dpi'"));
  g_autofree char *a5 = stage_error ("page", "{ size: A5, min-dpi: 500dpi, dpi: 600dpi }", in,
                                     true);
  g_assert_cmpstr (a5, ==,
                   "A5 148x210 mm from 4096x4096 px gives 495 dpi, and 'min-dpi' is 500; choose a "
                   "smaller sheet, put 'upscale' before 'page', or say 'min-dpi: 495dpi'");
  g_autofree char *wall = stage_error ("page", "{ size: 5000x5000mm }", in, true);
  g_assert_cmpstr (
    wall, ==,
    "5000x5000 mm from 4096x4096 px gives 20 dpi, and 150 is the least for this size; "
    "choose a smaller sheet, put 'upscale' before 'page', or say 'min-dpi: 20dpi'");
  g_autoptr (StageCase) stage_case = stage_case_new ("page", "A3");
  g_autoptr (GError) error = NULL;
  Shape shape = stage_shape_of (in);
  g_assert_false (stage_find ("page")->shape (stage_case_options (stage_case), &shape, &error));
  g_assert_error (error, STAGE_ERROR, STAGE_ERROR_TARGET);
}

static void
a_page_is_made_once (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 260, 330);
  g_autoptr (VipsImage) page = stage_run ("page", "{ " SMALL " }", in);
  g_autofree char *error = stage_error ("page", "{ " SMALL " }", page, true);
  g_assert_cmpstr (
    error, ==,
    "the picture is a page already: a chain has one 'page'; take one of the two out, "
    "or write an output for each");
}

static void
the_sheet_travels_with_the_picture (void)
{
  g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 260, 330);
  g_autoptr (VipsImage)
    page = stage_run ("page", "{ " BLED ", bleed-from: mirror, safe: 5mm }", in);
  g_autoptr (VipsImage) sharp = stage_run ("sharpen", "{}", page);
  Sheet sheet = sheet_of (sharp);
  g_assert_cmpfloat_with_epsilon (sheet.width_mm, 50.8, 1e-9);
  g_assert_cmpfloat_with_epsilon (sheet.height_mm + 2 * sheet.bleed_mm, 3.4 * 25.4, 1e-9);
  g_assert_cmpfloat (sheet.safe_mm, ==, 5);
  g_assert_cmpint (sheet.dpi, ==, 50);
  g_assert_cmpint (sheet.bleed, ==, SHEET_BLEED_MIRROR);
  g_assert_cmpfloat_with_epsilon (sheet.effective_dpi, 110, 1e-9);
  g_assert_cmpfloat (sheet_of (in).width_mm, ==, 0);
}

static unsigned
deeds_of (const char *yaml, VipsImage *in)
{
  g_autoptr (StageCase) stage_case = stage_case_new ("page", yaml);
  g_autoptr (VipsImage) out = stage_case_apply (stage_case, in);
  return stage_find ("page")->deeds (stage_case_options (stage_case), in, out);
}

static void
what_was_done_is_told (void)
{
  g_autoptr (VipsImage) same = picture_gradient (PICTURE_RGB, 100, 150);
  g_autoptr (VipsImage) large = picture_gradient (PICTURE_RGB, 200, 300);
  g_autoptr (VipsImage) square = picture_gradient (PICTURE_RGB, 150, 150);
  const unsigned cropped = 1u << DEED_CROPPED, resized = 1u << DEED_RESIZED;
  const unsigned padded = 1u << DEED_PADDED;
  g_assert_cmphex (deeds_of ("{ " SMALL " }", same), ==, 0);
  g_assert_cmphex (deeds_of ("{ " SMALL " }", large), ==, resized);
  g_assert_cmphex (deeds_of ("{ " SMALL " }", square), ==, cropped);
  g_assert_cmphex (deeds_of ("{ " SMALL ", fit: contain }", square), ==, resized | padded);
  g_assert_cmphex (deeds_of ("{ " BLED " }", same), ==, padded);
  g_assert_cmphex (deeds_of ("{ " SMALL ", marks: crop }", same), ==, padded);
}

static void
rules_across_options (void)
{
  static const char *const cases[][2] = {
    { "{ bleed: 3mm }", "'page' needs 'size'" },
    { "{ size: 210x297 }",
      "'size' takes A0 to A7, letter, legal, tabloid, ledger or two sides with their unit such as "
      "210x297mm, not '210x297': write the unit, 210x297mm" },
    { "{ size: A4, bleed: 3 }", "'bleed' takes 0mm to 50mm, not '3': write the unit, 3mm" },
    { "{ size: A7, safe: 37mm }",
      "'safe' leaves nothing of the sheet: it is kept off on both sides" },
    { "{ size: A4, min-dpi: 301dpi }", "'min-dpi' is more than 'dpi', which no picture can give" },
    { "{ size: A4, background: red }", "'background' is for 'fit: contain'" },
    { "{ size: A4, fit: contain, background: \"#ff000080\" }",
      "'background' is printed: it takes an opaque colour" },
    { "{ size: A4, fit: contain, gravity: attention }",
      "gravity 'attention' and 'entropy' are for 'fit: cover': contain cuts nothing off" },
    { "{ size: A4, fit: contain, bleed-from: pixels }",
      "'bleed-from: pixels' is for 'fit: cover': with contain the picture ends inside the trim" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *problems = stage_case_problems ("page", cases[i][0]);
    g_assert_cmpstr (problems, ==, cases[i][1]);
  }
}

/* 50x75 px give 25 dpi, whatever they were blown up to. */
static void
enlarged_pixels_are_not_the_pictures_own (void)
{
  static const char *const enlarging[][2] = {
    { "upscale", "{ factor: 3 }" },
    { "resize", "{ width: 150, when-smaller: enlarge }" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (enlarging); i++) {
    g_autoptr (VipsImage) in = picture_gradient (PICTURE_RGB, 50, 75);
    g_autoptr (VipsImage) large = stage_run (enlarging[i][0], enlarging[i][1], in);
    g_autoptr (VipsImage) page = stage_run ("page", "{ " SMALL " }", large);
    Sheet sheet = sheet_of (page);
    g_assert_cmpint (sheet.dpi, ==, 50);
    g_assert_cmpfloat_with_epsilon (sheet.effective_dpi, 25, 1e-9);
    g_assert_cmpfloat_with_epsilon (sheet.enlarged, 3, 1e-9);
    /* Made small again they are. */
    g_autoptr (VipsImage) small = stage_run ("resize", "{ width: 50 }", large);
    g_assert_cmpfloat (stage_shape_of (small).enlarged, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  stage_case_start (&argc, &argv);
#define ADD(name, function) g_test_add_func ("/stages/page/" name, function)
  ADD ("a-mirrored-bleed-is-the-edge-mirrored", a_mirrored_bleed_is_the_edge_mirrored);
  ADD ("an-edge-is-drawn-out", an_edge_is_drawn_out);
  ADD ("a-bleed-of-pixels-is-the-picture-going-on", a_bleed_of_pixels_is_the_picture_going_on);
  ADD ("pixels-that-fit-are-not-touched", pixels_that_fit_are_not_touched);
  ADD ("marks-stand-at-the-trim", marks_stand_at_the_trim);
  ADD ("marks-are-one-ink-at-most", marks_are_one_ink_at_most);
  ADD ("fine-marks-are-a-quarter-of-a-point", fine_marks_are_a_quarter_of_a_point);
  ADD ("contain-lies-on-its-background", contain_lies_on_its_background);
  ADD ("every-kind-of-picture-has-its-page", every_kind_of_picture_has_its_page);
  ADD ("too-few-pixels-miss-the-target", too_few_pixels_miss_the_target);
  ADD ("enlarged-pixels-are-not-the-pictures-own", enlarged_pixels_are_not_the_pictures_own);
  ADD ("a-page-is-made-once", a_page_is_made_once);
  ADD ("the-sheet-travels-with-the-picture", the_sheet_travels_with_the_picture);
  ADD ("what-was-done-is-told", what_was_done_is_told);
  ADD ("rules-across-options", rules_across_options);
  return g_test_run ();
}
