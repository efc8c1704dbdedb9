/* A stage: one step of a chain. Each is one file that ends with its StageType; stages.c lists them.
 *
 * A stage is pure: options in, picture to picture (lazily, libvips pulls later) or a few fields of
 * a Delivery. It reads no clock and no network; files only those its FILE options name. */
#pragma once

#include "image/image.h"
#include "option/option.h"
#include "stages/deed.h"
#include "stages/delivery.h"
#include "stages/sheet.h"

typedef enum {
  STAGE_SOURCE,   /* makes an original: generate, load, recall */
  STAGE_IMAGE,    /* picture to picture */
  STAGE_DELIVERY, /* says how the file is written: recompress, metadata, placeholder */
} StageRole;

typedef enum {
  STAGE_ERROR_FAILED,   /* cannot be done with this picture */
  STAGE_ERROR_GEOMETRY, /* a box outside the picture, a result without pixels */
  STAGE_ERROR_TARGET,   /* the original is too small for what was promised: exit 9 */
} StageErrorCode;
#define STAGE_ERROR (stage_error_quark ())
GQuark stage_error_quark (void);

/* Sets a STAGE_ERROR. Always false. */
bool stage_fail (GError **error, StageErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);
#define stage_fail(...) ALWAYS_FALSE (stage_fail (__VA_ARGS__))

/* What a picture will be, known without pixels. */
typedef struct {
  int width, height; /* px, at least 1; when not exact, an upper estimate */
  bool is_exact;     /* false once a stage's result depends on the pixels (trim) */
  bool has_alpha;
  int bit_depth;  /* 8 or 16 */
  int n_channels; /* colour channels without alpha: 1, 3 or 4 (CMYK) */
  double
    enlarged; /* times as large as its own pixels are, as 'resize' and 'upscale' made it; 0: not at all */
  Sheet sheet; /* of `page`; after it the size may not change any more */
} Shape;

typedef struct StageType StageType;
struct StageType {
  const char *name;    /* as written in pipeline files */
  const char *summary; /* one line, a capital, a full stop */
  StageRole role;
  int revision; /* from 1; raised when the same options give other pixels or bytes */
  /* Where only some options give others: their revision, at most `revision`. NULL: it is that for all. */
  int (*revision_of) (const void *options);
  const OptionTable *options;

  /* Rules across options ("aspect-ratio does not go with width"). Adds to `problems` with the
   * marks of `node` (the options as written; may be NULL or a bare value). NULL: no such rules. */
  bool (*check) (const void *options, const Node *node, Problems *problems);

  /* IMAGE stages: changes `shape` as apply will change the picture: the same arithmetic, called by
   * both. Fails with STAGE_ERROR when the picture cannot be made. NULL: the shape stays. */
  bool (*shape) (const void *options, Shape *shape, GError **error);

  /* IMAGE stages: composes lazily. `in` is borrowed and may be shared between threads; *out_image
   * is a new reference (it may be `in` itself, referenced). Any thread of a worker process. */
  bool (*apply) (const void *options, VipsImage *in, VipsImage **out_image, GError **error);

  /* IMAGE stages: what `apply` did to `before`, of which it made `after`: bits of 1u << Deed, 0 for
   * nothing. Reads no pixels. */
  unsigned (*deeds) (const void *options, VipsImage *before, VipsImage *after);

  /* DELIVERY stages, and IMAGE stages that have a say in how the file is written (NULL: none): fills its
   * part of the record. Strings stay owned by `options`, which lives longer than the record. */
  void (*deliver) (const void *options, Delivery *delivery);

  /* Files beside the FILE options whose content shapes pixels, found by the system (the font that a
   * name resolves to). Calls `visit` with absolute paths. NULL: none. */
  void (*each_resource) (const void *options, void (*visit) (void *data, const char *path),
                         void *data);
};

/* Of a stage's `deeds`: true when the picture has another size now. */
bool stage_is_resized (VipsImage *before, VipsImage *after);

/* The picture's shape; shared by apply functions that call their own shape function. */
Shape stage_shape_of (VipsImage *image);

/* What a recipe says of a stage with these options. */
int stage_revision (const StageType *type, const void *options);

/* All stages in order of name. */
extern const StageType *const stage_types[];
unsigned stage_n_types (void);
/* NULL when there is none of that name. */
const StageType *stage_find (const char *name);
/* For "did you mean": the nearest stage name or NULL. */
const char *stage_nearest (const char *name);
