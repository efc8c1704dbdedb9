/* A comparison as one page of HTML that needs nothing but the pictures beside it. */
#pragma once

#include "cli/comparison.h"

/* The same for the same pictures, whenever it is written. New string. */
char *compare_page (const Comparison *comparison);
/* Was the text of a file made by compare_page? */
bool compare_page_is_one (const char *text);
