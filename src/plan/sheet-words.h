/* What a plan and a manifest say of a sheet. */
#pragma once

#include <cjson/cJSON.h>

#include "stages/sheet.h"

/* {"width-mm": …}. New tree. */
cJSON *sheet_to_json (const Sheet *sheet);
/* "A4 210x297 mm + 3 mm bleed (pixels), 300 dpi of 343". New string. */
char *sheet_to_text (const Sheet *sheet);
