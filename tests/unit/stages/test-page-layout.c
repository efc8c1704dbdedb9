/* The table of sheets and what a 4K original gives on them, counted apart from this program, is the one that
 * printers' sizes are taken from. */
#include <math.h>
#include <glib.h>

#include "stages/page-layout.h"
#include "stages/paper.h"

static PageWish
wish_for (const char *size, double bleed_mm)
{
  PaperSize paper;
  char *complaint = NULL;
  g_assert_true (paper_parse (size, &paper, &complaint));
  return (PageWish){
    .width_mm = paper.width_mm, .height_mm = paper.height_mm, .bleed_mm = bleed_mm, .dpi = 300
  };
}

/* Whether there are pixels enough or not. */
static PageLayout
layout_of (const PageWish *wish, int width, int height)
{
  PageLayout layout;
  double least;
  page_lay_out (wish, width, height, &layout, &least);
  return layout;
}

static PageLayout
laid_out (const PageWish *wish, int width, int height)
{
  PageLayout layout;
  double least;
  g_assert_true (page_lay_out (wish, width, height, &layout, &least));
  return layout;
}

#define assert_box(box, w, h)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpint ((box).width, ==, w);                                                          \
    g_assert_cmpint ((box).height, ==, h);                                                         \
  }                                                                                                \
  G_STMT_END

static void
sheets_have_their_pixels (void)
{
  static const struct {
    const char *size;
    int trim[2], with_3_mm[2], with_eighth[2];
  } cases[] = {
    { "101.6x152.4mm", { 1200, 1800 }, { 1271, 1871 }, { 1275, 1875 } },
    { "5x7in", { 1500, 2100 }, { 1571, 2171 }, { 1575, 2175 } },
    { "8x10in", { 2400, 3000 }, { 2471, 3071 }, { 2475, 3075 } },
    { "11x14in", { 3300, 4200 }, { 3371, 4271 }, { 3375, 4275 } },
    { "16x20in", { 4800, 6000 }, { 4871, 6071 }, { 4875, 6075 } },
    { "18x24in", { 5400, 7200 }, { 5471, 7271 }, { 5475, 7275 } },
    { "24x36in", { 7200, 10800 }, { 7271, 10871 }, { 7275, 10875 } },
    { "A6", { 1240, 1748 }, { 1311, 1819 }, { 1315, 1823 } },
    { "A5", { 1748, 2480 }, { 1819, 2551 }, { 1823, 2555 } },
    { "A4", { 2480, 3508 }, { 2551, 3579 }, { 2555, 3583 } },
    { "A3", { 3508, 4961 }, { 3579, 5031 }, { 3583, 5036 } },
    { "A2", { 4961, 7016 }, { 5031, 7087 }, { 5036, 7091 } },
    { "A1", { 7016, 9933 }, { 7087, 10004 }, { 7091, 10008 } },
    { "letter", { 2550, 3300 }, { 2621, 3371 }, { 2625, 3375 } },
    { "tabloid", { 3300, 5100 }, { 3371, 5171 }, { 3375, 5175 } },
    { "30x40cm", { 3543, 4724 }, { 3614, 4795 }, { 3618, 4799 } },
    { "50x70cm", { 5906, 8268 }, { 5976, 8339 }, { 5981, 8343 } },
    { "85x55mm", { 1004, 650 }, { 1075, 720 }, { 1079, 725 } },
    { "3.5x2in", { 1050, 600 }, { 1121, 671 }, { 1125, 675 } },
    { "99x210mm", { 1169, 2480 }, { 1240, 2551 }, { 1244, 2555 } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    const PageWish bare = wish_for (cases[i].size, 0), mm = wish_for (cases[i].size, 3);
    const PageWish eighth = wish_for (cases[i].size, 3.175);
    PageLayout layout = laid_out (&bare, 20000, 20000);
    assert_box (layout.full, cases[i].trim[0], cases[i].trim[1]);
    assert_box (layout.trim, cases[i].trim[0], cases[i].trim[1]);
    g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_NONE);
    layout = laid_out (&mm, 20000, 20000);
    assert_box (layout.full, cases[i].with_3_mm[0], cases[i].with_3_mm[1]);
    assert_box (layout.trim, cases[i].trim[0], cases[i].trim[1]);
    layout = laid_out (&eighth, 20000, 20000);
    assert_box (layout.full, cases[i].with_eighth[0], cases[i].with_eighth[1]);
  }
}

static void
a_4k_original_gives_what_the_table_says (void)
{
  static const struct {
    const char *size;
    int width, height, dpi;
  } cases[] = {
    { "A5", 4096, 4096, 482 },      { "A4", 4096, 4096, 343 },      { "letter", 4096, 4096, 365 },
    { "30x30cm", 4096, 4096, 340 }, { "A3", 4096, 4096, 244 },      { "12x18in", 4096, 4096, 225 },
    { "A2", 4096, 4096, 173 },      { "18x24in", 4096, 4096, 169 }, { "24x36in", 4096, 4096, 113 },
    { "4x6in", 3392, 5056, 801 },   { "5x7in", 3584, 4800, 663 },   { "8x10in", 3712, 4608, 450 },
    { "11x14in", 3712, 4608, 324 }, { "16x20in", 3712, 4608, 228 }, { "18x24in", 3584, 4800, 197 },
    { "24x36in", 3392, 5056, 140 }, { "A6", 3584, 4800, 792 },      { "A5", 3584, 4800, 564 },
    { "A4", 3584, 4800, 402 },      { "A3", 3584, 4800, 286 },      { "A2", 3584, 4800, 203 },
    { "A1", 3584, 4800, 144 },      { "letter", 3584, 4800, 410 },  { "tabloid", 3392, 5056, 293 },
    { "30x40cm", 3584, 4800, 297 }, { "50x70cm", 3584, 4800, 173 }, { "99x210mm", 3072, 5504, 647 },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    PageWish wish = wish_for (cases[i].size, 3);
    wish.bleed_from = SHEET_BLEED_PIXELS;
    PageLayout layout = layout_of (&wish, cases[i].width, cases[i].height);
    g_assert_cmpint ((int)rint (layout.sheet.effective_dpi), ==, cases[i].dpi);
  }
}

static void
larger_sheets_may_be_coarser (void)
{
  g_assert_cmpfloat (page_default_min_dpi (105, 148), ==, 300);
  g_assert_cmpfloat (page_default_min_dpi (210, 297), ==, 300);
  g_assert_cmpfloat (page_default_min_dpi (215.9, 279.4), ==, 300);
  g_assert_cmpfloat (page_default_min_dpi (203.2, 254), ==, 300);
  g_assert_cmpfloat (page_default_min_dpi (300, 300), ==, 250);
  g_assert_cmpfloat (page_default_min_dpi (297, 420), ==, 250);
  g_assert_cmpfloat (page_default_min_dpi (279.4, 431.8), ==, 250);
  g_assert_cmpfloat (page_default_min_dpi (300, 400), ==, 250);
  g_assert_cmpfloat (page_default_min_dpi (406.4, 508), ==, 150);
  g_assert_cmpfloat (page_default_min_dpi (420, 594), ==, 150);
}

static void
a3_from_4k_is_refused_and_says_why (void)
{
  PageWish wish = wish_for ("A3", 3);
  PageLayout layout;
  double least;
  g_assert_false (page_lay_out (&wish, 4096, 4096, &layout, &least));
  g_assert_cmpfloat (least, ==, 250);
  g_assert_cmpint ((int)layout.sheet.effective_dpi, ==, 244);
  wish.min_dpi = 244;
  layout = laid_out (&wish, 4096, 4096);
  g_assert_cmpint (layout.sheet.dpi, ==, 244);
  g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_PIXELS);
  assert_box (layout.full, 2911, 4092);
  wish.min_dpi = 245;
  layout = laid_out (&wish, 4096, 4096);
  g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_MIRROR);
  g_assert_cmpint (layout.sheet.dpi, ==, 247);
  /* No more is asked than is written. */
  wish.min_dpi = 0;
  wish.dpi = 200;
  layout = laid_out (&wish, 4096, 4096);
  g_assert_cmpint (layout.sheet.dpi, ==, 200);
}

static void
the_pixels_of_a_sheet_are_enough_for_it (void)
{
  /* 210 mm at 300 dpi are 2480.3 px. */
  PageWish wish = wish_for ("A4", 0);
  PageLayout layout = laid_out (&wish, 2480, 3508);
  g_assert_cmpint (layout.sheet.dpi, ==, 300);
  assert_box (layout.crop, 2480, 3508);
  assert_box (layout.full, 2480, 3508);
  double least;
  g_assert_false (page_lay_out (&wish, 2479, 3508, &layout, &least));
  wish.bleed_mm = 3;
  layout = laid_out (&wish, 2551, 3579);
  g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_PIXELS);
  assert_box (layout.crop, 2551, 3579);
  layout = laid_out (&wish, 2550, 3579);
  g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_MIRROR);
}

static void
the_sheet_lies_as_the_picture_does (void)
{
  static const struct {
    const char *size;
    PageOrientation orientation;
    int width, height;
    bool is_landscape;
  } cases[] = {
    { "A5", PAGE_AUTO, 4000, 3000, true },
    { "A5", PAGE_AUTO, 3000, 4000, false },
    { "A5", PAGE_AUTO, 4000, 4000, false },
    { "210x148mm", PAGE_AUTO, 4000, 4000, true },
    { "210x148mm", PAGE_AUTO, 3000, 4000, false },
    { "A5", PAGE_AS_WRITTEN, 4000, 3000, false },
    { "A5", PAGE_LANDSCAPE, 3000, 4000, true },
    { "210x148mm", PAGE_PORTRAIT, 4000, 3000, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    PageWish wish = wish_for (cases[i].size, 0);
    wish.orientation = cases[i].orientation;
    PageLayout layout = laid_out (&wish, cases[i].width, cases[i].height);
    g_assert_cmpfloat (layout.sheet.width_mm, ==, cases[i].is_landscape ? 210 : 148);
    assert_box (layout.full, cases[i].is_landscape ? 2480 : 1748,
                cases[i].is_landscape ? 1748 : 2480);
  }
}

static void
contain_needs_the_side_that_touches (void)
{
  PageWish wish = wish_for ("A4", 3);
  wish.fit = PAGE_CONTAIN;
  PageLayout layout = laid_out (&wish, 2480, 2480);
  g_assert_cmpint (layout.sheet.dpi, ==, 300);
  g_assert_cmpint (layout.sheet.bleed, ==, SHEET_BLEED_MIRROR);
  assert_box (layout.crop, 2480, 2480);
  assert_box (layout.base, 2480, 3508);
  g_assert_cmpint (layout.base.top, ==, 514);
  wish.gravity = GRAVITY_SOUTH;
  g_assert_cmpint (laid_out (&wish, 2480, 2480).base.top, ==, 1028);
  double least;
  g_assert_false (page_lay_out (&wish, 2479, 2479, &layout, &least));
  g_assert_cmpfloat_with_epsilon (layout.sheet.effective_dpi, 2479 / (210 / 25.4), 1e-9);
}

static void
cover_cuts_by_gravity_what_the_bleed_needs (void)
{
  PageWish wish = wish_for ("A5", 3);
  wish.gravity = GRAVITY_NORTH;
  PageLayout layout = laid_out (&wish, 3000, 6000);
  assert_box (layout.crop, 3000, 4207);
  g_assert_cmpint (layout.crop.top, ==, 0);
  wish.gravity = GRAVITY_SOUTH;
  layout = laid_out (&wish, 3000, 6000);
  g_assert_cmpint (layout.crop.top, ==, 6000 - 4207);
  wish.gravity = GRAVITY_CENTER;
  layout = laid_out (&wish, 3000, 6000);
  g_assert_cmpint (layout.crop.top, ==, (6000 - 4207) / 2);
}

static void
assert_inside (const Box *inner, int width, int height)
{
  g_assert_cmpint (inner->left, >=, 0);
  g_assert_cmpint (inner->top, >=, 0);
  g_assert_cmpint (inner->left + inner->width, <=, width);
  g_assert_cmpint (inner->top + inner->height, <=, height);
}

/* At most half a pixel off the middle. */
static void
assert_centred (const Box *inner, int width, int height)
{
  assert_inside (inner, width, height);
  g_assert_cmpint (width - inner->width - 2 * inner->left, >=, 0);
  g_assert_cmpint (width - inner->width - 2 * inner->left, <=, 1);
  g_assert_cmpint (height - inner->height - 2 * inner->top, >=, 0);
  g_assert_cmpint (height - inner->height - 2 * inner->top, <=, 1);
}

static void
check_layout (const PageWish *wish, int width, int height)
{
  PageLayout layout;
  double least;
  if (!page_lay_out (wish, width, height, &layout, &least))
    return;
  assert_inside (&layout.crop, width, height);
  /* Nothing is enlarged. */
  g_assert_cmpint (layout.scaled_width, <=, layout.crop.width);
  g_assert_cmpint (layout.scaled_height, <=, layout.crop.height);
  g_assert_cmpint (layout.base.left + layout.scaled_width, <=, layout.base.width);
  g_assert_cmpint (layout.base.top + layout.scaled_height, <=, layout.base.height);
  Box base = { layout.bleed.left, layout.bleed.top, layout.base.width, layout.base.height };
  assert_centred (&base, layout.bleed.width, layout.bleed.height);
  Box bleed = { layout.full.left, layout.full.top, layout.bleed.width, layout.bleed.height };
  assert_centred (&bleed, layout.full.width, layout.full.height);
  assert_inside (&layout.trim, layout.full.width, layout.full.height);
  int off = layout.full.width - layout.trim.width - 2 * layout.trim.left;
  g_assert_cmpint (ABS (off), <=, 2);
  g_assert_cmpint (layout.sheet.dpi, >=, (int)floor (least));
  g_assert_cmpint (layout.sheet.dpi, <=, (int)rint (wish->dpi));
  /* Half a pixel on the shortest side. */
  g_assert_cmpfloat (layout.sheet.dpi, <=, layout.sheet.effective_dpi + 0.5 / (10 / 25.4));
}

/* Whoever does as the refusal says is not refused again, and is not told less than there is. */
static void
the_density_of_a_refusal_is_taken (void)
{
  static const char *const sizes[] = { "A4", "A2", "letter", "10x10mm", "10x500mm", "5000x4000mm" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  for (int turn = 0; turn < 20000; turn++) {
    PageWish wish = wish_for (sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))],
                              g_rand_boolean (rand) ? 0 : 3);
    int width = g_rand_int_range (rand, 1, 9000), height = g_rand_int_range (rand, 1, 9000);
    PageLayout refused, layout;
    double least;
    wish.fit = (PageFit)g_rand_int_range (rand, PAGE_COVER, PAGE_CONTAIN + 1);
    wish.dpi = wish.min_dpi = 100000;
    g_assert_false (page_lay_out (&wish, width, height, &refused, &least));
    wish.min_dpi = refused.sheet.dpi;
    if (refused.sheet.dpi >= 1) {
      g_assert_true (page_lay_out (&wish, width, height, &layout, &least));
      g_assert_cmpint (layout.sheet.dpi, ==, refused.sheet.dpi);
      g_assert_cmpint (layout.sheet.bleed, ==, refused.sheet.bleed);
    }
    if (wish.bleed_mm > 0)
      wish.bleed_from = refused.sheet.bleed;
    wish.min_dpi = refused.sheet.dpi + 1;
    g_assert_false (page_lay_out (&wish, width, height, &layout, &least));
  }
}

static void
boxes_lie_in_each_other_whatever_the_numbers (void)
{
  static const char *const sizes[] = { "A4", "letter", "10x10mm", "20x500mm", "33.3x44.4cm" };
  static const int edges[] = { 1, 3, 97, 1000, 2480, 3508, 4097 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  for (int turn = 0; turn < 20000; turn++) {
    const char *size = sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))];
    PageWish wish = wish_for (size, g_rand_boolean (rand) ? 0 : g_rand_double_range (rand, 0, 50));
    wish.slug_mm = g_rand_boolean (rand) ? 0 : 10;
    wish.dpi = g_rand_double_range (rand, 1.1, 700);
    wish.min_dpi = g_rand_double_range (rand, 1, wish.dpi);
    wish.fit = (PageFit)g_rand_int_range (rand, PAGE_COVER, PAGE_CONTAIN + 1);
    wish.orientation = (PageOrientation)g_rand_int_range (rand, PAGE_AUTO, PAGE_LANDSCAPE + 1);
    wish.gravity = g_rand_int_range (rand, GRAVITY_CENTER, GRAVITY_ENTROPY + 1);
    wish.bleed_from = g_rand_int_range (rand, PAGE_BLEED_AUTO, SHEET_BLEED_EDGE + 1);
    if (wish.fit == PAGE_CONTAIN && wish.bleed_from == SHEET_BLEED_PIXELS)
      wish.bleed_from = SHEET_BLEED_MIRROR;
    int width = edges[g_rand_int_range (rand, 0, G_N_ELEMENTS (edges))];
    int height = g_rand_int_range (rand, 1, 6000);
    check_layout (&wish, width, height);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/stages/page-layout/" name, function)
  ADD ("sheets-have-their-pixels", sheets_have_their_pixels);
  ADD ("a-4k-original-gives-what-the-table-says", a_4k_original_gives_what_the_table_says);
  ADD ("larger-sheets-may-be-coarser", larger_sheets_may_be_coarser);
  ADD ("a3-from-4k-is-refused-and-says-why", a3_from_4k_is_refused_and_says_why);
  ADD ("the-pixels-of-a-sheet-are-enough-for-it", the_pixels_of_a_sheet_are_enough_for_it);
  ADD ("the-sheet-lies-as-the-picture-does", the_sheet_lies_as_the_picture_does);
  ADD ("contain-needs-the-side-that-touches", contain_needs_the_side_that_touches);
  ADD ("cover-cuts-by-gravity-what-the-bleed-needs", cover_cuts_by_gravity_what_the_bleed_needs);
  ADD ("the-density-of-a-refusal-is-taken", the_density_of_a_refusal_is_taken);
  ADD ("boxes-lie-in-each-other-whatever-the-numbers",
       boxes_lie_in_each_other_whatever_the_numbers);
  return g_test_run ();
}
