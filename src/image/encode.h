/* From a picture to a file's bytes. */
#pragma once

#include "base/atomic-file.h"
#include "image/image.h"
#include "image/ink.h"
#include "option/option.h"

typedef enum {
  IMAGE_QUALITY_LOW,
  IMAGE_QUALITY_MEDIUM_LOW,
  IMAGE_QUALITY_MEDIUM,
  IMAGE_QUALITY_GOOD,
  IMAGE_QUALITY_HIGH,
  IMAGE_QUALITY_HIGHEST,
} ImageQualityWord;

typedef enum { IMAGE_CHROMA_AUTO, IMAGE_CHROMA_420, IMAGE_CHROMA_444 } ImageChroma;
typedef enum { IMAGE_EFFORT_AUTO } ImageEffortWord;
typedef enum {
  IMAGE_TIFF_NONE,
  IMAGE_TIFF_LZW,
  IMAGE_TIFF_DEFLATE,
  IMAGE_TIFF_ZSTD,
  IMAGE_TIFF_PACKBITS,
} ImageTiffCompression;
typedef enum {
  IMAGE_WEBP_DEFAULT,
  IMAGE_WEBP_PICTURE,
  IMAGE_WEBP_PHOTO,
  IMAGE_WEBP_DRAWING,
  IMAGE_WEBP_ICON,
  IMAGE_WEBP_TEXT,
} ImageWebpPreset;
typedef enum {
  IMAGE_PNG_FILTER_NONE,
  IMAGE_PNG_FILTER_SUB,
  IMAGE_PNG_FILTER_UP,
  IMAGE_PNG_FILTER_AVERAGE,
  IMAGE_PNG_FILTER_PAETH,
  IMAGE_PNG_FILTER_ALL,
} ImagePngFilter;

/* What a PDF is to be. */
typedef enum {
  IMAGE_PDF_AUTO,  /* X-4 for ink that has a profile, else plain */
  IMAGE_PDF_PLAIN, /* 1.6, no standard */
  IMAGE_PDF_X4,    /* ISO 15930-7, PDF 1.6: ink, 8 or 16 bit, its profile inside */
  IMAGE_PDF_X1A,   /* ISO 15930-4 (X-1a:2003), PDF 1.4: ink, 8 bit */
} ImagePdfStandard;
typedef enum { IMAGE_PDF_DEFLATE, IMAGE_PDF_JPEG } ImagePdfPacking;

/* Filled by the rows of stages/recompress.c, where each is explained. */
typedef struct {
  int format;            /* ImageFormat; UNKNOWN: the one of `to`'s extension */
  NumberOrWord quality;  /* 1 to 100, or an ImageQualityWord */
  int64_t max_bytes;     /* 0: no limit. Quality is searched downwards to fit */
  int64_t beside_bytes;  /* of max_bytes: what the file will carry beside what is encoded here */
  int min_quality;       /* the search's floor; below it is IMAGE_ERROR_TARGET */
  NumberOrWord effort;   /* webp 0 to 6, avif 0 to 9, or auto */
  int chroma;            /* ImageChroma; jpeg, webp, avif */
  bool progressive;      /* jpeg, png */
  bool optimize_coding;  /* jpeg */
  int restart_interval;  /* jpeg, in MCUs; 0 none */
  bool lossless;         /* webp, avif */
  bool near_lossless;    /* webp */
  bool smart_subsample;  /* webp */
  int alpha_quality;     /* webp */
  int webp_preset;       /* ImageWebpPreset */
  int depth;             /* bits a channel, 0: 16 if the picture has them and the format can */
  int compression_level; /* png 0 to 12 */
  int filter;            /* png, ImagePngFilter */
  bool zlib;     /* png: by libvips and zlib to level 9, whose bytes pixel frames can make again */
  bool palette;  /* png */
  int colors;    /* png palette, 2 to 256 */
  double dither; /* png palette, 0 to 1 */
  int compression; /* tiff, ImageTiffCompression */
  bool predictor;  /* tiff lzw, deflate, zstd: horizontal differencing */
  bool tile;       /* tiff */
  int pdf;         /* ImagePdfStandard */
  int packing;     /* pdf, ImagePdfPacking */
  char *condition; /* pdf: the printing condition's registered name, "FOGRA39". Borrowed */
  double density;  /* dots per inch, 0: none written */
} EncodeOptions;

/* What a PDF holds beside its picture. Lengths as in stages/sheet.h: the picture covers trim, bleed and slug. */
typedef struct {
  double trim_width_mm, trim_height_mm;
  double bleed_mm, slug_mm;
  GBytes *xmp;              /* the packet, NULL: none */
  const char *title;        /* UTF-8, NULL: none; the same as the packet's */
  const char *profile_name; /* what the picture's colour profile calls itself, NULL: not known */
  uint8_t id[16];           /* tells this document from all others, the same for equal ones */
} EncodePage;

/* What AUTO is for this picture, which is as image_encode_to gets it: its packet has to say the same. Without a packet it is
 * PLAIN. */
ImagePdfStandard image_pdf_standard (const EncodeOptions *options, VipsImage *image);

typedef struct {
  int quality;   /* the number used; 0 when the format or mode has none */
  int n_encodes; /* how many tries the search took */
  Ink ink;       /* of the pixels that were written, or given to a lossy encoder */
} EncodeResult;

/* The number that a quality setting means for a format (the table of words, measured). */
int image_quality_number (ImageFormat format, const NumberOrWord *quality);

/* Encodes exactly what the picture carries: pixels, and the blobs put on it by image_with_blobs.
 * Alpha is flattened on white where the format has none; CMYK, 16 bit and float are brought to
 * what the format holds. `options->format` must be a format that can_write. Deterministic: equal
 * input gives equal bytes whatever the number of threads. */
bool image_encode (VipsImage *image, const EncodeOptions *options, GBytes **out_bytes,
                   EncodeResult *out_result, GError **error);

/* The same for a format that `streams`, into a file that was just opened: neither the file nor the picture stands in
 * memory (but a JPEG does that a PDF is packed as, all of it), and each pixel is asked for once, from above. `page` is for
 * PDF, else NULL: a PDF's sheet is then the whole picture at its density. */
bool image_encode_to (VipsImage *image, const EncodeOptions *options, const EncodePage *page,
                      AtomicFile *file, EncodeResult *out_result, GError **error);
