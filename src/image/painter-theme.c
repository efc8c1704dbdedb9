/* What a prompt says to the painter: its hash decides, and a few words are understood. */
#include "image/painter-theme.h"

#include <math.h>

#include "base/digest.h"

typedef enum {
  WORD_HUE,     /* value: 0 red, 1 yellow, 2 green, 3 cyan, 4 blue, 5 magenta */
  WORD_METAL,   /* value: its hue; saturation is that of metals */
  WORD_GRAY,    /* value: how light */
  WORD_SUBJECT, /* value: a PaintSubject */
  WORD_DARK,    /* value: 1 */
  WORD_WARM,    /* value: how low the sun stands, to 1 */
} WordKind;

static const struct {
  const char *word;
  WordKind kind;
  float value;
} words[] = {
  { "amber", WORD_HUE, 0.65f },
  { "beach", WORD_SUBJECT, PAINT_SEA },
  { "black", WORD_GRAY, 0.03f },
  { "blue", WORD_HUE, 3.8f },
  { "boat", WORD_SUBJECT, PAINT_SEA },
  { "boats", WORD_SUBJECT, PAINT_SEA },
  { "bottle", WORD_SUBJECT, PAINT_STUDIO },
  { "bowl", WORD_SUBJECT, PAINT_STUDIO },
  { "brass", WORD_METAL, 0.72f },
  { "bronze", WORD_METAL, 0.5f },
  { "bust", WORD_SUBJECT, PAINT_PORTRAIT },
  { "chrome", WORD_METAL, 3.6f },
  { "clock", WORD_SUBJECT, PAINT_WATCH },
  { "coast", WORD_SUBJECT, PAINT_SEA },
  { "copper", WORD_METAL, 0.3f },
  { "cup", WORD_SUBJECT, PAINT_STUDIO },
  { "dark", WORD_DARK, 1.f },
  { "dawn", WORD_WARM, 0.7f },
  { "dusk", WORD_WARM, 0.9f },
  { "evening", WORD_WARM, 0.9f },
  { "forest", WORD_SUBJECT, PAINT_HILLS },
  { "gold", WORD_METAL, 0.75f },
  { "green", WORD_HUE, 2.2f },
  { "harbour", WORD_SUBJECT, PAINT_SEA },
  { "hills", WORD_SUBJECT, PAINT_HILLS },
  { "lake", WORD_SUBJECT, PAINT_SEA },
  { "landscape", WORD_SUBJECT, PAINT_HILLS },
  { "mountain", WORD_SUBJECT, PAINT_HILLS },
  { "mountains", WORD_SUBJECT, PAINT_HILLS },
  { "night", WORD_DARK, 1.f },
  { "noon", WORD_WARM, 0.f },
  { "ocean", WORD_SUBJECT, PAINT_SEA },
  { "orange", WORD_HUE, 0.45f },
  { "person", WORD_SUBJECT, PAINT_PORTRAIT },
  { "pink", WORD_HUE, 5.5f },
  { "portrait", WORD_SUBJECT, PAINT_PORTRAIT },
  { "product", WORD_SUBJECT, PAINT_STUDIO },
  { "purple", WORD_HUE, 4.6f },
  { "red", WORD_HUE, 0.f },
  { "river", WORD_SUBJECT, PAINT_SEA },
  { "sea", WORD_SUBJECT, PAINT_SEA },
  { "silver", WORD_METAL, 3.8f },
  { "sky", WORD_SUBJECT, PAINT_HILLS },
  { "statue", WORD_SUBJECT, PAINT_PORTRAIT },
  { "steel", WORD_METAL, 3.7f },
  { "studio", WORD_SUBJECT, PAINT_STUDIO },
  { "sunrise", WORD_WARM, 0.8f },
  { "sunset", WORD_WARM, 1.f },
  { "table", WORD_SUBJECT, PAINT_STUDIO },
  { "teal", WORD_HUE, 3.f },
  { "valley", WORD_SUBJECT, PAINT_HILLS },
  { "vase", WORD_SUBJECT, PAINT_STUDIO },
  { "watch", WORD_SUBJECT, PAINT_WATCH },
  { "white", WORD_GRAY, 0.8f },
  { "wristwatch", WORD_SUBJECT, PAINT_WATCH },
  { "yellow", WORD_HUE, 0.95f },
};

uint64_t
paint_dice_next (PaintDice *dice)
{
  uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

float
paint_dice_between (PaintDice *dice, float low, float high)
{
  return low + (high - low) * ((float)(paint_dice_next (dice) >> 40) * 0x1p-24f);
}

PaintDice
paint_dice_of (const char *text)
{
  Digest digest = digest_of (text, strlen (text));
  uint64_t seed = 0;
  for (int i = 0; i < 8; i++)
    seed = seed << 8 | digest.bytes[i];
  return (PaintDice){ seed };
}

PaintColor
paint_color_of (float hue, float saturation, float lightness)
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
theme_take_word (PaintTheme *theme, const char *word)
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
      theme->is_metal = false;
      break;
    case WORD_METAL:
      theme->accent = value;
      theme->saturation = value > 3.f ? 0.06f : 0.55f;
      theme->is_metal = true;
      break;
    case WORD_GRAY:
      theme->gray = value;
      theme->is_metal = false;
      break;
    case WORD_SUBJECT:
      theme->subject = (PaintSubject)value;
      break;
    case WORD_WARM:
      theme->warmth = value;
      break;
    case WORD_DARK:
      theme->is_dark = true;
      break;
    }
  }
}

PaintTheme
paint_theme_of (const char *prompt)
{
  PaintTheme theme = { .dice = paint_dice_of (prompt), .gray = -1.f };
  theme.hue = paint_dice_between (&theme.dice, 0.f, 6.f);
  theme.accent = theme.hue + paint_dice_between (&theme.dice, 1.8f, 4.2f);
  theme.saturation = paint_dice_between (&theme.dice, 0.45f, 0.85f);
  theme.is_metal = paint_dice_between (&theme.dice, 0.f, 1.f) < 0.25f;
  bool is_dim = paint_dice_between (&theme.dice, 0.f, 1.f) < 0.35f;
  theme.warmth = paint_dice_between (&theme.dice, 0.f, 1.f);
  bool is_outdoors = paint_dice_between (&theme.dice, 0.f, 1.f) < 0.35f;
  bool is_at_sea = paint_dice_between (&theme.dice, 0.f, 1.f) < 0.5f;

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
  if (theme.subject == PAINT_ANY)
    theme.subject = !is_outdoors ? PAINT_STUDIO : is_at_sea ? PAINT_SEA : PAINT_HILLS;
  if (theme.subject != PAINT_HILLS && theme.subject != PAINT_SEA)
    theme.is_dark |= is_dim;
  return theme;
}
