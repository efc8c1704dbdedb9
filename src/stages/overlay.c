/* A picture or a text on top. It is brought into the colour space, profile and depth of the picture
 * below, which keeps all of its own. */
#include "stages/fonts.h"
#include "stages/geometry.h"
#include "stages/given.h"
#include "stages/pixels.h"

#include "base/path.h"
#include "image/color.h"
#include "image/decode.h"

#include <math.h>

typedef struct {
  char *image, *text, *font, *font_file;
  int weight, style, size;
  Color color;
  int gravity;
  NumberOrWord left, top;
  int margin;
  double scale, opacity;
  bool tile;
} OverlayOptions;

enum { STYLE_NORMAL, STYLE_ITALIC };
enum { BY_GRAVITY };
/* Of a text's letters taken as squares: what its bitmap may take at most, roughly. */
enum { MOST_TEXT_PIXELS = 100 * 1000 * 1000, MOST_SIZE = 2000 };

static const OptionChoice text_weights[] = {
  { "light", FONT_WEIGHT_LIGHT, NULL },
  { "normal", FONT_WEIGHT_NORMAL, NULL },
  { "medium", FONT_WEIGHT_MEDIUM, NULL },
  { "semi-bold", FONT_WEIGHT_SEMI_BOLD, NULL },
  { "bold", FONT_WEIGHT_BOLD, NULL },
  { "black", FONT_WEIGHT_BLACK, NULL },
  { NULL },
};
static const OptionChoice text_styles[] = {
  { "normal", STYLE_NORMAL, NULL },
  { "italic", STYLE_ITALIC, NULL },
  { NULL },
};
static const OptionChoice offset_words[] = {
  { "auto", BY_GRAVITY, "Where gravity puts it" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_FILE (OverlayOptions, image), .name = "image",
    .help = "Picture to lay on top: a logo, a watermark" },
  { OPTION_TEXT (OverlayOptions, text), .name = "text", .help = "Text to set on top",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXT (OverlayOptions, font), .name = "font",
    .help = "Family of the text: an installed one, or sans, serif, monospace", .fallback = "sans" },
  { OPTION_FILE (OverlayOptions, font_file), .name = "font-file",
    .help = "File with the font of the text, installed or not" },
  { OPTION_CHOICE (OverlayOptions, weight), .name = "weight", .help = "Weight of the text",
    .choices = text_weights, .fallback = "normal" },
  { OPTION_CHOICE (OverlayOptions, style), .name = "style", .help = "Style of the text",
    .choices = text_styles, .fallback = "normal" },
  { OPTION_INT (OverlayOptions, size), .name = "size", .help = "Size of the text", .min = 4,
    .max = MOST_SIZE, .unit = "px", .fallback = "48" },
  { OPTION_COLOR (OverlayOptions, color), .name = "color", .help = "Colour of the text",
    .fallback = "black" },
  { OPTION_CHOICE (OverlayOptions, gravity), .name = "gravity", .help = "Where it lies",
    .choices = gravity_places, .fallback = "center" },
  { OPTION_NUMBER_OR_WORD (OverlayOptions, left), .name = "left",
    .help = "Distance from the left edge", .min = 0, .max = GEOMETRY_MOST_EDGE, .unit = "px",
    .choices = offset_words, .fallback = "auto" },
  { OPTION_NUMBER_OR_WORD (OverlayOptions, top), .name = "top",
    .help = "Distance from the upper edge", .min = 0, .max = GEOMETRY_MOST_EDGE, .unit = "px",
    .choices = offset_words, .fallback = "auto" },
  { OPTION_INT (OverlayOptions, margin), .name = "margin",
    .help = "Distance from the edges that gravity names; between tiles, half of the gap", .min = 0,
    .max = GEOMETRY_MOST_EDGE, .unit = "px", .fallback = "0" },
  { OPTION_NUMBER (OverlayOptions, scale), .name = "scale",
    .help = "Width as a part of the picture's width: 0.2 is a fifth; not given: as it is",
    .min = 0.001, .max = 1 },
  { OPTION_NUMBER (OverlayOptions, opacity), .name = "opacity",
    .help = "0 is invisible, 1 is as it is", .min = 0, .max = 1, .fallback = "1" },
  { OPTION_BOOL (OverlayOptions, tile), .name = "tile",
    .help = "Repeat it over the whole picture" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (OverlayOptions), .shorthand = "image" };

static FontRequest
font_of (const OverlayOptions *options)
{
  return (FontRequest){ options->font, options->font_file, options->weight,
                        options->style == STYLE_ITALIC };
}

static bool
check_text (const OverlayOptions *options, const Node *node, Problems *problems)
{
  static const char *const styles[] = { "font", "weight", "style", NULL };
  bool is_ok = true;
  g_autofree char *stripped = g_strstrip (g_strdup (options->text));
  if (stripped[0] == '\0')
    is_ok = problems_add (problems, given_mark (node, "text"), "'text' is empty");
  if (options->font_file != NULL)
    is_ok = given_exclude (node, "does not go with 'font-file', which has its own", styles,
                           problems) &&
            is_ok;
  if (strchr (options->font, ',') != NULL)
    return problems_add (problems, given_mark (node, "font"), "'font' takes one family");
  FontRequest font = font_of (options);
  g_autoptr (GError) error = NULL;
  g_autofree char *description = font_describe (&font, options->size, &error);
  if (description == NULL)
    is_ok = problems_add (problems,
                          given_mark (node, options->font_file != NULL ? "font-file" : "font"),
                          "%s", error->message);
  return is_ok;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  static const char *const of_text[] = { "font", "font-file", "weight", "style",
                                         "size", "color",     NULL };
  static const char *const placing[] = { "gravity", "left", "top", NULL };
  static const char *const by_gravity[] = { "gravity", "margin", NULL };
  const OverlayOptions *options = data;
  bool is_ok = true;
  if ((options->image == NULL) == (options->text == NULL))
    return problems_add (problems, given_mark (node, "text"),
                         "'overlay' needs 'image' or 'text', one of them");
  if (options->image != NULL)
    is_ok = given_exclude (node, "is for 'text'", of_text, problems);
  else
    is_ok = check_text (options, node, problems);
  if (options->tile)
    is_ok = given_exclude (node, "does not go with 'tile'", placing, problems) && is_ok;
  else if (!options->left.is_word && !options->top.is_word)
    is_ok = given_exclude (node, "does not go with 'left' and 'top': they say the place",
                           by_gravity, problems) &&
            is_ok;
  return is_ok;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  return pixels_refuse_ink (shape, "overlay", error);
}

/* ---- what is laid on top, in sRGB with alpha ---- */

static bool
read_picture (const OverlayOptions *options, VipsImage *in, VipsImage **out_image, GError **error)
{
  g_autofree char *text = NULL;
  size_t length = 0;
  if (!path_read_file (options->image, image_limits_default.most_bytes, &text, &length, error))
    return false;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  g_autofree char *name = g_path_get_basename (options->image);
  g_autoptr (VipsImage) decoded = NULL, srgb = NULL, scaled = NULL;
  if (!image_decode (bytes, name, &image_limits_default, &decoded, error) ||
      !image_to_srgb (decoded, stage_shape_of (in).bit_depth, &srgb, error))
    return false;
  int width = vips_image_get_width (srgb), height = vips_image_get_height (srgb);
  if (options->scale > 0) {
    int wide = (int)fmax (1, floor (vips_image_get_width (in) * options->scale + 0.5));
    height = geometry_scale (height, wide, width);
    width = wide;
  }
  return pixels_resample (srgb, width, height, VIPS_KERNEL_LANCZOS3, false, "overlay", &scaled,
                          error) &&
         pixels_with_alpha (scaled, "overlay", out_image, error);
}

/* Lines run together on the side that the text is at. */
static VipsAlign
align_of (int gravity)
{
  switch ((Gravity)gravity) {
  case GRAVITY_NORTH_WEST:
  case GRAVITY_WEST:
  case GRAVITY_SOUTH_WEST:
    return VIPS_ALIGN_LOW;
  case GRAVITY_NORTH_EAST:
  case GRAVITY_EAST:
  case GRAVITY_SOUTH_EAST:
    return VIPS_ALIGN_HIGH;
  default:
    return VIPS_ALIGN_CENTRE;
  }
}

/* How much of each pixel the letters cover, 0 to 255. */
static bool
render_text (const OverlayOptions *options, int size_px, VipsImage **out_mask, GError **error)
{
  FontRequest font = font_of (options);
  g_autofree char *description = font_describe (&font, size_px, error);
  if (description == NULL)
    return false;
  int64_t letters = g_utf8_strlen (options->text, -1);
  if (letters * size_px * size_px > MOST_TEXT_PIXELS)
    return stage_fail (error, STAGE_ERROR_GEOMETRY,
                       "a text of %d characters is too long for letters of %d px", (int)letters,
                       size_px);
  g_autofree char *markup = g_markup_escape_text (options->text, -1);
  PIXELS_STEPS (1);
  /* At 72 dots per inch a point is a pixel. */
  if (options->font_file != NULL
        ? vips_text (&t[0], markup, "font", description, "fontfile", options->font_file, "dpi", 72,
                     "align", align_of (options->gravity), NULL)
        : vips_text (&t[0], markup, "font", description, "dpi", 72, "align",
                     align_of (options->gravity), NULL))
    return pixels_fail (error, "overlay");
  return pixels_give (t[0], out_mask);
}

/* Set again at the size that gives the width, so that letters stay sharp. Hinting keeps widths from
 * growing evenly: a second look, and a third, come nearer. */
static bool
fit_text (const OverlayOptions *options, double wide, VipsImage **out_mask, GError **error)
{
  int size = options->size;
  for (int tries = 0; tries < 4; tries++) {
    g_autoptr (VipsImage) mask = NULL;
    if (!render_text (options, size, &mask, error))
      return false;
    if (tries == 3 || (tries > 0 && vips_image_get_width (mask) <= wide))
      return pixels_give (mask, out_mask);
    size = (int)CLAMP (floor (size * wide / vips_image_get_width (mask)), 1, MOST_SIZE);
  }
  g_assert_not_reached ();
}

static bool
set_text (const OverlayOptions *options, VipsImage *in, VipsImage **out_image, GError **error)
{
  g_autoptr (VipsImage) mask = NULL;
  double wide = vips_image_get_width (in) * options->scale;
  if (options->scale > 0 ? !fit_text (options, wide, &mask, error)
                         : !render_text (options, options->size, &mask, error))
    return false;
  PIXELS_STEPS (5);
  const double rgb[] = { options->color.red, options->color.green, options->color.blue };
  const double none[] = { 0, 0, 0 };
  if (vips_bandjoin2 (mask, mask, &t[0], NULL) || vips_bandjoin2 (t[0], mask, &t[1], NULL) ||
      vips_linear (t[1], &t[2], none, rgb, 3, "uchar", TRUE, NULL) ||
      vips_copy (t[2], &t[3], "interpretation", VIPS_INTERPRETATION_sRGB, NULL) ||
      vips_linear1 (mask, &t[4], options->color.alpha, 0, "uchar", TRUE, NULL))
    return pixels_fail (error, "overlay");
  return pixels_join (t[3], t[4], "overlay", out_image, error);
}

static bool
fade (VipsImage *in, double opacity, VipsImage **out_image, GError **error)
{
  if (opacity == 1)
    return pixels_give (in, out_image);
  PIXELS_STEPS (1);
  int n = vips_image_get_bands (in);
  double factors[PIXELS_MOST_BANDS], offsets[PIXELS_MOST_BANDS] = { 0 };
  for (int i = 0; i < n; i++)
    factors[i] = i == n - 1 ? opacity : 1;
  if (vips_linear (in, &t[0], factors, offsets, n, NULL))
    return pixels_fail (error, "overlay");
  return pixels_round (t[0], in, "overlay", out_image, error);
}

/* ---- where it lies ---- */

static bool
fail_outside (const Shape *top, const Box *box, VipsImage *in, GError **error)
{
  return stage_fail (error, STAGE_ERROR_GEOMETRY,
                     "the overlay of %dx%d px at %d,%d does not fit in the picture of %dx%d px; "
                     "'scale' makes it a part of the picture's width",
                     top->width, top->height, box->left, box->top, vips_image_get_width (in),
                     vips_image_get_height (in));
}

static bool
place (const OverlayOptions *options, const Shape *top, VipsImage *in, Box *out_box, GError **error)
{
  int width = vips_image_get_width (in), height = vips_image_get_height (in);
  int margin = options->margin;
  Box box = { 0, 0, top->width, top->height };
  gravity_place (options->gravity, width - 2 * margin, height - 2 * margin, box.width, box.height,
                 &box.left, &box.top);
  box.left = options->left.is_word ? box.left + margin : (int)options->left.number;
  box.top = options->top.is_word ? box.top + margin : (int)options->top.number;
  if (box.left < 0 || box.top < 0 || box.left + box.width > width || box.top + box.height > height)
    return fail_outside (top, &box, in, error);
  *out_box = box;
  return true;
}

/* Repeated from the upper left corner over the whole picture, with the margin around each. */
static bool
spread (VipsImage *top, int margin, VipsImage *in, VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (3);
  int width = vips_image_get_width (in), height = vips_image_get_height (in);
  int cell_width = vips_image_get_width (top) + 2 * margin;
  int cell_height = vips_image_get_height (top) + 2 * margin;
  if (vips_embed (top, &t[0], margin, margin, cell_width, cell_height, NULL) ||
      vips_replicate (t[0], &t[1], (width - 1) / cell_width + 1, (height - 1) / cell_height + 1,
                      NULL) ||
      vips_extract_area (t[1], &t[2], 0, 0, width, height, NULL))
    return pixels_fail (error, "overlay");
  return pixels_give (t[2], out_image);
}

static bool
compose (VipsImage *in, VipsImage *top, int left, int upper, VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (2);
  if (vips_composite2 (in, top, &t[0], VIPS_BLEND_MODE_OVER, "x", left, "y", upper,
                       "compositing_space", vips_image_get_interpretation (in), NULL))
    return pixels_fail (error, "overlay");
  if (vips_image_hasalpha (in))
    return pixels_round (t[0], in, "overlay", out_image, error);
  /* Composing always adds an alpha; on an opaque picture it is full everywhere. */
  if (vips_extract_band (t[0], &t[1], 0, "n", vips_image_get_bands (in), NULL))
    return pixels_fail (error, "overlay");
  return pixels_round (t[1], in, "overlay", out_image, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const OverlayOptions *options = data;
  Shape shape = stage_shape_of (in);
  g_autoptr (VipsImage) srgb = NULL, faded = NULL, top = NULL, tiled = NULL;
  Box box = { 0 };
  if (!pixels_refuse_ink (&shape, "overlay", error) ||
      !(options->image != NULL ? read_picture : set_text) (options, in, &srgb, error) ||
      !fade (srgb, options->opacity, &faded, error) ||
      !pixels_match (faded, in, "overlay", &top, error))
    return false;
  if (options->tile)
    return spread (top, options->margin, in, &tiled, error) &&
           compose (in, tiled, 0, 0, out_image, error);
  Shape top_shape = stage_shape_of (top);
  return place (options, &top_shape, in, &box, error) &&
         compose (in, top, box.left, box.top, out_image, error);
}

static void
each_resource (const void *data, void (*visit) (void *data, const char *path), void *visit_data)
{
  const OverlayOptions *options = data;
  FontRequest font = font_of (options);
  if (options->text != NULL)
    font_each_file (&font, options->text, visit, visit_data);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  const OverlayOptions *options = data;
  return options->text != NULL ? 1u << DEED_ADDED_TEXT : 1u << DEED_PLACED;
}

const StageType stage_overlay = {
  .name = "overlay",
  .summary = "Lays a picture or a text on top.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
  .each_resource = each_resource,
};
