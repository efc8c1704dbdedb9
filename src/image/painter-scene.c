/* Composition: what stands where, under which light. The prompt's theme sets kind, palette and
 * materials, so that variants of one prompt are takes of one subject; seed and variant move things
 * about. */
#include "image/painter-scene.h"

#include <math.h>

#include "image/painter-theme.h"

/* The table's material: stone, wood, linen, paper. */
static void
choose_table (PaintStudio *studio, PaintTheme *theme)
{
  static const struct {
    float vein_x, vein_y, vein, gloss;
    float hue, saturation, lightness;
  } materials[] = {
    { 5.f, 5.f, 0.55f, 0.16f, 3.9f, 0.10f, 0.10f },    /* slate */
    { 1.3f, 16.f, 0.75f, 0.10f, 0.45f, 0.48f, 0.34f }, /* oak */
    { 60.f, 60.f, 0.22f, 0.03f, 0.6f, 0.14f, 0.62f },  /* linen */
    { 3.f, 3.f, 0.35f, 0.22f, 0.5f, 0.05f, 0.70f },    /* marble */
    { 1.1f, 18.f, 0.80f, 0.16f, 0.35f, 0.55f, 0.12f }, /* walnut */
  };
  unsigned i = (unsigned)(paint_dice_next (&theme->dice) % G_N_ELEMENTS (materials));
  studio->vein_x = materials[i].vein_x;
  studio->vein_y = materials[i].vein_y;
  studio->vein = materials[i].vein;
  studio->gloss = materials[i].gloss;
  studio->table = paint_color_of (materials[i].hue, materials[i].saturation,
                                  materials[i].lightness);
  studio->vein_color = paint_color_of (materials[i].hue + 0.2f, materials[i].saturation,
                                       materials[i].lightness * 0.45f);
}

static PaintSolid
solid_at (const PaintStudio *studio, float x, float foot, float rx, float ry)
{
  PaintSolid solid = { .x = x, .y = foot - ry, .rx = rx, .ry = ry };
  solid.depth = studio->height / (foot - studio->eye);
  return solid;
}

static void
dress_solid (PaintSolid *solid, PaintTheme *theme, PaintDice *dice, bool is_subject)
{
  float hue = is_subject ? theme->accent : theme->hue + paint_dice_between (dice, -0.7f, 0.7f);
  float finish = paint_dice_between (dice, 0.f, 1.f);
  solid->seed = (uint32_t)paint_dice_next (dice);
  solid->color = paint_color_of (hue, is_subject ? theme->saturation : theme->saturation * 0.6f,
                                 paint_dice_between (dice, 0.25f, 0.7f));
  if (is_subject && theme->gray >= 0.f)
    solid->color = paint_color_of (hue, 0.04f, theme->gray);
  solid->fineness = paint_dice_between (dice, 14.f, 40.f);
  if (is_subject ? theme->is_metal : finish > 0.85f) {
    solid->metal = 1.f;
    solid->mirror = 0.92f;
    solid->rough = paint_dice_between (dice, 0.01f, 0.12f);
    solid->speckle = 0.05f;
    solid->color = is_subject ? paint_color_of (hue, theme->saturation, 0.95f)
                              : paint_color_of (hue, 0.1f, 0.9f);
  } else if (finish > 0.4f) { /* glazed */
    solid->mirror = 0.06f;
    solid->rough = paint_dice_between (dice, 0.01f, 0.05f);
    solid->speckle = 0.07f;
  } else { /* clay, stone */
    solid->mirror = 0.04f;
    solid->rough = 0.45f;
    solid->speckle = paint_dice_between (dice, 0.18f, 0.3f);
  }
}

/* Adds a body where it stands clear of the others; false if there is no room. */
static bool
place_solid (PaintStudio *studio, PaintTheme *theme, PaintDice *dice, float half_width, float size)
{
  float main_depth = studio->solids[0].depth;
  for (int attempt = 0; attempt < 24; attempt++) {
    float foot = studio->edge + 0.16f + paint_dice_between (dice, 0.f, 0.62f);
    float x = paint_dice_between (dice, -0.85f, 0.85f) * MIN (half_width, 1.5f);
    float depth = studio->height / (foot - studio->eye);
    float rx = size * main_depth / depth * paint_dice_between (dice, 0.8f, 1.2f);
    float ry = rx * paint_dice_between (dice, 0.72f, 1.35f);
    PaintSolid solid = solid_at (studio, x, foot, rx, ry);
    bool clear = true;
    for (int i = 0; i < studio->n_solids && clear; i++) {
      const PaintSolid *other = &studio->solids[i];
      float dx = x * depth - other->x * other->depth, dz = (depth - other->depth) * PAINT_LENS;
      float apart = rx * depth + other->rx * other->depth;
      clear = dx * dx + dz * dz > 1.2f * apart * apart;
    }
    if (!clear)
      continue;
    solid.blur = 0.06f * fabsf (1.f - main_depth / depth);
    dress_solid (&solid, theme, dice, false);
    studio->solids[studio->n_solids++] = solid;
    return true;
  }
  return false;
}

static void
place_watch (PaintStudio *studio, PaintTheme *theme, PaintDice *dice, float x, float foot)
{
  float rx = paint_dice_between (dice, 0.40f, 0.46f);
  PaintSolid *watch = &studio->solids[studio->n_solids++];
  *watch = solid_at (studio, x, foot, rx, 1.38f * rx);
  dress_solid (watch, theme, dice, true);
  watch->is_watch = true;
  watch->speckle = 0.10f;
  watch->fineness = 60.f;
  watch->color = paint_color_of (theme->accent, theme->is_metal ? theme->saturation : 0.05f, 0.95f);
  float hue = theme->is_metal ? theme->hue : theme->accent;
  studio->dial = paint_color_of (hue, 0.85f, paint_dice_between (&theme->dice, 0.08f, 0.3f));
  studio->strap = paint_color_of (0.35f, 0.55f, paint_dice_between (&theme->dice, 0.05f, 0.35f));
}

/* A mannequin of clay, cut by the frame's lower edge: neck, shoulders, head. */
static void
place_bust (PaintStudio *studio, PaintTheme *theme, PaintDice *dice, float x, float foot)
{
  static const struct {
    float up, rx, ry; /* of the foot, in picture units */
  } parts[] = { { 0.66f, 0.19f, 0.36f }, { 0.12f, 0.80f, 0.44f }, { 1.12f, 0.30f, 0.40f } };
  PaintSolid stuff = solid_at (studio, x, foot, 1.f, 1.f);
  dress_solid (&stuff, theme, dice, true);
  stuff.metal = 0.f;
  stuff.mirror = 0.03f;
  stuff.rough = 0.4f;
  stuff.speckle = 0.10f;
  for (unsigned i = 0; i < G_N_ELEMENTS (parts); i++) {
    stuff.y = foot - parts[i].up;
    stuff.rx = parts[i].rx;
    stuff.ry = parts[i].ry;
    stuff.is_raised = true;
    studio->solids[studio->n_solids++] = stuff;
  }
}

static void
sort_solids (PaintStudio *studio)
{
  for (int i = 1; i < studio->n_solids; i++)
    for (int j = i; j > 0 && studio->solids[j].depth > studio->solids[j - 1].depth; j--) {
      PaintSolid spare = studio->solids[j];
      studio->solids[j] = studio->solids[j - 1];
      studio->solids[j - 1] = spare;
    }
}

static void
hang_lights (PaintStudio *studio, PaintTheme *theme, PaintDice *dice, float half_width,
             float half_height)
{
  studio->n_lights = theme->is_dark || theme->subject == PAINT_PORTRAIT
                       ? (int)paint_dice_between (dice, 14.f, 36.f)
                       : 0;
  for (int i = 0; i < studio->n_lights; i++) {
    PaintLight *light = &studio->lights[i];
    light->x = paint_dice_between (dice, -1.f, 1.f) * half_width;
    light->y = studio->edge - 0.05f -
               paint_dice_between (dice, 0.f, 0.9f) * (half_height + studio->edge);
    light->radius = paint_dice_between (dice, 0.03f, 0.13f);
    light->edge = light->radius * paint_dice_between (dice, 0.08f, 0.25f);
    float hue = paint_dice_between (dice, 0.f, 1.f) < 0.6f ? 0.6f : theme->accent;
    light->color = paint_color_of (hue, 0.6f, paint_dice_between (dice, 0.05f, 0.5f));
  }
}

static void
compose_studio (PaintScene *scene, PaintTheme *theme, PaintDice *dice)
{
  PaintStudio *studio = &scene->studio;
  studio->light_side = paint_dice_next (&theme->dice) & 1 ? 1.f : -1.f;
  studio->edge = paint_dice_between (dice, -0.12f, 0.08f);
  if (theme->subject == PAINT_PORTRAIT)
    studio->edge = scene->half_height + 0.6f;
  studio->edge_blur = paint_dice_between (dice, 0.02f, 0.05f);
  studio->eye = studio->edge - paint_dice_between (dice, 0.9f, 1.3f);
  studio->height = 1.f;
  studio->glow_x = -studio->light_side * paint_dice_between (dice, 0.0f, 0.5f);
  studio->glow_y = MIN (studio->edge, 0.3f) - paint_dice_between (dice, 0.1f, 0.5f);
  studio->key = (PaintColor){ 1.06f, 1.0f, 0.90f };
  studio->backdrop = paint_color_of (theme->hue, 0.5f * theme->saturation,
                                     theme->is_dark ? 0.16f : 0.62f);
  choose_table (studio, theme);
  hang_lights (studio, theme, dice, scene->half_width, scene->half_height);

  /* One throw a statement: C leaves the order of a call's arguments to the compiler. */
  float rx = paint_dice_between (dice, 0.27f, 0.38f);
  float ry = rx * paint_dice_between (dice, 0.85f, 1.3f);
  float x = paint_dice_between (dice, -0.25f, 0.25f);
  float foot = studio->edge + paint_dice_between (dice, 0.42f, 0.52f);
  if (theme->subject == PAINT_WATCH)
    place_watch (studio, theme, dice, x, foot + 0.06f);
  else if (theme->subject == PAINT_PORTRAIT)
    place_bust (studio, theme, dice, 0.5f * x, scene->half_height);
  else {
    studio->solids[studio->n_solids++] = solid_at (studio, x, foot, rx, ry);
    dress_solid (&studio->solids[0], theme, dice, true);
  }
  int n_more = (int)paint_dice_between (dice, 2.f, 6.99f);
  n_more = theme->subject == PAINT_PORTRAIT ? 0 : n_more;
  for (int i = 0; i < n_more; i++)
    if (!place_solid (studio, theme, dice, scene->half_width,
                      paint_dice_between (dice, 0.07f, 0.2f)))
      break;
  sort_solids (studio);
}

static PaintColor
color_between (PaintColor a, PaintColor b, float t)
{
  return (PaintColor){ a.red + (b.red - a.red) * t, a.green + (b.green - a.green) * t,
                       a.blue + (b.blue - a.blue) * t };
}

static void
choose_sky (PaintLandscape *land, const PaintTheme *theme)
{
  static const struct {
    PaintColor low, zenith, sun;
  } noon = { { 0.40f, 0.54f, 0.72f }, { 0.045f, 0.13f, 0.40f }, { 1.10f, 1.04f, 0.92f } },
    sunset = { { 0.70f, 0.33f, 0.16f }, { 0.07f, 0.09f, 0.27f }, { 1.7f, 0.80f, 0.30f } },
    night = { { 0.07f, 0.10f, 0.19f }, { 0.010f, 0.018f, 0.055f }, { 0.62f, 0.68f, 0.80f } };
  float t = theme->warmth * theme->warmth;
  land->low = color_between (noon.low, sunset.low, t);
  land->zenith = color_between (noon.zenith, sunset.zenith, t);
  land->sun = color_between (noon.sun, sunset.sun, t);
  if (theme->is_dark) {
    land->low = color_between (night.low, land->low, 0.12f);
    land->zenith = color_between (night.zenith, land->zenith, 0.06f);
    land->sun = night.sun;
  }
  /* The theme's hue lies on the air, faintly. */
  PaintColor tint = paint_color_of (theme->hue, 0.6f, theme->is_dark ? 0.15f : 0.5f);
  land->low = color_between (land->low, tint, 0.12f);
}

static void
compose_landscape (PaintScene *scene, PaintTheme *theme, PaintDice *dice)
{
  PaintLandscape *land = &scene->landscape;
  choose_sky (land, theme);
  land->has_water = theme->subject == PAINT_SEA;
  land->horizon = land->has_water ? paint_dice_between (dice, -0.02f, 0.22f)
                                  : paint_dice_between (dice, 0.1f, 0.25f);
  land->sun_x = paint_dice_between (dice, -0.6f, 0.6f) * MIN (scene->half_width, 1.5f);
  land->sun_y = land->horizon - paint_dice_between (dice, 0.26f, 0.38f) -
                0.9f * (1.f - theme->warmth) * (theme->is_dark ? 0.3f : 1.f);
  land->clouds = paint_dice_between (dice, 0.2f, 0.85f);
  land->water = paint_color_of (3.4f, 0.75f, theme->is_dark ? 0.012f : 0.06f);

  PaintColor ground = paint_color_of (paint_dice_between (&theme->dice, 1.5f, 3.6f), 0.55f,
                                      theme->is_dark ? 0.012f : 0.055f);
  land->n_ridges = land->has_water ? (int)paint_dice_between (dice, 1.f, 3.99f)
                                   : (int)paint_dice_between (dice, 4.f, 6.99f);
  for (int k = 0; k < land->n_ridges; k++) {
    float near = (float)(k + 1) / (float)land->n_ridges;
    float stage = land->has_water ? 0.55f * near : near * near * 0.95f;
    PaintRidge *ridge = &land->ridges[k];
    ridge->seed = (uint32_t)paint_dice_next (dice);
    ridge->base = land->horizon + (land->has_water ? 0.f : 0.9f * stage * scene->half_height);
    ridge->height = paint_dice_between (dice, 0.26f, 0.46f) *
                    (land->has_water ? 0.75f - 0.4f * near : 1.f);
    ridge->coarse = paint_dice_between (dice, 0.8f, 1.5f) * (1.f - 0.3f * near);
    ridge->rugged = 0.58f - 0.16f * near;
    ridge->trees = k > 0 ? 0.035f * near * near : 0.f;
    ridge->top = color_between (color_between (land->low, land->zenith, 0.35f), ground,
                                0.35f + 0.65f * stage);
    ridge->foot = color_between (land->low, ridge->top, 0.25f + 0.6f * stage);
  }
}

PaintScene *
painter_scene_new (const PainterSpec *spec)
{
  PaintScene *scene = g_new0 (PaintScene, 1);
  PaintTheme theme = paint_theme_of (spec->prompt);
  g_autofree char *take = g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%d", spec->prompt, spec->seed,
                                           spec->variant);
  PaintDice dice = paint_dice_of (take);
  scene->seed = (uint32_t)paint_dice_next (&dice);
  scene->width = spec->width;
  scene->height = spec->height;
  float unit = MAX (0.5f * (float)MIN (spec->width, spec->height),
                    (float)MAX (spec->width, spec->height) / 6.f);
  scene->pixel = 1.f / unit;
  scene->half_width = 0.5f * (float)spec->width / unit;
  scene->half_height = 0.5f * (float)spec->height / unit;
  if (theme.subject == PAINT_HILLS || theme.subject == PAINT_SEA) {
    scene->is_landscape = true;
    compose_landscape (scene, &theme, &dice);
    painter_landscape_prepare (scene);
  } else {
    compose_studio (scene, &theme, &dice);
  }
  return scene;
}

void
painter_scene_free (PaintScene *scene)
{
  if (scene == NULL)
    return;
  g_free (scene->outlines);
  g_free (scene);
}
