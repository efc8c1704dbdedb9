#include "image/proof-panel.h"

#include <vips/vips.h>

const ProofColor proof_bleed_color = { 230, 0, 38 }, proof_trim_color = { 0, 82, 255 },
                 proof_safe_color = { 0, 158, 74 }, proof_gamut_color = { 255, 0, 200 },
                 proof_over_color = { 255, 138, 0 };

/* Of the panel, px: names of facts, what they are, samples, what those mean. */
enum {
  FACT_LEFT = 0,
  VALUE_LEFT = 190,
  SAMPLE_LEFT = 660,
  MEANING_LEFT = 726,
  COLUMN_GAP = 24,
  TITLE_SIZE = 26,
  TITLE_HEIGHT = 48,
  TEXT_SIZE = 19,
  ROW_HEIGHT = 31,
  SAMPLE_WIDTH = 50,
  SAMPLE_HEIGHT = 22,
};

typedef enum {
  PIECE_TEXT,
  PIECE_LINE,
  PIECE_DASHES,
  PIECE_RISING, /* hatches */
  PIECE_FALLING,
} PieceKind;

typedef struct {
  PieceKind kind;
  ProofBox box; /* in the panel */
  ProofColor color;
  uint8_t *mask; /* TEXT: 0 to 255 */
} Piece;

static void
piece_free (gpointer data)
{
  Piece *piece = data;
  g_free (piece->mask);
  g_free (piece);
}

void
proof_panel_clear (ProofPanel *panel)
{
  g_clear_pointer (&panel->pieces, g_ptr_array_unref);
}

static void
add_piece (ProofPanel *panel, PieceKind kind, const ProofBox *box, ProofColor color, uint8_t *mask)
{
  Piece *piece = g_new (Piece, 1);
  *piece = (Piece){ kind, *box, color, mask };
  g_ptr_array_add (panel->pieces, piece);
  panel->height = MAX (panel->height, box->top + box->height);
}

/* ---- text ---- */

typedef struct {
  int left, top;
  int width; /* px, where it is broken into lines */
  int size;  /* px */
  bool is_bold;
  ProofColor color;
} Place;

/* Set at its final size: what is scaled is blurred. *out_bottom is where the next row may begin. */
static bool
add_text (ProofPanel *panel, const Place *place, const char *text, int *out_bottom, GError **error)
{
  g_autoptr (VipsImage) set = NULL;
  g_autofree char *markup = g_markup_escape_text (text, -1);
  g_autofree char *font = g_strdup_printf ("sans %s%d", place->is_bold ? "bold " : "", place->size);
  size_t length;
  if (vips_text (&set, markup, "font", font, "dpi", 72, "width", place->width, "wrap",
                 VIPS_TEXT_WRAP_WORD_CHAR, NULL) != 0)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "setting the proof's text");
  uint8_t *mask = vips_image_write_to_memory (set, &length);
  if (mask == NULL)
    return image_set_vips_error (error, IMAGE_ERROR_FAILED, "setting the proof's text");
  /* The letters' own edges; the offset is from where the line begins. */
  const ProofBox box = { place->left + vips_image_get_xoffset (set),
                         place->top + vips_image_get_yoffset (set), vips_image_get_width (set),
                         vips_image_get_height (set) };
  add_piece (panel, PIECE_TEXT, &box, place->color, mask);
  *out_bottom = MAX (*out_bottom, box.top + box.height);
  return true;
}

static const ProofColor dark = { 24, 24, 28 }, gray = { 104, 104, 112 };

/* Rows are even, whatever letters hang below them; what took several lines ends where it ends. */
static int
next_row (int top, int bottom)
{
  return bottom <= top + ROW_HEIGHT ? top + ROW_HEIGHT : bottom + ROW_HEIGHT - TEXT_SIZE;
}

static bool
add_fact (ProofPanel *panel, int *top, const char *name, const char *value, GError **error)
{
  const Place at_name = { FACT_LEFT, *top, VALUE_LEFT - 10, TEXT_SIZE, false, gray };
  const Place at_value = { VALUE_LEFT, *top,  SAMPLE_LEFT - VALUE_LEFT - COLUMN_GAP,
                           TEXT_SIZE,  false, dark };
  int bottom = 0;
  if (!add_text (panel, &at_name, name, &bottom, error) ||
      !add_text (panel, &at_value, value, &bottom, error))
    return false;
  *top = next_row (*top, bottom);
  return true;
}

static bool
add_meaning (ProofPanel *panel, int *top, PieceKind kind, ProofColor color, const char *text,
             GError **error)
{
  const ProofBox sample = { SAMPLE_LEFT, *top + (TEXT_SIZE * 3 / 2 - SAMPLE_HEIGHT) / 2,
                            SAMPLE_WIDTH, SAMPLE_HEIGHT };
  const Place place = { MEANING_LEFT, *top,  PROOF_LEAST_WIDTH - 2 * PROOF_MARGIN - MEANING_LEFT,
                        TEXT_SIZE,    false, dark };
  int bottom = 0;
  add_piece (panel, kind, &sample, color, NULL);
  if (!add_text (panel, &place, text, &bottom, error))
    return false;
  *top = next_row (*top, bottom);
  return true;
}

/* ---- the facts ---- */

/* "210", "215.9": millimetres without what nobody measures. */
static char *
describe_mm (double mm)
{
  char *text = g_strdup_printf ("%.1f", mm);
  if (g_str_has_suffix (text, ".0"))
    text[strlen (text) - 2] = '\0';
  return text;
}

static char *
describe_size (double width_mm, double height_mm)
{
  g_autofree char *width = describe_mm (width_mm), *height = describe_mm (height_mm);
  return g_strdup_printf ("%s × %s mm", width, height);
}

static char *
describe_bleed (const ProofSpec *spec)
{
  g_autofree char *bleed = describe_mm (spec->bleed_mm);
  const char *from = spec->bleed_from;
  if (spec->bleed_mm <= 0)
    return g_strdup ("none");
  return g_strdup_printf ("%s mm on each side, %s", bleed,
                          g_strcmp0 (from, "mirror") == 0 ? "the picture's edge mirrored"
                          : g_strcmp0 (from, "edge") == 0 ? "the picture's edge drawn out"
                                                          : "of the picture itself");
}

static bool
add_sheet_facts (ProofPanel *panel, int *top, const ProofSpec *spec, GError **error)
{
  g_autofree char *size = describe_size (spec->width_mm, spec->height_mm);
  g_autofree char *bleed = describe_bleed (spec);
  return add_fact (panel, top, "Sheet", size, error) &&
         add_fact (panel, top, "Bleed", bleed, error);
}

static bool
add_pixel_facts (ProofPanel *panel, int *top, const ProofSpec *spec, const ProofFindings *findings,
                 GError **error)
{
  g_autofree char *pixels = g_strdup_printf ("%d × %d", findings->width, findings->height);
  g_autofree char *written = spec->dpi > 0 ? g_strdup_printf ("%d dpi", spec->dpi)
                                           : g_strdup ("none written");
  g_autofree char *density = spec->effective_dpi > 0
                               ? g_strdup_printf ("%s (the picture's own pixels give %.0f)",
                                                  written, spec->effective_dpi)
                               : g_strdup (written);
  return add_fact (panel, top, "Pixels", pixels, error) &&
         add_fact (panel, top, "Resolution", density, error);
}

/* "0 %", "less than 0.1 %", "12.3 %": what is there is never told as nothing. */
static char *
describe_share (double share)
{
  if (share <= 0)
    return g_strdup ("nothing");
  return share < 0.001 ? g_strdup ("less than 0.1 % of the page")
                       : g_strdup_printf ("%.1f %% of the page", share * 100);
}

static bool
add_ink_facts (ProofPanel *panel, int *top, const ProofSpec *spec, const ProofFindings *findings,
               GError **error)
{
  const ProofInk *ink = &findings->ink;
  g_autofree char *limit = spec->max_ink > 0
                             ? g_strdup_printf ("limit %.0f %%", spec->max_ink)
                             : g_strdup_printf ("no limit given, %d %% is usual", PROOF_USUAL_INK);
  g_autofree char *most = g_strdup_printf ("%.1f %% at most, %.1f %% at the 99th percentile; %s",
                                           ink->ink.max, ink->ink.p99, limit);
  g_autofree char *over = describe_share (ink->over_share);
  g_autofree char *name = g_strdup_printf ("Over %.0f %%", findings->limit);
  return add_fact (panel, top, "Ink", most, error) && add_fact (panel, top, name, over, error);
}

static bool
add_facts (ProofPanel *panel, int *top, const ProofSpec *spec, const ProofFindings *findings,
           GError **error)
{
  const char *profile = spec->profile != NULL ? spec->profile
                        : findings->is_ink    ? "CMYK without a profile"
                                              : "sRGB";
  g_autofree char *gamut = describe_share (findings->gamut_share);
  return (spec->width_mm <= 0 || add_sheet_facts (panel, top, spec, error)) &&
         add_pixel_facts (panel, top, spec, findings, error) &&
         add_fact (panel, top, "Colours", profile, error) &&
         (!findings->is_ink || add_ink_facts (panel, top, spec, findings, error)) &&
         (!findings->has_gamut || add_fact (panel, top, "Not printable", gamut, error));
}

/* ---- the legend ---- */

static bool
add_legend (ProofPanel *panel, int *top, const ProofSpec *spec, const ProofFindings *findings,
            GError **error)
{
  bool has_sheet = spec->width_mm > 0;
  g_autofree char *safe_mm = describe_mm (spec->safe_mm);
  g_autofree char *safe = g_strdup_printf ("Safe zone, %s mm: text belongs inside", safe_mm);
  g_autofree char *over = g_strdup_printf ("More ink than %.0f %%", findings->limit);
  const struct {
    bool is_there;
    PieceKind kind;
    ProofColor color;
    const char *text;
  } rows[] = {
    { has_sheet && spec->bleed_mm > 0, PIECE_LINE, proof_bleed_color,
      "Bleed: printed, then cut away" },
    { has_sheet, PIECE_LINE, proof_trim_color, "Trim: here the sheet is cut" },
    { has_sheet && spec->safe_mm > 0, PIECE_DASHES, proof_safe_color, safe },
    { findings->has_gamut, PIECE_RISING, proof_gamut_color, "Colours that the press cannot print" },
    { findings->is_ink, PIECE_FALLING, proof_over_color, over },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].is_there &&
        !add_meaning (panel, top, rows[i].kind, rows[i].color, rows[i].text, error))
      return false;
  return true;
}

bool
proof_panel_init (ProofPanel *panel, const ProofSpec *spec, const ProofFindings *findings,
                  GError **error)
{
  const Place title = {
    FACT_LEFT, 0, PROOF_LEAST_WIDTH - 2 * PROOF_MARGIN, TITLE_SIZE, true, dark
  };
  int left = TITLE_HEIGHT, right = TITLE_HEIGHT, bottom = 0;
  *panel = (ProofPanel){ .pieces = g_ptr_array_new_with_free_func (piece_free) };
  if (!add_text (panel, &title, spec->name, &bottom, error))
    return false;
  left = right = MAX (TITLE_HEIGHT, bottom + TITLE_HEIGHT - TITLE_SIZE);
  return add_facts (panel, &left, spec, findings, error) &&
         add_legend (panel, &right, spec, findings, error);
}

/* ---- drawing ---- */

static void
draw_sample (const Piece *piece, ProofCanvas *canvas, const ProofBox *box)
{
  static const ProofColor paper = { 214, 214, 208 };
  const ProofBox middle = { box->left, box->top + box->height / 2, box->width, 0 };
  size_t n = (size_t)box->width * (size_t)box->height;
  g_autofree uint8_t *all = g_malloc (n);
  memset (all, 255, n);
  if (piece->kind == PIECE_LINE || piece->kind == PIECE_DASHES) {
    proof_canvas_frame (canvas, &middle, piece->color, piece->kind == PIECE_DASHES);
  } else {
    proof_canvas_fill (canvas, box, paper, 256);
    proof_canvas_hatch (canvas, box, all, piece->color, piece->kind == PIECE_RISING);
  }
}

void
proof_panel_draw (const ProofPanel *panel, ProofCanvas *canvas, int left, int top)
{
  for (unsigned i = 0; i < panel->pieces->len; i++) {
    const Piece *piece = panel->pieces->pdata[i];
    ProofBox box = piece->box;
    box.left += left;
    box.top += top;
    if (piece->kind == PIECE_TEXT)
      proof_canvas_stamp (canvas, &box, piece->mask, piece->color);
    else
      draw_sample (piece, canvas, &box);
  }
}
