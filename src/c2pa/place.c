/* Does a store tell where somebody was? Asked of its bytes, whatever they are called and whether they can be
 * read: what is carried on is carried whole, so a place that was overlooked leaves with it.
 *
 *     words      GPSLatitude, photoshop:City …, in one byte or two a letter
 *     pictures   thumbnails in it are files with metadata of their own: EXIF, XMP, IPTC, texts
 *     EXIF       a TIFF structure anywhere whose first directory points at GPS
 *
 * c2pa/content.c adds what needs an understanding of keys ("City", "lat"). A word too many costs somebody
 * their credentials, which is said; one too few tells where they live. */
#include "c2pa/reader.h"

#include "metadata/container.h"
#include "metadata/exif.h"
#include "metadata/ifd.h"
#include "metadata/iptc.h"

enum { MOST_PICTURES = 64, MOST_EXIFS = 256, TAG_GPS = 0x8825 };

/* Lower case. Long enough to be meant when they occur. */
static const char *const words[] = {
  "gpslatitude",
  "gpslongitude",
  "gpsaltitude",
  "gpsposition",
  "gpsdest",
  "gpsarea",
  "gpsmapdatum",
  "gpscoordinate",
  "gpsimgdirection",
  "gpsdatestamp",
  "gpstimestamp",
  "exif:gps",
  "latitude",
  "longitude",
  "sublocation",
  "sub-location",
  "locationshown",
  "locationcreated",
  "contentlocation",
  "geolocation",
  "geocoordinates",
  "spatialcoverage",
  "addresslocality",
  "addressregion",
  "addresscountry",
  "photoshop:city",
  "photoshop:state",
  "photoshop:country",
  "iptc4xmpcore:location",
  "iptc4xmpext:location",
  "locationname",
  "geo:lat",
  "geo:lon",
  "coordinates",
  "postalcode",
};

/* ---- words ---- */

static bool
is_word_at (const uint8_t *at, size_t left, const char *word, size_t step)
{
  size_t n_letters = strlen (word);
  if (left < (n_letters - 1) * step + 1)
    return false;
  for (size_t i = 0; i < n_letters; i++)
    if (g_ascii_tolower ((char)at[i * step]) != word[i])
      return false;
  return true;
}

/* `step` is the width of a letter: ASCII, or the same in UTF-16 of either order. */
static bool
has_word (const uint8_t *bytes, size_t length)
{
  bool is_first[256] = { false };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++) {
    is_first[(uint8_t)words[i][0]] = true;
    is_first[(uint8_t)g_ascii_toupper (words[i][0])] = true;
  }
  for (size_t at = 0; at < length; at++) {
    if (!is_first[bytes[at]])
      continue;
    for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
      if (is_word_at (bytes + at, length - at, words[i], 1) ||
          is_word_at (bytes + at, length - at, words[i], 2))
        return true;
  }
  return false;
}

/* ---- EXIF ---- */

static void
note_gps (const IfdEntry *entry, void *data)
{
  if (entry->tag == TAG_GPS)
    *(bool *)data = true;
}

static bool
has_gps (const uint8_t *bytes, size_t length)
{
  Ifd ifd;
  bool found = false;
  if (ifd_open (bytes, length, &ifd))
    ifd_each (&ifd, ifd.first, note_gps, &found);
  return found;
}

/* ---- pictures ---- */

static bool
block_tells (const Block *block)
{
  g_auto (MetadataRecord) record = { 0 };
  size_t length;
  if (block->data == NULL)
    return block->kind != BLOCK_ICC && block->kind != BLOCK_DENSITY;
  const uint8_t *bytes = g_bytes_get_data (block->data, &length);
  if (block->kind == BLOCK_EXIF)
    return has_gps (bytes, length);
  if (block->kind == BLOCK_XMP || block->kind == BLOCK_TEXT)
    return has_word (bytes, length);
  return block->kind == BLOCK_IPTC && iptc_read (block->data, &record, NULL) &&
         (record.strangers & METADATA_STRANGER_LOCATION) != 0;
}

static bool
picture_tells (GBytes *store, size_t at)
{
  g_autoptr (GBytes) picture = g_bytes_new_from_bytes (store, at, g_bytes_get_size (store) - at);
  g_autoptr (GPtrArray) blocks = container_list (picture);
  for (unsigned i = 0; i < blocks->len; i++)
    if (block_tells (blocks->pdata[i]))
      return true;
  return false;
}

/* AVIF and HEIF begin with the length of their first box. */
static bool
is_picture_at (const uint8_t *at, size_t left)
{
  return left >= 12 && (memcmp (at, "\x89PNG", 4) == 0 || memcmp (at, "\xff\xd8\xff", 3) == 0 ||
                        (memcmp (at, "RIFF", 4) == 0 && memcmp (at + 8, "WEBP", 4) == 0) ||
                        memcmp (at + 4, "ftyp", 4) == 0);
}

static bool
is_exif_at (const uint8_t *at, size_t left)
{
  return left >= 8 && (memcmp (at, "II*\0", 4) == 0 || memcmp (at, "MM\0*", 4) == 0);
}

bool
c2pa_may_tell_place (GBytes *store)
{
  size_t length;
  const uint8_t *bytes = g_bytes_get_data (store, &length);
  unsigned n_pictures = 0, n_exifs = 0;
  if (has_word (bytes, length))
    return true;
  for (size_t at = 0; at < length; at++) {
    bool is_picture = is_picture_at (bytes + at, length - at);
    bool is_exif = is_exif_at (bytes + at, length - at);
    /* So many are no thumbnails: what they are is not found out. */
    if ((is_picture && n_pictures++ >= MOST_PICTURES) || (is_exif && n_exifs++ >= MOST_EXIFS))
      return true;
    if ((is_picture && picture_tells (store, at)) || (is_exif && has_gps (bytes + at, length - at)))
      return true;
  }
  return false;
}
