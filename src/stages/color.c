/* Into another colour space. The last image stage of a print chain: what follows would work on ink.
 */
#include "image/blobs.h"
#include "image/color.h"
#include "stages/given.h"
#include "stages/pixels.h"
#include "stages/profiles.h"

typedef enum { SPACE_OF_PROFILE, SPACE_SRGB, SPACE_P3, SPACE_GRAY, SPACE_CMYK } Space;

typedef struct {
  int space;
  char *profile, *profile_file;
  int intent;
  bool black_point;
  int depth;
  double max_ink;
  Color background;
} ColorOptions;

static const OptionChoice spaces[] = {
  { "srgb", SPACE_SRGB, "The web, and most print services" },
  { "p3", SPACE_P3, "Display P3: wide-gamut screens" },
  { "gray", SPACE_GRAY, "One channel" },
  { "cmyk", SPACE_CMYK, "A press; needs its profile" },
  { NULL },
};
static const OptionChoice intents[] = {
  { "relative", VIPS_INTENT_RELATIVE, "Colours as they are, those that cannot be moved inside" },
  { "perceptual", VIPS_INTENT_PERCEPTUAL, "All colours moved together" },
  { "saturation", VIPS_INTENT_SATURATION, "Strong colours for charts" },
  { "absolute", VIPS_INTENT_ABSOLUTE, "Proofs: the paper's own white too" },
  { NULL },
};

static const Option rows[] = {
  { OPTION_CHOICE (ColorOptions, space), .name = "space",
    .help = "Colour space of the result; not given: that of the profile", .choices = spaces },
  { OPTION_TEXT (ColorOptions, profile), .name = "profile",
    .help = "Name of an installed ICC profile, such as ISOcoated_v2_300" },
  { OPTION_FILE (ColorOptions, profile_file), .name = "profile-file",
    .help = "Path of an ICC profile" },
  { OPTION_CHOICE (ColorOptions, intent), .name = "intent",
    .help = "What happens to colours that the result cannot show", .choices = intents,
    .fallback = "relative" },
  { OPTION_BOOL (ColorOptions, black_point), .name = "black-point",
    .help = "Map the darkest to the darkest (black point compensation)", .fallback = "true" },
  { OPTION_INT (ColorOptions, depth), .name = "depth",
    .help = "8 or 16 bits a channel; not given: as it is", .min = 8, .max = 16, .unit = "bit" },
  { OPTION_NUMBER (ColorOptions, max_ink), .name = "max-ink",
    .help =
      "The most ink that a spot of the page may get, all four colours added up: every pixel of the "
      "finished page is measured, and more is an error (exit code 9)",
    .min = 100, .max = 400, .unit = "%" },
  { OPTION_COLOR (ColorOptions, background), .name = "background",
    .help = "Colour under transparent parts when the result is CMYK, which has none",
    .fallback = "white" },
  { 0 },
};
static const OptionTable options_table = { rows, sizeof (ColorOptions), .shorthand = "space" };

/* What to convert to: a path, one of libvips's own profiles ("srgb", "p3"), or NULL for grey
 * without a profile. */
typedef struct {
  int n_channels;
  char *profile;
} Target;

static void
target_clear (Target *target)
{
  g_clear_pointer (&target->profile, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static const int space_channels[] = { 0, 3, 3, 1, 4 };

static bool
find_target (const ColorOptions *options, Target *out_target, GError **error)
{
  g_autofree char *path = NULL;
  if (options->profile_file != NULL)
    path = g_strdup (options->profile_file);
  else if (options->profile != NULL && (path = profiles_find (options->profile, error)) == NULL)
    return false;
  if (path != NULL) {
    int n = 0;
    if (!profiles_read_channels (path, &n, error))
      return false;
    if (n == 0)
      return stage_fail (error, STAGE_ERROR_FAILED,
                         "the profile '%s' is neither for RGB nor CMYK nor grey", path);
    if (options->space != SPACE_OF_PROFILE && n != space_channels[options->space])
      return stage_fail (error, STAGE_ERROR_FAILED,
                         "the profile '%s' has %d channels, the asked 'space' %d", path, n,
                         space_channels[options->space]);
    *out_target = (Target){ n, g_steal_pointer (&path) };
    return true;
  }
  if (options->space == SPACE_CMYK) {
    g_autofree char *folders = profiles_describe_folders ();
    return stage_fail (error, STAGE_ERROR_FAILED,
                       "'color: cmyk' needs the press's profile: name one that is installed in "
                       "%s as 'profile', or give its path as 'profile-file'",
                       folders);
  }
  static const char *const built_in[] = { NULL, "srgb", "p3", NULL, NULL };
  *out_target = (Target){ space_channels[options->space], g_strdup (built_in[options->space]) };
  return true;
}

static bool
check (const void *data, const Node *node, Problems *problems)
{
  const ColorOptions *options = data;
  bool is_ok = true;
  if (options->depth != 0 && options->depth != 8 && options->depth != 16)
    is_ok = problems_add (problems, given_mark (node, "depth"), "'depth' takes 8 or 16, not %d",
                          options->depth);
  if (options->profile != NULL && options->profile_file != NULL)
    return problems_add (problems, given_mark (node, "profile-file"),
                         "'profile-file' does not go with 'profile'");
  const char *named = options->profile_file != NULL ? "profile-file"
                      : options->profile != NULL    ? "profile"
                                                    : "space";
  if (options->max_ink > 0 && options->space != SPACE_CMYK && options->space != SPACE_OF_PROFILE)
    return problems_add (problems, given_mark (node, "max-ink"),
                         "'max-ink' is for CMYK: it does not go with 'space'");
  if (options->space == SPACE_OF_PROFILE && g_str_equal (named, "space"))
    return problems_add (problems, given_mark (node, ""), "'color' needs 'space' or 'profile'");
  g_autoptr (GError) error = NULL;
  g_auto (Target) target = { 0 };
  if (!find_target (options, &target, &error))
    is_ok = problems_add (problems, given_mark (node, named), "%s", error->message);
  else if (options->max_ink > 0 && target.n_channels != 4)
    is_ok = problems_add (problems, given_mark (node, "max-ink"),
                          "'max-ink' is for CMYK, and the profile '%s' is for %s", target.profile,
                          target.n_channels == 3 ? "RGB" : "grey");
  return is_ok;
}

static bool
change_shape (const void *data, Shape *shape, GError **error)
{
  const ColorOptions *options = data;
  g_auto (Target) target = { 0 };
  if (!find_target (options, &target, error))
    return false;
  shape->n_channels = target.n_channels;
  if (target.n_channels == 4)
    shape->has_alpha = false;
  if (options->depth != 0)
    shape->bit_depth = options->depth;
  return true;
}

/* What libvips takes the picture for when it carries no profile, or one that does not fit. */
static const char *
assumed_profile (VipsImage *color)
{
  return vips_image_get_bands (color) == 4 ? "cmyk" : "srgb";
}

static bool
convert (const ColorOptions *options, const Target *target, int depth, VipsImage *color,
         VipsImage **out_image, GError **error)
{
  PIXELS_STEPS (2);
  g_autoptr (VipsImage) base = NULL;
  bool has_icc = vips_image_get_typeof (color, VIPS_META_ICC_NAME) != 0;
  /* Grey without a profile, and everything on its way to grey without one, goes over sRGB. */
  bool goes_over_srgb = target->profile == NULL || (vips_image_get_bands (color) < 3 && !has_icc);
  if (goes_over_srgb ? !image_to_srgb (color, depth, &base, error) : !pixels_give (color, &base))
    return false;
  if (target->profile == NULL) {
    VipsInterpretation gray = depth == 16 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    if (vips_colourspace (base, &t[0], gray, NULL) || vips_copy (t[0], &t[1], NULL))
      return pixels_fail (error, "color");
    vips_image_remove (t[1], VIPS_META_ICC_NAME);
    return pixels_give (t[1], out_image);
  }
  if (vips_icc_transform (base, &t[0], target->profile, "embedded", TRUE, "input_profile",
                          assumed_profile (base), "intent", options->intent,
                          "black_point_compensation", options->black_point, "depth", depth, NULL))
    return pixels_fail (error, "color");
  return pixels_give (t[0], out_image);
}

static bool
apply (const void *data, VipsImage *in, VipsImage **out_image, GError **error)
{
  const ColorOptions *options = data;
  g_auto (Target) target = { 0 };
  g_autoptr (VipsImage) flat = NULL, color = NULL, alpha = NULL, converted = NULL;
  if (!find_target (options, &target, error))
    return false;
  int depth = options->depth != 0 ? options->depth : stage_shape_of (in).bit_depth;
  if (target.n_channels == 4 ? !pixels_flatten (in, &options->background, "color", &flat, error)
                             : !pixels_give (in, &flat))
    return false;
  return pixels_split (flat, "color", &color, &alpha, error) &&
         convert (options, &target, depth, color, &converted, error) &&
         pixels_join (converted, alpha, "color", out_image, error);
}

static void
each_resource (const void *data, void (*visit) (void *data, const char *path), void *visit_data)
{
  const ColorOptions *options = data;
  if (options->profile == NULL || options->profile_file != NULL)
    return;
  g_autofree char *path = profiles_find (options->profile, NULL);
  if (path != NULL)
    visit (visit_data, path);
}

static bool
is_srgb (VipsImage *picture)
{
  g_autoptr (GBytes) icc = image_dup_blob (picture, IMAGE_BLOB_ICC);
  return stage_shape_of (picture).n_channels == 3 && (icc == NULL || image_is_srgb_profile (icc));
}

/* Of several limits each is to be kept. */
static void
deliver (const void *data, Delivery *delivery)
{
  const ColorOptions *options = data;
  if (options->max_ink > 0)
    delivery->max_ink = delivery->max_ink > 0 ? MIN (delivery->max_ink, options->max_ink)
                                              : options->max_ink;
}

static unsigned
deeds (const void *data, VipsImage *before, VipsImage *after)
{
  return is_srgb (before) && is_srgb (after) ? 0 : 1u << DEED_ADJUSTED_COLOR;
}

const StageType stage_color = {
  .name = "color",
  .summary = "Converts the colours: sRGB, P3, grey, or the CMYK of a press.",
  .role = STAGE_IMAGE,
  .revision = 1,
  .options = &options_table,
  .check = check,
  .shape = change_shape,
  .apply = apply,
  .deeds = deeds,
  .deliver = deliver,
  .each_resource = each_resource,
};
