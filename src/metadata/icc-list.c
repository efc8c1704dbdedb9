/*  header(128): version at 8, class at 12, colour space at 16, "acsp" at 36
 *  n(4), then n tags of signature(4) offset(4) length(4)
 *  desc: "desc" 0(4) n(4) ASCII(n) …
 *  text: "text" 0(4) ASCII
 *  mluc: "mluc" 0(4) n(4) 12(4), then n of language(2) country(2) length(4) offset(4); UTF-16BE */
#include "metadata/icc-list.h"

#include <stdint.h>

#include "metadata/container-bytes.h"
#include "metadata/foreign-text.h"
#include "metadata/policy.h"

enum { HEADER = 128, MOST_TAGS = 100, MOST_LANGUAGES = 200, MOST_TEXT_BYTES = 1024 };

typedef struct {
  const uint8_t *at;
  size_t length;
} Span;

static bool
find_tag (Span profile, const char *signature, Span *out_tag)
{
  uint32_t n_tags = MIN (big32 (profile.at + HEADER), MOST_TAGS);
  for (uint32_t i = 0; i < n_tags; i++) {
    size_t at = HEADER + 4 + (size_t)i * 12;
    if (at + 12 > profile.length)
      return false;
    uint64_t offset = big32 (profile.at + at + 4), length = big32 (profile.at + at + 8);
    if (memcmp (profile.at + at, signature, 4) == 0 && offset + length <= profile.length) {
      *out_tag = (Span){ profile.at + offset, (size_t)length };
      return true;
    }
  }
  return false;
}

/* In English, if it is there, else in the first language. */
static char *
dup_localized (Span tag)
{
  if (tag.length < 16)
    return NULL;
  uint32_t n = MIN (big32 (tag.at + 8), MOST_LANGUAGES);
  Span chosen = { NULL, 0 };
  for (uint32_t i = 0; i < n && 16 + (size_t)(i + 1) * 12 <= tag.length; i++) {
    const uint8_t *record = tag.at + 16 + (size_t)i * 12;
    uint64_t length = big32 (record + 4), offset = big32 (record + 8);
    bool is_english = memcmp (record, "en", 2) == 0;
    if (offset + length <= tag.length && (chosen.at == NULL || is_english))
      chosen = (Span){ tag.at + offset, (size_t)length };
    if (is_english)
      break;
  }
  return chosen.at != NULL ? foreign_text_utf16 (chosen.at, chosen.length, true, MOST_TEXT_BYTES)
                           : NULL;
}

static char *
dup_text (Span profile, const char *signature)
{
  Span tag;
  if (!find_tag (profile, signature, &tag) || tag.length < 12)
    return NULL;
  g_autofree char *text = NULL;
  if (memcmp (tag.at, "mluc", 4) == 0)
    text = dup_localized (tag);
  else if (memcmp (tag.at, "desc", 4) == 0)
    text = foreign_text (tag.at + 12, MIN (big32 (tag.at + 8), tag.length - 12), MOST_TEXT_BYTES);
  else if (memcmp (tag.at, "text", 4) == 0)
    text = foreign_text (tag.at + 8, tag.length - 8, MOST_TEXT_BYTES);
  return text != NULL && text[0] != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
take_signature (const uint8_t *at, char out_text[5])
{
  for (int i = 0; i < 4; i++)
    out_text[i] = g_ascii_isgraph ((char)at[i]) ? (char)at[i] : '\0';
  out_text[4] = '\0';
}

void
icc_facts_clear (IccFacts *facts)
{
  g_clear_pointer (&facts->description, g_free);
  g_clear_pointer (&facts->copyright, g_free);
}

bool
icc_read (GBytes *profile, IccFacts *out_facts, GError **error)
{
  Span span;
  span.at = g_bytes_get_data (profile, &span.length);
  if (span.length < HEADER + 4 || memcmp (span.at + 36, "acsp", 4) != 0) {
    g_set_error_literal (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                         "it has no header of a colour profile");
    return false;
  }
  *out_facts = (IccFacts){
    .description = dup_text (span, "desc"),
    .copyright = dup_text (span, "cprt"),
    .major = span.at[8],
    .minor = span.at[9] >> 4,
  };
  take_signature (span.at + 12, out_facts->profile_class);
  take_signature (span.at + 16, out_facts->color_space);
  return true;
}
