/* Colours as people write them. The names are the basic ones of CSS and "transparent"; the longer
 * list of CSS is left out because nobody can say what "papayawhip" will print as. */
#include "option/option-kinds.h"

#include <math.h>

static const char *const names[] = {
  "aqua",   "black",  "blue",        "fuchsia", "gray",   "green",  "grey",
  "lime",   "maroon", "navy",        "olive",   "orange", "purple", "red",
  "silver", "teal",   "transparent", "white",   "yellow", NULL,
};
/* RRGGBBAA, in the order of the names. */
static const uint32_t values[] = {
  0x00ffffff, 0x000000ff, 0x0000ffff, 0xff00ffff, 0x808080ff, 0x008000ff, 0x808080ff,
  0x00ff00ff, 0x800000ff, 0x000080ff, 0x808000ff, 0xffa500ff, 0x800080ff, 0xff0000ff,
  0xc0c0c0ff, 0x008080ff, 0x00000000, 0xffffffff, 0xffff00ff,
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == G_N_ELEMENTS (values) + 1);

static Color
from_bytes (uint32_t rgba)
{
  return (Color){ (rgba >> 24) & 0xff, (rgba >> 16) & 0xff, (rgba >> 8) & 0xff,
                  (rgba & 0xff) / 255.0 };
}

static bool
parse_hex (const char *digits, Color *out_color)
{
  size_t n = strlen (digits);
  if (n != 3 && n != 6 && n != 8)
    return false;
  uint32_t rgba = 0;
  for (size_t i = 0; i < n; i++) {
    int digit = g_ascii_xdigit_value (digits[i]);
    if (digit < 0)
      return false;
    rgba = rgba << 4 | (uint32_t)digit;
    if (n == 3)
      rgba = rgba << 4 | (uint32_t)digit;
  }
  *out_color = from_bytes (n == 8 ? rgba : rgba << 8 | 0xff);
  return true;
}

bool
option_color_parse (const char *text, Color *out_color)
{
  if (text[0] == '#')
    return parse_hex (text + 1, out_color);
  for (size_t i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0) {
      *out_color = from_bytes (values[i]);
      return true;
    }
  return false;
}

static unsigned
to_byte (double value, double scale)
{
  return (unsigned)lround (CLAMP (value * scale, 0, 255));
}

char *
option_color_format (const Color *color, bool alpha)
{
  unsigned red = to_byte (color->red, 1), green = to_byte (color->green, 1),
           blue = to_byte (color->blue, 1), opacity = to_byte (color->alpha, 255);
  if (opacity == 255 && !alpha)
    return g_strdup_printf ("#%02x%02x%02x", red, green, blue);
  return g_strdup_printf ("#%02x%02x%02x%02x", red, green, blue, opacity);
}

const char *const *
option_color_names (void)
{
  return names;
}
