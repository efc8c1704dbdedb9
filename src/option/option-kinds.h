/* What the files of this room share: one row of functions for each kind of option. */
#pragma once

#include "option/option.h"

/* Room for a value of any kind but a group, which is a struct inside its owner's. */
typedef union {
  bool boolean;
  int integer;
  unsigned bits;
  int64_t quantity;
  double number;
  char *text;
  char **texts;
  NumberOrWord number_or_word;
  Color color;
  Ratio ratio;
} OptionValue;

typedef struct {
  size_t size;            /* of the field */
  unsigned node_kinds;    /* 1u << NodeKind for those that may hold a value (or an item) */
  bool is_list;           /* parse appends one item */
  const char *value_name; /* in --help: "INT" */
  /* Reads `text` into `value`, which is zeroed (or, for a list, holds the items before). May set
   * *out_complaint when it knows more than that the text is none of option_describe_values(). */
  bool (*parse) (const Option *option, const char *text, const char *folder, OptionValue *value,
                 char **out_complaint);
  /* Fields are passed, not structs. Format is not asked for unset values. */
  char *(*format) (const Option *option, const void *field);
  bool (*is_equal) (const void *a, const void *b);
  void (*clear) (void *field); /* NULL: holds nothing */
} OptionKindFunctions;

/* Never called for a group. */
const OptionKindFunctions *option_kind_functions (OptionKind kind);

static inline void *
option_field (const Option *option, void *options)
{
  return (char *)options + option->offset;
}

static inline const void *
option_const_field (const Option *option, const void *options)
{
  return (const char *)options + option->offset;
}

/* Replaces what the field held by `value`, whose contents it takes. */
void option_take_value (const Option *option, OptionValue *value, void *options);
void option_clear_value (const Option *option, OptionValue *value);

/* One text (for a list: one item) into `value`; on failure a list is as it was. `folder` NULL:
 * files are looked for from the working folder, and "-" stays itself. */
bool option_parse_text (const Option *option, const char *text, const char *folder,
                        OptionValue *value, char **out_complaint);
/* "takes 1 to 65535 px, not WHAT", with the nearest word if `word` is not NULL. New string. */
char *option_complain (const Option *option, const char *what, const char *word);
/* 'text', shortened, valid UTF-8, without what looks like a credential. New string. */
char *option_quote (const char *text);

/* A NUMBER in percent: the sign may be written. */
bool option_is_percent (const Option *option);
/* What stands for the value in --help: "N", "SIZE". */
const char *option_value_name (const Option *option);

/* The value of a word, and the word of a value (or NULL). */
bool option_choice_value (const OptionChoice *choices, const char *word, int *out_value);
const char *option_choice_name (const OptionChoice *choices, int value);

/* "env:NAME" or "file:/absolute/path", or NULL if it is neither. New string. */
char *option_secret_reference (const char *scheme, const char *name, const char *folder);

/* color: "#rgb", "#rrggbb", "#rrggbbaa" or a name. */
bool option_color_parse (const char *text, Color *out_color);
/* #rrggbb, or #rrggbbaa if it is not opaque (always with `alpha`). New string. */
char *option_color_format (const Color *color, bool alpha);
/* Ends with NULL. */
const char *const *option_color_names (void);
