#include "pipeline/matrix.h"

#include "base/nearest.h"
#include "base/path.h"
#include "pipeline/secrets.h"

static void
axis_free (gpointer data)
{
  MatrixAxis *axis = data;
  g_free (axis->key);
  g_clear_pointer (&axis->values, g_ptr_array_unref);
  if (axis->sizes != NULL)
    g_free (axis->sizes->sizes);
  g_free (axis->sizes);
  g_free (axis);
}

Matrix *
matrix_new (void)
{
  Matrix *matrix = g_new0 (Matrix, 1);
  matrix->axes = g_ptr_array_new_with_free_func (axis_free);
  return matrix;
}

void
matrix_free (Matrix *matrix)
{
  if (matrix == NULL)
    return;
  g_ptr_array_unref (matrix->axes);
  node_unref (matrix->include);
  node_unref (matrix->exclude);
  document_free (matrix->table);
  g_free (matrix->table_path);
  g_free (matrix);
}

void
matrix_row_free (MatrixRow *row)
{
  if (row == NULL)
    return;
  for (unsigned i = 0; i < row->n; i++)
    node_unref (row->values[i]);
  g_free (row->keys);
  g_free (row->values);
  g_free (row);
}

static void
row_free (gpointer row)
{
  matrix_row_free (row);
}

static void
unref_node (gpointer node)
{
  node_unref (node);
}

static bool
is_scalar (const Node *node)
{
  return node->kind != NODE_LIST && node->kind != NODE_MAP && node->kind != NODE_NULL;
}

/* ---- sizes ---- */

typedef struct {
  bool fit_original;
  double near;
} SizesOptions;

static const Option sizes_rows[] = {
  { OPTION_BOOL (SizesOptions, fit_original), .name = "fit-original",
    .help = "Drop the sizes that the original cannot fill and add its own", .fallback = "false" },
  { OPTION_NUMBER (SizesOptions, near), .name = "near",
    .help = "Drop sizes that are nearer than this factor to the original's own", .min = 1, .max = 4,
    .fallback = "1.25" },
  { 0 },
};
const OptionTable matrix_sizes_options = { sizes_rows, sizeof (SizesOptions), NULL };

static int
compare_int (const void *a, const void *b)
{
  return *(const int *)a - *(const int *)b;
}

static bool
read_size_list (MatrixSizes *sizes, const Node *list, Problems *problems)
{
  if (list->kind != NODE_LIST || node_length (list) == 0)
    return problems_add (problems, &list->mark, "'sizes' takes a list of pixel sizes: [320, 640]");
  sizes->sizes = g_new (int, node_length (list));
  bool ok = true;
  for (unsigned i = 0; i < node_length (list); i++) {
    const Node *item = node_item (list, i);
    if (item->kind != NODE_INT || item->integer < 1 || item->integer > 65535) {
      g_autofree char *given = node_describe (item);
      ok = problems_add (problems, &item->mark,
                         "'sizes' takes whole pixels from 1 to 65535, not %s", given);
    } else {
      sizes->sizes[sizes->n_sizes++] = (int)item->integer;
    }
  }
  if (!ok)
    return false;
  qsort (sizes->sizes, sizes->n_sizes, sizeof (int), compare_int);
  for (unsigned i = 1; i < sizes->n_sizes; i++)
    if (sizes->sizes[i] == sizes->sizes[i - 1])
      return problems_add (problems, &list->mark, "%d stands twice in 'sizes'", sizes->sizes[i]);
  return true;
}

static bool
read_sizes (MatrixAxis *axis, const Node *map, Problems *problems)
{
  MatrixSizes *sizes = g_new0 (MatrixSizes, 1);
  axis->sizes = sizes;
  sizes->is_height = strcmp (axis->key, "height") == 0;
  const Node *list = node_get (map, "sizes");
  if (list == NULL)
    return problems_add (
      problems, &map->mark,
      "'%s' takes a list of values, or a map with 'sizes': { sizes: [320, 640] }", axis->key);
  bool ok = read_size_list (sizes, list, problems);

  /* The rest of the map goes through the option table. */
  g_autoptr (Node) rest = node_new_map (&map->mark);
  for (unsigned i = 0; i < node_length (map); i++)
    if (strcmp (node_key (map, i), "sizes") != 0)
      node_take_member (rest, node_ref (map->keys->pdata[i]), node_ref (map->items->pdata[i]));
  SizesOptions *options = options_new (&matrix_sizes_options);
  ok = options_read (&matrix_sizes_options, rest, axis->key, "/", options, problems) && ok;
  sizes->fit_original = options->fit_original;
  sizes->near = options->near;
  options_free (&matrix_sizes_options, options);
  return ok;
}

GArray *
matrix_sizes_for (const MatrixSizes *sizes, int length)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (int));
  int largest = sizes->sizes[sizes->n_sizes - 1];
  bool add_own = sizes->fit_original && length < largest;
  for (unsigned i = 0; i < sizes->n_sizes; i++) {
    int size = sizes->sizes[i];
    bool fits = !sizes->fit_original || size <= length;
    bool crowds = add_own && size < length && size * sizes->near > length;
    if (fits && !crowds)
      g_array_append_val (out, size);
    if (size == length)
      add_own = false;
  }
  if (add_own)
    g_array_append_val (out, length);
  return out;
}

/* ---- reading ---- */

static MatrixAxis *
find_axis (const Matrix *matrix, const char *key)
{
  for (unsigned i = 0; i < matrix->axes->len; i++) {
    MatrixAxis *axis = matrix->axes->pdata[i];
    if (strcmp (axis->key, key) == 0)
      return axis;
  }
  return NULL;
}

static bool
check_value (const char *key, const Node *value, Problems *problems)
{
  if (!is_scalar (value))
    return problems_add (problems, &value->mark,
                         "a value of '%s' is one word, text or number, not %s", key,
                         node_kind_words (value->kind));
  if (value->kind == NODE_TEXT && value->cut_by_comment)
    return problems_add (
      problems, &value->mark,
      "this value ends at ' #' (the rest is a comment): quote it if '#' belongs to it");
  return true;
}

static bool
axis_set (MatrixAxis *axis, Node *node, bool allow_sizes, Problems *problems)
{
  g_clear_pointer (&axis->values, g_ptr_array_unref);
  if (axis->sizes != NULL)
    g_free (axis->sizes->sizes);
  g_clear_pointer (&axis->sizes, g_free);

  if (node->kind == NODE_MAP && allow_sizes) {
    axis->is_open = true;
    return read_sizes (axis, node, problems);
  }
  if (node->kind == NODE_MAP)
    return problems_add (problems, &node->mark,
                         "'%s' takes a list of values; sizes that depend on the original belong in "
                         "the matrix of an output or a preset",
                         axis->key);
  axis->values = g_ptr_array_new_with_free_func (unref_node);
  if (is_scalar (node)) {
    g_ptr_array_add (axis->values, node_ref (node));
    return check_value (axis->key, node, problems);
  }
  if (node->kind != NODE_LIST || node_length (node) == 0)
    return problems_add (problems, &node->mark, "'%s' takes a list of values, at least one",
                         axis->key);
  bool ok = true;
  for (unsigned i = 0; i < node_length (node); i++) {
    ok = check_value (axis->key, node_item (node, i), problems) && ok;
    g_ptr_array_add (axis->values, node_ref (node->items->pdata[i]));
  }
  return ok;
}

static bool
check_key (const Node *key, Problems *problems)
{
  if (scope_is_name (key->text))
    return true;
  return problems_add (problems, &key->mark,
                       "'%s' cannot be a matrix key: a name has letters, digits, '_' and '-'",
                       key->text);
}

static bool
read_combinations (Node **out, Node *node, const char *word, Problems *problems)
{
  bool ok = node->kind == NODE_LIST;
  for (unsigned i = 0; ok && i < node_length (node); i++)
    ok = node_item (node, i)->kind == NODE_MAP && node_length (node_item (node, i)) > 0;
  if (!ok)
    return problems_add (problems, &node->mark, "'%s' takes a list of maps: [{ key: value }]",
                         word);
  for (unsigned i = 0; i < node_length (node); i++) {
    const Node *map = node_item (node, i);
    for (unsigned k = 0; k < node_length (map); k++)
      ok = check_key (map->keys->pdata[k], problems) &&
           check_value (node_key (map, k), map->items->pdata[k], problems) && ok;
  }
  *out = node_ref (node);
  return ok;
}

static bool
read_table (Matrix *matrix, const Node *from, const char *folder, Problems *problems)
{
  if (from->kind != NODE_TEXT)
    return problems_add (problems, &from->mark, "'from' takes the path of a .csv or .jsonl file");
  g_autofree char *path = path_resolve (folder, from->text);
  matrix->table = document_load_rows (path, from->text, &from->mark, problems);
  if (matrix->table == NULL || !secrets_check (matrix->table->root, problems))
    return false;
  matrix->table_path = g_steal_pointer (&path);
  const Node *rows = matrix->table->root;
  if (node_length (rows) == 0)
    return problems_add (problems, &from->mark, "%s has no rows", from->text);
  for (unsigned i = 0; i < node_length (rows); i++) {
    const Node *row = node_item (rows, i);
    for (unsigned k = 0; k < node_length (row); k++) {
      const Node *value = node_item (row, k);
      if (i == 0 && !check_key (row->keys->pdata[k], problems))
        return false;
      if (value->kind == NODE_LIST || value->kind == NODE_MAP)
        return problems_add (problems, &value->mark, "a value of '%s' is one word, text or number",
                             node_key (row, k));
    }
  }
  return true;
}

/* Has any row of the table a column of that name? */
static bool
table_has_column (const Matrix *matrix, const char *name)
{
  for (unsigned i = 0; matrix->table != NULL && i < node_length (matrix->table->root); i++)
    if (node_get (node_item (matrix->table->root, i), name) != NULL)
      return true;
  return false;
}

/* A key that no combination has would exclude nothing: a slip of the keyboard. */
static void
check_exclude (const Matrix *matrix, Problems *problems)
{
  for (unsigned i = 0; matrix->exclude != NULL && i < node_length (matrix->exclude); i++) {
    const Node *map = node_item (matrix->exclude, i);
    for (unsigned k = 0; k < node_length (map); k++) {
      const Node *key = map->keys->pdata[k];
      if (find_axis (matrix, key->text) != NULL || table_has_column (matrix, key->text))
        continue;
      const char *near = matrix_nearest_key (matrix, key->text);
      if (near != NULL)
        problems_add (problems, &key->mark,
                      "'exclude' names '%s', which this matrix has not; did you mean '%s'?",
                      key->text, near);
      else
        problems_add (problems, &key->mark, "'exclude' names '%s', which this matrix has not",
                      key->text);
    }
  }
}

bool
matrix_read (Matrix *matrix, Node *node, const char *folder, bool allow_sizes, const Scope *scope,
             Problems *problems)
{
  if (node == NULL)
    return true;
  if (node->kind != NODE_MAP)
    return problems_add (problems, &node->mark,
                         "'matrix' takes a map of lists: { angle: [front, side] }");
  unsigned before = problems_count (problems);
  g_autoptr (Node) filled = scope_fill (scope, node, problems);
  const Node *from = node_get (filled, "from");
  for (unsigned i = 0; i < node_length (filled); i++) {
    Node *key = filled->keys->pdata[i], *value = filled->items->pdata[i];
    if (strcmp (key->text, "include") == 0) {
      read_combinations (&matrix->include, value, "include", problems);
    } else if (strcmp (key->text, "exclude") == 0) {
      read_combinations (&matrix->exclude, value, "exclude", problems);
    } else if (value == from) {
      read_table (matrix, from, folder, problems);
    } else if (from != NULL) {
      problems_add (problems, &key->mark,
                    "'%s' cannot stand beside 'from': the rows of the table are the combinations",
                    key->text);
    } else if (check_key (key, problems)) {
      MatrixAxis *axis = g_new0 (MatrixAxis, 1);
      axis->key = g_strdup (key->text);
      axis->mark = key->mark;
      g_ptr_array_add (matrix->axes, axis);
      axis_set (axis, value, allow_sizes, problems);
    }
  }
  check_exclude (matrix, problems);
  return problems_count (problems) == before;
}

bool
matrix_override (Matrix *matrix, const char *key, Node *node, Problems *problems)
{
  MatrixAxis *axis = find_axis (matrix, key);
  axis->is_open = true;
  return axis_set (axis, node, true, problems);
}

bool
matrix_has_key (const Matrix *matrix, const char *key)
{
  return find_axis (matrix, key) != NULL;
}

const char *
matrix_nearest_key (const Matrix *matrix, const char *key)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (unsigned i = 0; i < matrix->axes->len; i++)
    g_ptr_array_add (names, ((MatrixAxis *)matrix->axes->pdata[i])->key);
  return nearest_name (key, (const char *const *)names->pdata, names->len);
}

/* ---- combinations ---- */

static MatrixRow *
row_of_map (const Node *map)
{
  MatrixRow *row = g_new0 (MatrixRow, 1);
  row->n = node_length (map);
  row->keys = g_new (const char *, row->n);
  row->values = g_new (Node *, row->n);
  for (unsigned i = 0; i < row->n; i++) {
    row->keys[i] = node_key (map, i);
    row->values[i] = node_ref (map->items->pdata[i]);
  }
  return row;
}

static void
row_add (MatrixRow *row, const char *key, Node *value)
{
  row->keys = g_renew (const char *, row->keys, row->n + 1);
  row->values = g_renew (Node *, row->values, row->n + 1);
  row->keys[row->n] = key;
  row->values[row->n] = node_ref (value);
  row->n++;
}

static MatrixRow *
row_copy_with (const MatrixRow *row, const char *key, Node *value)
{
  MatrixRow *copy = g_new0 (MatrixRow, 1);
  for (unsigned i = 0; i < row->n; i++)
    row_add (copy, row->keys[i], row->values[i]);
  row_add (copy, key, value);
  return copy;
}

static bool
same_value (const Node *a, const Node *b)
{
  return strcmp (a->text, b->text) == 0;
}

/* Does the row have every pair of `map`? */
static bool
row_matches (const MatrixRow *row, const Node *map)
{
  for (unsigned i = 0; i < node_length (map); i++) {
    const Node *value = matrix_row_get (row, node_key (map, i));
    if (value == NULL || !same_value (value, node_item (map, i)))
      return false;
  }
  return true;
}

/* The values of an axis for an original of this size; marks point at the axis. Owned. */
static GPtrArray *
axis_values (const MatrixAxis *axis, int width, int height)
{
  if (axis->values != NULL)
    return g_ptr_array_ref (axis->values);
  GPtrArray *values = g_ptr_array_new_with_free_func (unref_node);
  /* Of an axis that is wrong. */
  if (axis->sizes == NULL || axis->sizes->n_sizes == 0)
    return values;
  g_autoptr (GArray)
    sizes = matrix_sizes_for (axis->sizes, axis->sizes->is_height ? height : width);
  for (unsigned i = 0; i < sizes->len; i++) {
    g_autofree char *text = g_strdup_printf ("%d", g_array_index (sizes, int, i));
    g_ptr_array_add (values, node_new_scalar (&axis->mark, text, NODE_PLAIN));
  }
  return values;
}

/* Told before any of them is made. */
static bool
is_too_large (const Matrix *matrix, unsigned n_rows, int width, int height)
{
  uint64_t n = n_rows;
  for (unsigned i = 0; i < matrix->axes->len && n <= MATRIX_MOST_ROWS; i++) {
    g_autoptr (GPtrArray) values = axis_values (matrix->axes->pdata[i], width, height);
    n *= values->len;
  }
  return n > MATRIX_MOST_ROWS;
}

/* Every row once with every value of the axis. */
static GPtrArray *
multiply (GPtrArray *rows, const MatrixAxis *axis, int width, int height)
{
  g_autoptr (GPtrArray) values = axis_values (axis, width, height);
  GPtrArray *product = g_ptr_array_new_with_free_func (row_free);
  for (unsigned r = 0; r < rows->len; r++)
    for (unsigned v = 0; v < values->len; v++)
      g_ptr_array_add (product, row_copy_with (rows->pdata[r], axis->key, values->pdata[v]));
  g_ptr_array_unref (rows);
  return product;
}

static bool
is_excluded (const MatrixRow *row, const Node *exclude)
{
  for (unsigned i = 0; i < node_length (exclude); i++)
    if (row_matches (row, node_item (exclude, i)))
      return true;
  return false;
}

/* Consumes the rows. */
static GPtrArray *
exclude_rows (GPtrArray *rows, const Node *exclude)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func (row_free);
  for (unsigned r = 0; r < rows->len; r++)
    if (!is_excluded (rows->pdata[r], exclude))
      g_ptr_array_add (kept, g_steal_pointer (&rows->pdata[r]));
  g_ptr_array_unref (rows);
  return kept;
}

static bool
names_open_axis (const Matrix *matrix, const Node *map)
{
  for (unsigned i = 0; i < node_length (map); i++) {
    const MatrixAxis *axis = find_axis (matrix, node_key (map, i));
    if (axis != NULL && axis->is_open)
      return true;
  }
  return false;
}

/* As GitHub Actions does: a map joins every combination of the lists whose own values it does not
 * contradict (values that an earlier include added may be replaced); where there is none it becomes
 * a combination of its own, unless it is for a value that this original or a `with` left out. */
static void
include_rows (const Matrix *matrix, GPtrArray *rows)
{
  unsigned n_original = rows->len;
  for (unsigned i = 0; i < node_length (matrix->include); i++) {
    const Node *map = node_item (matrix->include, i);
    bool joined = false;
    for (unsigned r = 0; r < n_original; r++) {
      MatrixRow *row = rows->pdata[r];
      bool fits = true;
      for (unsigned k = 0; fits && k < node_length (map); k++)
        if (find_axis (matrix, node_key (map, k)) != NULL)
          fits = same_value (matrix_row_get (row, node_key (map, k)), node_item (map, k));
      if (!fits || matrix->axes->len == 0)
        continue;
      joined = true;
      for (unsigned k = 0; k < node_length (map); k++) {
        unsigned at = 0;
        while (at < row->n && strcmp (row->keys[at], node_key (map, k)) != 0)
          at++;
        if (at < row->n) {
          node_unref (row->values[at]);
          row->values[at] = node_ref (map->items->pdata[k]);
        } else {
          row_add (row, node_key (map, k), map->items->pdata[k]);
        }
      }
    }
    if (!joined && !names_open_axis (matrix, map))
      g_ptr_array_add (rows, row_of_map (map));
  }
}

GPtrArray *
matrix_rows (const Matrix *matrix, int width, int height, const Mark *mark, Problems *problems)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  if (matrix->table != NULL)
    for (unsigned i = 0; i < node_length (matrix->table->root); i++)
      g_ptr_array_add (rows, row_of_map (node_item (matrix->table->root, i)));
  else if (matrix->axes->len > 0 || matrix->include == NULL)
    g_ptr_array_add (rows, g_new0 (MatrixRow, 1));
  if (is_too_large (matrix, rows->len, width, height)) {
    problems_add (problems, mark, "this matrix has more than %d combinations", MATRIX_MOST_ROWS);
    g_ptr_array_unref (rows);
    return NULL;
  }
  for (unsigned i = 0; i < matrix->axes->len; i++)
    rows = multiply (rows, matrix->axes->pdata[i], width, height);
  if (matrix->exclude != NULL)
    rows = exclude_rows (rows, matrix->exclude);
  if (matrix->include != NULL)
    include_rows (matrix, rows);
  if (rows->len > 0)
    return rows;
  problems_add (problems, mark,
                "this matrix has no combinations left: 'exclude' takes all of them");
  g_ptr_array_unref (rows);
  return NULL;
}
