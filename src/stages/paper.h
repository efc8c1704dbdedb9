/* Sheets of paper by name and by measure, and how they are told to people. All in mm. */
#pragma once

#include <stdbool.h>

#include "stages/sheet.h"

#define PAPER_INCH_MM 25.4

typedef struct {
  double width_mm, height_mm;
} PaperSize;

/* A side: the smallest label and the widest roll that anybody prints. */
enum { PAPER_LEAST_MM = 10, PAPER_MOST_MM = 5000 };

/* "A4", "letter", "210x297mm", "11x14in"; names in any case. On failure false, and *out_complaint is
 * what is wrong ("takes A0 to A7, …, not 'A9'"), a new string. */
bool paper_parse (const char *text, PaperSize *out_size, char **out_complaint);

/* The name of a sheet of this size, however it lies, or NULL. */
const char *paper_name (double width_mm, double height_mm);

/* "A4", or "100x150 mm" for a sheet that has no name; and "A4 210x297 mm + 3 mm bleed". New strings. */
char *paper_describe_size (double width_mm, double height_mm);
char *paper_describe (const Sheet *sheet);
