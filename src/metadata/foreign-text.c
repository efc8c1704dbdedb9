#include "metadata/foreign-text.h"

#include <stdint.h>

char *
foreign_text_cut (const char *text, size_t most)
{
  size_t length = strlen (text);
  if (length <= most)
    return g_strdup (text);
  /* Not in the middle of a letter. */
  while (most > 0 && ((uint8_t)text[most] & 0xc0) == 0x80)
    most--;
  g_autofree char *kept = g_strndup (text, most);
  return g_strconcat (kept, "\342\200\246", NULL);
}

/* Zeros at the end are padding. */
static size_t
length_without_zeros (const uint8_t *bytes, size_t length)
{
  while (length > 0 && bytes[length - 1] == 0)
    length--;
  return length;
}

char *
foreign_text (const void *bytes, size_t length, size_t most)
{
  /* One byte more than is shown, so that the cut is seen; a letter has at most four. All of a file may be a
   * value, a thousand times over. */
  length = length_without_zeros (bytes, MIN (length, most + 4));
  g_autoptr (GString) parted = g_string_sized_new (length);
  for (size_t at = 0; at < length;) {
    const char *part = (const char *)bytes + at;
    size_t n = strnlen (part, length - at);
    if (n > 0 && parted->len > 0)
      g_string_append (parted, "; ");
    g_string_append_len (parted, part, (gssize)n);
    at += n + 1;
  }
  const char *end;
  bool is_valid = g_utf8_validate (parted->str, (gssize)parted->len, &end) ||
                  /* a letter that the limit above went through */
                  (length == most + 4 && parted->len - (size_t)(end - parted->str) < 4);
  g_autofree char *text = is_valid ? g_utf8_make_valid (parted->str, (gssize)parted->len)
                                   : g_convert (parted->str, (gssize)parted->len, "UTF-8",
                                                "ISO-8859-1", NULL, NULL, NULL);
  g_autofree char *shown = foreign_text_cut (text != NULL ? text : "", most);
  return g_strdup (g_strstrip (shown));
}

char *
foreign_text_utf16 (const void *bytes, size_t length, bool is_big_endian, size_t most)
{
  const uint8_t *at = bytes;
  g_autoptr (GString) text = g_string_new (NULL);
  size_t first = 0;
  if (length >= 2 && ((at[0] == 0xfe && at[1] == 0xff) || (at[0] == 0xff && at[1] == 0xfe))) {
    is_big_endian = at[0] == 0xfe;
    first = 2;
  }
  length = MIN (length,
                4 * most + 8); /* which gives more than is shown; halves of pairs give nothing */
  gunichar high = 0;
  for (size_t i = first; i + 1 < length && text->len <= most; i += 2) {
    gunichar unit = is_big_endian ? (gunichar)(at[i] << 8 | at[i + 1])
                                  : (gunichar)(at[i + 1] << 8 | at[i]);
    gunichar letter = unit;
    if (unit >= 0xd800 && unit < 0xdc00) {
      high = unit;
      continue;
    }
    if (unit >= 0xdc00 && unit < 0xe000)
      letter = high != 0 ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd;
    high = 0;
    if (letter == 0)
      break;
    g_string_append_unichar (text, letter);
  }
  g_autofree char *shown = foreign_text_cut (text->str, most);
  return g_strdup (g_strstrip (shown));
}
