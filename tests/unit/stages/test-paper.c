#include <glib.h>

#include "stages/paper.h"

static void
assert_size (const char *text, double width_mm, double height_mm)
{
  PaperSize size;
  char *complaint = NULL;
  g_assert_true (paper_parse (text, &size, &complaint));
  g_assert_null (complaint);
  g_assert_cmpfloat_with_epsilon (size.width_mm, width_mm, 1e-9);
  g_assert_cmpfloat_with_epsilon (size.height_mm, height_mm, 1e-9);
}

static void
assert_refused (const char *text, const char *expected)
{
  PaperSize size = { -1, -1 };
  g_autofree char *complaint = NULL;
  g_assert_false (paper_parse (text, &size, &complaint));
  g_assert_cmpstr (complaint, ==, expected);
  g_assert_cmpfloat (size.width_mm, ==, -1);
}

static void
names_are_sheets (void)
{
  assert_size ("A4", 210, 297);
  assert_size ("a0", 841, 1189);
  assert_size ("A7", 74, 105);
  assert_size ("letter", 215.9, 279.4);
  assert_size ("Legal", 215.9, 355.6);
  assert_size ("tabloid", 279.4, 431.8);
  assert_size ("ledger", 431.8, 279.4);
}

static void
sides_have_one_unit (void)
{
  assert_size ("210x297mm", 210, 297);
  assert_size ("11x14in", 279.4, 355.6);
  assert_size ("30x40cm", 300, 400);
  assert_size ("8.5 x 11 in", 215.9, 279.4);
  assert_size ("8.5X11IN", 215.9, 279.4);
  assert_size ("10x5000mm", 10, 5000);
}

#define TAKES                                                                                      \
  "takes A0 to A7, letter, legal, tabloid, ledger or two sides with their unit such as "           \
  "210x297mm, "

static void
what_is_no_sheet_is_told (void)
{
  assert_refused ("A9", TAKES "not 'A9'; did you mean 'A0'?");
  assert_refused ("leter", TAKES "not 'leter'; did you mean 'letter'?");
  assert_refused ("poster", TAKES "not 'poster'");
  assert_refused ("210x297", TAKES "not '210x297': write the unit, 210x297mm");
  assert_refused ("210mm", TAKES "not '210mm'");
  assert_refused ("210x297px", TAKES "not '210x297px'");
  assert_refused ("210x297x3mm", TAKES "not '210x297x3mm'");
  assert_refused ("x297mm", TAKES "not 'x297mm'");
  assert_refused ("", TAKES "not ''");
}

static void
sides_have_limits (void)
{
  assert_refused ("9.9x297mm", "takes 10 mm to 5000 mm a side, not '9.9x297mm'");
  assert_refused ("5x501cm", "takes 10 mm to 5000 mm a side, not '5x501cm'");
  assert_refused ("0x0mm", "takes 10 mm to 5000 mm a side, not '0x0mm'");
  assert_refused ("-20x20mm", "takes 10 mm to 5000 mm a side, not '-20x20mm'");
}

static void
assert_described (const Sheet *sheet, const char *expected)
{
  g_autofree char *text = paper_describe (sheet);
  g_assert_cmpstr (text, ==, expected);
}

static void
a_sheet_is_told_by_name_and_sides (void)
{
  assert_described (&(Sheet){ .width_mm = 210, .height_mm = 297 }, "A4 210x297 mm");
  assert_described (&(Sheet){ .width_mm = 297, .height_mm = 210, .bleed_mm = 3 },
                    "A4 297x210 mm + 3 mm bleed");
  assert_described (&(Sheet){ .width_mm = 8.5 * 25.4, .height_mm = 11 * 25.4, .bleed_mm = 3.175 },
                    "letter 215.9x279.4 mm + 3.18 mm bleed");
  assert_described (&(Sheet){ .width_mm = 300, .height_mm = 400 }, "300x400 mm");
}

static void
a_name_is_found_however_the_sheet_lies (void)
{
  g_assert_cmpstr (paper_name (420, 297), ==, "A3");
  g_assert_cmpstr (paper_name (279.4, 431.8), ==, "tabloid");
  g_assert_cmpstr (paper_name (431.8, 279.4), ==, "ledger");
  g_assert_cmpstr (paper_name (210, 298), ==, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/stages/paper/" name, function)
  ADD ("names-are-sheets", names_are_sheets);
  ADD ("sides-have-one-unit", sides_have_one_unit);
  ADD ("what-is-no-sheet-is-told", what_is_no_sheet_is_told);
  ADD ("sides-have-limits", sides_have_limits);
  ADD ("a-sheet-is-told-by-name-and-sides", a_sheet_is_told_by_name_and_sides);
  ADD ("a-name-is-found-however-the-sheet-lies", a_name_is_found_however_the_sheet_lies);
  return g_test_run ();
}
