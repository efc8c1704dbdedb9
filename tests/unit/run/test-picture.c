#include <string.h>

#include "run/manifest.h"

static Derivative derivatives[8];

static void
add (GArray *items, const char *shown, ImageFormat format, int width)
{
  Derivative *derivative = &derivatives[items->len];
  *derivative = (Derivative){
    .shown = (char *)shown,
    .format = format,
    .shape = { .width = width, .height = width / 2 },
  };
  ManifestItem item = { .derivative = derivative, .facts = "{}" };
  g_array_append_val (items, item);
}

static GArray *
items_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (ManifestItem));
}

static void
test_set (void)
{
  g_autoptr (GArray) items = items_new ();
  add (items, "a-800.jpg", IMAGE_FORMAT_JPEG, 800);
  add (items, "a-400.jpg", IMAGE_FORMAT_JPEG, 400);
  add (items, "a-400.webp", IMAGE_FORMAT_WEBP, 400);
  add (items, "a-400.avif", IMAGE_FORMAT_AVIF, 400);
  g_autofree char *html = manifest_picture (items, "a");
  g_assert_cmpstr (
    html, ==,
    "<picture><source type=\"image/avif\" srcset=\"a-400.avif 400w\" sizes=\"100vw\">"
    "<source type=\"image/webp\" srcset=\"a-400.webp 400w\" sizes=\"100vw\">"
    "<img src=\"a-800.jpg\" srcset=\"a-400.jpg 400w, a-800.jpg 800w\" sizes=\"100vw\" "
    "width=\"800\" height=\"400\" alt=\"a\" loading=\"lazy\"></picture>");
}

static void
test_nothing_to_choose (void)
{
  g_autoptr (GArray) items = items_new ();
  g_assert_null (manifest_picture (items, "a"));
  add (items, "a.jpg", IMAGE_FORMAT_JPEG, 800);
  add (items, "a.tif", IMAGE_FORMAT_TIFF, 800);
  g_assert_null (manifest_picture (items, "a"));
}

/* What a name holds ends no attribute and no entry of a srcset. */
static void
test_escapes (void)
{
  g_autoptr (GArray) items = items_new ();
  add (items, "a b, \"c\" <d>.jpg", IMAGE_FORMAT_JPEG, 800);
  add (items, "x&y.webp", IMAGE_FORMAT_WEBP, 800);
  g_autofree char *html = manifest_picture (items, "\"><script>x</script>");
  g_assert_null (strstr (html, "<script"));
  g_assert_null (strstr (html, "<d>"));
  g_assert_null (strstr (html, "a b"));
  g_assert_null (strstr (html, "\"c\""));
  g_assert_null (strstr (html, "b, "));
  g_assert_null (strstr (html, "x&y"));
  g_assert_nonnull (strstr (html, "alt=\"&quot;&gt;&lt;script&gt;"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/picture/best-formats-come-first-and-sizes-rise", test_set);
  g_test_add_func ("/run/picture/one-file-is-no-choice", test_nothing_to_choose);
  g_test_add_func ("/run/picture/names-cannot-break-out", test_escapes);
  return g_test_run ();
}
