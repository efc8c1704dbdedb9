/* The option table: one row says everything about one option, and everything is made from the row:
 * parsing with range errors, defaults, --help, the reference docs, the JSON Schema, shell
 * completion, and the canonical text that fingerprints hash. There is never a second list.
 *
 *     typedef struct { int width; Color background; } PadOptions;
 *     static const Option rows[] = {
 *       { OPTION_INT (PadOptions, width), .name = "width", .help = "Width of the result",
 *         .min = 1, .max = 65535, .unit = "px", .flags = OPTION_REQUIRED },
 *       { OPTION_COLOR (PadOptions, background), .name = "background",
 *         .help = "Colour of the new area", .fallback = "white" },
 *       { 0 },
 *     };
 *     const OptionTable pad_options = { rows, sizeof (PadOptions) };
 *
 * The macros fill kind and offset, and do not compile when the field has another C type. */
#pragma once

#include <stdint.h>
#include <cjson/cJSON.h>

#include "base/digest.h"
#include "base/problems.h"
#include "document/node.h"

typedef struct Option Option;
typedef struct OptionTable OptionTable;

/* One word of a choice. Lists end with a NULL name. */
typedef struct {
  const char *name;
  int value;
  const char *help; /* may be NULL */
} OptionChoice;

typedef struct {
  double red, green, blue; /* 0 to 255, sRGB */
  double alpha;            /* 0 to 1 */
} Color;

typedef struct {
  int width, height; /* as written: 16:9 stays 16:9; 0:0 when not given */
} Ratio;

/* "good", "auto" or 82. */
typedef struct {
  bool is_word;
  int word; /* a value of the row's choices */
  double number;
} NumberOrWord;

typedef enum {
  OPTION_KIND_BOOL = 1,
  OPTION_KIND_INT,
  OPTION_KIND_NUMBER,
  OPTION_KIND_NUMBER_OR_WORD,
  OPTION_KIND_CHOICE,
  OPTION_KIND_CHOICES, /* a list of words, a bit (1u << value) each */
  OPTION_KIND_TEXT,
  OPTION_KIND_TEXTS,    /* a list of texts; one text alone is a list of one */
  OPTION_KIND_FILE,     /* made absolute against the document's folder; hashed by content */
  OPTION_KIND_BYTES,    /* int64_t, "180KB" */
  OPTION_KIND_DURATION, /* int64_t milliseconds, "60s" */
  OPTION_KIND_DENSITY,  /* double dots per inch, "300dpi" */
  OPTION_KIND_LENGTH,   /* double millimetres, "3mm" */
  OPTION_KIND_COLOR,    /* "#rrggbb", "#rrggbbaa", "#rgb", or a basic CSS name, or transparent */
  OPTION_KIND_RATIO,    /* "16:9" */
  OPTION_KIND_GROUP,    /* a map with a table of its own */
} OptionKind;

typedef enum {
  OPTION_REQUIRED = 1 << 0,
  OPTION_RUN_ONLY = 1 << 1,  /* shapes no pixels: never hashed (timeouts, jobs) */
  OPTION_SECRET = 1 << 2,    /* { env: NAME } or { file: path } only; a literal is an error */
  OPTION_FREE_TEXT = 1 << 3, /* prose: a value cut short by " #" is an error */
  OPTION_REPEATED = 1 << 4,  /* command line: may be given several times (with TEXTS) */
  OPTION_PROGRAM = 1 << 5,   /* TEXTS: a program that is run, and its arguments */
} OptionFlags;

struct Option {
  OptionKind kind;
  size_t offset;
  const char *name; /* kebab-case, as written in files and after "--" */
  const char *help; /* one line, a capital, no full stop */
  OptionFlags flags;
  double min, max;  /* INT, NUMBER, NUMBER_OR_WORD, DENSITY, LENGTH, BYTES; both 0: no limit */
  const char *unit; /* "px", "°"; for messages and docs */
  const OptionChoice *choices;
  const OptionTable *group;
  const char *fallback;   /* default, as a user would spell it; NULL: unset (0, NULL, false) */
  const char *value_name; /* command line: what stands after the flag in --help, "N" */
  char letter;            /* command line: 'j' for -j */
};

struct OptionTable {
  const Option *rows;    /* ends with an all-zero row */
  size_t size;           /* of the struct the rows fill */
  const char *shorthand; /* the option set by a bare value instead of a map, or NULL */
};

#define OPTION_OFFSET(Struct, field, CType)                                                        \
  (offsetof (Struct, field) +                                                                      \
   0 * sizeof (                                                                                    \
         char[__builtin_types_compatible_p (__typeof__ (((Struct *)0)->field), CType) ? 1 : -1]))
#define OPTION_ROW(KIND, Struct, field, CType)                                                     \
  .kind = OPTION_KIND_##KIND, .offset = OPTION_OFFSET (Struct, field, CType)

#define OPTION_BOOL(Struct, field) OPTION_ROW (BOOL, Struct, field, bool)
#define OPTION_INT(Struct, field) OPTION_ROW (INT, Struct, field, int)
#define OPTION_NUMBER(Struct, field) OPTION_ROW (NUMBER, Struct, field, double)
#define OPTION_NUMBER_OR_WORD(Struct, field)                                                       \
  OPTION_ROW (NUMBER_OR_WORD, Struct, field, NumberOrWord)
#define OPTION_CHOICE(Struct, field) OPTION_ROW (CHOICE, Struct, field, int)
#define OPTION_CHOICES(Struct, field) OPTION_ROW (CHOICES, Struct, field, unsigned)
#define OPTION_TEXT(Struct, field) OPTION_ROW (TEXT, Struct, field, char *)
#define OPTION_TEXTS(Struct, field) OPTION_ROW (TEXTS, Struct, field, char **)
#define OPTION_FILE(Struct, field) OPTION_ROW (FILE, Struct, field, char *)
#define OPTION_BYTES(Struct, field) OPTION_ROW (BYTES, Struct, field, int64_t)
#define OPTION_DURATION(Struct, field) OPTION_ROW (DURATION, Struct, field, int64_t)
#define OPTION_DENSITY(Struct, field) OPTION_ROW (DENSITY, Struct, field, double)
#define OPTION_LENGTH(Struct, field) OPTION_ROW (LENGTH, Struct, field, double)
#define OPTION_COLOR(Struct, field) OPTION_ROW (COLOR, Struct, field, Color)
#define OPTION_RATIO(Struct, field) OPTION_ROW (RATIO, Struct, field, Ratio)
#define OPTION_GROUP(Struct, field, GroupStruct, table)                                            \
  OPTION_ROW (GROUP, Struct, field, GroupStruct), .group = (table)

/* The row of that name, or NULL. */
const Option *option_find (const OptionTable *table, const char *name);

/* The first mistake of a table (a default that does not parse, a name that stands twice, help that
 * ends with a full stop), or NULL: whoever writes a table asserts NULL in a unit test. New string. */
char *options_find_fault (const OptionTable *table);

/* A zeroed struct with every default set; options_free frees it and what it holds. */
void *options_new (const OptionTable *table);
void options_free (const OptionTable *table, void *options);

/* Reads a map (or, with a shorthand, a bare value; NULL or null: nothing given) into `options`,
 * which holds defaults already. `owner` is for messages ("resize"). Files are made absolute
 * against `folder`. Unknown names, wrong types, numbers out of range and required options that neither
 * this nor an earlier reading has set are all added to `problems`; false if there were any. */
bool options_read (const OptionTable *table, const Node *node, const char *owner,
                   const char *folder, void *options, Problems *problems);

/* Sets one option from a text, as the command line or a default spells it; lists are split at
 * commas unless OPTION_REPEATED, which appends. On failure false, and *out_complaint is what is
 * wrong ("takes 1 to 65535 px, not 'wide'"), a new string. */
bool option_set_text (const Option *option, const char *text, void *options, char **out_complaint);

/* The value as a user would spell it, or NULL if it is unset. New string. */
char *option_format (const Option *option, const void *options);
bool option_is_default (const Option *option, const void *options);

/* Called for each FILE option with its absolute path; gives its content's digest. */
typedef bool (*OptionDigestFunc) (void *data, const char *path, Digest *out_digest, GError **error);

/* Appends " name=value" for every option that differs from its default and shapes pixels, in order
 * of name: the canonical form. Values are quoted as JSON strings; a file is its content's SHA-256.
 * Options at their default are left out, so a new option with a default changes no fingerprint;
 * a changed default must raise the stage's revision. With `digest` NULL files give their path. */
bool options_append_canonical (const OptionTable *table, const void *options,
                               OptionDigestFunc digest, void *data, GString *out, GError **error);

/* Calls `visit` for each FILE option that is set, groups included. */
void options_each_file (const OptionTable *table, const void *options,
                        void (*visit) (void *data, const char *path), void *data);

/* The JSON Schema (2020-12) of the map, descriptions and defaults included. `${…}` may stand for
 * any scalar, so each also admits such a string. Caller deletes. */
cJSON *options_schema (const OptionTable *table);

/* Plain-text help, an option a line in two columns, wrapped at `width`; `flags` writes "--name". */
void options_append_help (const OptionTable *table, bool flags, int width, GString *out);
/* A Markdown table: option, value, default, meaning. */
void options_append_markdown (const OptionTable *table, bool flags, GString *out);
/* "1 to 65535 px", "cover | contain", "true or false": what a row takes. New string. */
char *option_describe_values (const Option *option);

/* Command lines. Takes --name VALUE, --name=VALUE, --flag, --no-flag, -j 4, -j4, -qv; "--" ends
 * options; "-" is a positional. Positionals (borrowed) are appended. Unknown flags name the
 * nearest. `tables` and `structs` run in parallel, `n` of each: the command's own and the global
 * ones. argv[0] is the first argument, not the program. OPTION_REQUIRED is left to the command, so
 * that --help works alone. False with a GError of OPTION_ERROR. */
bool options_parse_arguments (const OptionTable *const *tables, void *const *structs, unsigned n,
                              int argc, char **argv, GPtrArray *positionals, GError **error);

typedef enum { OPTION_ERROR_USAGE } OptionErrorCode;
#define OPTION_ERROR (option_error_quark ())
GQuark option_error_quark (void);
