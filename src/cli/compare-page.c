/* Every text that is not Peel's own is escaped: prompts, models and errors come from anywhere. No script, and
 * a policy that lets none run, should that fail. */
#include "cli/compare-page.h"

#include "base/secret.h"
#include "base/units.h"

/* By this a page is known as one of ours. */
#define BEGIN                                                                                      \
  "<!doctype html>\n"                                                                              \
  "<html lang=\"en\">\n"                                                                           \
  "<head>\n"                                                                                       \
  "<meta charset=\"utf-8\">\n"                                                                     \
  "<meta name=\"generator\" content=\"peel compare\">\n"

static const char head[] = BEGIN
  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' "
  "file:; "
  "style-src 'unsafe-inline'\">\n"
  "<meta name=\"color-scheme\" content=\"light dark\">\n"
  "<style>\n"
  ":root { color-scheme: light dark; --ink: #1c1c1f; --soft: #66666e; --paper: #fafaf8; --card: "
  "#fff; "
  "--line: #e2e2de; --bad: #b3261e; --check: #ececea }\n"
  "@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --soft: #9c9ca6; --paper: "
  "#17171a; "
  "--card: #1f1f23; --line: #34343a; --bad: #ff8a80; --check: #2a2a2f } }\n"
  "* { box-sizing: border-box }\n"
  "body { margin: 0 auto; max-width: 100rem; padding: 2.5rem clamp(1rem, 4vw, 3rem); color: "
  "var(--ink); "
  "background: var(--paper); font: 1rem/1.5 system-ui, sans-serif }\n"
  "h1 { margin: 0; font-size: 1.6rem; font-weight: 650; letter-spacing: -.01em }\n"
  "h2 { margin: 0; font-size: 1.15rem; font-weight: 650; overflow-wrap: anywhere }\n"
  "p { margin: .25rem 0 0 } .soft { color: var(--soft) }\n"
  ".prompt { max-width: 70ch; color: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere "
  "}\n"
  "section { margin-top: 2rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: "
  ".75rem; "
  "background: var(--card) }\n"
  ".scroll { margin-top: 1rem; overflow-x: auto }\n"
  "table { border-collapse: collapse; table-layout: fixed; width: 100%; font-variant-numeric: "
  "tabular-nums }\n"
  "th, td { padding: .4rem .8rem; border-top: 1px solid var(--line); text-align: left; "
  "vertical-align: top; overflow-wrap: anywhere }\n"
  "thead th:first-child { width: 8rem }\n"
  "tbody th { color: var(--soft); font-weight: 450 }\n"
  "thead th { border-top: 0; font-weight: 650 }\n"
  ".picture td, .picture th { padding-bottom: .8rem }\n"
  "img { display: block; width: 100%; min-width: 12rem; height: auto; border-radius: .4rem; "
  "background: var(--check) }\n"
  ".error { color: var(--bad); white-space: pre-wrap }\n"
  "a { color: inherit; text-underline-offset: .2em }\n"
  "</style>\n";

static void append (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Arguments are escaped, the format is not. */
static void
append (GString *out, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);
  g_string_append (out, text);
}

static void
append_heading (GString *out, const Comparison *comparison, const char *corner)
{
  append (out, "<thead><tr><th scope=\"col\">%s</th>", corner);
  for (unsigned p = 0; p < comparison->n_providers; p++)
    append (out, "<th scope=\"col\">%s</th>", comparison->providers[p]);
  g_string_append (out, "</tr></thead>\n<tbody>\n");
}

/* ---- one image ---- */

static void
append_cell (GString *out, const ComparisonRow *row, const ComparisonCell *cell)
{
  g_autofree char *told = row->describe (cell);
  bool is_error = strcmp (row->name, "error") == 0;
  bool is_file = strcmp (row->name, "picture") == 0;
  g_autofree char *text = told != NULL ? secret_hide (told) : NULL;
  if (text == NULL)
    g_string_append (out, "<td></td>");
  else if (is_file)
    append (out, "<td><a href=\"./%s\">%s</a></td>", text, text);
  else
    append (out, is_error ? "<td class=\"error\">%s</td>" : "<td>%s</td>", text);
}

static bool
is_told (const Comparison *comparison, const ComparisonImage *image, const ComparisonRow *row)
{
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    g_autofree char *text = row->describe (&image->cells[p]);
    if (text != NULL)
      return true;
  }
  return false;
}

static void
append_pictures (GString *out, const Comparison *comparison, const ComparisonImage *image)
{
  g_string_append (out, "<tr class=\"picture\"><th scope=\"row\">original</th>");
  for (unsigned p = 0; p < comparison->n_providers; p++) {
    const ComparisonCell *cell = &image->cells[p];
    if (cell->file != NULL)
      append (out,
              "<td><a href=\"./%s\"><img src=\"./%s\" width=\"%d\" height=\"%d\" loading=\"lazy\" "
              "alt=\"%s by %s\"></a></td>",
              cell->file, cell->file, cell->width, cell->height, image->id,
              comparison->providers[p]);
    else
      g_string_append (out, "<td class=\"soft\">none</td>");
  }
  g_string_append (out, "</tr>\n");
}

static void
append_image (GString *out, const Comparison *comparison, const ComparisonImage *image)
{
  g_autofree char *name = comparison_name (image);
  append (out, "<section>\n<h2>%s</h2>\n", name);
  if (image->prompt != NULL)
    append (out, "<p class=\"prompt\">%s</p>\n", image->prompt);
  if (image->file != NULL)
    append (out, "<p><a href=\"./%s\">Side by side</a></p>\n", image->file);
  g_string_append (out, "<div class=\"scroll\"><table>\n");
  append_heading (out, comparison, "");
  append_pictures (out, comparison, image);
  for (const ComparisonRow *row = comparison_rows; row->name != NULL; row++) {
    if (!is_told (comparison, image, row))
      continue;
    append (out, "<tr><th scope=\"row\">%s</th>", row->name);
    for (unsigned p = 0; p < comparison->n_providers; p++)
      append_cell (out, row, &image->cells[p]);
    g_string_append (out, "</tr>\n");
  }
  g_string_append (out, "</tbody></table></div>\n</section>\n");
}

/* ---- all of them ---- */

static char *
describe_total (const ComparisonTotals *totals, unsigned row)
{
  switch (row) {
  case 0:
    return g_strdup_printf ("%u", totals->n);
  case 1:
    return totals->n > 0 ? units_describe_bytes (totals->size_bytes) : NULL;
  case 2:
    return totals->n_timed > 0 ? comparison_describe_latency (totals->mean_ms) : NULL;
  case 3:
    return totals->n > 0 ? comparison_describe_cost (totals) : NULL;
  default:
    return totals->n_failed > 0 ? g_strdup_printf ("%u", totals->n_failed) : NULL;
  }
}

static void
append_totals (GString *out, const Comparison *comparison)
{
  static const char *const rows[] = { "pictures", "bytes", "mean latency", "cost", "failed" };
  g_string_append (out, "<section>\n<h2>All images</h2>\n<div class=\"scroll\"><table>\n");
  append_heading (out, comparison, "");
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++) {
    append (out, "<tr><th scope=\"row\">%s</th>", rows[i]);
    for (unsigned p = 0; p < comparison->n_providers; p++) {
      const ComparisonTotals totals = comparison_totals (comparison, p);
      g_autofree char *text = describe_total (&totals, i);
      append (out, "<td>%s</td>", text != NULL ? text : "");
    }
    g_string_append (out, "</tr>\n");
  }
  g_string_append (out, "</tbody></table></div>\n</section>\n");
}

char *
compare_page (const Comparison *comparison)
{
  g_autoptr (GString) out = g_string_new (head);
  g_autofree char *names = g_strjoinv (", ", comparison->providers);
  append (out, "<title>%s: %s</title>\n</head>\n<body>\n", comparison->pipeline_name, names);
  append (out, "<h1>%s</h1>\n<p class=\"soft\">The same request to %s</p>\n",
          comparison->pipeline_name, names);
  if (comparison->images->len > 1)
    append_totals (out, comparison);
  for (unsigned i = 0; i < comparison->images->len; i++)
    append_image (out, comparison, comparison->images->pdata[i]);
  g_string_append (out, "</body>\n</html>\n");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

bool
compare_page_is_one (const char *text)
{
  return g_str_has_prefix (text, BEGIN);
}
