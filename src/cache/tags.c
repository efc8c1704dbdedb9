#include "cache/tags.h"

#include "cache/cache.h"

static bool
refuse (GError **error, const char *tag, const char *why)
{
  g_autofree char *shown = g_strescape (tag, NULL);
  g_set_error (error, CACHE_ERROR, CACHE_ERROR_FAILED,
               "'%s' cannot be a tag: %s. A tag is a word of at most %d bytes without commas",
               shown, why, TAG_MOST_BYTES);
  return false;
}

bool
tag_check (const char *tag, GError **error)
{
  size_t length = strlen (tag);
  if (length == 0)
    return refuse (error, tag, "it is empty");
  if (length > TAG_MOST_BYTES)
    return refuse (error, tag, "it is too long");
  if (!g_utf8_validate (tag, -1, NULL))
    return refuse (error, tag, "it is not UTF-8");
  if (strchr (tag, ',') != NULL)
    return refuse (error, tag, "it holds a comma");
  const char *last = g_utf8_prev_char (tag + length);
  if (g_unichar_isspace (g_utf8_get_char (tag)) || g_unichar_isspace (g_utf8_get_char (last)))
    return refuse (error, tag, "it begins or ends with a blank");
  for (const char *at = tag; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return refuse (error, tag, "it holds a control character");
  return true;
}

/* The place where `tag` is or belongs. */
static unsigned
find_place (const GPtrArray *tags, const char *tag, bool *out_is_there)
{
  unsigned low = 0, high = tags->len;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (strcmp (tags->pdata[middle], tag) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *out_is_there = low < tags->len && strcmp (tags->pdata[low], tag) == 0;
  return low;
}

bool
tags_add (GPtrArray *tags, const char *tag)
{
  bool is_there;
  unsigned place = find_place (tags, tag, &is_there);
  if (!is_there)
    g_ptr_array_insert (tags, (int)place, g_strdup (tag));
  return !is_there;
}

bool
tags_remove (GPtrArray *tags, const char *tag)
{
  bool is_there;
  unsigned place = find_place (tags, tag, &is_there);
  if (is_there)
    g_ptr_array_remove_index (tags, place);
  return is_there;
}

char *
tags_join (const GPtrArray *tags)
{
  GString *text = g_string_new ("");
  for (unsigned i = 0; i < tags->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", (const char *)tags->pdata[i]);
  return g_string_free (text, FALSE);
}
