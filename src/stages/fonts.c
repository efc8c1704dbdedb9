#include "stages/fonts.h"

#include <fontconfig/fontconfig.h>
#include <string.h>

#include "stages/stage.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FcPattern, FcPatternDestroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FcFontSet, FcFontSetDestroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FcCharSet, FcCharSetDestroy)

/* fontconfig's numbers and Pango's words. */
static const struct {
  int fontconfig;
  const char *pango;
} weights[] = {
  [FONT_WEIGHT_LIGHT] = { FC_WEIGHT_LIGHT, "Light" },
  [FONT_WEIGHT_NORMAL] = { FC_WEIGHT_NORMAL, "" },
  [FONT_WEIGHT_MEDIUM] = { FC_WEIGHT_MEDIUM, "Medium" },
  [FONT_WEIGHT_SEMI_BOLD] = { FC_WEIGHT_SEMIBOLD, "Semi-Bold" },
  [FONT_WEIGHT_BOLD] = { FC_WEIGHT_BOLD, "Bold" },
  [FONT_WEIGHT_BLACK] = { FC_WEIGHT_BLACK, "Heavy" },
};

static FcPattern *
make_pattern (const FontRequest *request)
{
  FcPattern *pattern = FcPatternCreate ();
  FcPatternAddString (pattern, FC_FAMILY, (const FcChar8 *)request->family);
  FcPatternAddInteger (pattern, FC_WEIGHT, weights[request->weight].fontconfig);
  FcPatternAddInteger (pattern, FC_SLANT, request->is_italic ? FC_SLANT_ITALIC : FC_SLANT_ROMAN);
  FcConfigSubstitute (NULL, pattern, FcMatchPattern);
  FcDefaultSubstitute (pattern);
  return pattern;
}

/* The installed fonts: those that an earlier text brought along as a file do not count, or the
 * result would depend on what this process did before. */
static FcFontSet *
installed_fonts (void)
{
  return FcConfigGetFonts (FcConfigGetCurrent (), FcSetSystem);
}

static bool
is_generic (const char *family)
{
  static const char *const generic[] = { "sans",      "sans-serif", "serif",   "mono",
                                         "monospace", "system-ui",  "cursive", "fantasy" };
  for (size_t i = 0; i < G_N_ELEMENTS (generic); i++)
    if (g_ascii_strcasecmp (family, generic[i]) == 0)
      return true;
  return false;
}

static bool
pattern_has_family (FcPattern *pattern, const char *family)
{
  FcChar8 *name;
  for (int i = 0; FcPatternGetString (pattern, FC_FAMILY, i, &name) == FcResultMatch; i++)
    if (FcStrCmpIgnoreCase (name, (const FcChar8 *)family) == 0)
      return true;
  return false;
}

static char *
fail_not_installed (const char *family, FcPattern *offered, GError **error)
{
  FcChar8 *name = NULL;
  if (offered != NULL)
    FcPatternGetString (offered, FC_FAMILY, 0, &name);
  stage_fail (error, STAGE_ERROR_FAILED,
              "the font '%s' is not installed%s%s%s; install it, or give its file as 'font-file'",
              family, name != NULL ? " (the nearest is '" : "",
              name != NULL ? (const char *)name : "", name != NULL ? "')" : "");
  return NULL;
}

static char *
describe (const char *family, int weight, bool is_italic, int size_px)
{
  /* After a comma Pango reads style words, not more of the name. */
  return g_strdup_printf ("%s, %s %s %d", family, weights[weight].pango, is_italic ? "Italic" : "",
                          size_px);
}

static char *
describe_file (const char *path, int size_px, GError **error)
{
  int n = 0;
  g_autoptr (FcPattern) pattern = FcFreeTypeQuery ((const FcChar8 *)path, 0, NULL, &n);
  FcChar8 *family = NULL;
  if (pattern == NULL || FcPatternGetString (pattern, FC_FAMILY, 0, &family) != FcResultMatch) {
    stage_fail (error, STAGE_ERROR_FAILED, "'%s' is not a font that can be read", path);
    return NULL;
  }
  int weight = FC_WEIGHT_NORMAL, slant = FC_SLANT_ROMAN, nearest = FONT_WEIGHT_NORMAL;
  FcPatternGetInteger (pattern, FC_WEIGHT, 0, &weight);
  FcPatternGetInteger (pattern, FC_SLANT, 0, &slant);
  for (int i = 0; i < (int)G_N_ELEMENTS (weights); i++)
    if (ABS (weights[i].fontconfig - weight) < ABS (weights[nearest].fontconfig - weight))
      nearest = i;
  return describe ((const char *)family, nearest, slant != FC_SLANT_ROMAN, size_px);
}

char *
font_describe (const FontRequest *request, int size_px, GError **error)
{
  if (request->file != NULL)
    return describe_file (request->file, size_px, error);
  g_autoptr (FcPattern) pattern = make_pattern (request);
  FcFontSet *fonts = installed_fonts ();
  FcResult result;
  g_autoptr (FcPattern) match = fonts != NULL ? FcFontSetMatch (NULL, &fonts, 1, pattern, &result)
                                              : NULL;
  if (match == NULL ||
      (!is_generic (request->family) && !pattern_has_family (match, request->family)))
    return fail_not_installed (request->family, match, error);
  return describe (request->family, request->weight, request->is_italic, size_px);
}

char *
font_find_default (void)
{
  const FontRequest request = { .family = "sans", .weight = FONT_WEIGHT_NORMAL };
  g_autoptr (FcPattern) pattern = make_pattern (&request);
  FcFontSet *fonts = installed_fonts ();
  FcResult result;
  FcChar8 *path;
  g_autoptr (FcPattern) match = fonts != NULL ? FcFontSetMatch (NULL, &fonts, 1, pattern, &result)
                                              : NULL;
  if (match == NULL || FcPatternGetString (match, FC_FILE, 0, &path) != FcResultMatch)
    return NULL;
  return g_strdup ((const char *)path);
}

static FcCharSet *
characters_of (const char *text)
{
  FcCharSet *characters = FcCharSetCreate ();
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar character = g_utf8_get_char (at);
    if (!g_unichar_iscntrl (character))
      FcCharSetAddChar (characters, character);
  }
  return characters;
}

/* Takes what `font` has out of `characters`; false if it has none of them. */
static bool
subtract (FcPattern *font, FcCharSet **characters)
{
  FcCharSet *glyphs;
  if (FcPatternGetCharSet (font, FC_CHARSET, 0, &glyphs) != FcResultMatch ||
      FcCharSetIntersectCount (*characters, glyphs) == 0)
    return false;
  FcCharSet *rest = FcCharSetSubtract (*characters, glyphs);
  FcCharSetDestroy (*characters);
  *characters = rest;
  return true;
}

void
font_each_file (const FontRequest *request, const char *text,
                void (*visit) (void *data, const char *path), void *data)
{
  g_autoptr (FcCharSet) characters = characters_of (text);
  FontRequest fallback = *request;
  if (request->file != NULL) {
    int n = 0;
    g_autoptr (FcPattern) own = FcFreeTypeQuery ((const FcChar8 *)request->file, 0, NULL, &n);
    if (own != NULL)
      subtract (own, &characters);
    fallback.family = "sans";
  }
  g_autoptr (FcPattern) pattern = make_pattern (&fallback);
  FcFontSet *fonts = installed_fonts ();
  FcResult result;
  g_autoptr (FcFontSet)
    sorted = fonts != NULL ? FcFontSetSort (NULL, &fonts, 1, pattern, FcTrue, NULL, &result) : NULL;
  for (int i = 0; sorted != NULL && i < sorted->nfont && FcCharSetCount (characters) > 0; i++) {
    FcChar8 *path;
    if (subtract (sorted->fonts[i], &characters) &&
        FcPatternGetString (sorted->fonts[i], FC_FILE, 0, &path) == FcResultMatch)
      visit (data, (const char *)path);
  }
}
