/* What people read of a table: what a row takes, --help, the reference. */
#include "option/option-kinds.h"

#include "base/units.h"

enum { WIDEST_LEFT = 30, NARROWEST_RIGHT = 24, INDENT = 2, GAP = 2 };

static char *
join_choices (const OptionChoice *choices)
{
  GString *out = g_string_new (NULL);
  for (const OptionChoice *choice = choices; choice != NULL && choice->name != NULL; choice++)
    g_string_append_printf (out, "%s%s", out->len > 0 ? " | " : "", choice->name);
  return g_string_free (out, FALSE);
}

static char *
format_limit (const Option *option, double limit)
{
  switch (option->kind) {
  case OPTION_KIND_BYTES:
    return units_format_bytes ((int64_t)limit);
  case OPTION_KIND_DURATION:
    return units_format_duration ((int64_t)limit);
  case OPTION_KIND_DENSITY:
    return units_format_density (limit);
  case OPTION_KIND_LENGTH:
    return units_format_length (limit);
  default:
    return units_format_number (limit);
  }
}

/* "1 to 65535 px", "at least 1 px", or without limits `open`. */
static char *
describe_range (const Option *option, const char *open)
{
  bool is_bare = option->kind == OPTION_KIND_INT || option->kind == OPTION_KIND_NUMBER ||
                 option->kind == OPTION_KIND_NUMBER_OR_WORD;
  const char *unit = is_bare && option->unit != NULL ? option->unit : "";
  const char *space = unit[0] != '\0' ? " " : "";
  if (option->min == 0 && option->max == 0)
    return unit[0] != '\0' ? g_strdup_printf ("%s of %s", open, unit) : g_strdup (open);
  g_autofree char *min = format_limit (option, option->min);
  if (option->max == 0)
    return g_strdup_printf ("at least %s%s%s", min, space, unit);
  g_autofree char *max = format_limit (option, option->max);
  return g_strdup_printf ("%s to %s%s%s", min, max, space, unit);
}

static char *
describe_number_or_word (const Option *option)
{
  g_autofree char *range = describe_range (option, "a number");
  g_autofree char *words = join_choices (option->choices);
  return g_strdup_printf ("%s or %s", range, words);
}

static char *
describe_group (const OptionTable *table)
{
  GString *out = g_string_new ("a map of ");
  for (const Option *row = table->rows; row->name != NULL; row++)
    g_string_append_printf (out, "%s%s", row != table->rows ? ", " : "", row->name);
  return g_string_free (out, FALSE);
}

char *
option_describe_values (const Option *option)
{
  g_autofree char *words = join_choices (option->choices);
  if (option->flags & OPTION_SECRET)
    return g_strdup ("{ env: NAME } or { file: path }");
  switch (option->kind) {
  case OPTION_KIND_BOOL:
    return g_strdup ("true or false");
  case OPTION_KIND_INT:
    return describe_range (option, "a whole number");
  case OPTION_KIND_NUMBER:
    return describe_range (option, "a number");
  case OPTION_KIND_NUMBER_OR_WORD:
    return describe_number_or_word (option);
  case OPTION_KIND_CHOICE:
    return g_steal_pointer (&words);
  case OPTION_KIND_CHOICES:
    return g_strconcat ("a list of ", words, NULL);
  case OPTION_KIND_TEXT:
    return g_strdup ("a text");
  case OPTION_KIND_TEXTS:
    return g_strdup ("a list of texts");
  case OPTION_KIND_FILE:
    return g_strdup ("the path of a file");
  case OPTION_KIND_BYTES:
    return describe_range (option, "a size with its unit such as 180KB");
  case OPTION_KIND_DURATION:
    return describe_range (option, "a duration with its unit such as 60s");
  case OPTION_KIND_DENSITY:
    return describe_range (option, "a density with its unit such as 300dpi");
  case OPTION_KIND_LENGTH:
    return describe_range (option, "a length with its unit such as 3mm");
  case OPTION_KIND_COLOR:
    return g_strdup ("a colour such as white, '#ff8000' or '#ff800080'");
  case OPTION_KIND_RATIO:
    return g_strdup ("a ratio such as 16:9");
  case OPTION_KIND_GROUP:
    return describe_group (option->group);
  }
  return g_strdup ("nothing");
}

const char *
option_value_name (const Option *option)
{
  return option->value_name != NULL ? option->value_name
                                    : option_kind_functions (option->kind)->value_name;
}

/* What --help says beside the sentence; words that only repeat the kind are left out. */
static char *
describe_details (const Option *option)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  bool has_limits = option->min != 0 || option->max != 0;
  if (has_limits || option->choices != NULL)
    g_ptr_array_add (parts, option_describe_values (option));
  if (option->flags & OPTION_REPEATED)
    g_ptr_array_add (parts, g_strdup ("may be repeated"));
  if (option->flags & OPTION_REQUIRED)
    g_ptr_array_add (parts, g_strdup ("required"));
  if (option->fallback != NULL && option->kind != OPTION_KIND_BOOL)
    g_ptr_array_add (parts, g_strdup_printf ("default: %s", option->fallback));
  else if (option->fallback != NULL && strcmp (option->fallback, "true") == 0)
    g_ptr_array_add (parts, g_strdup ("default: true"));
  g_ptr_array_add (parts, NULL);
  g_autofree char *joined = g_strjoinv ("; ", (char **)parts->pdata);
  return joined[0] != '\0' ? g_strdup_printf (" (%s)", joined) : g_strdup ("");
}

/* "-j, --jobs N" or "width INT". */
static char *
spell_option (const Option *option, const char *prefix, bool flags)
{
  bool is_switch = flags && option->kind == OPTION_KIND_BOOL;
  bool is_on = is_switch && option->fallback != NULL && strcmp (option->fallback, "true") == 0;
  const char *value_name = is_switch ? "" : option_value_name (option);
  const char *space = is_switch ? "" : " ";
  if (!flags)
    return g_strdup_printf ("%s%s%s%s", prefix, option->name, space, value_name);
  char letter[] = "    ";
  if (option->letter != '\0')
    g_snprintf (letter, sizeof letter, "-%c, ", option->letter);
  return g_strdup_printf ("%s--%s%s%s%s", letter, is_on ? "[no-]" : "", option->name, space,
                          value_name);
}

typedef struct {
  char *left;
  char *right;
  const Option *option;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;
  g_free (line->left);
  g_free (line->right);
  g_free (line);
}

/* Command lines have no groups. */
static void
collect_lines (const OptionTable *table, const char *prefix, bool flags, GPtrArray *lines)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    if (row->kind == OPTION_KIND_GROUP) {
      g_autofree char *inner = g_strconcat (prefix, row->name, ".", NULL);
      if (!flags)
        collect_lines (row->group, inner, flags, lines);
      continue;
    }
    g_autofree char *details = describe_details (row);
    Line *line = g_new (Line, 1);
    *line = (Line){ spell_option (row, prefix, flags), g_strconcat (row->help, details, NULL),
                    row };
    g_ptr_array_add (lines, line);
  }
}

static int
measure_left (const GPtrArray *lines)
{
  int widest = 0;
  for (unsigned i = 0; i < lines->len; i++) {
    const Line *line = lines->pdata[i];
    int width = (int)g_utf8_strlen (line->left, -1);
    if (width <= WIDEST_LEFT)
      widest = MAX (widest, width);
  }
  return widest;
}

/* Words from column `column` on, which is where the text stands already. */
static void
append_wrapped (GString *out, const char *text, int column, int width)
{
  int room = MAX (width - column, NARROWEST_RIGHT), used = 0;
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  for (unsigned i = 0; words[i] != NULL; i++) {
    int length = (int)g_utf8_strlen (words[i], -1);
    if (used > 0 && used + 1 + length > room) {
      g_string_append_printf (out, "\n%*s", column, "");
      used = 0;
    }
    g_string_append_printf (out, "%s%s", used > 0 ? " " : "", words[i]);
    used += length + (used > 0);
  }
  g_string_append_c (out, '\n');
}

static void
append_choice_help (const Option *option, int column, int width, GString *out)
{
  for (const OptionChoice *choice = option->choices; choice != NULL && choice->name != NULL;
       choice++) {
    if (choice->help == NULL)
      continue;
    g_autofree char *text = g_strdup_printf ("%s: %s", choice->name, choice->help);
    g_string_append_printf (out, "%*s", column + INDENT, "");
    append_wrapped (out, text, column + INDENT, width);
  }
}

void
options_append_help (const OptionTable *table, bool flags, int width, GString *out)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (line_free);
  collect_lines (table, "", flags, lines);
  int left = measure_left (lines), column = INDENT + left + GAP;
  for (unsigned i = 0; i < lines->len; i++) {
    const Line *line = lines->pdata[i];
    int length = (int)g_utf8_strlen (line->left, -1);
    g_string_append_printf (out, "%*s%s", INDENT, "", line->left);
    if (length > left)
      g_string_append_printf (out, "\n%*s", column, "");
    else
      g_string_append_printf (out, "%*s", left - length + GAP, "");
    append_wrapped (out, line->right, column, width);
    append_choice_help (line->option, column, width, out);
  }
}

/* A cell may hold no bar, and '<' would begin a tag. */
static void
append_cell (GString *out, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at == '|')
      g_string_append (out, "\\|");
    else if (*at == '<')
      g_string_append (out, "&lt;");
    else
      g_string_append_c (out, *at);
}

static void
append_row (const Option *row, const char *prefix, bool flags, GString *out)
{
  g_autofree char *takes = option_describe_values (row);
  g_autofree char *left = spell_option (row, prefix, flags);
  /* In a table the kind has a column of its own. */
  g_autofree char *name = flags ? g_strdup (g_strstrip (left))
                                : g_strconcat (prefix, row->name, NULL);
  g_string_append (out, "| `");
  append_cell (out, name);
  g_string_append (out, "` | ");
  if (row->flags & OPTION_REPEATED)
    g_string_append (out, "a text; may be repeated");
  else if (!flags || row->kind != OPTION_KIND_BOOL)
    append_cell (out, takes);
  g_string_append (out, " | ");
  if (row->flags & OPTION_REQUIRED)
    g_string_append (out, "required");
  else if (row->fallback != NULL) {
    g_string_append_c (out, '`');
    append_cell (out, row->fallback);
    g_string_append_c (out, '`');
  }
  g_string_append (out, " | ");
  append_cell (out, row->help);
  for (const OptionChoice *choice = row->choices; choice != NULL && choice->name != NULL; choice++)
    if (choice->help != NULL) {
      g_string_append_printf (out, "<br>`%s`: ", choice->name);
      append_cell (out, choice->help);
    }
  g_string_append (out, " |\n");
}

static void
append_rows (const OptionTable *table, const char *prefix, bool flags, GString *out)
{
  for (const Option *row = table->rows; row->name != NULL; row++) {
    if (row->kind == OPTION_KIND_GROUP) {
      g_autofree char *inner = g_strconcat (prefix, row->name, ".", NULL);
      if (!flags)
        append_rows (row->group, inner, flags, out);
    } else
      append_row (row, prefix, flags, out);
  }
}

void
options_append_markdown (const OptionTable *table, bool flags, GString *out)
{
  g_string_append (out, "| Option | Takes | Default | Meaning |\n|---|---|---|---|\n");
  append_rows (table, "", flags, out);
}
