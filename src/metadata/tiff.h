/* The directories of TIFF files, collected and written.
 *
 *     "II*\0" or "MM\0*", offset of directory 0
 *     directory: count(2), entries sorted by tag: tag(2) type(2) count(4) value or its offset(4), next(4)
 *
 * What cameras tell is spread over directory 0 (ImageDescription, Make …) and two directories that it
 * points at: EXIF and GPS. */
#pragma once

#include <glib.h>

#include "metadata/ifd.h"

enum {
  TIFF_SUBFILE = 254,
  TIFF_OLD_SUBFILE = 255,
  TIFF_COMPRESSION = 259,
  TIFF_STRIP_OFFSETS = 273,
  TIFF_STRIP_SIZES = 279,
  TIFF_X_RESOLUTION = 282,
  TIFF_Y_RESOLUTION = 283,
  TIFF_RESOLUTION_UNIT = 296,
  TIFF_TILE_OFFSETS = 324,
  TIFF_TILE_SIZES = 325,
  TIFF_SUB_DIRECTORIES = 330,
  TIFF_XMP = 700,
  TIFF_IPTC = 33723,
  TIFF_PHOTOSHOP = 34377,
  TIFF_EXIF = 34665,
  TIFF_ICC = 34675,
  TIFF_GPS = 34853,
  TIFF_MAKER_NOTE = 37500,
  TIFF_INTEROPERABILITY = 40965,
  TIFF_C2PA = 52545,

  TIFF_BYTE = 1,
  TIFF_LONG = 4,
  TIFF_UNDEFINED = 7,
};

typedef struct {
  IfdEntry entry; /* borrows its value */
  bool is_big_endian;
} TiffField;

/* The readable entries of a directory (TiffField), sorted, of a tag that is there twice the first. */
GArray *tiff_fields (const Ifd *ifd, uint32_t offset, uint32_t *out_next);
/* By tag; equal ones stay in their order. */
void tiff_sort (GArray *fields);
/* NULL: there is none. */
const TiffField *tiff_find (const GArray *fields, uint16_t tag);
/* A value of a SHORT, LONG or IFD field; 0 when there is none. */
uint32_t tiff_number (const TiffField *field, uint32_t index);
void tiff_add_number (GByteArray *out, bool is_big_endian, unsigned n_bytes, uint32_t value);

/* Is it needed to read pixels? */
bool tiff_is_pixel_tag (uint16_t tag);
/* Does it stand in directory 0 of EXIF blocks as well? */
bool tiff_is_exif_tag (uint16_t tag);

/* What cameras tell, of one directory each (TiffField). */
typedef struct {
  GArray *first, *exif, *gps;
} TiffExif;
void tiff_exif_take (const Ifd *ifd, uint32_t offset, TiffExif *out_exif);
void tiff_exif_clear (TiffExif *exif);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TiffExif, tiff_exif_clear)
bool tiff_exif_is_empty (const TiffExif *exif);

/* Appends the directories, each behind its values, and gives the offset of the first. `out` stands at `base` (even) of
 * the file. */
uint32_t tiff_write (GByteArray *out, uint32_t base, bool is_big_endian,
                     const TiffExif *directories);
/* The directories as a TIFF structure of their own. */
GBytes *tiff_build (bool is_big_endian, const TiffExif *directories);
