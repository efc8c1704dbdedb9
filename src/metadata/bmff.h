/* Boxes of ISO base media files (ISO/IEC 14496-12), and the items of HEIF (ISO/IEC 23008-12).
 *
 *     size(4) type(4) [size(8) when size is 1] content          size 0: to the end
 *
 *     ftyp
 *     meta ─ hdlr "pict"
 *            pitm   which item is the picture
 *            iinf   items: id, type ("av01", "grid", "Exif", "mime"), name
 *            iloc   where each item's bytes are: in the file (method 0) or in idat (method 1)
 *            iref   item ─kind→ items: "cdsc" describes, "auxl" is alpha of, "dimg" is made of
 *            iprp   properties (size, colr, …) and which item has which
 *            idat   bytes of small items
 *     mdat   bytes of items
 *     uuid   C2PA's store, and what else nobody asked for */
#pragma once

#include "metadata/container.h"

#define BMFF_C2PA_UUID "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

typedef struct {
  const uint8_t *bytes; /* header included; NULL: there is no such box */
  size_t size, header;
} BmffBox;

/* The whole box at *at, which is moved behind it. False at the end and when it is not whole: then *at is less than
 * length. */
bool bmff_next (const uint8_t *bytes, size_t length, size_t *at, BmffBox *out_box);
bool bmff_is (const BmffBox *box, const char *type);
/* A "uuid" box with C2PA's identifier. */
bool bmff_is_c2pa (const BmffBox *box);

/* Big-endian numbers, one after the other. Past the end they are 0 and `is_short` is set. */
typedef struct {
  const uint8_t *at;
  size_t left;
  bool is_short;
} BmffCursor;
BmffCursor bmff_cursor (const BmffBox *box); /* behind the header */
uint64_t bmff_take (BmffCursor *cursor, unsigned n_bytes);

void bmff_add_number (GByteArray *out, unsigned n_bytes, uint64_t value);
/* Starts a box and gives where; its size is set when it is closed. */
unsigned bmff_open_box (GByteArray *out, const char *type);
void bmff_close_box (GByteArray *out, unsigned start);

typedef struct {
  uint64_t offset, length; /* of the file, or of idat's content */
  const uint8_t *at;       /* the field in iloc that has the offset */
} BmffExtent;

typedef struct {
  uint32_t id;
  const uint8_t *type; /* four letters; NULL: iinf does not know it */
  unsigned flags;
  bool is_metadata; /* describes the picture and is no part of it */
  bool is_xmp;
  bool is_packed; /* has a content encoding */
  bool has_location;
  unsigned method;
  const uint8_t *base_at; /* its base offset in iloc */
  unsigned first_extent, n_extents;
} BmffItem;

/* What is in "meta". Borrows the file. */
typedef struct {
  const uint8_t *file;
  size_t length;
  BmffBox box, hdlr, pitm, iinf, iloc, iref, iprp, grpl, idat;
  uint32_t primary;
  unsigned offset_size, base_size; /* bytes of these fields in iloc */
  GArray *items;                   /* BmffItem */
  GArray *extents;                 /* BmffExtent */
  GHashTable *by_id;               /* id to index + 1 */
  const char *trouble; /* what must not be written to, and why: "it is …"; NULL: all is well */
} BmffMeta;

/* Reads as far as it goes: see trouble. */
void bmff_meta_read (const uint8_t *bytes, size_t length, BmffMeta *out_meta);
void bmff_meta_clear (BmffMeta *meta);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BmffMeta, bmff_meta_clear)
/* NULL: there is none. */
BmffItem *bmff_item (const BmffMeta *meta, uint32_t id);
/* Where the extent is in the file. False: outside of what it is to be in, or of no told length. */
bool bmff_extent_at (const BmffMeta *meta, const BmffItem *item, unsigned index, size_t *out_at,
                     size_t *out_length);
/* Can a file be written from it? False: METADATA_ERROR says why not. */
bool bmff_meta_check (const BmffMeta *meta, GError **error);
