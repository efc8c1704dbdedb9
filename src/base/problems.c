#include "base/problems.h"

#include "base/secret.h"

enum {
  MOST_SHOWN = 50,
  MOST_LINE_CHARACTERS = 160,
  /* Looked at on both sides of what is shown, for a credential that is cut by its edge: longer than
   * a private key on one line. A line may be the whole of a large JSON file. */
  SECRET_MARGIN = 8192,
};

typedef struct {
  Mark mark; /* its source is a reference of our own */
  char *text;
  unsigned order; /* of arrival: keeps the sort stable */
} Problem;

struct Problems {
  GPtrArray *list;    /* Problem* */
  GPtrArray *secrets; /* those of the list whose marked text must not be shown */
  GHashTable *seen;   /* "file:line:column:text" */
};

static void
problem_free (gpointer data)
{
  Problem *problem = data;
  source_text_unref (problem->mark.source);
  g_free (problem->text);
  g_free (problem);
}

Problems *
problems_new (void)
{
  Problems *problems = g_new0 (Problems, 1);
  problems->list = g_ptr_array_new_with_free_func (problem_free);
  problems->secrets = g_ptr_array_new ();
  problems->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return problems;
}

void
problems_free (Problems *problems)
{
  if (problems == NULL)
    return;
  g_ptr_array_unref (problems->secrets);
  g_ptr_array_unref (problems->list);
  g_hash_table_unref (problems->seen);
  g_free (problems);
}

/* `given` is new; a credential in it is not repeated. */
static void
add (Problems *problems, const Mark *mark, bool is_secret, char *given)
{
  char *text = secret_hide (given);
  g_free (given);
  Mark place = mark != NULL ? *mark : MARK_NONE;
  const char *file = place.source != NULL ? place.source->name : "";
  char *key = g_strdup_printf ("%s:%d:%d:%s", file, place.line, place.column, text);
  if (!g_hash_table_add (problems->seen, key)) {
    g_free (text);
    return;
  }
  Problem *problem = g_new0 (Problem, 1);
  problem->mark = place;
  if (place.source != NULL)
    source_text_ref (place.source);
  problem->text = text;
  problem->order = problems->list->len;
  g_ptr_array_add (problems->list, problem);
  if (is_secret)
    g_ptr_array_add (problems->secrets, problem);
}

#undef problems_add
bool
problems_add (Problems *problems, const Mark *mark, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  add (problems, mark, false, g_strdup_vprintf (format, arguments));
  va_end (arguments);
  return false;
}

#undef problems_add_secret
bool
problems_add_secret (Problems *problems, const Mark *mark, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  add (problems, mark, true, g_strdup_vprintf (format, arguments));
  va_end (arguments);
  return false;
}

unsigned
problems_count (const Problems *problems)
{
  return problems->list->len;
}

static int
compare_place (const void *left, const void *right)
{
  const Problem *a = *(Problem *const *)left, *b = *(Problem *const *)right;
  const char *file_a = a->mark.source != NULL ? a->mark.source->name : "";
  const char *file_b = b->mark.source != NULL ? b->mark.source->name : "";
  int order = strcmp (file_a, file_b);
  if (order == 0)
    order = a->mark.line - b->mark.line;
  if (order == 0)
    order = a->mark.column - b->mark.column;
  if (order == 0)
    order = a->order < b->order ? -1 : a->order > b->order;
  return order;
}

/* As many dots as there are characters; the text gets no longer. */
static void
dot_out (char *start, size_t length)
{
  size_t n = (size_t)g_utf8_strlen (start, (gssize)length);
  memset (start, '.', n);
  memmove (start + n, start + length, strlen (start + length) + 1);
}

/* The part of a line that is shown, and what is around it. Columns count from 1. */
typedef struct {
  char *wide; /* from column `from` on, at least the part shown; NULL: not UTF-8, or no line */
  long from, first, last, n_characters;
} Window;

static void
window_clear (Window *window)
{
  g_free (window->wide);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Window, window_clear)

static Window
window_of (const Mark *mark)
{
  Window window = { NULL };
  if (mark->source == NULL || mark->line == 0)
    return window;
  g_autofree char *line = source_text_dup_line (mark->source, mark->line);
  if (!g_utf8_validate (line, -1, NULL))
    return window;
  window.n_characters = g_utf8_strlen (line, -1);
  long column = CLAMP (mark->column, 1, window.n_characters + 1);
  bool is_cut = window.n_characters > MOST_LINE_CHARACTERS && column > 60;
  window.first = is_cut ? column - 60 : 1;
  window.last = MIN (window.n_characters, window.first + MOST_LINE_CHARACTERS - 1);
  window.from = MAX (1, window.first - SECRET_MARGIN);
  long to = MIN (window.n_characters, window.last + SECRET_MARGIN);
  const char *start = g_utf8_offset_to_pointer (line, window.from - 1);
  const char *end = g_utf8_offset_to_pointer (start, MAX (0, to - window.from + 1));
  window.wide = g_strndup (start, (size_t)(end - start));
  return window;
}

/* What is shown of it. A key pasted into the line is not repeated, whatever the problem is about.
 * New string. */
static char *
window_dup_safe (const Window *window)
{
  g_autofree char *wide = secret_hide (window->wide);
  size_t start, length;
  /* Its dots are no secret, so each is found once. */
  for (char *at = wide; secret_find_named (at, &start, &length);) {
    size_t n = (size_t)g_utf8_strlen (at + start, (gssize)length);
    dot_out (at + start, length);
    at += start + n;
  }
  long first = window->first - window->from, last = window->last - window->from;
  return g_utf8_substring (wide, first, MAX (first, last + 1));
}

/* The message may quote what its line hides. New string. */
static char *
dup_safe_text (const Problem *problem, const Window *window)
{
  enum { SHORTEST_BYTES = 3 };
  char *text = g_strdup (problem->text);
  size_t start, length;
  for (const char *at = window->wide; at != NULL && secret_find_named (at, &start, &length);
       at += start + length) {
    bool is_quoted = length > 2 && (at[start] == '"' || at[start] == '\'');
    g_autofree char *value = is_quoted ? g_strndup (at + start + 1, length - 2)
                                       : g_strndup (at + start, length);
    size_t n = strlen (value);
    for (char *hit = text; n >= SHORTEST_BYTES && (hit = strstr (hit, value)) != NULL; hit++)
      dot_out (hit, n);
  }
  return text;
}

/* Does a secret of any problem stand at this place? Another problem of the same line must not
 * show what the first one hides. */
static bool
is_secret_at (const Problems *problems, const Mark *mark, long column)
{
  for (unsigned i = 0; i < problems->secrets->len; i++) {
    const Mark *secret = &((const Problem *)problems->secrets->pdata[i])->mark;
    if (secret->source != NULL && strcmp (secret->source->name, mark->source->name) == 0 &&
        secret->line == mark->line && column >= secret->column &&
        (secret->end_column <= secret->column || column < secret->end_column))
      return true;
  }
  return false;
}

/* How many cells of a terminal a character takes. */
static int
cells_of (gunichar letter)
{
  if (g_unichar_iszerowidth (letter))
    return 0;
  return g_unichar_iswide (letter) ? 2 : 1;
}

static void
append_repeated (GString *out, char letter, int n)
{
  for (int i = 0; i < n; i++)
    g_string_append_c (out, letter);
}

/* The source line and a caret under its marked part. Tabs become one space so that the caret
 * stands where the eye expects it; a very long line is shown from a little before the mark. */
static void
append_source_line (GString *out, const Problems *problems, const Mark *mark, const Window *window)
{
  long column = CLAMP (mark->column, 1, window->n_characters + 1);
  long end = mark->end_column > column ? mark->end_column : column + 1;
  g_autofree char *shown = window_dup_safe (window);
  g_autoptr (GString) under = g_string_new (NULL);
  g_string_append (out, "    ");
  long c = window->first;
  for (const char *at = shown; *at != '\0'; c++, at = g_utf8_next_char (at)) {
    gunichar letter = g_utf8_get_char (at);
    if (is_secret_at (problems, mark, c))
      letter = '.';
    else if (letter == '\t' || !g_unichar_isprint (letter))
      letter = ' ';
    g_string_append_unichar (out, letter);
    if (c < column)
      append_repeated (under, ' ', cells_of (letter));
    else if (c > column && c < end)
      append_repeated (under, '~', cells_of (letter));
    else if (c == column)
      g_string_append (under, cells_of (letter) > 1 ? "^~" : "^");
  }
  if (column >= c)
    g_string_append_c (under, '^');
  g_string_append_printf (out, "\n    %s\n", under->str);
}

static void
append_problem (GString *out, const Problems *problems, const Problem *problem)
{
  const Mark *mark = &problem->mark;
  g_auto (Window) window = window_of (mark);
  if (mark->source != NULL && mark->line > 0)
    g_string_append_printf (out, "%s:%d:%d: ", mark->source->name, mark->line, mark->column);
  else if (mark->source != NULL)
    g_string_append_printf (out, "%s: ", mark->source->name);
  g_autofree char *text = dup_safe_text (problem, &window);
  g_string_append_printf (out, "%s\n", text);
  if (window.wide != NULL)
    append_source_line (out, problems, mark, &window);
}

char *
problems_format (const Problems *problems)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (problems->list, NULL, NULL);
  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_place);

  GString *out = g_string_new (NULL);
  for (unsigned i = 0; i < sorted->len && i < MOST_SHOWN; i++)
    append_problem (out, problems, sorted->pdata[i]);
  if (sorted->len > MOST_SHOWN)
    g_string_append_printf (out, "… and %u more\n", sorted->len - MOST_SHOWN);
  if (out->len > 0)
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

bool
problems_raise (const Problems *problems, GQuark domain, int code, GError **error)
{
  if (problems->list->len == 0)
    return true;
  g_autofree char *text = problems_format (problems);
  g_set_error_literal (error, domain, code, text);
  return false;
}
