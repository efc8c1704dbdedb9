/* A sheet of paper: the picture at the size it is printed, with what is cut away around it. The density that is
 * written is what the picture's own pixels give; nothing is enlarged, and a tag never says more. */
#include "stages/given.h"
#include "stages/page-layout.h"
#include "stages/page-marks.h"
#include "stages/paper.h"

typedef enum { MARKS_NONE, MARKS_CROP } Marks;

typedef struct {
  char *size;
  double bleed, safe;
  double dpi, min_dpi;
  int fit, orientation, gravity, bleed_from, marks;
  Color background;
} PageOptions;

static const OptionChoice fits[] = {
  { "cover", PAGE_COVER, "The sheet is filled, what sticks out is cut off" },
  { "contain", PAGE_CONTAIN, "The whole picture inside the trim, on a background" },
  { NULL },
};
static const OptionChoice orientations[] = {
  { "auto", PAGE_AUTO, "The sheet lies as the picture does" },
  { "as-written", PAGE_AS_WRITTEN, NULL },
  { "portrait", PAGE_PORTRAIT, NULL },
  { "landscape", PAGE_LANDSCAPE, NULL },
  { NULL },
};
static const OptionChoice bleeds[] = {
  { "auto", PAGE_BLEED_AUTO, "Pixels where there are enough of them for min-dpi, else mirror" },
  { "pixels", SHEET_BLEED_PIXELS, "The picture goes on outside the trim" },
  { "mirror", SHEET_BLEED_MIRROR, "The edge of the trim, mirrored" },
  { "edge", SHEET_BLEED_EDGE, "The outermost pixels of the trim, drawn out" },
  { NULL },
};
static const OptionChoice marks_words[] = {
  { "none", MARKS_NONE, NULL },
  { "crop", MARKS_CROP, "Where to cut, on 10 mm of white around the bleed" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_TEXT (PageOptions, size), .name = "size",
    .help = "Sheet after cutting: A0 to A7, letter, legal, tabloid, ledger, or 210x297mm, 11x14in",
    .flags = OPTION_REQUIRED },
  { OPTION_LENGTH (PageOptions, bleed), .name = "bleed",
    .help = "Printed on each side of the sheet and cut away", .min = 0, .max = 50,
    .fallback = "0mm" },
  { OPTION_DENSITY (PageOptions, dpi), .name = "dpi",
    .help = "Highest density: a picture with more pixels is reduced to it", .min = 1, .max = 10000,
    .fallback = "300dpi" },
  { OPTION_CHOICE (PageOptions, fit), .name = "fit",
    .help = "What happens when the picture has another shape than the sheet", .choices = fits,
    .fallback = "cover" },
  { OPTION_DENSITY (PageOptions, min_dpi), .name = "min-dpi",
    .help = "An error (exit code 9) when the picture's own pixels give less; not given: 300 up to "
            "A4, 250 up to A3, 150 above, and never more than dpi",
    .min = 1, .max = 10000 },
  { OPTION_CHOICE (PageOptions, marks), .name = "marks", .help = "What is drawn around the bleed",
    .choices = marks_words, .fallback = "none" },
  { OPTION_CHOICE (PageOptions, orientation), .name = "orientation", .help = "How the sheet lies",
    .choices = orientations, .fallback = "auto" },
  { OPTION_CHOICE (PageOptions, bleed_from), .name = "bleed-from",
    .help = "What the bleed is made of", .choices = bleeds, .fallback = "auto" },
  { OPTION_CHOICE (PageOptions, gravity), .name = "gravity",
    .help = "Which part stays with cover, where the picture lies with contain",
    .choices = gravity_choices, .fallback = "center" },
  { OPTION_COLOR (PageOptions, background), .name = "background",
    .help = "Colour around the picture with contain", .fallback = "white" },
  { OPTION_LENGTH (PageOptions, safe), .name = "safe",
    .help = "Distance from the cut within which nothing should lie that matters; a proof shows it",
    .min = 0, .max = 500, .fallback = "3mm" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (PageOptions), .shorthand = "size" };

static bool
check_size (const PageOptions *options, const Node *node, Problems *problems)
{
  PaperSize size;
  g_autofree char *complaint = NULL;
  /* What is not given is told by its row. */
  if (options->size == NULL)
    return true;
  if (!paper_parse (options->size, &size, &complaint))
    return problems_add (problems, given_mark (node, "size"), "'size' %s", complaint);
  if (2 * options->safe >= MIN (size.width_mm, size.height_mm))
    return problems_add (problems, given_mark (node, "safe"),
                         "'safe' leaves nothing of the sheet: it is kept off on both sides");
  return true;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const PageOptions *options = data;
  bool is_ok = check_size (options, node, problems);
  if (options->min_dpi > options->dpi)
    is_ok = problems_add (problems, given_mark (node, "min-dpi"),
                          "'min-dpi' is more than 'dpi', which no picture can give");
  if (options->fit != PAGE_CONTAIN && given (node, "background"))
    return problems_add (problems, given_mark (node, "background"),
                         "'background' is for 'fit: contain'");
  if (options->fit != PAGE_CONTAIN)
    return is_ok;
  if (options->background.alpha < 1)
    is_ok = problems_add (problems, given_mark (node, "background"),
                          "'background' is printed: it takes an opaque colour");
  if (gravity_is_seeing (options->gravity))
    is_ok = problems_add (problems, given_mark (node, "gravity"),
                          "gravity 'attention' and 'entropy' are for 'fit: cover': contain cuts "
                          "nothing off");
  if (options->bleed_from == SHEET_BLEED_PIXELS)
    is_ok = problems_add (problems, given_mark (node, "bleed-from"),
                          "'bleed-from: pixels' is for 'fit: cover': with contain the picture ends "
                          "inside the trim");
  return is_ok;
}

static bool
fail_too_coarse (const PageOptions *options, const Shape *shape, const Sheet *sheet, double min_dpi,
                 GError **error)
{
  g_autofree char *paper = paper_describe (sheet);
  /* By the rounding of the layout, so that what is advised is taken. */
  int has_dpi = sheet->dpi;
  g_autofree char *least = options->min_dpi > 0
                             ? g_strdup_printf ("'min-dpi' is %g", min_dpi)
                             : g_strdup_printf ("%g is the least for this size", min_dpi);
  g_autofree char *lower = has_dpi >= 1 ? g_strdup_printf (", or say 'min-dpi: %ddpi'", has_dpi)
                                        : g_strdup ("");
  return stage_fail (error, STAGE_ERROR_TARGET,
                     "%s from %dx%d px gives %d dpi, and %s; choose a smaller sheet, put 'upscale' "
                     "before 'page'%s",
                     paper, shape->width, shape->height, has_dpi, least, lower);
}

static bool
make_layout (const PageOptions *options, const Shape *shape, PageLayout *out_layout, GError **error)
{
  if (shape->sheet.width_mm > 0)
    return stage_fail (error, STAGE_ERROR_FAILED,
                       "the picture is a page already: a chain has one 'page'; take one of the two "
                       "out, or write an output for each");
  PaperSize size;
  g_autofree char *complaint = NULL;
  if (!paper_parse (options->size, &size, &complaint))
    return stage_fail (error, STAGE_ERROR_FAILED, "'size' of 'page' %s", complaint);
  const PageWish wish = {
    .width_mm = size.width_mm,
    .height_mm = size.height_mm,
    .bleed_mm = options->bleed,
    .safe_mm = options->safe,
    .slug_mm = options->marks == MARKS_CROP ? PAGE_MARKS_SLUG_MM : 0,
    .dpi = options->dpi,
    .min_dpi = options->min_dpi,
    .fit = (PageFit)options->fit,
    .orientation = (PageOrientation)options->orientation,
    .gravity = options->gravity,
    .bleed_from = options->bleed_from,
  };
  double min_dpi;
  if (page_lay_out (&wish, shape->width, shape->height, out_layout, &min_dpi)) {
    out_layout->sheet.enlarged = shape->enlarged > 0 ? shape->enlarged : 1;
    out_layout->sheet.effective_dpi /= out_layout->sheet.enlarged;
    return true;
  }
  return fail_too_coarse (options, shape, &out_layout->sheet, min_dpi, error);
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const PageOptions *options = data;
  PageLayout layout;
  if (!make_layout (options, shape, &layout, error) ||
      !geometry_set_size (shape, "page", layout.full.width, layout.full.height, error))
    return false;
  if (options->fit == PAGE_CONTAIN)
    shape->has_alpha = false;
  shape->sheet = layout.sheet;
  return true;
}

static bool
is_whole (const Box *crop, VipsImage *in)
{
  return crop->width == vips_image_get_width (in) && crop->height == vips_image_get_height (in);
}

/* The picture's own pixels at their size, on the trim if it does not fill it. */
static bool
make_base (const PageOptions *options, const PageLayout *layout, VipsImage *in,
           VipsImage **out_image, GError **error)
{
  Box crop = layout->crop;
  g_autoptr (VipsImage) opaque = NULL, part = NULL, scaled = NULL;
  if (options->fit == PAGE_CONTAIN && vips_image_hasalpha (in)
        ? !pixels_flatten (in, &options->background, "page", &opaque, error)
        : !pixels_give (in, &opaque))
    return false;
  if (gravity_is_seeing (options->gravity) && !is_whole (&crop, in) &&
      !pixels_interesting (opaque, options->gravity, crop.width, crop.height, "page", &crop.left,
                           &crop.top, error))
    return false;
  if (!pixels_extract (opaque, crop.left, crop.top, crop.width, crop.height, "page", &part,
                       error) ||
      !pixels_resample (part, layout->scaled_width, layout->scaled_height, VIPS_KERNEL_LANCZOS3,
                        false, "page", &scaled, error))
    return false;
  if (options->fit != PAGE_CONTAIN)
    return pixels_give (scaled, out_image);
  return pixels_place (scaled, &layout->base, &options->background, VIPS_EXTEND_BACKGROUND, "page",
                       out_image, error);
}

static bool
add_bleed (const PageLayout *layout, VipsImage *base, VipsImage **out_image, GError **error)
{
  if (layout->sheet.bleed != SHEET_BLEED_MIRROR && layout->sheet.bleed != SHEET_BLEED_EDGE)
    return pixels_give (base, out_image);
  VipsExtend extend = layout->sheet.bleed == SHEET_BLEED_MIRROR ? VIPS_EXTEND_MIRROR
                                                                : VIPS_EXTEND_COPY;
  return pixels_place (base, &layout->bleed, NULL, extend, "page", out_image, error);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const PageOptions *options = data;
  Shape shape = stage_shape_of (in), result = shape;
  PageLayout layout;
  if (!change_shape (options, &result, error) || !make_layout (options, &shape, &layout, error))
    return false;
  g_autoptr (VipsImage) base = NULL, bled = NULL, page = NULL, own = NULL;
  if (!make_base (options, &layout, in, &base, error) || !add_bleed (&layout, base, &bled, error))
    return false;
  if (options->marks == MARKS_CROP ? !page_marks_draw (bled, &layout, "page", &page, error)
                                   : !pixels_give (bled, &page))
    return false;
  if (vips_copy (page, &own, NULL))
    return pixels_fail (error, "page");
  sheet_put (own, &layout.sheet);
  return pixels_give (own, out_image);
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  const PageOptions *options = data;
  Shape shape = stage_shape_of (before);
  PageLayout layout;
  if (!make_layout (options, &shape, &layout, NULL))
    return 0;
  unsigned bits = 0;
  if (!is_whole (&layout.crop, before))
    bits |= 1u << DEED_CROPPED;
  if (layout.scaled_width != layout.crop.width || layout.scaled_height != layout.crop.height)
    bits |= 1u << DEED_RESIZED;
  if (layout.full.width != layout.scaled_width || layout.full.height != layout.scaled_height)
    bits |= 1u << DEED_PADDED;
  return bits;
}

const StageType stage_page = {
  .name = "page",
  .summary = "Lays the picture on a sheet of paper, with bleed, at a density that its pixels give.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
};
