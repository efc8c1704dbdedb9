/* Planes and bands: what is stored comes back, and nothing else is taken for it. */
#include "pixels/band.h"

#include <string.h>
#include <zstd.h>

#include "pixels/little-endian.h"
#include "png-maker.h"

/* Rows of a PNG as band_reader_load gives them: 16 bit in the machine's order. */
static void
to_machine_order (const PixelShape *shape, GByteArray *rows)
{
  for (unsigned i = 0; shape->bit_depth == 16 && i < rows->len; i += 2) {
    uint16_t sample = (uint16_t)(rows->data[i] << 8 | rows->data[i + 1]);
    memcpy (rows->data + i, &sample, 2);
  }
}

static GByteArray *
store (const PixelShape *shape, const GByteArray *rows)
{
  g_autoptr (BandWriter) writer = band_writer_new (shape, shape->height);
  GByteArray *stored = g_byte_array_new ();
  band_writer_store (writer, rows->data, shape->height, stored);
  return stored;
}

static bool
load (const PixelShape *shape, const GByteArray *stored, uint8_t *out, GError **error)
{
  /* A copy that ends where it ends, so that a byte too many is seen. */
  g_autofree uint8_t *copy = g_memdup2 (stored->data, stored->len);
  g_autoptr (BandReader) reader = band_reader_new (shape, shape->height, plane_kernels_best ());
  return band_reader_load (reader, copy, stored->len, shape->height, out,
                           pixel_shape_row_bytes (shape), error);
}

static void
check_round_trip (const PixelShape *shape, PictureKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) rows = make_rows (shape, kind);
  g_autoptr (GByteArray) stored = store (shape, rows);
  g_autofree uint8_t *back = g_malloc (rows->len);
  bool ok = load (shape, stored, back, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  to_machine_order (shape, rows);
  g_assert_cmpmem (back, rows->len, rows->data, rows->len);
  g_assert_cmpuint (stored->len, >=, band_least_bytes (shape, shape->height));
}

static void
every_shape_comes_back (void)
{
  for (int kind = 0; kind <= PICTURE_PATTERN; kind++)
    for (int n_channels = 1; n_channels <= 4; n_channels++)
      for (int bit_depth = 8; bit_depth <= 16; bit_depth += 8) {
        for (int width = 1; width <= 70; width++)
          check_round_trip (&(PixelShape){ width, 1 + width % 3, n_channels, bit_depth },
                            (PictureKind)kind);
        check_round_trip (&(PixelShape){ 1021, 9, n_channels, bit_depth }, (PictureKind)kind);
      }
}

static uint8_t
packing_of (const PixelShape *shape, const GByteArray *rows)
{
  g_autoptr (GByteArray) stored = store (shape, rows);
  return stored->data[shape->height * planes_segments (shape)];
}

static void
each_picture_has_the_packing_that_suits_it (void)
{
  PixelShape shape = { 500, 100, 1, 8 };
  g_autoptr (GByteArray) smooth = make_rows (&shape, PICTURE_SMOOTH);
  g_assert_cmpint (packing_of (&shape, smooth), ==, PLANE_PAIRS);
  g_autoptr (GByteArray) noise = make_rows (&shape, PICTURE_NOISE);
  g_assert_cmpint (packing_of (&shape, noise), ==, PLANE_BYTES);
  /* A slope: neighbours differ by 1 at the most, here and there. */
  for (unsigned i = 0; i < noise->len; i++)
    noise->data[i] = (uint8_t)(i / 500 / 2 + noise->data[i] / 250);
  g_assert_cmpint (packing_of (&shape, noise), ==, PLANE_QUADS);
}

static void
a_row_is_predicted_by_what_leaves_least (void)
{
  PixelShape shape = { 6, 4, 1, 8 };
  static const uint8_t ROWS[] = {
    1,   90,  2,   80,  3,   70,  /* above it everything is 0 */
    60,  60,  60,  60,  60,  60,  /* left */
    1,   90,  2,   80,  3,   70,  /* above: off, but not as far as its neighbours */
    101, 190, 102, 180, 103, 170, /* as above, and lighter: gradient */
  };
  uint8_t predictors[4], residuals[24];
  planes_split (&shape, ROWS, 4, predictors, residuals);
  g_assert_cmpint (predictors[1], ==, PLANE_LEFT);
  g_assert_cmpint (predictors[2], ==, PLANE_ABOVE);
  g_assert_cmpint (predictors[3], ==, PLANE_GRADIENT);
}

static void
each_segment_has_its_own_predictor (void)
{
  PixelShape shape = { PLANES_SEGMENT + 3, 2, 1, 8 };
  g_assert_cmpint (planes_segments (&shape), ==, 2);
  uint8_t rows[2 * (PLANES_SEGMENT + 3)], residuals[sizeof rows], predictors[4];
  for (int x = 0; x < shape.width; x++) {
    rows[x] = (uint8_t)(x * 37);
    rows[shape.width + x] = x < PLANES_SEGMENT ? rows[x] : 200;
  }
  planes_split (&shape, rows, 2, predictors, residuals);
  /* The start of the second segment is told from what is left of it, in the first. */
  g_assert_cmpint (predictors[2], ==, PLANE_ABOVE);
  g_assert_cmpint (predictors[3], ==, PLANE_LEFT);
  uint8_t before = rows[shape.width + PLANES_SEGMENT - 1];
  g_assert_cmpint (residuals[shape.width + PLANES_SEGMENT], ==, (uint8_t)(200 - before));
}

static void
blue_is_told_from_red_and_green (void)
{
  PixelShape shape = { 1, 1, 4, 8 };
  uint8_t predictors[1], residuals[4];
  planes_split (&shape, (uint8_t[]){ 13, 10, 14, 9 }, 1, predictors, residuals);
  g_assert_cmpmem (residuals, 4, ((uint8_t[]){ 10, 3, 14 - 11, 9 }), 4);
}

static void
check_damage (const PixelShape *shape, const GByteArray *stored, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree uint8_t *back = g_malloc (pixel_shape_row_bytes (shape) * (size_t)shape->height);
  g_assert_false (load (shape, stored, back, &error));
  g_assert_error (error, PIXELS_ERROR, PIXELS_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, words));
}

/* Behind ten bytes of predictors: ten segments, one plane. */
enum { AT_PACKING = 10, AT_ESCAPES = 11, AT_LENGTH = 15 };

static void
what_a_band_claims_is_held_against_what_it_has (void)
{
  PixelShape shape = { 1000, 5, 1, 8 };
  g_autoptr (GByteArray) rows = make_rows (&shape, PICTURE_SMOOTH);
  static const struct {
    unsigned at;
    uint8_t byte;
    const char *words;
  } WRONG[] = {
    { 3, 0x04, "predicted in channels that there are not" },
    { AT_PACKING, 3, "plane 0 is packed in a way (3)" },
    { AT_PACKING, PLANE_BYTES, "plane 0" },
    { AT_PACKING, PLANE_QUADS, "plane 0" },
    { AT_ESCAPES + 3, 1, "more escapes than it has samples" },
    { AT_LENGTH + 2, 1, "more bytes than its band has" },
  };
  for (unsigned i = 0; i < G_N_ELEMENTS (WRONG); i++) {
    g_autoptr (GByteArray) stored = store (&shape, rows);
    g_assert_cmpint (stored->data[AT_PACKING], ==, PLANE_PAIRS);
    stored->data[WRONG[i].at] = WRONG[i].byte;
    check_damage (&shape, stored, WRONG[i].words);
  }
  g_autoptr (GByteArray) longer = store (&shape, rows);
  g_byte_array_append (longer, rows->data, 5);
  check_damage (&shape, longer, "5 bytes follow its last plane");
}

/* A band of ten rows of eight samples in pairs, of which some are 8, with so many escapes. */
static GByteArray *
band_of_pairs (unsigned n_eights, unsigned n_escapes)
{
  uint8_t content[40 + 10] = { 0 }, frame[200];
  memset (content, 0x88, n_eights / 2);
  size_t length = ZSTD_compress (frame, sizeof frame, content, 40 + n_escapes, 1);
  GByteArray *stored = g_byte_array_new ();
  g_byte_array_set_size (stored, 10 + 9);
  memset (stored->data, 0, stored->len);
  stored->data[AT_PACKING] = PLANE_PAIRS;
  put_le32 (stored->data + AT_ESCAPES, n_escapes);
  put_le32 (stored->data + AT_LENGTH, (uint32_t)length);
  return g_byte_array_append (stored, frame, (unsigned)length);
}

static void
escapes_are_as_many_as_are_asked_for (void)
{
  g_autoptr (GError) error = NULL;
  PixelShape shape = { 8, 10, 1, 8 };
  uint8_t back[80];
  g_autoptr (GByteArray) right = band_of_pairs (6, 6);
  g_assert_true (load (&shape, right, back, &error));
  g_assert_no_error (error);
  g_autoptr (GByteArray) few = band_of_pairs (6, 5);
  check_damage (&shape, few, "plane 0 has too few escapes");
  g_autoptr (GByteArray) many = band_of_pairs (6, 7);
  check_damage (&shape, many, "plane 0 has too many escapes");
}

static void
every_cut_is_found (void)
{
  PixelShape shape = { 30, 7, 4, 16 };
  g_autoptr (GByteArray) rows = make_rows (&shape, PICTURE_SMOOTH);
  g_autoptr (GByteArray) stored = store (&shape, rows);
  while (stored->len > 0) {
    g_byte_array_set_size (stored, stored->len - 1);
    check_damage (&shape, stored, "");
  }
}

/* Bands have a checksum in the frame: here it is enough that nothing is read or written outside. */
static void
any_flipped_byte_is_survived (void)
{
  PixelShape shape = { 40, 6, 3, 8 };
  g_autofree uint8_t *back = g_malloc (pixel_shape_row_bytes (&shape) * 6);
  for (int kind = 0; kind <= PICTURE_PATTERN; kind++) {
    g_autoptr (GByteArray) rows = make_rows (&shape, (PictureKind)kind);
    g_autoptr (GByteArray) stored = store (&shape, rows);
    for (unsigned i = 0; i < stored->len * 8; i++) {
      g_autoptr (GError) error = NULL;
      stored->data[i / 8] ^= (uint8_t)(1U << i % 8);
      bool ok = load (&shape, stored, back, &error);
      g_assert_cmpint (ok, ==, error == NULL);
      stored->data[i / 8] ^= (uint8_t)(1U << i % 8);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pixels/band/" name, function)
  CLAIM ("every-shape-comes-back", every_shape_comes_back);
  CLAIM ("each-picture-has-the-packing-that-suits-it", each_picture_has_the_packing_that_suits_it);
  CLAIM ("a-row-is-predicted-by-what-leaves-least", a_row_is_predicted_by_what_leaves_least);
  CLAIM ("each-segment-has-its-own-predictor", each_segment_has_its_own_predictor);
  CLAIM ("blue-is-told-from-red-and-green", blue_is_told_from_red_and_green);
  CLAIM ("what-a-band-claims-is-held-against-what-it-has",
         what_a_band_claims_is_held_against_what_it_has);
  CLAIM ("escapes-are-as-many-as-are-asked-for", escapes_are_as_many_as_are_asked_for);
  CLAIM ("every-cut-is-found", every_cut_is_found);
  CLAIM ("any-flipped-byte-is-survived", any_flipped_byte_is_survived);
#undef CLAIM
  return g_test_run ();
}
