/* The kinds: how each is read from a text, written, compared and freed. */
#include "option/option-kinds.h"

#include <limits.h>
#include <math.h>

#include "base/nearest.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/units.h"

/* A side of a ratio: 65535 is the widest picture that JPEG holds. */
enum { MOST_RATIO = 65535, MOST_QUOTED_CHARACTERS = 60, MOST_WORDS = 64 };

/* Both limits 0: none; a minimum alone leaves the top open. */
static bool
is_in_range (const Option *option, double number)
{
  if (!isfinite (number))
    return false;
  if (option->min == 0 && option->max == 0)
    return true;
  return number >= option->min && (option->max == 0 || number <= option->max);
}

static bool
parse_bool (const Option *option, const char *text, const char *folder, OptionValue *value,
            char **out_complaint)
{
  bool is_true = strcmp (text, "true") == 0;
  if (!is_true && strcmp (text, "false") != 0)
    return false;
  value->boolean = is_true;
  return true;
}

static bool
parse_int (const Option *option, const char *text, const char *folder, OptionValue *value,
           char **out_complaint)
{
  int64_t integer;
  if (!units_parse_integer (text, &integer) || integer < INT_MIN || integer > INT_MAX ||
      !is_in_range (option, (double)integer))
    return false;
  value->integer = (int)integer;
  return true;
}

/* "300%" is written as often as 300. */
static bool
parse_maybe_percent (const Option *option, const char *text, double *out_number)
{
  size_t length = strlen (text);
  if (!option_is_percent (option) || length == 0 || text[length - 1] != '%')
    return units_parse_number (text, out_number);
  g_autofree char *bare = g_strndup (text, length - 1);
  return units_parse_number (bare, out_number);
}

static bool
parse_number (const Option *option, const char *text, const char *folder, OptionValue *value,
              char **out_complaint)
{
  double number;
  if (!parse_maybe_percent (option, text, &number) || !is_in_range (option, number))
    return false;
  value->number = number + 0.0; /* -0 becomes 0: equal values, equal canonical text */
  return true;
}

static bool
parse_number_or_word (const Option *option, const char *text, const char *folder,
                      OptionValue *value, char **out_complaint)
{
  int word;
  if (option_choice_value (option->choices, text, &word)) {
    value->number_or_word = (NumberOrWord){ .is_word = true, .word = word };
    return true;
  }
  double number;
  if (!units_parse_number (text, &number) || !is_in_range (option, number))
    return false;
  value->number_or_word = (NumberOrWord){ .number = number + 0.0 };
  return true;
}

static bool
parse_choice (const Option *option, const char *text, const char *folder, OptionValue *value,
              char **out_complaint)
{
  return option_choice_value (option->choices, text, &value->integer);
}

static bool
parse_choices (const Option *option, const char *text, const char *folder, OptionValue *value,
               char **out_complaint)
{
  int word;
  if (!option_choice_value (option->choices, text, &word))
    return false;
  unsigned bit = 1u << (unsigned)word;
  if (value->bits & bit) {
    *out_complaint = g_strdup_printf ("names '%s' twice", text);
    return false;
  }
  value->bits |= bit;
  return true;
}

static char *
parse_secret (const char *text, const char *folder, char **out_complaint)
{
  char *reference = NULL;
  const char *colon = strchr (text, ':');
  if (colon != NULL) {
    g_autofree char *scheme = g_strndup (text, (size_t)(colon - text));
    reference = option_secret_reference (scheme, colon + 1, folder);
  }
  if (reference == NULL)
    *out_complaint = g_strdup ("takes env:NAME or file:PATH, never the secret itself");
  return reference;
}

static bool
parse_text (const Option *option, const char *text, const char *folder, OptionValue *value,
            char **out_complaint)
{
  value->text = option->flags & OPTION_SECRET ? parse_secret (text, folder, out_complaint)
                                              : g_strdup (text);
  return value->text != NULL;
}

static bool
parse_texts (const Option *option, const char *text, const char *folder, OptionValue *value,
             char **out_complaint)
{
  OptionValue item = { 0 };
  if (!parse_text (option, text, folder, &item, out_complaint))
    return false;
  unsigned n = value->texts != NULL ? g_strv_length (value->texts) : 0;
  value->texts = g_renew (char *, value->texts, n + 2);
  value->texts[n] = item.text;
  value->texts[n + 1] = NULL;
  return true;
}

static bool
parse_file (const Option *option, const char *text, const char *folder, OptionValue *value,
            char **out_complaint)
{
  if (text[0] == '\0')
    return false;
  if (folder == NULL && strcmp (text, "-") == 0)
    value->text = g_strdup (text);
  else if (folder == NULL)
    value->text = g_canonicalize_filename (text, NULL);
  else
    value->text = path_resolve (folder, text);
  return true;
}

static bool
parse_bytes (const Option *option, const char *text, const char *folder, OptionValue *value,
             char **out_complaint)
{
  int64_t bytes;
  if (!units_parse_bytes (text, &bytes) || !is_in_range (option, (double)bytes))
    return false;
  value->quantity = bytes;
  return true;
}

static bool
parse_duration (const Option *option, const char *text, const char *folder, OptionValue *value,
                char **out_complaint)
{
  int64_t ms;
  if (!units_parse_duration (text, &ms) || !is_in_range (option, (double)ms))
    return false;
  value->quantity = ms;
  return true;
}

static bool
parse_density (const Option *option, const char *text, const char *folder, OptionValue *value,
               char **out_complaint)
{
  double dpi;
  if (!units_parse_density (text, &dpi) || dpi <= 0 || !is_in_range (option, dpi))
    return false;
  value->number = dpi;
  return true;
}

static bool
parse_length (const Option *option, const char *text, const char *folder, OptionValue *value,
              char **out_complaint)
{
  double mm;
  if (!units_parse_length (text, &mm) || mm < 0 || !is_in_range (option, mm))
    return false;
  value->number = mm + 0.0; /* as of a number */
  return true;
}

static bool
parse_color (const Option *option, const char *text, const char *folder, OptionValue *value,
             char **out_complaint)
{
  return option_color_parse (text, &value->color);
}

static bool
parse_side (const char *text, int *out_side)
{
  int64_t side;
  if (!g_ascii_isdigit (text[0]) || !units_parse_integer (text, &side) || side < 1 ||
      side > MOST_RATIO)
    return false;
  *out_side = (int)side;
  return true;
}

static bool
parse_ratio (const Option *option, const char *text, const char *folder, OptionValue *value,
             char **out_complaint)
{
  const char *colon = strchr (text, ':');
  if (colon == NULL)
    return false;
  g_autofree char *width = g_strndup (text, (size_t)(colon - text));
  return parse_side (width, &value->ratio.width) && parse_side (colon + 1, &value->ratio.height);
}

static char *
format_bool (const Option *option, const void *field)
{
  return g_strdup (*(const bool *)field ? "true" : "false");
}

static char *
format_int (const Option *option, const void *field)
{
  return g_strdup_printf ("%d", *(const int *)field);
}

static char *
format_number (const Option *option, const void *field)
{
  return units_format_number (*(const double *)field + 0.0);
}

static char *
format_number_or_word (const Option *option, const void *field)
{
  const NumberOrWord *value = field;
  return value->is_word ? g_strdup (option_choice_name (option->choices, value->word))
                        : units_format_number (value->number + 0.0);
}

static char *
format_choice (const Option *option, const void *field)
{
  return g_strdup (option_choice_name (option->choices, *(const int *)field));
}

/* In order of value, so that equal sets are equal texts whatever the order of the table. */
static char *
format_choices (const Option *option, const void *field)
{
  unsigned bits = *(const unsigned *)field;
  GString *out = g_string_new (NULL);
  for (int i = 0; i < 32; i++) {
    const char *name = bits & 1u << i ? option_choice_name (option->choices, i) : NULL;
    if (name != NULL)
      g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "", name);
  }
  return g_string_free (out, FALSE);
}

static char *
format_text (const Option *option, const void *field)
{
  return g_strdup (*(char *const *)field);
}

static char *
format_texts (const Option *option, const void *field)
{
  char **texts = *(char **const *)field;
  return texts != NULL ? g_strjoinv (",", texts) : NULL;
}

static char *
format_bytes (const Option *option, const void *field)
{
  return units_format_bytes (*(const int64_t *)field);
}

static char *
format_duration (const Option *option, const void *field)
{
  return units_format_duration (*(const int64_t *)field);
}

static char *
format_density (const Option *option, const void *field)
{
  return units_format_density (*(const double *)field);
}

static char *
format_length (const Option *option, const void *field)
{
  return units_format_length (*(const double *)field);
}

static char *
format_color (const Option *option, const void *field)
{
  return option_color_format (field, false);
}

static char *
format_ratio (const Option *option, const void *field)
{
  const Ratio *ratio = field;
  return g_strdup_printf ("%d:%d", ratio->width, ratio->height);
}

static bool
is_equal_bool (const void *a, const void *b)
{
  return *(const bool *)a == *(const bool *)b;
}

static bool
is_equal_int (const void *a, const void *b)
{
  return *(const int *)a == *(const int *)b;
}

static bool
is_equal_number (const void *a, const void *b)
{
  return *(const double *)a == *(const double *)b;
}

static bool
is_equal_number_or_word (const void *a, const void *b)
{
  const NumberOrWord *x = a, *y = b;
  return x->is_word == y->is_word && (x->is_word ? x->word == y->word : x->number == y->number);
}

static bool
is_equal_text (const void *a, const void *b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b) == 0;
}

/* No list and an empty one say the same. */
static bool
is_equal_texts (const void *a, const void *b)
{
  static const char *const nothing[] = { NULL };
  const char *const *x = *(const char *const *const *)a, *const *y = *(const char *const *const *)b;
  return g_strv_equal (x != NULL ? x : nothing, y != NULL ? y : nothing);
}

static bool
is_equal_quantity (const void *a, const void *b)
{
  return *(const int64_t *)a == *(const int64_t *)b;
}

static bool
is_equal_color (const void *a, const void *b)
{
  const Color *x = a, *y = b;
  return x->red == y->red && x->green == y->green && x->blue == y->blue && x->alpha == y->alpha;
}

static bool
is_equal_ratio (const void *a, const void *b)
{
  const Ratio *x = a, *y = b;
  return x->width == y->width && x->height == y->height;
}

static void
clear_text (void *field)
{
  g_clear_pointer ((char **)field, g_free);
}

static void
clear_texts (void *field)
{
  g_clear_pointer ((char ***)field, g_strfreev);
}

enum {
  AS_BOOL = 1u << NODE_BOOL,
  AS_INT = 1u << NODE_INT,
  AS_NUMBER = 1u << NODE_INT | 1u << NODE_NUMBER,
  AS_TEXT = 1u << NODE_TEXT,
  AS_WRITTEN = AS_NUMBER | AS_TEXT, /* copyright: 2026 */
  AS_WORD = AS_WRITTEN | AS_BOOL,   /* depth: 16 */
};

#define KIND(Name, name, CType, nodes, list, shown, same, clear_function)                          \
  [OPTION_KIND_##Name] = { sizeof (CType), nodes,           list,          shown, parse_##name,    \
                           format_##name,  is_equal_##same, clear_function }

static const OptionKindFunctions kinds[] = {
  KIND (BOOL, bool, bool, AS_BOOL, false, "BOOL", bool, NULL),
  KIND (INT, int, int, AS_INT, false, "INT", int, NULL),
  KIND (NUMBER, number, double, AS_NUMBER, false, "NUMBER", number, NULL),
  KIND (NUMBER_OR_WORD, number_or_word, NumberOrWord, AS_WORD, false, "NUMBER|WORD", number_or_word,
        NULL),
  KIND (CHOICE, choice, int, AS_WORD, false, "WORD", int, NULL),
  KIND (CHOICES, choices, unsigned, AS_WORD, true, "WORD,…", int, NULL),
  KIND (TEXT, text, char *, AS_WRITTEN, false, "TEXT", text, clear_text),
  KIND (TEXTS, texts, char **, AS_WRITTEN, true, "TEXT,…", texts, clear_texts),
  [OPTION_KIND_FILE] = { sizeof (char *), AS_WRITTEN, false, "FILE", parse_file, format_text,
                         is_equal_text, clear_text },
  KIND (BYTES, bytes, int64_t, AS_TEXT, false, "SIZE", quantity, NULL),
  KIND (DURATION, duration, int64_t, AS_TEXT, false, "TIME", quantity, NULL),
  KIND (DENSITY, density, double, AS_TEXT, false, "DENSITY", number, NULL),
  KIND (LENGTH, length, double, AS_TEXT, false, "LENGTH", number, NULL),
  KIND (COLOR, color, Color, AS_TEXT, false, "COLOR", color, NULL),
  KIND (RATIO, ratio, Ratio, AS_TEXT, false, "W:H", ratio, NULL),
};

const OptionKindFunctions *
option_kind_functions (OptionKind kind)
{
  g_assert (kind >= OPTION_KIND_BOOL && (unsigned)kind < G_N_ELEMENTS (kinds));
  return &kinds[kind];
}

bool
option_is_percent (const Option *option)
{
  return option->kind == OPTION_KIND_NUMBER && g_strcmp0 (option->unit, "%") == 0;
}

bool
option_choice_value (const OptionChoice *choices, const char *word, int *out_value)
{
  for (const OptionChoice *choice = choices; choice != NULL && choice->name != NULL; choice++)
    if (strcmp (choice->name, word) == 0) {
      *out_value = choice->value;
      return true;
    }
  return false;
}

const char *
option_choice_name (const OptionChoice *choices, int value)
{
  for (const OptionChoice *choice = choices; choice != NULL && choice->name != NULL; choice++)
    if (choice->value == value)
      return choice->name;
  return NULL;
}

char *
option_secret_reference (const char *scheme, const char *name, const char *folder)
{
  if (strcmp (scheme, "file") == 0 && name[0] != '\0') {
    g_autofree char *path = g_canonicalize_filename (name, folder);
    return g_strconcat ("file:", path, NULL);
  }
  if (strcmp (scheme, "env") != 0 || !(g_ascii_isalpha (name[0]) || name[0] == '_'))
    return NULL;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_')
      return NULL;
  return g_strconcat ("env:", name, NULL);
}

char *
option_quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  size_t start, length;
  for (char *at = valid; secret_find (at, &start, &length); at += start + length)
    memset (at + start, '.', length);
  if (g_utf8_strlen (valid, -1) <= MOST_QUOTED_CHARACTERS)
    return g_strdup_printf ("'%s'", valid);
  g_autofree char *head = g_utf8_substring (valid, 0, MOST_QUOTED_CHARACTERS - 1);
  return g_strdup_printf ("'%s…'", head);
}

static const char *
nearest_word (const Option *option, const char *word)
{
  const char *words[MOST_WORDS];
  size_t n = 0;
  for (const OptionChoice *choice = option->choices;
       choice != NULL && choice->name != NULL && n < MOST_WORDS; choice++)
    words[n++] = choice->name;
  if (option->kind == OPTION_KIND_COLOR)
    for (const char *const *name = option_color_names (); *name != NULL; name++)
      words[n++] = *name;
  return nearest_name (word, words, n);
}

/* The unit that a quantity of this kind most often has, or NULL: a bare number is right. */
static const char *
unit_of (OptionKind kind)
{
  switch (kind) {
  case OPTION_KIND_BYTES:
    return "KB";
  case OPTION_KIND_DURATION:
    return "s";
  case OPTION_KIND_DENSITY:
    return "dpi";
  case OPTION_KIND_LENGTH:
    return "mm";
  default:
    return NULL;
  }
}

static bool
lacks_unit (const Option *option, const char *word)
{
  return unit_of (option->kind) != NULL && word[0] != '\0' &&
         word[strspn (word, "0123456789.")] == '\0';
}

char *
option_complain (const Option *option, const char *what, const char *word)
{
  g_autofree char *takes = option_describe_values (option);
  const char *near = word != NULL ? nearest_word (option, word) : NULL;
  if (word != NULL && lacks_unit (option, word))
    return g_strdup_printf ("takes %s, not %s: write the unit, %s%s", takes, what, word,
                            unit_of (option->kind));
  if (near == NULL)
    return g_strdup_printf ("takes %s, not %s", takes, what);
  return g_strdup_printf ("takes %s, not %s; did you mean '%s'?", takes, what, near);
}

bool
option_parse_text (const Option *option, const char *text, const char *folder, OptionValue *value,
                   char **out_complaint)
{
  char *complaint = NULL;
  if (option_kind_functions (option->kind)->parse (option, text, folder, value, &complaint))
    return true;
  if (complaint == NULL) {
    g_autofree char *quoted = option_quote (text);
    complaint = option_complain (option, quoted, text);
  }
  *out_complaint = complaint;
  return false;
}

void
option_clear_value (const Option *option, OptionValue *value)
{
  const OptionKindFunctions *kind = option_kind_functions (option->kind);
  if (kind->clear != NULL)
    kind->clear (value);
}

void
option_take_value (const Option *option, OptionValue *value, void *options)
{
  const OptionKindFunctions *kind = option_kind_functions (option->kind);
  void *field = option_field (option, options);
  if (kind->clear != NULL)
    kind->clear (field);
  memcpy (field, value, kind->size);
  memset (value, 0, sizeof *value);
}
