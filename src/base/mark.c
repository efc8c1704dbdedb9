#include "base/mark.h"

SourceText *
source_text_new (const char *name, const char *text, size_t length)
{
  SourceText *source = g_new0 (SourceText, 1);
  source->name = g_strdup (name);
  source->text = g_malloc (length + 1);
  if (length > 0)
    memcpy (source->text, text, length);
  source->text[length] = '\0';
  source->length = length;
  g_atomic_ref_count_init (&source->references);
  return source;
}

SourceText *
source_text_ref (SourceText *source)
{
  g_atomic_ref_count_inc (&source->references);
  return source;
}

void
source_text_unref (SourceText *source)
{
  if (source == NULL || !g_atomic_ref_count_dec (&source->references))
    return;
  if (source->line_starts != NULL)
    g_array_unref (source->line_starts);
  g_free (source->text);
  g_free (source->name);
  g_free (source);
}

static void
index_lines (SourceText *source)
{
  source->line_starts = g_array_new (FALSE, FALSE, sizeof (size_t));
  size_t start = 0;
  g_array_append_val (source->line_starts, start);
  for (size_t i = 0; i < source->length; i++)
    if (source->text[i] == '\n') {
      start = i + 1;
      g_array_append_val (source->line_starts, start);
    }
}

char *
source_text_dup_line (SourceText *source, int line)
{
  if (source->line_starts == NULL)
    index_lines (source);
  if (line < 1 || (guint)line > source->line_starts->len)
    return g_strdup ("");
  size_t start = g_array_index (source->line_starts, size_t, line - 1);
  size_t end = start;
  while (end < source->length && source->text[end] != '\n')
    end++;
  if (end > start && source->text[end - 1] == '\r')
    end--;
  return g_strndup (source->text + start, end - start);
}
