#include "stage-case.h"

#include <math.h>
#include <string.h>

#include "document/document.h"

struct StageCase {
  const StageType *type;
  void *options;
  Document *document;
};

/* fontconfig 2.14 keeps its fonts behind pointers that the leak finder cannot follow: a program that
 * does nothing but vips_text "leaks" the same. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

void
stage_case_start (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_autoptr (GError) error = NULL;
  assert_ok (image_start (2, &error), error);
}

static StageCase *
read_case (const char *name, const char *yaml, Problems *problems)
{
  StageCase *stage_case = g_new0 (StageCase, 1);
  stage_case->type = stage_find (name);
  g_assert_nonnull (stage_case->type);
  stage_case->options = options_new (stage_case->type->options);
  g_autofree char *text = g_strdup_printf ("- %s\n", yaml);
  stage_case->document = document_read ("case.yaml", text, strlen (text), problems);
  g_assert_nonnull (stage_case->document);
  const Node *node = node_item (stage_case->document->root, 0);
  g_autofree char *folder = g_get_current_dir ();
  if (options_read (stage_case->type->options, node, name, folder, stage_case->options, problems) &&
      stage_case->type->check != NULL)
    stage_case->type->check (stage_case->options, node, problems);
  return stage_case;
}

StageCase *
stage_case_new (const char *name, const char *yaml)
{
  g_autoptr (Problems) problems = problems_new ();
  StageCase *stage_case = read_case (name, yaml, problems);
  g_autofree char *text = problems_format (problems);
  if (problems_count (problems) > 0)
    g_error ("%s: %s:\n%s", name, yaml, text);
  return stage_case;
}

void
stage_case_free (StageCase *stage_case)
{
  if (stage_case == NULL)
    return;
  options_free (stage_case->type->options, stage_case->options);
  document_free (stage_case->document);
  g_free (stage_case);
}

const void *
stage_case_options (StageCase *stage_case)
{
  return stage_case->options;
}

char *
stage_case_problems (const char *name, const char *yaml)
{
  g_autoptr (Problems) problems = problems_new ();
  stage_case_free (read_case (name, yaml, problems));
  g_autofree char *text = problems_format (problems);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *messages = g_string_new (NULL);
  for (char **line = lines; *line != NULL; line++) {
    const char *message = g_str_has_prefix (*line, "case.yaml:") ? strstr (*line, ": ") : NULL;
    if (message != NULL)
      g_string_append_printf (messages, "%s%s", messages->len > 0 ? "\n" : "", message + 2);
  }
  g_assert_cmpint (problems_count (problems) > 0, ==, messages->len > 0);
  return g_string_free (messages, FALSE);
}

static void
assert_shape (const Shape *promised, VipsImage *image)
{
  Shape real = stage_shape_of (image);
  if (promised->is_exact) {
    g_assert_cmpint (real.width, ==, promised->width);
    g_assert_cmpint (real.height, ==, promised->height);
  } else {
    g_assert_cmpint (real.width, <=, promised->width);
    g_assert_cmpint (real.height, <=, promised->height);
  }
  g_assert_cmpint (real.has_alpha, ==, promised->has_alpha);
  g_assert_cmpint (real.n_channels, ==, promised->n_channels);
  g_assert_cmpint (real.bit_depth, ==, promised->bit_depth);
  g_assert_cmpfloat (real.sheet.width_mm, ==, promised->sheet.width_mm);
  g_assert_cmpint (real.sheet.dpi, ==, promised->sheet.dpi);
  g_assert_cmpint (real.sheet.bleed, ==, promised->sheet.bleed);
}

VipsImage *
stage_case_apply (StageCase *stage_case, VipsImage *in)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) lazy = NULL;
  Shape shape = stage_shape_of (in);
  if (stage_case->type->shape != NULL)
    assert_ok (stage_case->type->shape (stage_case->options, &shape, &error), error);
  assert_ok (stage_case->type->apply (stage_case->options, in, &lazy, &error), error);
  assert_shape (&shape, lazy);
  VipsImage *image = vips_image_copy_memory (lazy);
  g_assert_nonnull (image);
  return image;
}

VipsImage *
stage_run (const char *name, const char *yaml, VipsImage *in)
{
  g_autoptr (StageCase) stage_case = stage_case_new (name, yaml);
  return stage_case_apply (stage_case, in);
}

char *
stage_error (const char *name, const char *yaml, VipsImage *in, bool in_shape)
{
  g_autoptr (StageCase) stage_case = stage_case_new (name, yaml);
  g_autoptr (GError) error = NULL, shape_error = NULL;
  g_autoptr (VipsImage) out = NULL;
  Shape shape = stage_shape_of (in);
  g_assert_false (stage_case->type->apply (stage_case->options, in, &out, &error));
  g_assert_null (out);
  g_assert_nonnull (error);
  if (in_shape) {
    g_assert_false (stage_case->type->shape (stage_case->options, &shape, &shape_error));
    g_assert_cmpstr (shape_error->message, ==, error->message);
    g_assert_true (g_error_matches (error, shape_error->domain, shape_error->code));
  }
  return g_strdup (error->message);
}

/* ---- pictures ---- */

static const struct {
  int bands;
  bool is_16_bit;
  VipsInterpretation interpretation;
} kinds[] = {
  [PICTURE_RGB] = { 3, false, VIPS_INTERPRETATION_sRGB },
  [PICTURE_RGBA] = { 4, false, VIPS_INTERPRETATION_sRGB },
  [PICTURE_GRAY] = { 1, false, VIPS_INTERPRETATION_B_W },
  [PICTURE_GRAY_ALPHA] = { 2, false, VIPS_INTERPRETATION_B_W },
  [PICTURE_RGB16] = { 3, true, VIPS_INTERPRETATION_RGB16 },
  [PICTURE_RGBA16] = { 4, true, VIPS_INTERPRETATION_RGB16 },
  [PICTURE_CMYK] = { 4, false, VIPS_INTERPRETATION_CMYK },
};

static VipsImage *
finish (PictureKind kind, uint8_t *bytes, int width, int height)
{
  VipsImage *bare = vips_image_new_from_memory_copy (
    bytes, (size_t)width * height * kinds[kind].bands, width, height, kinds[kind].bands,
    VIPS_FORMAT_UCHAR);
  g_autoptr (VipsImage) wide = NULL, cast = NULL;
  VipsImage *image = NULL;
  VipsBandFormat format = kinds[kind].is_16_bit ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR;
  g_assert_cmpint (vips_linear1 (bare, &wide, kinds[kind].is_16_bit ? 257 : 1, 0, NULL), ==, 0);
  g_assert_cmpint (vips_cast (wide, &cast, format, NULL), ==, 0);
  g_assert_cmpint (vips_copy (cast, &image, "interpretation", kinds[kind].interpretation, NULL), ==,
                   0);
  g_object_unref (bare);
  g_free (bytes);
  return image;
}

VipsImage *
picture_gradient (PictureKind kind, int width, int height)
{
  int n = kinds[kind].bands;
  uint8_t *bytes = g_malloc ((size_t)width * height * n);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      uint8_t values[4] = {
        (uint8_t)(width > 1 ? 255 * x / (width - 1) : 0),
        (uint8_t)(height > 1 ? 255 * y / (height - 1) : 0),
        (uint8_t)((x * 7 + y * 13) & 255),
        (uint8_t)(255 - 200 * x / width),
      };
      if (n == 2)
        values[1] = values[3];
      memcpy (bytes + ((size_t)y * width + x) * n, values, n);
    }
  return finish (kind, bytes, width, height);
}

VipsImage *
picture_plain (PictureKind kind, int width, int height, const double *values)
{
  int n = kinds[kind].bands;
  uint8_t *bytes = g_malloc ((size_t)width * height * n);
  for (int i = 0; i < width * height * n; i++)
    bytes[i] = (uint8_t)values[i % n];
  return finish (kind, bytes, width, height);
}

void
pixel_at (VipsImage *image, int x, int y, double out_values[5])
{
  g_autofree double *point = NULL;
  int n = 0;
  g_assert_cmpint (vips_getpoint (image, &point, &n, x, y, NULL), ==, 0);
  for (int i = 0; i < n && i < 5; i++)
    out_values[i] = point[i];
}

void
assert_pixel_is (const char *file, int line, VipsImage *image, int x, int y, double tolerance,
                 const double *expected, size_t n)
{
  double values[5] = { 0 };
  pixel_at (image, x, y, values);
  g_assert_cmpint (vips_image_get_bands (image), ==, (int)n);
  for (size_t i = 0; i < n; i++)
    if (fabs (values[i] - expected[i]) > tolerance)
      g_error ("%s:%d: pixel %d,%d band %zu is %g, not %g", file, line, x, y, i, values[i],
               expected[i]);
}
