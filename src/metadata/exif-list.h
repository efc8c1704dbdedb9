/* All that an EXIF block or the first directory of a TIFF file says, in words: for people who look at
 * it. Nothing of it is carried on (see exif.h for what is). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef enum {
  EXIF_LIST_IFD0,
  EXIF_LIST_EXIF,
  EXIF_LIST_GPS,
  EXIF_LIST_INTEROP,
  EXIF_LIST_IFD1, /* of the thumbnail */
  EXIF_LIST_N_DIRECTORIES,
} ExifListDirectory;
/* "ifd0", "exif", … */
extern const char *const exif_list_directory_names[EXIF_LIST_N_DIRECTORIES];

typedef struct {
  ExifListDirectory directory;
  uint16_t tag;
  char *name;  /* "FNumber"; "0xc4a5" of what has none */
  char *value; /* "2.8", "top-left (1)", "1064 bytes" */
} ExifLine;

enum {
  EXIF_LIST_MOST_LINES = 1024,
  EXIF_LIST_MOST_VALUE_BYTES = 16384,
  EXIF_LIST_MOST_BYTES = 1 << 18, /* of all values together */
};

typedef struct {
  GPtrArray *lines; /* ExifLine*, in the order of the block */
  unsigned n_left_out;
  size_t maker_note_bytes, thumbnail_bytes; /* 0: none */
  bool has_location;                        /* there is something in the GPS directory */
  double x_dpi, y_dpi;                      /* 0: not said */
  unsigned orientation;                     /* of directory 0; 0: not said */
} ExifList;

/* `bytes`: a block, with "Exif\0\0" or without; or, with `is_file`, a TIFF file, whose second
 * directory is no thumbnail. Each of the five directories is read once, so there are no circles.
 * False: why it cannot be read. */
bool exif_list (GBytes *bytes, bool is_file, ExifList *out_list, GError **error);
void exif_list_clear (ExifList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExifList, exif_list_clear)
