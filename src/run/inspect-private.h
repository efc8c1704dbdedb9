/* Between the files of the inspect task. */
#pragma once

#include <cjson/cJSON.h>

#include "metadata/container.h"

typedef struct {
  GBytes *file;
  ContainerKind kind;
  GPtrArray *blocks; /* of container_list */
  cJSON *json;       /* what is told */
  cJSON *troubles;   /* a list of texts; what was read is told all the same */
  cJSON *labels;     /* a list: where an AI label stands */
  cJSON *synthid;    /* a list: who declares that there is such a watermark */
  int rank;          /* of the strongest label so far, or VOCABULARY_NONE */
} Inspection;

/* "EXIF: it has no TIFF header". */
void inspect_add_trouble (Inspection *inspection, const char *what, const char *trouble);
/* A DigitalSourceType term by its rank, which may be VOCABULARY_NONE. */
void inspect_add_label (Inspection *inspection, int rank, const char *from);
/* Nothing when `text` is NULL. */
void inspect_add_text (cJSON *json, const char *name, const char *text);

/* Colour profile, density, EXIF, XMP, IPTC, texts, generation parameters, and a list of all blocks. */
void inspect_blocks (Inspection *inspection);
/* The bytes of the block of a kind that is told of, by its word. False: there is none. */
bool inspect_extract (Inspection *inspection, const char *word, GError **error);
/* Content Credentials: of the file, or of `sidecar` (a path, or NULL). `anchors`: path of PEM, or NULL. */
bool inspect_c2pa (Inspection *inspection, const char *sidecar, const char *anchors,
                   GError **error);
