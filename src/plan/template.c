#include "plan/template.h"

#include "base/nearest.h"
#include "base/path.h"

/* Where a fact stands in a template written on one line; the whole value otherwise. */
static Mark
mark_of (const Node *node, const char *at, size_t length)
{
  Mark mark = node->mark;
  bool is_plain = mark.source != NULL && mark.line > 0 && node->style != NODE_BLOCK;
  if (!is_plain)
    return mark;
  g_autofree char *line = source_text_dup_line (mark.source, mark.line);
  g_autofree char *needle = g_strndup (at, length);
  long skip = MIN (mark.column - 1, g_utf8_strlen (line, -1));
  const char *hit = strstr (g_utf8_offset_to_pointer (line, skip), needle);
  if (hit == NULL)
    return mark;
  mark.column = (int)g_utf8_pointer_to_offset (line, hit) + 1;
  mark.end_column = mark.column + (int)g_utf8_strlen (needle, -1);
  return mark;
}

static bool
append_fact (GString *out, const Node *node, const char *start, const char *end,
             TemplateFactFunc fact, void *data, const char *const *names, unsigned n_names,
             Problems *problems)
{
  g_autofree char *name = g_strndup (start + 1, (size_t)(end - start - 1));
  const char *value = fact (data, name);
  if (value != NULL) {
    g_autofree char *safe = path_safe_name (value);
    g_string_append (out, safe);
    return true;
  }
  Mark mark = mark_of (node, start, (size_t)(end + 1 - start));
  const char *near = nearest_name (name, names, n_names);
  if (near != NULL)
    return problems_add (problems, &mark, "'to' knows no {%s}; did you mean {%s}?", name, near);
  g_autoptr (GString) all = g_string_new (NULL);
  for (unsigned i = 0; i < n_names; i++)
    g_string_append_printf (all, "%s{%s}", i > 0 ? ", " : "", names[i]);
  return problems_add (problems, &mark,
                       "'to' knows no {%s}; it knows %s (a literal brace is written {{)", name,
                       all->str);
}

char *
template_fill (const Node *template, TemplateFactFunc fact, void *data, const char *const *names,
               unsigned n_names, Problems *problems)
{
  g_autoptr (GString) out = g_string_new (NULL);
  bool ok = true;
  for (const char *at = template->text; *at != '\0';) {
    if ((at[0] == '{' && at[1] == '{') || (at[0] == '}' && at[1] == '}')) {
      g_string_append_c (out, *at);
      at += 2;
      continue;
    }
    if (*at != '{') {
      g_string_append_c (out, *at++);
      continue;
    }
    const char *end = strchr (at, '}');
    if (end == NULL) {
      Mark mark = mark_of (template, at, 1);
      problems_add (problems, &mark, "this '{' is never closed (a literal brace is written {{)");
      return NULL;
    }
    ok = append_fact (out, template, at, end, fact, data, names, n_names, problems) && ok;
    at = end + 1;
  }
  return ok ? g_strdup (out->str) : NULL;
}

bool
template_names (const char *template, const char *name)
{
  size_t length = strlen (name);
  for (const char *at = strchr (template, '{'); at != NULL; at = strchr (at, '{')) {
    if (at[1] == '{') {
      at += 2;
      continue;
    }
    at++;
    if (strncmp (at, name, length) == 0 && at[length] == '}')
      return true;
  }
  return false;
}
