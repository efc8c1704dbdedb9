/* Which metadata a derivative carries: an allow-list by named groups.
 *
 * metadata/ sees bytes only. run/deliver.c takes the blobs off the picture, asks here what the
 * file is to carry, and puts that on it. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef enum {
  METADATA_STRIP,      /* nothing but the AI label */
  METADATA_COPYRIGHT,  /* + rights */
  METADATA_PROVENANCE, /* + colour profile as needed, description of origin; the default */
  METADATA_ALL,        /* everything but location and thumbnails */
} MetadataPolicyWord;

typedef enum {
  METADATA_GROUP_ICC,         /* the colour profile; without it pixels are sRGB */
  METADATA_GROUP_AI_LABEL,    /* IPTC DigitalSourceType */
  METADATA_GROUP_RIGHTS,      /* copyright, creator, credit, usage terms */
  METADATA_GROUP_DESCRIPTION, /* title, description, keywords */
  METADATA_GROUP_PROMPT,      /* what was asked of the model */
  METADATA_GROUP_PARAMETERS,  /* seed, steps, sampler, model, workflow: how it was made */
  METADATA_GROUP_CAMERA,      /* camera, lens, exposure, capture time */
  METADATA_GROUP_C2PA,        /* Content Credentials */
  METADATA_N_GROUPS,
} MetadataGroup;

/* What becomes of the colour profile. */
typedef enum {
  METADATA_ICC_AUTO,    /* as the groups say: KEEP or DROP */
  METADATA_ICC_KEEP,    /* pixels and profile as they are */
  METADATA_ICC_CONVERT, /* pixels to sRGB, and its profile */
  METADATA_ICC_DROP,    /* pixels to sRGB, no profile */
} MetadataIcc;

/* Where Content Credentials go. */
typedef enum {
  METADATA_C2PA_AUTO,    /* as the groups say: EMBED or DROP */
  METADATA_C2PA_EMBED,   /* into the file; beside it where the format has no place */
  METADATA_C2PA_SIDECAR, /* beside it */
  METADATA_C2PA_DROP,
} MetadataC2pa;

/* As a user writes them: "provenance", "ai-label". */
extern const char *const metadata_policy_words[METADATA_ALL + 1];
extern const char *const metadata_group_names[METADATA_N_GROUPS];

/* Values a user sets; NULL: not set, "": taken off. Filled by the rows of stages/metadata.c. */
typedef struct {
  char *copyright, *creator, *credit, *usage_terms, *rights_url;
  char *title, *description;
  char **keywords;
} MetadataSet;

typedef struct {
  int policy;    /* MetadataPolicyWord */
  unsigned keep; /* bits of 1u << MetadataGroup */
  unsigned drop; /* wins over the policy; the AI label only goes when named here */
  int icc;       /* MetadataIcc */
  int c2pa;      /* MetadataC2pa */
  MetadataSet set;
} MetadataOptions;

/* The bits of all groups that stay: policy, + keep, - drop. */
unsigned metadata_groups (const MetadataOptions *options);
/* AUTO resolved. */
MetadataIcc metadata_icc (const MetadataOptions *options);
MetadataC2pa metadata_c2pa (const MetadataOptions *options);

/* A text chunk of a PNG, or a comment of a JPEG. */
typedef struct {
  char *keyword, *text; /* UTF-8 */
} MetadataText;

/* What a picture carries, or is to carry. NULL: none. Owned. */
typedef struct {
  GBytes *exif; /* with "Exif\0\0" or without */
  GBytes *xmp;  /* a packet */
  GBytes *iptc;
  GPtrArray *texts; /* MetadataText* */
} MetadataBlobs;
/* Both are copied. */
void metadata_blobs_add_text (MetadataBlobs *blobs, const char *keyword, const char *text);
void metadata_blobs_clear (MetadataBlobs *blobs);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MetadataBlobs, metadata_blobs_clear)

/* What was done to the pixels on the way, as far as it decides what the picture is to be called. */
typedef enum {
  METADATA_DONE_ENHANCED = 1 << 0, /* sharpened, noise taken away: by an algorithm, nobody's hand */
  METADATA_DONE_COMPOSED = 1 << 1, /* another picture or a text was laid over it */
} MetadataDone;

/* What is known of the original beside its bytes. NULL or "": unknown. */
typedef struct {
  const char
    *source_type; /* DigitalSourceType term for a generated original: trainedAlgorithmicMedia,
                              algorithmicMedia; NULL for a loaded file, whose own label counts */
  const char *found_type; /* the term found in the original's bytes by metadata_find_source_type */
  const char *prompt, *ai_system;
  bool has_icc, is_ink; /* it carries a colour profile; its pixels are CMYK */
  bool is_unfit;        /* that profile is of another colour space, or cannot be read */
  unsigned done;        /* bits of MetadataDone */
} MetadataFacts;

/* The file that is to carry it. */
typedef struct {
  int container;      /* ContainerKind (container.h) */
  int width, height;  /* px; 0: not to be told */
  double density_dpi; /* 0: none */
} MetadataCarrier;

typedef struct {
  char *group; /* "camera", "location"; of a block that cannot be read "xmp" */
  bool kept;   /* at least in part */
  char *why;   /* "policy provenance", "never kept" */
} MetadataVerdict;

/* Makes the blobs of a derivative from those of its original. XMP is written afresh (a fixed set
 * of properties), EXIF is built with libexif in UTF-8 and only when it holds something, IPTC never (XMP
 * says the same); location, thumbnails and maker notes never pass. A PNG gets texts where a tool
 * reads its parameters from them. Foreign blobs are read under limits; what cannot be read is dropped
 * and said. `out_verdicts` (MetadataVerdict*, owned; may be NULL): one for each group that was found,
 * but for c2pa, which is not among the blobs. */
bool metadata_compose (const MetadataOptions *options, const MetadataBlobs *original,
                       const MetadataFacts *facts, const MetadataCarrier *carrier,
                       MetadataBlobs *out_blobs, GPtrArray **out_verdicts, GError **error);

/* The DigitalSourceType term that the file's own bytes declare, in XMP or in any manifest of a
 * C2PA store (the parent's counts too), or NULL. When several are declared the one that says most
 * about AI wins. Bounded and linear whatever the bytes are. New string. */
char *metadata_find_source_type (const void *bytes, size_t length);

/* What a file may carry beside its pixels. */
typedef enum {
  METADATA_BLOCK_C2PA = 1 << 0,
  METADATA_BLOCK_XMP = 1 << 1,
  METADATA_BLOCK_EXIF = 1 << 2,
  METADATA_BLOCK_IPTC = 1 << 3,
  METADATA_BLOCK_ICC = 1 << 4,
} MetadataBlock;

/* Bits of MetadataBlock: what is in the file, whatever stands in it. Of AVIF and HEIC only C2PA and XMP
 * are looked for. Bounded and linear, as above. */
unsigned metadata_find_blocks (const void *bytes, size_t length);

typedef enum { METADATA_ERROR_FAILED } MetadataErrorCode;
#define METADATA_ERROR (metadata_error_quark ())
GQuark metadata_error_quark (void);
