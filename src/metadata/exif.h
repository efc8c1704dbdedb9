/* EXIF blocks: read what cameras wrote, by an allow-list; build our own. */
#pragma once

#include <stdint.h>

#include "metadata/record.h"

enum { EXIF_MOST_BYTES = 1 << 16, EXIF_MOST_FIELD_BYTES = 256 };

/* A field of the camera group, its values in little-endian order. */
typedef struct {
  uint16_t tag, type;
  uint32_t count;
  bool is_in_ifd0; /* else in the EXIF directory */
  GBytes *data;
} ExifField;

/* Adds rights and description to `record`, notes location, thumbnail and maker notes (none of
 * which is read), and gives the camera's fields (ExifField*, owned; empty: none). With or without
 * "Exif\0\0". False: why it cannot be read. */
bool exif_read (GBytes *block, MetadataRecord *record, GPtrArray **out_camera, GError **error);

/* The texts in which tools that generate pictures keep their parameters: description, make, model
 * and the user's comment, as they are, in UTF-8. Empty: none, or it cannot be read. New. */
char **exif_read_texts (GBytes *block);

/* What a block is to say beside the record's rights and description. */
typedef struct {
  const GPtrArray *camera; /* NULL or empty: none */
  int width, height;       /* px */
  double density_dpi;      /* 0: none */
  const char *comment;     /* the user's; NULL: none */
} ExifFacts;

/* A block with "Exif\0\0" and orientation 1, texts in UTF-8; NULL when there is nothing to say. Its
 * numbers are big-endian, and so is the UTF-16 of the comment: the web UI takes that for granted,
 * others go by the block's order. */
GBytes *exif_build (const MetadataRecord *record, const ExifFacts *facts);
