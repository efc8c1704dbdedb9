#include "plan/sheet-words.h"

#include <math.h>
#include <glib.h>

#include "stages/paper.h"

/* Of numbers that were inches, the digits that mean something. */
static double
rounded (double value, double step)
{
  return rint (value * step) / step;
}

cJSON *
sheet_to_json (const Sheet *sheet)
{
  cJSON *json = cJSON_CreateObject ();
  cJSON_AddNumberToObject (json, "width-mm", rounded (sheet->width_mm, 100));
  cJSON_AddNumberToObject (json, "height-mm", rounded (sheet->height_mm, 100));
  cJSON_AddNumberToObject (json, "bleed-mm", rounded (sheet->bleed_mm, 100));
  if (sheet->bleed != SHEET_BLEED_NONE)
    cJSON_AddStringToObject (json, "bleed", sheet_bleed_words[sheet->bleed]);
  if (sheet->slug_mm > 0)
    cJSON_AddNumberToObject (json, "slug-mm", rounded (sheet->slug_mm, 100));
  cJSON_AddNumberToObject (json, "dpi", sheet->dpi);
  cJSON_AddNumberToObject (json, "effective-dpi", rounded (sheet->effective_dpi, 10));
  if (sheet->enlarged > 1)
    cJSON_AddNumberToObject (json, "enlarged", rounded (sheet->enlarged, 100));
  return json;
}

char *
sheet_to_text (const Sheet *sheet)
{
  g_autofree char *paper = paper_describe (sheet);
  GString *out = g_string_new (paper);
  if (sheet->bleed != SHEET_BLEED_NONE)
    g_string_append_printf (out, " (%s)", sheet_bleed_words[sheet->bleed]);
  if (sheet->slug_mm > 0)
    g_string_append (out, " + crop marks");
  g_string_append_printf (out, ", %d dpi of %.0f", sheet->dpi, sheet->effective_dpi);
  if (sheet->enlarged > 1)
    g_string_append_printf (out, ", enlarged %.3g times", sheet->enlarged);
  return g_string_free (out, FALSE);
}
