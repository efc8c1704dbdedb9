/* What one combination holds, and how two of them differ. */
#include "pipeline/matrix.h"

static bool
is_fitted (const Matrix *matrix, const char *key)
{
  for (unsigned i = 0; i < matrix->axes->len; i++) {
    const MatrixAxis *axis = matrix->axes->pdata[i];
    if (strcmp (axis->key, key) == 0)
      return axis->sizes != NULL && axis->sizes->fit_original;
  }
  return false;
}

bool
matrix_rows_are_alike (const Matrix *matrix, const MatrixRow *a, const MatrixRow *b)
{
  for (unsigned i = 0; i < a->n; i++) {
    const Node *other = matrix_row_get (b, a->keys[i]);
    bool is_same = other != NULL && g_strcmp0 (other->text, a->values[i]->text) == 0;
    if (!is_same && (other == NULL || !is_fitted (matrix, a->keys[i])))
      return false;
  }
  return a->n == b->n;
}

Node *
matrix_row_get (const MatrixRow *row, const char *key)
{
  for (unsigned i = 0; i < row->n; i++)
    if (strcmp (row->keys[i], key) == 0)
      return row->values[i];
  return NULL;
}

void
matrix_row_fill_scope (const MatrixRow *row, Scope *scope)
{
  for (unsigned i = 0; i < row->n; i++)
    scope_set (scope, row->keys[i], row->values[i]);
}
