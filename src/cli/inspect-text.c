#include "cli/inspect-text.h"

#include "base/units.h"
#include "cli/inspect-credentials.h"
#include "cli/inspect-rows.h"
#include "cli/terminal.h"

/* ---- what it is ---- */

static void
add_type (InspectRows *rows, const cJSON *json)
{
  const cJSON *type = found_get (json, "type");
  const char *declared = found_text (type, "declared");
  const char *by = found_text (type, "declared-by");
  if (declared == NULL || found_flag (type, "match"))
    inspect_rows_add (rows, "type", "%s", found_text (type, "real"));
  else
    inspect_rows_add (rows, "type", "%s, but declared as %s by its %s", found_text (type, "real"),
                      declared, by);
}

static void
add_pixels (InspectRows *rows, const cJSON *json)
{
  const cJSON *pixels = found_get (json, "pixels");
  if (pixels == NULL)
    return;
  double channels = found_number (pixels, "channels");
  const char *color = channels == 1 ? "gray" : channels == 3 ? "RGB" : "CMYK";
  inspect_rows_add (rows, "pixels", "%.0fx%.0f, %s%s, %.0f bit", found_number (pixels, "width"),
                    found_number (pixels, "height"), color,
                    found_flag (pixels, "has-alpha") ? " with alpha" : "",
                    found_number (pixels, "bit-depth"));
  if (found_number (pixels, "orientation") > 1)
    inspect_rows_add (rows, "stored", "%.0fx%.0f, with orientation %.0f",
                      found_number (pixels, "stored-width"), found_number (pixels, "stored-height"),
                      found_number (pixels, "orientation"));
}

static void
add_icc (InspectRows *rows, const cJSON *json)
{
  const cJSON *icc = found_get (json, "icc");
  const cJSON *pixels = found_get (json, "pixels");
  if (icc == NULL) {
    if (pixels != NULL)
      inspect_rows_add (rows, "profile", "%s", found_flag (pixels, "has-icc") ? "has one" : "none");
    return;
  }
  const char *description = found_text (icc, "description");
  const char *space = found_text (icc, "color-space");
  g_autofree char *size = units_describe_bytes ((int64_t)found_number (icc, "bytes"));
  inspect_rows_add (rows, "profile", "%s (%s%s%s%s)",
                    description != NULL ? description : "without a name",
                    space != NULL ? space : "", space != NULL ? ", " : "", size,
                    found_flag (icc, "is-srgb") ? ", is sRGB" : "");
}

static void
append_density (GString *out, const cJSON *claim)
{
  double x = found_number (claim, "x-dpi"), y = found_number (claim, "y-dpi");
  if (out->len > 0)
    g_string_append (out, "; ");
  if (x > y || y > x)
    g_string_append_printf (out, "%.6g x %.6g dpi", x, y);
  else
    g_string_append_printf (out, "%.6g dpi", x);
  g_string_append_printf (out, " (%s)", found_text (claim, "from"));
}

static void
add_density (InspectRows *rows, const cJSON *json)
{
  const cJSON *density = found_get (json, "density"), *other;
  if (density == NULL)
    return;
  g_autoptr (GString) text = g_string_new (NULL);
  append_density (text, density);
  cJSON_ArrayForEach (other, found_get (density, "others")) append_density (text, other);
  inspect_rows_add (rows, "density", "%s", text->str);
}

static void
add_label (InspectRows *rows, const cJSON *json)
{
  const cJSON *label = found_get (json, "ai-label"), *found;
  if (label == NULL)
    return;
  g_autoptr (GString) where = g_string_new (NULL);
  cJSON_ArrayForEach (found, found_get (label, "found"))
    g_string_append_printf (where, "%s%s says %s", where->len > 0 ? ", " : "",
                            found_text (found, "from"), found_text (found, "source-type"));
  inspect_rows_add (rows, found_flag (label, "is-ai") ? "AI label" : "source type", "%s (%s)",
                    found_text (label, "source-type"), where->str);
}

static void
add_synthid (InspectRows *rows, const cJSON *json)
{
  const cJSON *by;
  g_autoptr (GString) names = g_string_new (NULL);
  cJSON_ArrayForEach (by, found_get (found_get (json, "synthid"), "declared-by"))
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", cJSON_GetStringValue (by));
  if (names->len > 0)
    inspect_rows_add (rows, "SynthID", "declared (%s), which is no proof", names->str);
}

static void
print_picture (const cJSON *json, const char *title, bool is_verbose)
{
  g_autoptr (InspectRows) rows = inspect_rows_new (is_verbose);
  g_autofree char *size = units_describe_bytes ((int64_t)found_number (json, "bytes"));
  g_autofree char *shown = terminal_safe (title, true);
  const cJSON *trouble;
  terminal_print ("%s", shown);
  inspect_rows_add (rows, "sha256", "%s", found_text (json, "sha256"));
  inspect_rows_add (rows, "bytes", "%.0f (%s)", found_number (json, "bytes"), size);
  add_type (rows, json);
  add_pixels (rows, json);
  add_icc (rows, json);
  add_density (rows, json);
  add_label (rows, json);
  add_synthid (rows, json);
  cJSON_ArrayForEach (trouble, found_get (json, "troubles"))
    inspect_rows_add (rows, "trouble", "%s", cJSON_GetStringValue (trouble));
  inspect_rows_print (rows);
}

/* ---- metadata ---- */

static void
print_exif (const cJSON *json, bool is_verbose)
{
  const cJSON *exif = found_get (json, "exif"), *entry;
  g_autoptr (InspectRows) rows = inspect_rows_new (is_verbose);
  if (exif == NULL)
    return;
  cJSON_ArrayForEach (entry, found_get (exif, "entries"))
  {
    g_autofree char *name = g_strdup_printf ("%s %s", found_text (entry, "directory"),
                                             found_text (entry, "name"));
    inspect_rows_add (rows, name, "%s", found_text (entry, "value"));
  }
  if (found_number (exif, "maker-note-bytes") > 0)
    inspect_rows_add (rows, "exif MakerNote", "%.0f bytes",
                      found_number (exif, "maker-note-bytes"));
  if (found_number (exif, "thumbnail-bytes") > 0)
    inspect_rows_add (rows, "ifd1 thumbnail", "%.0f bytes", found_number (exif, "thumbnail-bytes"));
  bool is_tiff = g_strcmp0 (found_text (json, "format"), "tiff") == 0;
  inspect_rows_print_section (rows, is_tiff ? "TIFF and EXIF" : "EXIF");
}

static void
print_lines (const cJSON *json, const char *member, const char *list, const char *name,
             const char *value, const char *heading, bool is_verbose)
{
  const cJSON *section = found_get (json, member), *line;
  const cJSON *lines = list != NULL ? found_get (section, list) : section;
  g_autoptr (InspectRows) rows = inspect_rows_new (is_verbose);
  cJSON_ArrayForEach (line, lines)
  {
    const char *word = found_text (line, name);
    inspect_rows_add (rows, word != NULL ? word : "", "%s", found_text (line, value));
  }
  inspect_rows_print_section (rows, heading);
}

static void
print_parameters (const cJSON *json, bool is_verbose)
{
  static const char *const members[] = { "prompt",  "negative-prompt", "model",    "seed",
                                         "sampler", "steps",           "guidance", "settings" };
  const cJSON *one;
  cJSON_ArrayForEach (one, found_get (json, "parameters"))
  {
    g_autoptr (InspectRows) rows = inspect_rows_new (is_verbose);
    for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
      if (found_text (one, members[i]) != NULL)
        inspect_rows_add (rows, members[i], "%s", found_text (one, members[i]));
    g_autofree char *heading = g_strdup_printf ("Generated by %s (%s)", found_text (one, "tool"),
                                                found_text (one, "from"));
    inspect_rows_print_section (rows, heading);
  }
}

static void
print_blocks (const cJSON *json)
{
  const cJSON *block;
  g_autoptr (InspectRows) rows = inspect_rows_new (true);
  cJSON_ArrayForEach (block, found_get (json, "blocks")) inspect_rows_add (
    rows, found_text (block, "name"), "%s, %.0f bytes at %.0f", found_text (block, "kind"),
    found_number (block, "length"), found_number (block, "at"));
  inspect_rows_print_section (rows, "Blocks");
}

void
inspect_text_print (const cJSON *json, const char *title, bool is_verbose)
{
  print_picture (json, title, is_verbose);
  inspect_credentials_print (json, is_verbose);
  print_parameters (json, is_verbose);
  print_exif (json, is_verbose);
  print_lines (json, "xmp", "properties", "path", "value", "XMP", is_verbose);
  print_lines (json, "iptc", "datasets", "name", "value", "IPTC", is_verbose);
  print_lines (json, "texts", NULL, "keyword", "text", "Texts", is_verbose);
  if (is_verbose)
    print_blocks (json);
}
