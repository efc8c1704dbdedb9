#include "image/claims.h"

#include "image/decode.h"
#include "pictures.h"

static const uint8_t head[] = "\0\0\0\24ftypavif\0\0\0\0avif";

static void
put_free (GByteArray *out, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    g_byte_array_append (out, (const uint8_t *)"\0\0\0\10free", 8);
}

/* A box around what is in `inner`, which is freed. */
static GByteArray *
box (const char *type, const char *before, size_t before_length, GByteArray *inner)
{
  GByteArray *out = g_byte_array_new ();
  const uint32_t size = GUINT32_TO_BE ((uint32_t)(8 + before_length + inner->len));
  g_byte_array_append (out, (const uint8_t *)&size, 4);
  g_byte_array_append (out, (const uint8_t *)type, 4);
  g_byte_array_append (out, (const uint8_t *)before, (unsigned)before_length);
  g_byte_array_append (out, inner->data, inner->len);
  g_byte_array_unref (inner);
  return out;
}

/* So many boxes, all in all, inside of so many others. */
static GBytes *
file_of_boxes (unsigned n, unsigned n_parents)
{
  GByteArray *inner = g_byte_array_new ();
  put_free (inner, n - 1 - n_parents);
  if (n_parents > 2)
    inner = box ("iinf", "\0\0\0\0\0\0", 6, inner);
  if (n_parents > 1)
    inner = box ("iinf", "\1\0\0\0\0\0\0\0", 8, inner);
  if (n_parents > 0)
    inner = box ("meta", "\0\0\0\0", 4, inner);
  g_byte_array_prepend (inner, head, sizeof head - 1);
  return g_byte_array_free_to_bytes (inner);
}

/* A library would make an object of each. */
static void
more_boxes_than_any_file_needs_are_refused_unseen (void)
{
  for (unsigned n_parents = 0; n_parents < 4; n_parents++) {
    for (unsigned more = 0; more < 2; more++) {
      g_autoptr (GBytes) file = file_of_boxes (IMAGE_MOST_BOXES + more, n_parents);
      g_autoptr (GError) error = NULL;
      ImageFacts facts;
      g_assert_cmpint (image_boxes_are_few (g_bytes_get_data (file, NULL), g_bytes_get_size (file)),
                       ==, more == 0);
      if (more == 0)
        continue;
      g_assert_false (image_probe (file, "a.avif", &image_limits_default, &facts, &error));
      g_assert_error (error, IMAGE_ERROR, IMAGE_ERROR_LIMIT);
      g_assert_cmpstr (error->message, ==, "a.avif: it holds over 65536 boxes; encode it again");
    }
  }
}

/* Boxes in boxes, deeper than anybody follows, and all that can be wrong with a size. */
static void
counting_ends (void)
{
  GByteArray *inner = g_byte_array_new ();
  put_free (inner, 3);
  for (unsigned i = 0; i < 1000; i++)
    inner = box ("iprp", "", 0, inner);
  g_autoptr (GBytes) deep = g_byte_array_free_to_bytes (inner);
  g_assert_true (image_boxes_are_few (g_bytes_get_data (deep, NULL), g_bytes_get_size (deep)));
  static const struct {
    const char *bytes;
    size_t length;
  } rows[] = {
#define ROW(bytes) { bytes, sizeof (bytes) - 1 }
    ROW (""),
    ROW ("\0\0\0\7free"),
    ROW ("\0\0\0\0meta\0\0"),
    ROW ("\0\0\0\1meta\0\0\0\0\0\0\0\20"),
    ROW ("\0\0\0\1meta\0\0\0\0\0\0\0\17"),
    ROW ("\0\0\0\1free\xff\xff\xff\xff\xff\xff\xff\xff"),
    ROW ("\xff\xff\xff\xffiinf\1"),
    ROW ("\0\0\0\10iinf\0\0\0\10dref"),
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    for (size_t length = 0; length <= rows[i].length; length++) {
      g_autofree uint8_t *cut = g_memdup2 (rows[i].bytes, length); /* its end is watched */
      g_assert_true (image_boxes_are_few (cut, length));
    }
  }
}

int
main (int argc, char **argv)
{
  pictures_init (&argc, &argv);
#define CLAIM(name, function) g_test_add_func ("/image/claims/" name, function)
  CLAIM ("more-boxes-than-any-file-needs-are-refused-unseen",
         more_boxes_than_any_file_needs_are_refused_unseen);
  CLAIM ("counting-ends", counting_ends);
  return g_test_run ();
}
