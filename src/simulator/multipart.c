#include "simulator/multipart.h"

#include <string.h>

static void
part_free (gpointer data)
{
  MultipartPart *part = data;
  g_free (part->name);
  g_free (part->filename);
  g_free (part->type);
  g_free (part);
}

/* name="value" or name=value in a header line; NULL: not there. New string. */
static char *
find_parameter (const char *line, const char *name)
{
  g_autofree char *start = g_strconcat (name, "=", NULL);
  for (const char *at = strchr (line, ';'); at != NULL; at = strchr (at, ';')) {
    at++;
    while (*at == ' ' || *at == '\t')
      at++;
    if (g_ascii_strncasecmp (at, start, strlen (start)) != 0)
      continue;
    at += strlen (start);
    return *at == '"' ? g_strndup (at + 1, strcspn (at + 1, "\""))
                      : g_strndup (at, strcspn (at, "; "));
  }
  return NULL;
}

static void
read_header (MultipartPart *part, const char *line)
{
  if (g_ascii_strncasecmp (line, "Content-Disposition:", 20) == 0) {
    g_free (part->name);
    g_free (part->filename);
    part->name = find_parameter (line, "name");
    part->filename = find_parameter (line, "filename");
  } else if (g_ascii_strncasecmp (line, "Content-Type:", 13) == 0) {
    g_free (part->type);
    part->type = g_strstrip (g_strdup (line + 13));
  }
}

/* From behind a boundary's line up to the next boundary. */
static bool
read_part (GPtrArray *parts, const uint8_t *data, size_t length)
{
  const uint8_t *blank = memmem (data, length, "\r\n\r\n", 4);
  if (blank == NULL || parts->len >= MULTIPART_MOST_PARTS)
    return false;
  g_autofree char *head = g_strndup ((const char *)data, (size_t)(blank - data));
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", 20);
  MultipartPart *part = g_new0 (MultipartPart, 1);
  g_ptr_array_add (parts, part);
  for (char **line = lines; *line != NULL; line++)
    read_header (part, *line);
  part->data = blank + 4;
  part->length = length - (size_t)(part->data - data);
  return part->name != NULL && g_utf8_validate (part->name, -1, NULL);
}

GPtrArray *
multipart_read (const char *content_type, const uint8_t *data, size_t length)
{
  bool is_form = content_type != NULL &&
                 g_ascii_strncasecmp (content_type, "multipart/form-data", 19) == 0;
  g_autofree char *boundary = is_form ? find_parameter (content_type, "boundary") : NULL;
  if (boundary == NULL || boundary[0] == '\0')
    return NULL;
  g_autofree char *line = g_strconcat ("\r\n--", boundary, NULL);
  size_t n = strlen (line);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);
  /* The first boundary has no line end before it. */
  if (length < n || memcmp (data, line + 2, n - 2) != 0)
    return NULL;
  const uint8_t *at = data + n - 2, *end = data + length;
  while (end - at >= 2 && memcmp (at, "\r\n", 2) == 0) {
    at += 2;
    const uint8_t *next = memmem (at, (size_t)(end - at), line, n);
    if (next == NULL || !read_part (parts, at, (size_t)(next - at)))
      return NULL;
    at = next + n;
  }
  if (end - at < 2 || memcmp (at, "--", 2) != 0)
    return NULL;
  return g_steal_pointer (&parts);
}
