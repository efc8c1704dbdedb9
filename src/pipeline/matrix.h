/* A matrix: which combinations of values there are.
 *
 * Lists multiply; include and exclude work as in GitHub Actions; `from` takes the rows of a CSV or
 * JSON Lines file. An axis of sizes is kept as such until the original's pixels are known. */
#pragma once

#include "base/problems.h"
#include "document/document.h"
#include "option/option.h"
#include "pipeline/scope.h"

enum { MATRIX_MOST_ROWS = 1000 * 1000 };

/* { sizes: [320, 640], fit-original: true, near: 1.25 } */
typedef struct {
  int *sizes; /* ascending, px */
  unsigned n_sizes;
  bool fit_original;
  double near;
  bool is_height; /* the key is `height`: compared with the original's height */
} MatrixSizes;
/* What may stand beside `sizes`. */
extern const OptionTable matrix_sizes_options;

typedef struct {
  char *key;
  Mark mark;         /* of the key */
  GPtrArray *values; /* Node*, owned; NULL when `sizes` is set */
  MatrixSizes *sizes;
  bool is_open; /* which values there are depends on the original or on `with`: an include that
                   names another one is for a combination that is not there today */
} MatrixAxis;

typedef struct {
  GPtrArray *axes;         /* MatrixAxis*, in the order written */
  Node *include, *exclude; /* lists, or NULL */
  Document *table;         /* rows of `from`, or NULL */
  char *table_path;        /* absolute */
} Matrix;

/* One combination: parallel arrays. Keys are borrowed from the matrix, values are references. */
typedef struct {
  unsigned n;
  const char **keys;
  Node **values;
} MatrixRow;

Matrix *matrix_new (void);
void matrix_free (Matrix *matrix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Matrix, matrix_free)
void matrix_row_free (MatrixRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MatrixRow, matrix_row_free)

/* Reads the value of a `matrix` key (NULL: no matrix). `folder` is where `from` is looked for;
 * `allow_sizes` is false where no original is known (a pipeline's own matrix). `scope` fills ${…}. */
bool matrix_read (Matrix *matrix, Node *node, const char *folder, bool allow_sizes,
                  const Scope *scope, Problems *problems);
/* Gives `key` the values of `node` instead (a preset's `with`): a list, a size map, or one value. */
bool matrix_override (Matrix *matrix, const char *key, Node *node, Problems *problems);
bool matrix_has_key (const Matrix *matrix, const char *key);
/* Has any combination a value for `key`: an axis, an include, or a column of the table. */
const char *matrix_nearest_key (const Matrix *matrix, const char *key);

/* All combinations; a matrix without axes has one, empty. Size axes are resolved for an original of
 * width x height px. Elements are MatrixRow*, owned. NULL after adding to `problems`. */
GPtrArray *matrix_rows (const Matrix *matrix, int width, int height, const Mark *mark,
                        Problems *problems);

/* Are two of its rows the same but for sizes that fit the original? */
bool matrix_rows_are_alike (const Matrix *matrix, const MatrixRow *a, const MatrixRow *b);

/* Borrowed, or NULL. */
Node *matrix_row_get (const MatrixRow *row, const char *key);
/* Puts the row's values into a scope. */
void matrix_row_fill_scope (const MatrixRow *row, Scope *scope);

/* The sizes that an original of `length` px gives: see product.md rule 3. New array of int. */
GArray *matrix_sizes_for (const MatrixSizes *sizes, int length);
