/* Bytes that look like stores to nobody: what is searched are the bytes. */
#include "c2pa/reader.h"
#include "metadata/container.h"
#include "metadata/exif.h"

static bool
tells (const void *bytes, size_t length)
{
  g_autoptr (GBytes) store = g_bytes_new (bytes, length);
  return c2pa_may_tell_place (store);
}

static bool
text_tells (const char *text)
{
  return tells (text, strlen (text));
}

static void
words_count_wherever_they_stand (void)
{
  g_assert_true (text_tells ("\x6b"
                             "GPSLatitude\x18\x2a"));
  g_assert_true (text_tells ("{\"schema:ADDRESSLOCALITY\": 1}"));
  g_assert_true (text_tells ("<rdf:Description photoshop:City='Lodz'/>"));
  g_assert_true (text_tells ("\"{\\\"coordinates\\\":[1,2]}\""));
  g_assert_false (text_tells ("c2pa.actions.v2 c2pa.created trainedAlgorithmicMedia SynthID"));
  g_assert_false (text_tells ("gps latitud longitud e"));
  g_assert_false (text_tells (""));
}

static void
letters_of_two_bytes_count (void)
{
  static const char word[] = "gpslongitude";
  for (unsigned order = 0; order < 2; order++) {
    uint8_t wide[2 * sizeof word] = { 0 };
    for (size_t i = 0; i < sizeof word - 1; i++)
      wide[2 * i + order] = (uint8_t)word[i];
    g_assert_true (tells (wide, 2 * (sizeof word - 1)));
  }
}

/* A classic TIFF of one directory with one entry. */
static GByteArray *
exif (uint16_t tag)
{
  const uint8_t bytes[] = {
    'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, (uint8_t)tag, (uint8_t)(tag >> 8), 4, 0, 1, 0,
    0,   0,   26,  0, 0, 0, 0, 0, 0, 0
  };
  GByteArray *out = g_byte_array_new ();
  g_byte_array_append (out, bytes, sizeof bytes);
  return out;
}

static void
a_directory_that_points_at_gps_counts (void)
{
  g_autoptr (GByteArray) store = g_byte_array_new ();
  g_autoptr (GByteArray) gps = exif (0x8825), other = exif (0x8769);
  g_byte_array_append (store, (const uint8_t *)"some box ", 9);
  g_byte_array_append (store, other->data, other->len);
  g_assert_false (tells (store->data, store->len));
  g_byte_array_append (store, gps->data, gps->len);
  g_assert_true (tells (store->data, store->len));
}

/* A JPEG of one segment and no pixels, as a thumbnail in a store. */
static GByteArray *
thumbnail (uint8_t marker, const void *content, size_t length)
{
  GByteArray *out = g_byte_array_new ();
  const uint8_t head[] = {
    0xff, 0xd8, 0xff, marker, (uint8_t)((length + 2) >> 8), (uint8_t)(length + 2)
  };
  const uint8_t end[] = { 0xff, 0xd9 };
  g_byte_array_append (out, (const uint8_t *)"....jumb....", 12);
  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, content, (unsigned)length);
  g_byte_array_append (out, end, sizeof end);
  return out;
}

static void
thumbnails_are_pictures_of_their_own (void)
{
  /* IIM 2:90 is a city, 2:120 a caption. */
  static const char city[] = "Photoshop 3.0\0"
                             "8BIM\4\4\0\0\0\0\0\11\x1c\2\x5a\0\4Lodz\0";
  static const char caption[] = "Photoshop 3.0\0"
                                "8BIM\4\4\0\0\0\0\0\11\x1c\2\x78\0\4Lodz\0";
  g_autoptr (GByteArray) placed = thumbnail (0xed, city, sizeof city - 1);
  g_autoptr (GByteArray) told = thumbnail (0xed, caption, sizeof caption - 1);
  g_assert_true (tells (placed->data, placed->len));
  g_assert_false (tells (told->data, told->len));
}

static void
too_many_pictures_are_not_looked_into (void)
{
  g_autoptr (GByteArray) store = g_byte_array_new ();
  for (unsigned i = 0; i < 64; i++)
    g_byte_array_append (store, (const uint8_t *)"\xff\xd8\xff\xd9 and so on", 14);
  g_assert_false (tells (store->data, store->len));
  g_byte_array_append (store, (const uint8_t *)"\xff\xd8\xff\xd9 and so on", 14);
  g_assert_true (tells (store->data, store->len));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/c2pa/place/" name, function)
  ADD ("words-count-wherever-they-stand", words_count_wherever_they_stand);
  ADD ("letters-of-two-bytes-count", letters_of_two_bytes_count);
  ADD ("a-directory-that-points-at-gps-counts", a_directory_that_points_at_gps_counts);
  ADD ("thumbnails-are-pictures-of-their-own", thumbnails_are_pictures_of_their_own);
  ADD ("too-many-pictures-are-not-looked-into", too_many_pictures_are_not_looked_into);
  return g_test_run ();
}
