/* Derivatives of an original do not tell how it is stored: made from its bytes or from its pixels,
 * they are the same files. The linker puts this file between the cache and pixels/ (--wrap), so that
 * the test can take the way back to the bytes away. */
#include "run/render.h"

#include <vips/vips.h>
#include <zlib.h>
#include <glib/gstdio.h>

#include "cache/blob-repack.h"
#include "cache/blob.h"
#include "document/document.h"
#include "image/painter.h"
#include "pixels/frame.h"
#include "support/scratch.h"

static bool can_rebuild = true;

bool __real_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);
bool __wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error);

bool
__wrap_pixel_frame_rebuild (PixelFrame *frame, const PixelSink *sink, GError **error)
{
  return can_rebuild ? __real_pixel_frame_rebuild (frame, sink, error)
                     : pixels_set_error (error, PIXELS_ERROR_FAILED, "another zlib");
}

static const char labelled[] =
  "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-"
  "ns#'><rdf:Description xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' "
  "Iptc4xmpExt:DigitalSourceType='http://cv.iptc.org/newscodes/digitalsourcetype/"
  "trainedAlgorithmicMedia'/></rdf:RDF></x:xmpmeta>";

/* ---- originals ---- */

typedef enum { RGB, RGB_ALPHA, GRAY, RGB_16, N_KINDS } Kind;

static void
must (int failed)
{
  if (failed)
    g_error ("libvips: %s", vips_error_buffer ());
}

static VipsImage *
draw (Kind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VipsImage) rgb = NULL;
  VipsImage *image = NULL;
  const PainterSpec spec = { .prompt = "lighthouse", .seed = 3, .width = 161, .height = 120 };
  assert_ok (image_start (0, &error), error);
  assert_ok (painter_draw (&spec, &rgb, &error), error);
  if (kind == RGB_ALPHA)
    must (vips_bandjoin_const1 (rgb, &image, 100, NULL));
  else if (kind == GRAY)
    must (vips_colourspace (rgb, &image, VIPS_INTERPRETATION_B_W, NULL));
  else if (kind == RGB_16)
    must (vips_colourspace (rgb, &image, VIPS_INTERPRETATION_RGB16, NULL));
  return image != NULL ? image : g_steal_pointer (&rgb);
}

static GBytes *
save_png (VipsImage *image)
{
  void *data;
  size_t length;
  must (vips_pngsave_buffer (image, &data, &length, "compression", 3, NULL));
  return g_bytes_new_take (data, length);
}

static GBytes *
plain_png (Kind kind)
{
  g_autoptr (VipsImage) image = draw (kind);
  return save_png (image);
}

/* Everything a head can tell. */
static GBytes *
told_png (void)
{
  g_autoptr (VipsImage) plain = draw (RGB);
  g_autoptr (VipsImage) image = NULL;
  VipsBlob *profile;
  size_t length;
  must (vips_copy (plain, &image, "xres", 11.811, "yres", 11.811, NULL));
  must (vips_profile_load ("srgb", &profile, NULL));
  const void *icc = vips_blob_get (profile, &length);
  vips_image_set_blob_copy (image, VIPS_META_ICC_NAME, icc, length);
  vips_area_unref (VIPS_AREA (profile));
  vips_image_set_blob_copy (image, VIPS_META_XMP_NAME, labelled, strlen (labelled));
  vips_image_set_string (image, "exif-ifd0-Copyright", "Example GmbH");
  vips_image_set_int (image, VIPS_META_ORIENTATION, 6);
  return save_png (image);
}

static void
append_big_32 (GByteArray *out, uint32_t value)
{
  const uint8_t bytes[] = { value >> 24, value >> 16 & 0xff, value >> 8 & 0xff, value & 0xff };
  g_byte_array_append (out, bytes, 4);
}

/* Told behind the pixels, where it may stand too. */
static GBytes *
late_png (void)
{
  static const char keyword[] = "iTXtXML:com.adobe.xmp\0\0\0\0\0";
  g_autoptr (GBytes) png = plain_png (RGB);
  GByteArray *out = g_byte_array_new ();
  size_t length;
  const uint8_t *data = g_bytes_get_data (png, &length);
  g_byte_array_append (out, data, (unsigned)length - 12);
  append_big_32 (out, sizeof keyword - 1 - 4 + sizeof labelled - 1);
  unsigned start = out->len;
  g_byte_array_append (out, (const uint8_t *)keyword, sizeof keyword - 1);
  g_byte_array_append (out, (const uint8_t *)labelled, sizeof labelled - 1);
  append_big_32 (out, (uint32_t)crc32 (0, out->data + start, out->len - start));
  g_byte_array_append (out, data + length - 12, 12);
  return g_byte_array_free_to_bytes (out);
}

/* ---- rendering ---- */

static void
on_made (void *data, unsigned index, const Delivered *delivered)
{
  unsigned *n_made = data;
  ++*n_made;
}

static void
on_failed (void *data, unsigned index, const GError *error)
{
  g_error ("derivative %u: %s", index, error->message);
}

static bool
never_stopped (void *data)
{
  return false;
}

static const struct {
  const char *file, *steps;
} derivatives[] = {
  { "all.png", "{\"stage\":\"recompress\",\"folder\":\"/\",\"options\":{\"format\":\"png\"}},"
               "{\"stage\":\"metadata\",\"folder\":\"/\",\"options\":{\"policy\":\"all\"}}" },
  { "small.jpg", "{\"stage\":\"resize\",\"folder\":\"/\",\"options\":{\"width\":50}},"
                 "{\"stage\":\"recompress\",\"folder\":\"/\",\"options\":{\"format\":\"jpeg\"}}" },
  { "print.tif", "{\"stage\":\"recompress\",\"folder\":\"/\",\"options\":{\"format\":\"tiff\"}}" },
};

static void
render (Cache *cache, const Digest *digest, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_string_printf (text,
                   "{\"task\":\"render\",\"id\":1,\"threads\":2,\"original\":\"%s\","
                   "\"derivatives\":[",
                   digest_to_hex (digest).text);
  for (unsigned i = 0; i < G_N_ELEMENTS (derivatives); i++)
    g_string_append_printf (
      text, "%s{\"index\":%u,\"path\":\"%s/%s\",\"fingerprint\":\"%064u\",\"steps\":[%s]}",
      i > 0 ? "," : "", i, folder, derivatives[i].file, i, derivatives[i].steps);
  g_string_append (text, "]}");
  g_autoptr (Document) task = document_read ("task.json", text->str, text->len, problems);
  g_assert_nonnull (task);
  unsigned n_made = 0;
  const RenderListener listener = { &n_made, on_made, on_failed, never_stopped };
  assert_ok (render_task (task->root, cache_home (cache), &image_limits_default, &listener, &error),
             error);
  g_assert_cmpuint (n_made, ==, G_N_ELEMENTS (derivatives));
}

static void
check_same_files (const char *folder, const char *other)
{
  for (unsigned i = 0; i < G_N_ELEMENTS (derivatives); i++) {
    g_autofree char *path = g_build_filename (folder, derivatives[i].file, NULL);
    g_autofree char *other_path = g_build_filename (other, derivatives[i].file, NULL);
    g_autofree char *bytes = NULL, *other_bytes = NULL;
    gsize length, other_length;
    g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
    g_assert_true (g_file_get_contents (other_path, &other_bytes, &other_length, NULL));
    g_assert_cmpmem (bytes, length, other_bytes, other_length);
  }
}

/* As bytes, and as pixels alone. */
static void
check_original (GBytes *png)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Cache) cache = cache_open (scratch_path (scratch, "home"), &error);
  Digest digest;
  assert_ok (cache_put (cache, png, &digest, NULL, &error), error);
  render (cache, &digest, scratch_path (scratch, "bytes"));

  RepackResult result;
  int64_t before, after;
  assert_ok (blob_repack (cache, &digest, PIXELS_ALWAYS, 2, NULL, &result, &before, &after, &error),
             error);
  g_assert_cmpint (result, ==, REPACK_DONE);
  g_autofree char *folder = g_build_filename (scratch->folder, "pixels", NULL);
  can_rebuild = false;
  render (cache, &digest, folder);
  can_rebuild = true;
  check_same_files (scratch_path (scratch, "bytes"), folder);
  BlobStorage storage;
  g_assert_true (blob_storage (cache_home (cache), &digest, &storage));
  g_assert_cmpint (storage.frame_bytes, ==, 0);
}

static void
pixels_make_the_same_files (void)
{
  for (int kind = 0; kind < N_KINDS; kind++) {
    g_autoptr (GBytes) png = plain_png ((Kind)kind);
    check_original (png);
  }
}

static void
metadata_in_front_of_the_pixels_is_the_same (void)
{
  g_autoptr (GBytes) png = told_png ();
  check_original (png);
}

static void
metadata_behind_the_pixels_is_the_same (void)
{
  g_autoptr (GBytes) png = late_png ();
  check_original (png);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/run/render/" name, function)
  CLAIM ("pixels-make-the-same-files", pixels_make_the_same_files);
  CLAIM ("metadata-in-front-of-the-pixels-is-the-same",
         metadata_in_front_of_the_pixels_is_the_same);
  CLAIM ("metadata-behind-the-pixels-is-the-same", metadata_behind_the_pixels_is_the_same);
#undef CLAIM
  return g_test_run ();
}
