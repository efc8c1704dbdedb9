/* What a pixel frame of a PNG costs, beside libpng: see tests/bench/pixels. A row a file.
 *
 * Everything is in memory, and each round takes fresh memory for the pixels, as a reader has to. The
 * three readers take turns; medians are printed, of CPU seconds where one thread works, else wall. */
#include <inttypes.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "pixels/frame.h"
#include "pixels/recipe.h"

enum { MOST_ROUNDS = 101 };

typedef struct {
  double seconds[MOST_ROUNDS];
  int n;
} Times;

static double
now (clockid_t clock)
{
  struct timespec time;
  clock_gettime (clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

static double
median (Times *times)
{
  qsort (times->seconds, (size_t)times->n, sizeof (double), compare);
  return times->seconds[times->n / 2];
}

/* ---- libpng ---- */

typedef struct {
  const uint8_t *next;
  size_t left;
} Input;

static void
give (png_structp png, png_bytep out, size_t length)
{
  Input *input = png_get_io_ptr (png);
  if (length > input->left)
    png_error (png, "cut off");
  memcpy (out, input->next, length);
  input->next += length;
  input->left -= length;
}

/* Every row into one block, as the file has them. */
static uint8_t *
read_by_libpng (const void *bytes, size_t length, const PixelShape *shape)
{
  size_t row_bytes = pixel_shape_row_bytes (shape);
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  if (setjmp (png_jmpbuf (png)))
    g_error ("libpng cannot read it");
  Input input = { bytes, length };
  png_set_read_fn (png, &input, give);
  png_read_info (png, info);
  uint8_t *pixels = g_malloc (row_bytes * (size_t)shape->height);
  for (int y = 0; y < shape->height; y++)
    png_read_row (png, pixels + (size_t)y * row_bytes, NULL);
  png_destroy_read_struct (&png, &info, NULL);
  return pixels;
}

/* ---- frames ---- */

static bool
append (void *data, const void *bytes, size_t length, GError **error)
{
  g_byte_array_append (data, bytes, (unsigned)length);
  return true;
}

static bool
read_at (void *data, int64_t offset, void *out, size_t length, GError **error)
{
  memcpy (out, ((GByteArray *)data)->data + offset, length);
  return true;
}

static uint8_t *
read_frame (GByteArray *bytes, const PixelShape *shape, int n_threads)
{
  g_autoptr (GError) error = NULL;
  PixelSource source = { bytes, bytes->len, read_at };
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  size_t row_bytes = pixel_shape_row_bytes (shape);
  uint8_t *pixels = g_malloc (row_bytes * (size_t)shape->height);
  if (frame == NULL || !pixel_frame_read (frame, pixels, row_bytes, n_threads, &error))
    g_error ("%s", error->message);
  return pixels;
}

/* CPU seconds; the bytes are compared. */
static double
rebuild (GByteArray *bytes, const void *png, size_t length)
{
  g_autoptr (GError) error = NULL;
  PixelSource source = { bytes, bytes->len, read_at };
  g_autoptr (PixelFrame) frame = pixel_frame_open (&source, &error);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  PixelSink sink = { out, append };
  double start = now (CLOCK_PROCESS_CPUTIME_ID);
  if (frame == NULL || !pixel_frame_rebuild (frame, &sink, &error))
    g_error ("%s", error->message);
  double seconds = now (CLOCK_PROCESS_CPUTIME_ID) - start;
  if (out->len != length || memcmp (out->data, png, length) != 0)
    g_error ("other bytes were rebuilt");
  return seconds;
}

static void
to_machine_order (const PixelShape *shape, uint8_t *pixels)
{
  size_t length = pixel_shape_row_bytes (shape) * (size_t)shape->height;
  for (size_t i = 0; shape->bit_depth == 16 && i < length; i += 2) {
    uint16_t sample = (uint16_t)(pixels[i] << 8 | pixels[i + 1]);
    memcpy (pixels + i, &sample, 2);
  }
}

static void
print_row (const char *path, const void *png, size_t length, GByteArray *bytes,
           const PixelFrameInfo *info, double write_s, int n_rounds)
{
  const PixelShape *shape = &info->shape;
  Times libpng = { 0 }, one = { 0 }, two = { 0 };
  for (int round = 0; round < n_rounds; round++) {
    double start = now (CLOCK_PROCESS_CPUTIME_ID);
    g_autofree uint8_t *expected = read_by_libpng (png, length, shape);
    libpng.seconds[libpng.n++] = now (CLOCK_PROCESS_CPUTIME_ID) - start;
    start = now (CLOCK_PROCESS_CPUTIME_ID);
    g_autofree uint8_t *by_one = read_frame (bytes, shape, 1);
    one.seconds[one.n++] = now (CLOCK_PROCESS_CPUTIME_ID) - start;
    start = now (CLOCK_MONOTONIC);
    g_autofree uint8_t *by_two = read_frame (bytes, shape, 2);
    two.seconds[two.n++] = now (CLOCK_MONOTONIC) - start;
    size_t n_bytes = pixel_shape_row_bytes (shape) * (size_t)shape->height;
    to_machine_order (shape, expected);
    if (memcmp (expected, by_one, n_bytes) != 0 || memcmp (expected, by_two, n_bytes) != 0)
      g_error ("%s: other pixels", path);
  }
  double peer = median (&libpng), by_one = median (&one), by_two = median (&two);
  g_autofree char *name = g_path_get_basename (path);
  printf ("| %s | %d x %d x %d, %d bit | %.2f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f |",
          name, shape->width, shape->height, shape->n_channels, shape->bit_depth,
          (double)length / 1e6, bytes->len / (double)length, peer, by_one, by_one / peer, by_two,
          by_two / peer, write_s);
  if (info->is_exact)
    printf (" %.2f |\n", rebuild (bytes, png, length));
  else
    printf (" not exact |\n");
  fflush (stdout);
}

static void
bench (const char *path, int n_rounds)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *png = NULL;
  gsize length;
  if (!g_file_get_contents (path, &png, &length, &error)) {
    printf ("| %s | %s |\n", path, error->message);
    return;
  }
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  PixelSink sink = { bytes, append };
  PixelFrameInfo info;
  Digest original = digest_of (png, length);
  double start = now (CLOCK_PROCESS_CPUTIME_ID);
  bool ok = pixel_frame_write (png, length, &original, true, 2, &sink, &info, &error);
  double write_s = now (CLOCK_PROCESS_CPUTIME_ID) - start;
  if (ok)
    print_row (path, png, length, bytes, &info, write_s, n_rounds);
  else
    printf ("| %s | %s |\n", path, error->message);
}

int
main (int argc, char **argv)
{
  if (argc < 3) {
    fprintf (stderr, "usage: bench-pixels ROUNDS FILE.png…\n");
    return 2;
  }
  int n_rounds = (int)CLAMP (g_ascii_strtoll (argv[1], NULL, 10), 1, MOST_ROUNDS);
  printf ("| picture | pixels | PNG, MB | stored, of the PNG | libpng, s | 1 thread, s | of libpng "
          "| 2 threads, s | of libpng | made, CPU s | rebuilt, CPU s |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (int i = 2; i < argc; i++)
    bench (argv[i], n_rounds);
  return 0;
}
