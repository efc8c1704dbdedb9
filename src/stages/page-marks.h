/* Crop marks: where the sheet is cut, drawn in the slug around it. */
#pragma once

#include "stages/page-layout.h"
#include "stages/pixels.h"

/* The slug that marks need. mm */
#define PAGE_MARKS_SLUG_MM 10.0

/* A strip of ink in the full picture. */
enum { PAGE_MARKS_N = 8 };

/* Two at each corner, in line with the trim's edges and just outside of them: a cut along a mark leaves nothing of
 * it on the sheet. */
void page_marks_place (const PageLayout *layout, Box out_marks[PAGE_MARKS_N]);

/* `in`, which reaches to the bleed, on white paper of the full size with its marks. */
bool page_marks_draw (VipsImage *in, const PageLayout *layout, const char *stage,
                      VipsImage **out_image, GError **error);
