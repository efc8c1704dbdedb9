#include "stages/paper.h"

#include <math.h>
#include <string.h>
#include <glib.h>

#include "base/nearest.h"
#include "base/units.h"

/* Both sides in inches. */
#define INCHES(width, height)                                                                      \
  {                                                                                                \
    (width) * PAPER_INCH_MM, (height)*PAPER_INCH_MM                                                \
  }

/* ISO 216 and ANSI/ASME Y14.1; as they are written, so that ledger is tabloid on its side. */
static const struct {
  const char *name;
  PaperSize size;
} papers[] = {
  { "A0", { 841, 1189 } },       { "A1", { 594, 841 } },         { "A2", { 420, 594 } },
  { "A3", { 297, 420 } },        { "A4", { 210, 297 } },         { "A5", { 148, 210 } },
  { "A6", { 105, 148 } },        { "A7", { 74, 105 } },          { "letter", INCHES (8.5, 11) },
  { "legal", INCHES (8.5, 14) }, { "tabloid", INCHES (11, 17) }, { "ledger", INCHES (17, 11) },
};

static bool
find_name (const char *text, PaperSize *out_size)
{
  for (size_t i = 0; i < G_N_ELEMENTS (papers); i++)
    if (g_ascii_strcasecmp (papers[i].name, text) == 0) {
      *out_size = papers[i].size;
      return true;
    }
  return false;
}

/* "210x297mm": both sides in the unit that stands at the end. */
static bool
parse_sides (const char *text, PaperSize *out_size)
{
  const char *cross = strpbrk (text, "xX");
  if (cross == NULL)
    return false;
  g_autofree char *width = g_strndup (text, (size_t)(cross - text));
  const char *height = cross + 1 + strspn (cross + 1, " ");
  const char *unit = height + strspn (height, "0123456789.");
  g_autofree char *measure = g_strconcat (width, unit, NULL);
  return units_parse_length (measure, &out_size->width_mm) &&
         units_parse_length (height, &out_size->height_mm);
}

static bool
lacks_unit (const char *text)
{
  g_autofree char *with_unit = g_strconcat (text, "mm", NULL);
  PaperSize size;
  return parse_sides (with_unit, &size);
}

static char *
complain (const char *text)
{
  static const char takes[] = "takes A0 to A7, letter, legal, tabloid, ledger or two sides with "
                              "their unit such as 210x297mm";
  const char *names[G_N_ELEMENTS (papers)];
  for (size_t i = 0; i < G_N_ELEMENTS (papers); i++)
    names[i] = papers[i].name;
  if (lacks_unit (text))
    return g_strdup_printf ("%s, not '%s': write the unit, %smm", takes, text, text);
  const char *near = nearest_name (text, names, G_N_ELEMENTS (names));
  if (near != NULL)
    return g_strdup_printf ("%s, not '%s'; did you mean '%s'?", takes, text, near);
  return g_strdup_printf ("%s, not '%s'", takes, text);
}

static bool
is_printable (double mm)
{
  return mm >= PAPER_LEAST_MM && mm <= PAPER_MOST_MM;
}

bool
paper_parse (const char *text, PaperSize *out_size, char **out_complaint)
{
  PaperSize size;
  if (!find_name (text, &size) && !parse_sides (text, &size)) {
    *out_complaint = complain (text);
    return false;
  }
  if (!is_printable (size.width_mm) || !is_printable (size.height_mm)) {
    *out_complaint = g_strdup_printf ("takes %d mm to %d mm a side, not '%s'", PAPER_LEAST_MM,
                                      PAPER_MOST_MM, text);
    return false;
  }
  *out_size = size;
  return true;
}

const char *
paper_name (double width_mm, double height_mm)
{
  const char *turned = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (papers); i++) {
    const PaperSize *size = &papers[i].size;
    /* 8.5x11in and 215.9x279.4mm are one sheet. */
    if (fabs (size->width_mm - width_mm) < 0.01 && fabs (size->height_mm - height_mm) < 0.01)
      return papers[i].name;
    if (fabs (size->height_mm - width_mm) < 0.01 && fabs (size->width_mm - height_mm) < 0.01)
      turned = papers[i].name;
  }
  return turned;
}

/* A hundredth of a millimetre is nothing on paper: 279.4, not 279.4000000000001. */
static char *
format_mm (double mm)
{
  return units_format_number (rint (mm * 100) / 100);
}

static char *
describe_sides (double width_mm, double height_mm)
{
  g_autofree char *width = format_mm (width_mm);
  g_autofree char *height = format_mm (height_mm);
  return g_strdup_printf ("%sx%s mm", width, height);
}

char *
paper_describe_size (double width_mm, double height_mm)
{
  const char *name = paper_name (width_mm, height_mm);
  return name != NULL ? g_strdup (name) : describe_sides (width_mm, height_mm);
}

char *
paper_describe (const Sheet *sheet)
{
  const char *name = paper_name (sheet->width_mm, sheet->height_mm);
  g_autofree char *sides = describe_sides (sheet->width_mm, sheet->height_mm);
  GString *out = g_string_new (name);
  g_string_append_printf (out, "%s%s", name != NULL ? " " : "", sides);
  if (sheet->bleed_mm > 0) {
    g_autofree char *bleed = format_mm (sheet->bleed_mm);
    g_string_append_printf (out, " + %s mm bleed", bleed);
  }
  return g_string_free (out, FALSE);
}
