/* The <picture> snippet of a responsive set: a source for each modern format, an <img> for the one
 * that every browser shows. */
#include <cjson/cJSON.h>

#include "run/manifest.h"

/* Best first: a browser takes the first source it can show. */
static const ImageFormat web_formats[] = { IMAGE_FORMAT_AVIF, IMAGE_FORMAT_WEBP, IMAGE_FORMAT_PNG,
                                           IMAGE_FORMAT_JPEG };

typedef struct {
  const ManifestItem *item;
  int width, height;
} Candidate;

static int
compare_widths (const void *a, const void *b)
{
  return ((const Candidate *)a)->width - ((const Candidate *)b)->width;
}

static GArray *
candidates_of (const GArray *items, ImageFormat format)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  for (unsigned i = 0; i < items->len; i++) {
    const ManifestItem *item = &g_array_index (items, ManifestItem, i);
    if (item->derivative->format != format)
      continue;
    Candidate candidate = { item, item->derivative->shape.width, item->derivative->shape.height };
    g_array_append_val (candidates, candidate);
  }
  g_array_sort (candidates, compare_widths);
  return candidates;
}

/* A path inside a srcset. Percent-encoded is also what a path may hold, and its place may not: '&'
 * begins a character reference, ',' ends an entry, ':' ends a scheme. */
static char *
url_of (const char *path)
{
  return g_uri_escape_string (path, "/!$()*+;=@", FALSE);
}

static void
append_srcset (GString *out, const GArray *candidates)
{
  for (unsigned i = 0; i < candidates->len; i++) {
    const Candidate *candidate = &g_array_index (candidates, Candidate, i);
    g_autofree char *url = url_of (candidate->item->derivative->shown);
    g_string_append_printf (out, "%s%s %dw", i > 0 ? ", " : "", url, candidate->width);
  }
}

static void
append_img (GString *out, const GArray *candidates, const char *alt)
{
  const Candidate *largest = &g_array_index (candidates, Candidate, candidates->len - 1);
  g_autofree char *url = url_of (largest->item->derivative->shown);
  g_autofree char *escaped = g_markup_escape_text (alt, -1);
  g_string_append_printf (out, "<img src=\"%s\"", url);
  if (candidates->len > 1) {
    g_string_append (out, " srcset=\"");
    append_srcset (out, candidates);
    g_string_append (out, "\" sizes=\"100vw\"");
  }
  g_string_append_printf (out, " width=\"%d\" height=\"%d\" alt=\"%s\" loading=\"lazy\">",
                          largest->width, largest->height, escaped);
}

char *
manifest_picture (const GArray *items, const char *alt)
{
  GArray *sets[G_N_ELEMENTS (web_formats)];
  unsigned n_sets = 0, n_files = 0;
  for (unsigned i = 0; i < G_N_ELEMENTS (web_formats); i++) {
    GArray *candidates = candidates_of (items, web_formats[i]);
    n_files += candidates->len;
    if (candidates->len > 0)
      sets[n_sets++] = candidates;
    else
      g_array_unref (candidates);
  }
  GString *out = g_string_new (NULL);
  if (n_files > 1) {
    g_string_append (out, "<picture>");
    for (unsigned i = 0; i + 1 < n_sets; i++) {
      const Candidate *first = &g_array_index (sets[i], Candidate, 0);
      g_string_append_printf (out, "<source type=\"%s\" srcset=\"",
                              image_format_type (first->item->derivative->format)->mime);
      append_srcset (out, sets[i]);
      g_string_append (out, "\" sizes=\"100vw\">");
    }
    append_img (out, sets[n_sets - 1], alt);
    g_string_append (out, "</picture>");
  }
  for (unsigned i = 0; i < n_sets; i++)
    g_array_unref (sets[i]);
  bool is_empty = out->len == 0;
  char *text = g_string_free (out, FALSE);
  if (is_empty)
    g_clear_pointer (&text, g_free);
  return text;
}
