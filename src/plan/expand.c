/* From an image whose original is known (or expected) to its derivatives: a pure function. */

#include "base/path.h"
#include "plan/plan-private.h"
#include "plan/template.h"
#include "stages/given.h"
#include "stages/recompress.h"

static void
derivative_free (gpointer data)
{
  Derivative *derivative = data;
  g_free (derivative->path);
  g_free (derivative->shown);
  g_clear_pointer (&derivative->steps, g_ptr_array_unref);
  g_clear_pointer (&derivative->delivery_steps, g_ptr_array_unref);
  g_free (derivative->recipe);
  g_free (derivative->problem);
  g_free (derivative);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Derivative, derivative_free)

void
expansion_free (Expansion *expansion)
{
  if (expansion == NULL)
    return;
  g_ptr_array_unref (expansion->derivatives);
  g_free (expansion);
}

/* Everything that stays the same while one image is expanded. */
typedef struct {
  const Plan *plan;
  const PlanImage *image;
  const MatrixRow *row;
  const OriginalFacts *facts;
  const Scope *scope; /* the pipeline's vars and the image's row */
  Expansion *expansion;
  GError *shape_error; /* what the stage said that this original is no good for */
  Mark shape_mark;
  Problems *problems;
} Expander;

/* ---- shapes ---- */

static bool
apply_shapes (Expander *expander, GPtrArray *steps, Shape *shape)
{
  g_autoptr (GError) error = NULL;
  if (plan_apply_shapes (steps, expander->facts->is_assumed, shape, &expander->shape_mark, &error))
    return true;
  g_clear_error (&expander->shape_error);
  expander->shape_error = g_steal_pointer (&error);
  return false;
}

/* In a preset nobody can mend it: it is told where the preset is named. */
static void
place_problem (const Expander *expander, const OutputRule *rule, Derivative *derivative)
{
  const char *message = expander->shape_error->message;
  bool is_of_preset = rule->preset != NULL && expander->shape_mark.source != rule->mark.source;
  derivative->problem = is_of_preset
                          ? g_strdup_printf ("%s (preset %s)", message, rule->preset->name)
                          : g_strdup (message);
  derivative->problem_mark = is_of_preset ? rule->mark : expander->shape_mark;
}

/* Takes the place of a derivative that this original cannot give. */
static void
add_impossible (Expander *expander, const OutputRule *rule, const MatrixRow *row)
{
  g_autoptr (Derivative) derivative = g_new0 (Derivative, 1);
  derivative->mark = rule->mark;
  derivative->preset = rule->preset != NULL ? rule->preset->name : "";
  place_problem (expander, rule, derivative);
  derivative->misses_target = g_error_matches (expander->shape_error, STAGE_ERROR,
                                               STAGE_ERROR_TARGET);
  GString *shown = g_string_new (rule->preset != NULL ? rule->preset->name
                                 : rule->to != NULL   ? rule->to->text
                                                      : "output");
  for (unsigned i = 0; row != NULL && i < row->n; i++)
    g_string_append_printf (shown, " %s", row->values[i]->text);
  derivative->shown = g_string_free (shown, FALSE);
  g_ptr_array_add (expander->expansion->derivatives, g_steal_pointer (&derivative));
  g_clear_error (&expander->shape_error);
}

static bool
has_size_axis (const OutputRule *rule)
{
  for (unsigned i = 0; i < rule->matrix->axes->len; i++)
    if (((MatrixAxis *)rule->matrix->axes->pdata[i])->sizes != NULL)
      return true;
  return false;
}

/* The picture that an output's sizes are chosen for: after the shared stages and, with a preset,
 * after the output's own. */
static bool
shape_before (Expander *expander, const OutputRule *rule, Shape *out_shape)
{
  *out_shape = expander->facts->shape;
  if (!has_size_axis (rule))
    return true;
  ChainPart parts[2] = { plan_shared_part (expander->plan, expander->scope) };
  unsigned n_parts = 1;
  if (rule->preset != NULL && rule->stages != NULL)
    parts[n_parts++] = (ChainPart){ rule->stages, expander->scope,
                                    pipeline_folder_of (expander->plan->pipeline, rule->stages),
                                    true };
  g_autoptr (Chain) chain = chain_build (expander->plan->steps, parts, n_parts, expander->problems);
  return chain != NULL && apply_shapes (expander, chain->steps, out_shape);
}

/* ---- format ---- */

/* "jpeg, png, webp". New string. */
static char *
writable_formats (void)
{
  GString *names = g_string_new (NULL);
  for (unsigned format = 1; image_format_type (format) != NULL; format++) {
    const ImageFormatType *type = image_format_type (format);
    if (type->can_write)
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", type->name);
  }
  return g_string_free (names, FALSE);
}

/* "{name}.{ext}", "{name}.{kind}", and no extension after a fact. */
static bool
ends_with_fact (const char *to)
{
  const char *dot = strrchr (to, '.');
  return dot != NULL && dot[1] == '{' && strchr (dot, '}') != NULL && strchr (dot, '/') == NULL;
}

/* The format that the end of `to` promises; UNKNOWN when it leaves it to {ext} or another fact. */
static bool
format_of_template (const Expander *expander, const Node *to, ImageFormat *out_format)
{
  *out_format = IMAGE_FORMAT_UNKNOWN;
  if (to == NULL || ends_with_fact (to->text))
    return true;
  *out_format = image_format_of_path (to->text);
  const ImageFormatType *type = image_format_type (*out_format);
  if (type != NULL && type->can_write)
    return true;
  const char *dot = strrchr (to->text, '.');
  g_autofree char *names = writable_formats ();
  if (dot == NULL || strchr (dot, '/') != NULL)
    return problems_add (expander->problems, &to->mark,
                         "'to' needs an extension: end it with .{ext}, or name one of %s", names);
  return problems_add (expander->problems, &to->mark,
                       "Peel does not write '%s' files; it writes %s", dot, names);
}

/* Gives the recompress step the format if it has none: equal files have equal recipes however the
 * format was said. */
static Step *
with_format (const Step *step, ImageFormat format, Problems *problems)
{
  g_autoptr (Node) map = node_new_map (&step->mark);
  const char *shorthand = step->type->options->shorthand;
  if (step->node->kind == NODE_MAP) {
    for (unsigned i = 0; i < node_length (step->node); i++)
      node_take_member (map, node_ref (step->node->keys->pdata[i]),
                        node_ref (step->node->items->pdata[i]));
  }
  node_take_member (map, node_new_scalar (&step->mark, shorthand, NODE_QUOTED),
                    node_new_scalar (&step->mark, image_format_type (format)->name, NODE_QUOTED));
  return step_new (step->type, map, step->folder, &step->mark, problems);
}

static bool
settle_format (Expander *expander, Derivative *derivative, const Node *to, unsigned i_recompress)
{
  Step *step = derivative->delivery_steps->pdata[i_recompress];
  ImageFormat chosen = (ImageFormat)((const EncodeOptions *)step->options)->format, promised;
  if (!format_of_template (expander, to, &promised))
    return false;
  if (chosen == IMAGE_FORMAT_UNKNOWN && promised == IMAGE_FORMAT_UNKNOWN) {
    g_autofree char *names = writable_formats ();
    return problems_add (expander->problems, &derivative->mark,
                         "no format: add '- recompress: webp', or end 'to' with an extension (%s)",
                         names);
  }
  if (chosen != IMAGE_FORMAT_UNKNOWN && promised != IMAGE_FORMAT_UNKNOWN && chosen != promised)
    return problems_add (expander->problems, &to->mark,
                         "'to' ends like %s, but 'recompress' makes %s; end it with .{ext}",
                         image_format_type (promised)->label, image_format_type (chosen)->label);
  derivative->format = chosen != IMAGE_FORMAT_UNKNOWN ? chosen : promised;
  if (chosen != IMAGE_FORMAT_UNKNOWN)
    return true;
  Step *settled = with_format (step, promised, expander->problems);
  if (settled == NULL)
    return false;
  step_unref (step);
  derivative->delivery_steps->pdata[i_recompress] = settled;
  return true;
}

/* A page has a size, and the standards have ink. */
static bool
check_pdf (Expander *expander, const Derivative *derivative, const EncodeOptions *options)
{
  const Shape *shape = &derivative->shape;
  bool is_x = options->pdf == IMAGE_PDF_X4 || options->pdf == IMAGE_PDF_X1A;
  if (shape->sheet.width_mm <= 0 && options->density <= 0)
    return problems_add (expander->problems, &derivative->mark,
                         "a PDF's page has a size: put 'page: A4' (or another) into the stages, or "
                         "give 'recompress' a density, such as 300dpi");
  if (is_x && shape->n_channels != 4)
    return problems_add (expander->problems, &derivative->mark,
                         "PDF/%s holds CMYK, and this is %s: put 'color: { profile: … }' into the "
                         "stages, or say 'pdf: plain'",
                         options->pdf == IMAGE_PDF_X4 ? "X-4" : "X-1a",
                         shape->n_channels == 1 ? "gray" : "RGB");
  return true;
}

static bool
check_fits_format (Expander *expander, const Derivative *derivative, const Step *recompress)
{
  const ImageFormatType *format = image_format_type (derivative->format);
  const Shape *shape = &derivative->shape;
  if (!recompress_check_format (recompress->options, recompress->node, expander->problems))
    return false;
  if (expander->facts->is_assumed)
    return true;
  if (shape->n_channels == 4 && !format->has_cmyk)
    return problems_add (
      expander->problems, &derivative->mark,
      "%s cannot hold CMYK; write tiff, pdf or jpeg, or put 'color: srgb' into the "
      "stages",
      format->label);
  if (MAX (shape->width, shape->height) > format->most_edge)
    return problems_add (expander->problems, &derivative->mark,
                         "%dx%d px is more than %s can hold (%d px a side)", shape->width,
                         shape->height, format->label, format->most_edge);
  return derivative->format != IMAGE_FORMAT_PDF ||
         check_pdf (expander, derivative, recompress->options);
}

/* A density is that of the sheet: two answers to one question would both be believed. */
static bool
check_density (const Derivative *derivative, const Step *recompress, Problems *problems)
{
  if (derivative->shape.sheet.width_mm == 0 || derivative->delivery.encode.density == 0)
    return true;
  return problems_add (problems, given_mark (recompress->node, "density"),
                       "'density' does not go with 'page', which writes the one that its pixels "
                       "have; say 'dpi' in 'page'");
}

/* ---- paths ---- */

typedef struct {
  const Expander *expander;
  const Derivative *derivative;
  const MatrixRow *row; /* of the output */
  char buffer[32];
} PathFacts;

static const char *const fact_names[] = { "name", "stem",    "width",  "height", "format",
                                          "ext",  "variant", "preset", "hash" };

static const char *
path_fact (void *data, const char *name)
{
  PathFacts *facts = data;
  const Derivative *derivative = facts->derivative;
  const ImageFormatType *format = image_format_type (derivative->format);
  const PlanImage *image = facts->expander->image;
  if (strcmp (name, "name") == 0)
    return image->id;
  if (strcmp (name, "stem") == 0)
    return image->stem;
  if (strcmp (name, "format") == 0)
    return format->name;
  if (strcmp (name, "ext") == 0)
    return format->extension;
  if (strcmp (name, "preset") == 0)
    return derivative->preset;

  const Node *value = matrix_row_get (facts->row, name);
  if (value == NULL)
    value = matrix_row_get (facts->expander->row, name);
  bool is_width = strcmp (name, "width") == 0, is_height = strcmp (name, "height") == 0;
  if (is_width || is_height)
    g_snprintf (facts->buffer, sizeof facts->buffer, "%d",
                is_width ? derivative->shape.width : derivative->shape.height);
  else if (strcmp (name, "variant") == 0)
    g_snprintf (facts->buffer, sizeof facts->buffer, "%d", image->variant);
  else if (strcmp (name, "hash") == 0)
    g_strlcpy (facts->buffer, digest_to_hex (&derivative->fingerprint).text, 13);
  else
    return value != NULL ? value->text : NULL;
  return facts->buffer;
}

/* All that {…} may name here: the facts, and the keys of both matrices. */
static GPtrArray *
all_fact_names (const PathFacts *facts)
{
  GPtrArray *names = g_ptr_array_new ();
  for (unsigned i = 0; i < G_N_ELEMENTS (fact_names); i++)
    g_ptr_array_add (names, (gpointer)fact_names[i]);
  const MatrixRow *const rows[] = { facts->expander->row, facts->row };
  for (unsigned r = 0; r < G_N_ELEMENTS (rows); r++)
    for (unsigned i = 0; i < rows[r]->n; i++)
      if (!g_ptr_array_find_with_equal_func (names, rows[r]->keys[i], g_str_equal, NULL))
        g_ptr_array_add (names, (gpointer)rows[r]->keys[i]);
  return names;
}

static bool
needs_exact_shape (const Expander *expander, const Derivative *derivative, const Node *to)
{
  static const char *const sizes[] = { "width", "height" };
  if (derivative->shape.is_exact)
    return true;
  for (unsigned i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (template_names (to->text, sizes[i]))
      return problems_add (expander->problems, &to->mark,
                           "{%s} is not known before 'trim' has seen the pixels; name the file by "
                           "{name} or a matrix key",
                           sizes[i]);
  return true;
}

/* "out/a.webp" and variant 2 give "out/a-2.webp". */
static char *
with_variant (const char *path, int variant)
{
  const char *slash = strrchr (path, '/');
  const char *dot = strrchr (path, '.');
  if (dot == NULL || (slash != NULL && dot < slash))
    return g_strdup_printf ("%s-%d", path, variant);
  return g_strdup_printf ("%.*s-%d%s", (int)(dot - path), path, variant, dot);
}

static bool
write_path (Expander *expander, Derivative *derivative, const OutputRule *rule, const Node *written,
            const MatrixRow *row)
{
  const Pipeline *pipeline = expander->plan->pipeline;
  g_autoptr (Node) fallback = node_new_scalar (
    &rule->mark,
    rule->preset != NULL ? "out/{preset}/{name}-{width}.{ext}" : "out/{name}-{width}.{ext}",
    NODE_BLOCK);
  const Node *to = written != NULL ? written : fallback;
  if (!needs_exact_shape (expander, derivative, to))
    return false;
  PathFacts facts = { .expander = expander, .derivative = derivative, .row = row };
  g_autoptr (GPtrArray) names = all_fact_names (&facts);
  g_autofree char *filled = template_fill (to, path_fact, &facts, (const char *const *)names->pdata,
                                           names->len, expander->problems);
  if (filled == NULL)
    return false;
  const PlanImage *image = expander->image;
  if (image->has_variants && image->variant > 1 && !template_names (to->text, "variant")) {
    char *numbered = with_variant (filled, image->variant);
    g_free (filled);
    filled = numbered;
  }
  if (image_format_of_path (filled) != derivative->format)
    return problems_add (expander->problems, &to->mark,
                         "'to' gives %s, but 'recompress' makes %s; end it with .{ext}", filled,
                         image_format_type (derivative->format)->label);
  derivative->path = path_resolve (pipeline->folder, filled);
  derivative->shown = path_relative (derivative->path, pipeline->folder);
  bool is_within = path_is_within (derivative->path, pipeline->folder);
  if (!is_within && !pipeline->allow_outside)
    return problems_add (expander->problems, &to->mark,
                         "this path leaves the pipeline's folder: %s; --allow-outside permits it",
                         filled);
  return true;
}

/* ---- one derivative ---- */

static int
find_delivery (const Derivative *derivative, const char *name)
{
  for (unsigned i = 0; i < derivative->delivery_steps->len; i++)
    if (strcmp (((Step *)derivative->delivery_steps->pdata[i])->type->name, name) == 0)
      return (int)i;
  return -1;
}

/* What nobody wrote is written with its defaults, so that a recipe is complete and a default said
 * aloud changes nothing. */
static bool
add_default_delivery (Derivative *derivative, const char *folder, Problems *problems)
{
  static const char *const always[] = { "metadata", "recompress" };
  for (unsigned i = 0; i < G_N_ELEMENTS (always); i++) {
    if (find_delivery (derivative, always[i]) >= 0)
      continue;
    g_autoptr (Node) nothing = node_new_scalar (&derivative->mark, "", NODE_PLAIN);
    Step *step = step_new (stage_find (always[i]), nothing, folder, &derivative->mark, problems);
    if (step == NULL)
      return false;
    unsigned at = 0;
    while (at < derivative->delivery_steps->len &&
           strcmp (((Step *)derivative->delivery_steps->pdata[at])->type->name, always[i]) < 0)
      at++;
    g_ptr_array_insert (derivative->delivery_steps, (int)at, step);
  }
  return true;
}

static void
fill_delivery (Derivative *derivative)
{
  const GPtrArray *const lists[] = { derivative->steps, derivative->delivery_steps };
  for (unsigned l = 0; l < G_N_ELEMENTS (lists); l++)
    for (unsigned i = 0; i < lists[l]->len; i++) {
      const Step *step = lists[l]->pdata[i];
      if (step->type->deliver != NULL)
        step->type->deliver (step->options, &derivative->delivery);
    }
}

/* Of a chain that is wrong, at least the words of its path. Always false. */
static bool
check_names (Expander *expander, const OutputRule *rule, const Node *to, const MatrixRow *row)
{
  const Derivative derivative = { .preset = rule->preset != NULL ? rule->preset->name : "",
                                  .format = IMAGE_FORMAT_JPEG };
  PathFacts facts = { .expander = expander, .derivative = &derivative, .row = row };
  g_autoptr (GPtrArray) names = all_fact_names (&facts);
  if (to != NULL)
    g_free (template_fill (to, path_fact, &facts, (const char *const *)names->pdata, names->len,
                           expander->problems));
  return false;
}

static bool
expand_one (Expander *expander, const OutputRule *rule, const MatrixRow *row)
{
  const Pipeline *pipeline = expander->plan->pipeline;
  g_autoptr (Scope) inner = scope_new (rule->scope != NULL ? rule->scope : expander->scope);
  matrix_row_fill_scope (row, inner);
  const Scope *own_scope = rule->preset != NULL ? expander->scope : inner;

  ChainPart parts[3] = { plan_shared_part (expander->plan, expander->scope) };
  unsigned n_parts = 1;
  if (rule->stages != NULL)
    parts[n_parts++] = (ChainPart){ rule->stages, own_scope,
                                    pipeline_folder_of (pipeline, rule->stages),
                                    rule->preset != NULL };
  if (rule->preset_stages != NULL)
    parts[n_parts++] = (ChainPart){ rule->preset_stages, inner, rule->preset->folder, false };
  g_autoptr (Chain) chain = chain_build (expander->plan->steps, parts, n_parts, expander->problems);
  unsigned before = problems_count (expander->problems);
  g_autoptr (Node) to = NULL;
  if (rule->to != NULL)
    to = scope_fill (rule->to->mark.source == rule->mark.source ? own_scope : inner, rule->to,
                     expander->problems);
  if (problems_count (expander->problems) > before)
    return false;
  if (chain == NULL)
    return check_names (expander, rule, to, row);

  g_autoptr (Derivative) derivative = g_new0 (Derivative, 1);
  derivative->mark = rule->mark;
  derivative->preset = rule->preset != NULL ? rule->preset->name : "";
  derivative->steps = g_steal_pointer (&chain->steps);
  derivative->delivery_steps = g_steal_pointer (&chain->delivery);
  chain->steps = g_ptr_array_new ();
  chain->delivery = g_ptr_array_new ();
  derivative->shape = expander->facts->shape;
  if (!apply_shapes (expander, derivative->steps, &derivative->shape)) {
    add_impossible (expander, rule, row);
    return true;
  }
  if (!add_default_delivery (derivative, pipeline->folder, expander->problems))
    return false;
  unsigned i_recompress = (unsigned)find_delivery (derivative, "recompress");
  if (!settle_format (expander, derivative, to, i_recompress))
    return false;
  fill_delivery (derivative);
  if (!check_density (derivative, derivative->delivery_steps->pdata[i_recompress],
                      expander->problems))
    return false;
  if (!check_fits_format (expander, derivative, derivative->delivery_steps->pdata[i_recompress]) ||
      !plan_write_recipe (expander->plan, expander->image, expander->facts, derivative,
                          expander->problems) ||
      !write_path (expander, derivative, rule, to, row))
    return false;
  g_ptr_array_add (expander->expansion->derivatives, g_steal_pointer (&derivative));
  return true;
}

/* The last derivative, if a smaller size of the same rule gives the same file: of a banner that is
 * 100 px high a square of 160 px and one of 320 px are both 100 px. `seen`: path → its row and
 * place. */
typedef struct {
  const MatrixRow *row;
  unsigned place;
} Seen;

static void
drop_repeated_size (Expander *expander, const OutputRule *rule, const MatrixRow *row,
                    GHashTable *seen)
{
  GPtrArray *derivatives = expander->expansion->derivatives;
  unsigned place = derivatives->len - 1;
  const Derivative *last = derivatives->pdata[place];
  if (last->path == NULL)
    return;
  const Seen *before = g_hash_table_lookup (seen, last->path);
  if (before == NULL) {
    Seen *now = g_new (Seen, 1);
    *now = (Seen){ row, place };
    g_hash_table_insert (seen, last->path, now);
    return;
  }
  const Derivative *first = derivatives->pdata[before->place];
  if (first->shape.width == last->shape.width && first->shape.height == last->shape.height &&
      matrix_rows_are_alike (rule->matrix, before->row, row))
    g_ptr_array_remove_index (derivatives, place);
}

static void
expand_rule (Expander *expander, const OutputRule *rule)
{
  Shape shape;
  if (!shape_before (expander, rule, &shape)) {
    if (expander->shape_error != NULL)
      add_impossible (expander, rule, NULL);
    return;
  }
  g_autoptr (GPtrArray)
    rows = matrix_rows (rule->matrix, shape.width, shape.height, &rule->mark, expander->problems);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (unsigned i = 0; rows != NULL && i < rows->len; i++) {
    unsigned n_before = expander->expansion->derivatives->len;
    expand_one (expander, rule, rows->pdata[i]);
    if (expander->expansion->derivatives->len > n_before)
      drop_repeated_size (expander, rule, rows->pdata[i], seen);
  }
}

Expansion *
plan_expand (const Plan *plan, unsigned i, const OriginalFacts *facts, Problems *problems)
{
  const PlanImage *image = plan_image (plan, i);
  g_autoptr (Scope) scope = plan_row_scope (plan, image->row);
  g_autoptr (Expansion) expansion = g_new0 (Expansion, 1);
  expansion->derivatives = g_ptr_array_new_with_free_func (derivative_free);
  Expander expander = {
    .plan = plan,
    .image = image,
    .row = plan->rows->pdata[image->row],
    .facts = facts,
    .scope = scope,
    .expansion = expansion,
    .problems = problems,
  };
  unsigned before = problems_count (problems);
  for (unsigned r = 0; r < plan->pipeline->outputs->len; r++)
    expand_rule (&expander, plan->pipeline->outputs->pdata[r]);
  return problems_count (problems) == before ? g_steal_pointer (&expansion) : NULL;
}
