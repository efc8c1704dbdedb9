/* Fonts by name, found by fontconfig as the text renderer finds them. A family that is not
 * installed is an error here: fontconfig would quietly take another one. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef enum {
  FONT_WEIGHT_LIGHT,
  FONT_WEIGHT_NORMAL,
  FONT_WEIGHT_MEDIUM,
  FONT_WEIGHT_SEMI_BOLD,
  FONT_WEIGHT_BOLD,
  FONT_WEIGHT_BLACK,
} FontWeight;

typedef struct {
  const char *family; /* "DejaVu Sans", or a generic one: "sans", "serif", "monospace" */
  const char *file;   /* instead of a family: the path of a font */
  int weight;         /* FontWeight; a file has its own */
  bool is_italic;     /* likewise */
} FontRequest;

/* What the renderer is told: "DejaVu Sans, Bold Italic 40". New string; NULL with an error when
 * the family is not installed or the file is no font. */
char *font_describe (const FontRequest *request, int size_px, GError **error);

/* The file that plain text is set in ("sans"), or NULL: no font is installed. New string. */
char *font_find_default (void);

/* The files whose glyphs `text` is set in: the font itself (unless it is `file`) and, for
 * characters that it lacks, those that step in. */
void font_each_file (const FontRequest *request, const char *text,
                     void (*visit) (void *data, const char *path), void *data);
