/* The files that pictures come in, seen as rows of blocks: what stands beside the pixels is listed,
 * read, dropped and put, and no pixel is touched.
 *
 *     PNG   signature, then length type data crc …          container-png.c
 *     JPEG  FFD8, then FF marker length data … scans        container-jpeg.c
 *     WebP  "RIFF" size "WEBP", then type length data …     container-webp.c
 *     BMFF  AVIF, HEIF: boxes, in them items                container-bmff.c, bmff-items.c
 *     TIFF  directories of entries that point anywhere      container-tiff.c
 *     GIF   extensions and frames in pieces of 255 bytes    container-gif.c, read only
 *     PDF   numbered objects, one of them a packet          container-pdf.c, read only
 *
 * Every length is checked against the bytes at hand before it is followed. Time is linear in the
 * file's size, whatever stands in it; what is unpacked and joined has limits of its own. */
#pragma once

#include <stdint.h>

#include "metadata/policy.h"

typedef enum {
  CONTAINER_NONE, /* what is no picture */
  CONTAINER_PNG,
  CONTAINER_JPEG,
  CONTAINER_WEBP,
  CONTAINER_BMFF,
  CONTAINER_TIFF,
  CONTAINER_GIF, /* is read only: nothing is put into it */
  CONTAINER_PDF, /* the same: what it carries it is written with */
} ContainerKind;

/* By the first bytes. */
ContainerKind container_kind (const void *bytes, size_t length);

typedef enum {
  BLOCK_EXIF, /* a TIFF structure, without "Exif\0\0" in front */
  BLOCK_XMP,  /* a packet; of JPEG with its extension behind it */
  BLOCK_IPTC, /* IIM records; of JPEG the Photoshop resources around them (see iptc.h) */
  BLOCK_ICC,  /* a profile, unpacked and joined */
  BLOCK_C2PA, /* a manifest store: a JUMBF box */
  BLOCK_TEXT, /* PNG tEXt, zTXt and iTXt (but XMP), comments of JPEG and GIF: has a keyword, UTF-8 */
  BLOCK_DENSITY, /* pHYs; the JFIF header behind its name: version(2) unit(1) x(2) y(2) …; of TIFF a
                    TIFF structure with tags 282, 283 and 296 */
  BLOCK_OTHER,   /* is neither needed for pixels nor any of these: tIME, unknown APPn, thumbnails */
} BlockKind;

typedef struct {
  BlockKind kind;
  char name[16];     /* as the format calls it, printable: "caBX", "APP1", "EXIF", "uuid", "700" */
  size_t at, length; /* in the file, framing included; of several pieces those of the first */
  unsigned n_pieces; /* 1, but for JPEG's segments that belong together */
  GBytes *data; /* the content alone, pieces joined, unpacked. NULL: see trouble. Of TEXT UTF-8 */
  const char
    *trouble;    /* why there is no data: "it is over 1048576 bytes", "it cannot be unpacked" */
  char *keyword; /* of TEXT: "parameters", "Comment"; else NULL */
} Block;

enum {
  BLOCK_MOST_EXIF_BYTES = 1 << 16,
  BLOCK_MOST_XMP_BYTES = 1 << 20,
  BLOCK_MOST_IPTC_BYTES = 1 << 20,
  BLOCK_MOST_ICC_BYTES = 4 << 20,
  BLOCK_MOST_C2PA_BYTES = 8 << 20,
  BLOCK_MOST_TEXT_BYTES = 1 << 20, /* of all texts of a file together, unpacked */
  BLOCK_MOST_BLOCKS = 4096,        /* that are listed; more are passed over */
};

/* The blocks (Block*, owned) in the order of the file. Never fails: a truncated or damaged file is
 * read as far as it goes. Of pixels nothing is told. The blocks hold on to `file` where they need
 * no bytes of their own. */
GPtrArray *container_list (GBytes *file);
/* The first block of a kind that has data, or NULL. */
const Block *container_find (const GPtrArray *blocks, BlockKind kind);
/* The first XMP that xmp_read can read; when it can read none, the first that has data, or NULL. */
const Block *container_find_xmp (const GPtrArray *blocks);
/* What of a list metadata_compose reads: that XMP, of EXIF and IPTC the first with data, and all texts. */
void metadata_blobs_read (const GPtrArray *blocks, MetadataBlobs *out_blobs);

/* A copy of `file` that carries exactly the given blocks: its own EXIF, XMP, IPTC, texts, C2PA store and
 * everything else that is BLOCK_OTHER are gone, without a trace in the bytes. Pixels, colour
 * profile and density stay as they are. What is put stands before the pixels where the format allows it.
 * A member of `blobs` that the format has no place for is left out. A file
 * that is not a row of whole blocks is a METADATA_ERROR. */
bool container_put (GBytes *file, const MetadataBlobs *blobs, GBytes **out_file, GError **error);

/* What container_put would make of a TIFF that is not to be held in memory: `header` is its beginning, and from `at`,
 * which is the end of its pixels, it is `tail` and nothing else. `file` may be mapped: pixels are not touched. They must
 * stand first, as libtiff writes them. */
typedef struct {
  uint8_t header[8];
  size_t at;
  GBytes *tail;
} ContainerTail;
bool container_put_tail (GBytes *file, const MetadataBlobs *blobs, ContainerTail *out_tail,
                         GError **error);

/* How many bytes longer container_put makes a file that carries nothing, at most: whatever its kind. */
size_t container_room (const MetadataBlobs *blobs);

/* A copy of `file` (which has no store) with a C2PA store, as the last thing that is done to it.
 * The same length of store gives the same layout. *out_at, *out_length (may be NULL): the stretch of the new
 * file that a data hash leaves out (of PNG, JPEG and WebP; 0 and 0 of BMFF, which is hashed by
 * boxes). Not of TIFF: METADATA_ERROR. */
bool container_put_c2pa (GBytes *file, GBytes *store, GBytes **out_file, size_t *out_at,
                         size_t *out_length, GError **error);
/* Can a store be embedded in it? Not in TIFF and PDF: some presses refuse what they do not know. */
bool container_embeds_c2pa (ContainerKind kind);

/* The boxes at the top of a BMFF file, in order: all their bytes, header included. Returns false when `visit` does, or
 * when the bytes are not a row of whole boxes. */
bool container_each_box (const void *bytes, size_t length,
                         bool (*visit) (const uint8_t *box, size_t length, size_t header_length,
                                        size_t at, void *data),
                         void *data);
