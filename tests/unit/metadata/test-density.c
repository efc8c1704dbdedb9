#include "support/carrier.h"
#include "metadata/density.h"

static void
drop_block (gpointer data)
{
  Block *block = data;
  g_bytes_unref (block->data);
  g_free (block);
}

/* The list of one block of a density. */
static GPtrArray *
one (const char *bytes, size_t length)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (drop_block);
  Block *block = g_new0 (Block, 1);
  block->kind = BLOCK_DENSITY;
  block->data = g_bytes_new (bytes, length);
  g_ptr_array_add (blocks, block);
  return blocks;
}

static void
expect (ContainerKind kind, const char *bytes, size_t length, double x_dpi, double y_dpi)
{
  g_autoptr (GPtrArray) blocks = one (bytes, length);
  g_autoptr (GArray) claims = density_claims (kind, blocks, NULL);
  if (x_dpi <= 0) {
    g_assert_cmpuint (claims->len, ==, 0);
    return;
  }
  g_assert_cmpuint (claims->len, ==, 1);
  g_assert_cmpfloat_with_epsilon (g_array_index (claims, DensityClaim, 0).x_dpi, x_dpi, 0.01);
  g_assert_cmpfloat_with_epsilon (g_array_index (claims, DensityClaim, 0).y_dpi, y_dpi, 0.01);
}

static void
reads_every_unit (void)
{
  expect (CONTAINER_PNG, "\0\0\x2e\x23\0\0\x0b\x13\1", 9, 300, 72.01);
  expect (CONTAINER_JPEG, "\1\2\1\1\x2c\0\x48\0\0", 9, 300, 72);
  expect (CONTAINER_JPEG, "\1\2\2\0\x76\0\x76\0\0", 9, 299.72, 299.72);
}

static void
a_shape_of_pixels_is_no_density (void)
{
  expect (CONTAINER_PNG, "\0\0\0\2\0\0\0\1\0", 9, 0, 0);
  expect (CONTAINER_JPEG, "\1\2\0\0\1\0\1\0\0", 9, 0, 0);
  expect (CONTAINER_PNG, "\0\0\0\0\0\0\0\0\1", 9, 0, 0);
}

static void
what_is_cut_says_nothing (void)
{
  expect (CONTAINER_PNG, "\0\0\x2e\x23\0\0\x0b\x13", 8, 0, 0);
  expect (CONTAINER_JPEG, "\1\2\1\1\x2c\0", 6, 0, 0);
}

static void
claims_may_disagree (void)
{
  g_autoptr (GPtrArray) blocks = one ("\0\0\x2e\x23\0\0\x2e\x23\1", 9);
  const ExifList near = { .x_dpi = 300, .y_dpi = 300 }, far = { .x_dpi = 72, .y_dpi = 72 };
  g_autoptr (GArray) agreeing = density_claims (CONTAINER_PNG, blocks, &near);
  g_autoptr (GArray) others = density_claims (CONTAINER_PNG, blocks, &far);
  g_assert_cmpuint (agreeing->len, ==, 2);
  g_assert_true (density_claims_agree (agreeing));
  g_assert_false (density_claims_agree (others));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/metadata/density/" name, function)
  ADD ("reads-every-unit", reads_every_unit);
  ADD ("a-shape-of-pixels-is-no-density", a_shape_of_pixels_is_no_density);
  ADD ("what-is-cut-says-nothing", what_is_cut_says_nothing);
  ADD ("claims-may-disagree", claims_may_disagree);
  return g_test_run ();
}
