/* From a prompt to a scene. The prompt's hash sets the theme (kind, palette, materials), so that
 * variants of one prompt are takes of one subject; seed and variant move things about. A few words
 * of the prompt are understood: see `words`. */
#include "image/painter-scene.h"

#include <math.h>

#include "base/digest.h"

typedef enum {
  WORD_HUE,   /* value: 0 red, 1 yellow, 2 green, 3 cyan, 4 blue, 5 magenta */
  WORD_METAL, /* value: its hue; saturation is that of metals */
  WORD_GRAY,  /* value: how light */
  WORD_DARK,  /* value: how dark the room is */
} WordKind;

static const struct {
  const char *word;
  WordKind kind;
  float value;
} words[] = {
  { "amber", WORD_HUE, 0.65f },   { "black", WORD_GRAY, 0.03f },  { "blue", WORD_HUE, 3.8f },
  { "brass", WORD_METAL, 0.72f }, { "bronze", WORD_METAL, 0.5f }, { "chrome", WORD_METAL, 3.6f },
  { "copper", WORD_METAL, 0.3f }, { "dark", WORD_DARK, 1.f },     { "gold", WORD_METAL, 0.75f },
  { "green", WORD_HUE, 2.2f },    { "night", WORD_DARK, 1.f },    { "orange", WORD_HUE, 0.45f },
  { "pink", WORD_HUE, 5.5f },     { "purple", WORD_HUE, 4.6f },   { "red", WORD_HUE, 0.f },
  { "silver", WORD_METAL, 3.8f }, { "steel", WORD_METAL, 3.7f },  { "teal", WORD_HUE, 3.f },
  { "white", WORD_GRAY, 0.8f },   { "yellow", WORD_HUE, 0.95f },
};

/* SplitMix64 (Steele, Lea, Flood). */
typedef struct {
  uint64_t state;
} Dice;

static uint64_t
dice_next (Dice *dice)
{
  uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static float
dice_between (Dice *dice, float low, float high)
{
  return low + (high - low) * ((float)(dice_next (dice) >> 40) * 0x1p-24f);
}

static uint64_t
dice_seed (const Digest *digest)
{
  uint64_t seed = 0;
  for (int i = 0; i < 8; i++)
    seed = seed << 8 | digest->bytes[i];
  return seed;
}

typedef struct {
  float hue, accent; /* of the room, of the subject */
  float saturation;
  float gray; /* lightness of a gray subject, or negative */
  bool is_metal, is_dark;
  Dice dice; /* the prompt's alone */
} Theme;

/* One of six hues in linear light, mixed towards gray; `lightness` is its brightest channel. */
static PaintColor
color_of (float hue, float saturation, float lightness)
{
  float turn = hue - 6.f * (float)(int)(hue / 6.f);
  turn = turn < 0.f ? turn + 6.f : turn;
  float channels[3];
  for (int i = 0; i < 3; i++) {
    float away = turn - 2.f * (float)i;
    away = away > 3.f ? away - 6.f : away < -3.f ? away + 6.f : away;
    float pure = 2.f - fabsf (away);
    pure = CLAMP (pure, 0.f, 1.f);
    float mixed = 1.f - saturation * (1.f - pure);
    channels[i] = lightness * mixed * mixed;
  }
  return (PaintColor){ channels[0], channels[1], channels[2] };
}

static void
theme_take_word (Theme *theme, const char *word)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strcmp (words[i].word, word) != 0)
      continue;
    float value = words[i].value;
    switch (words[i].kind) {
    case WORD_HUE:
      theme->accent = value;
      theme->saturation = 0.8f;
      theme->gray = -1.f;
      break;
    case WORD_METAL:
      theme->accent = value;
      theme->saturation = value > 3.f ? 0.06f : 0.55f;
      theme->is_metal = true;
      break;
    case WORD_GRAY:
      theme->gray = value;
      break;
    case WORD_DARK:
      theme->is_dark = true;
      break;
    }
  }
}

static Theme
theme_of (const char *prompt)
{
  Digest digest = digest_of (prompt, strlen (prompt));
  Theme theme = { .dice = { dice_seed (&digest) }, .gray = -1.f };
  theme.hue = dice_between (&theme.dice, 0.f, 6.f);
  theme.accent = theme.hue + dice_between (&theme.dice, 1.8f, 4.2f);
  theme.saturation = dice_between (&theme.dice, 0.45f, 0.85f);
  theme.is_metal = dice_between (&theme.dice, 0.f, 1.f) < 0.25f;
  theme.is_dark = dice_between (&theme.dice, 0.f, 1.f) < 0.35f;

  const char *p = prompt;
  while (*p != '\0') {
    char word[16];
    size_t length = 0;
    for (; g_ascii_isalpha (*p); p++)
      if (length < sizeof word - 1)
        word[length++] = g_ascii_tolower (*p);
    word[length] = '\0';
    theme_take_word (&theme, word);
    if (*p != '\0')
      p++;
  }
  return theme;
}

/* The table's material: stone, wood, linen, paper. */
static void
choose_table (PaintStudio *studio, Theme *theme)
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
  unsigned i = (unsigned)(dice_next (&theme->dice) % G_N_ELEMENTS (materials));
  studio->vein_x = materials[i].vein_x;
  studio->vein_y = materials[i].vein_y;
  studio->vein = materials[i].vein;
  studio->gloss = materials[i].gloss;
  studio->table = color_of (materials[i].hue, materials[i].saturation, materials[i].lightness);
  studio->vein_color = color_of (materials[i].hue + 0.2f, materials[i].saturation,
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
dress_solid (PaintSolid *solid, Theme *theme, Dice *dice, bool is_subject)
{
  float hue = is_subject ? theme->accent : theme->hue + dice_between (dice, -0.7f, 0.7f);
  float finish = dice_between (dice, 0.f, 1.f);
  solid->seed = (uint32_t)dice_next (dice);
  solid->color = color_of (hue, is_subject ? theme->saturation : theme->saturation * 0.6f,
                           dice_between (dice, 0.25f, 0.7f));
  if (is_subject && theme->gray >= 0.f)
    solid->color = color_of (hue, 0.04f, theme->gray);
  solid->fineness = dice_between (dice, 14.f, 40.f);
  if ((is_subject && theme->is_metal) || finish > 0.85f) {
    solid->metal = 1.f;
    solid->mirror = 0.92f;
    solid->rough = dice_between (dice, 0.01f, 0.12f);
    solid->speckle = 0.05f;
    solid->color = is_subject ? color_of (hue, theme->saturation, 0.95f)
                              : color_of (hue, 0.1f, 0.9f);
  } else if (finish > 0.4f) { /* glazed */
    solid->mirror = 0.06f;
    solid->rough = dice_between (dice, 0.01f, 0.05f);
    solid->speckle = 0.07f;
  } else { /* clay, stone */
    solid->mirror = 0.04f;
    solid->rough = 0.45f;
    solid->speckle = dice_between (dice, 0.18f, 0.3f);
  }
}

/* Adds a body where it stands clear of the others; false if there is no room. */
static bool
place_solid (PaintStudio *studio, Theme *theme, Dice *dice, float half_width, float size)
{
  float main_depth = studio->solids[0].depth;
  for (int attempt = 0; attempt < 24; attempt++) {
    float foot = studio->edge + 0.16f + dice_between (dice, 0.f, 0.62f);
    float x = dice_between (dice, -0.85f, 0.85f) * MIN (half_width, 1.5f);
    float depth = studio->height / (foot - studio->eye);
    float rx = size * main_depth / depth * dice_between (dice, 0.8f, 1.2f);
    float ry = rx * dice_between (dice, 0.72f, 1.35f);
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
hang_lights (PaintStudio *studio, Theme *theme, Dice *dice, float half_width, float half_height)
{
  studio->n_lights = theme->is_dark ? (int)dice_between (dice, 14.f, 36.f) : 0;
  for (int i = 0; i < studio->n_lights; i++) {
    PaintLight *light = &studio->lights[i];
    light->x = dice_between (dice, -1.f, 1.f) * half_width;
    light->y = studio->edge - 0.05f - dice_between (dice, 0.f, 0.9f) * (half_height + studio->edge);
    light->radius = dice_between (dice, 0.03f, 0.13f);
    light->edge = light->radius * dice_between (dice, 0.08f, 0.25f);
    float hue = dice_between (dice, 0.f, 1.f) < 0.6f ? 0.6f : theme->accent;
    light->color = color_of (hue, 0.6f, dice_between (dice, 0.05f, 0.5f));
  }
}

static void
compose_studio (PaintScene *scene, Theme *theme, Dice *dice)
{
  PaintStudio *studio = &scene->studio;
  studio->light_side = dice_next (&theme->dice) & 1 ? 1.f : -1.f;
  studio->edge = dice_between (dice, -0.12f, 0.08f);
  studio->edge_blur = dice_between (dice, 0.02f, 0.05f);
  studio->eye = studio->edge - dice_between (dice, 0.9f, 1.3f);
  studio->height = 1.f;
  studio->glow_x = -studio->light_side * dice_between (dice, 0.0f, 0.5f);
  studio->glow_y = studio->edge - dice_between (dice, 0.1f, 0.5f);
  studio->key = (PaintColor){ 1.06f, 1.0f, 0.90f };
  studio->backdrop = color_of (theme->hue, 0.5f * theme->saturation,
                               theme->is_dark ? 0.16f : 0.62f);
  choose_table (studio, theme);
  hang_lights (studio, theme, dice, scene->half_width, scene->half_height);

  /* One throw a statement: C leaves the order of a call's arguments to the compiler. */
  float rx = dice_between (dice, 0.27f, 0.38f);
  float ry = rx * dice_between (dice, 0.85f, 1.3f);
  float x = dice_between (dice, -0.25f, 0.25f);
  float foot = studio->edge + dice_between (dice, 0.42f, 0.52f);
  studio->solids[0] = solid_at (studio, x, foot, rx, ry);
  dress_solid (&studio->solids[0], theme, dice, true);
  studio->n_solids = 1;
  int n_more = (int)dice_between (dice, 3.f, 6.99f);
  for (int i = 0; i < n_more; i++)
    if (!place_solid (studio, theme, dice, scene->half_width, dice_between (dice, 0.07f, 0.2f)))
      break;
  sort_solids (studio);
}

PaintScene *
painter_scene_new (const PainterSpec *spec)
{
  PaintScene *scene = g_new0 (PaintScene, 1);
  Theme theme = theme_of (spec->prompt);
  g_autofree char *take = g_strdup_printf ("%s\n%" G_GINT64_FORMAT "\n%d", spec->prompt, spec->seed,
                                           spec->variant);
  Digest digest = digest_of (take, strlen (take));
  Dice dice = { dice_seed (&digest) };
  scene->seed = (uint32_t)dice_next (&dice);
  scene->width = spec->width;
  scene->height = spec->height;
  float unit = MAX (0.5f * (float)MIN (spec->width, spec->height),
                    (float)MAX (spec->width, spec->height) / 6.f);
  scene->pixel = 1.f / unit;
  scene->half_width = 0.5f * (float)spec->width / unit;
  scene->half_height = 0.5f * (float)spec->height / unit;
  compose_studio (scene, &theme, &dice);
  return scene;
}

void
painter_scene_free (PaintScene *scene)
{
  if (scene == NULL)
    return;
  g_free (scene);
}
