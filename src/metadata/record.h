/* What is known of a picture, whatever block it stood in: a fixed set of properties.
 *
 * The readers of XMP, EXIF and IPTC fill records, compose.c joins and filters them, the writers
 * put them down. One table (record.c) says for each property what it is called in XMP, which shape it
 * has there and to which group it belongs. */
#pragma once

#include "metadata/policy.h"

/* In the order in which they are written. */
typedef enum {
  METADATA_SOURCE_TYPE, /* a term or a URI */
  METADATA_RIGHTS,
  METADATA_CREATOR,
  METADATA_CREDIT,
  METADATA_USAGE_TERMS,
  METADATA_WEB_STATEMENT,
  METADATA_TITLE,
  METADATA_DESCRIPTION,
  METADATA_KEYWORDS,
  METADATA_AI_SYSTEM,
  METADATA_AI_SYSTEM_VERSION,
  METADATA_PROMPT_TEXT,
  METADATA_PROMPT_WRITER,
  METADATA_COMMENT, /* exif:UserComment, in which some tools keep generation parameters: only read */
  METADATA_N_PROPERTIES,
} MetadataProperty;

typedef enum {
  METADATA_SHAPE_TEXT,
  METADATA_SHAPE_ALT, /* one text in several languages */
  METADATA_SHAPE_SEQ, /* ordered */
  METADATA_SHAPE_BAG, /* not ordered */
} MetadataShape;

typedef struct {
  const char *prefix, *space, *name; /* of the XMP element; space: its namespace URI */
  const char *old_name;              /* an earlier spelling that is read too, or NULL */
  MetadataShape shape;
  MetadataGroup group;
} MetadataPropertyRow;
extern const MetadataPropertyRow metadata_properties[METADATA_N_PROPERTIES];

/* Seen, but of a kind that is never written. */
typedef enum {
  METADATA_STRANGER_LOCATION = 1 << 0,
  METADATA_STRANGER_THUMBNAIL = 1 << 1,
  METADATA_STRANGER_MAKER_NOTE = 1 << 2,
  METADATA_STRANGER_XMP_CAMERA = 1 << 3, /* tiff:* and exif:*, which EXIF says better */
  METADATA_STRANGER_OTHER = 1 << 4,
  METADATA_STRANGER_COMMENT = 1 << 5,     /* of the user, in EXIF */
  METADATA_STRANGER_DEVICE = 1 << 6,      /* serial numbers, the owner's name */
  METADATA_STRANGER_ORIENTATION = 1 << 7, /* other than upright */
} MetadataStranger;

typedef struct {
  char *language; /* of a METADATA_SHAPE_ALT; NULL: x-default */
  char *text;     /* UTF-8 without control characters but tab and line feed, not empty */
} MetadataValue;

enum { METADATA_MOST_VALUE_BYTES = 16384, METADATA_MOST_VALUES = 256 };

typedef struct {
  GPtrArray *values[METADATA_N_PROPERTIES]; /* MetadataValue*; NULL: none */
  unsigned strangers;                       /* bits of MetadataStranger */
  unsigned over_limit;                      /* bits of 1u << MetadataGroup: values left out */
} MetadataRecord;

void metadata_record_clear (MetadataRecord *record);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MetadataRecord, metadata_record_clear)

/* Adds a value, made fit for every block (see MetadataValue); an empty one is nothing. A second
 * value of the same language is left out. Over the limits above: left out and noted. */
void metadata_record_add (MetadataRecord *record, MetadataProperty property, const char *language,
                          const char *text);
/* The same for bytes of a block from before UTF-8: what is not valid UTF-8 is read as Latin-1.
 * Ends at a NUL. */
void metadata_record_add_bytes (MetadataRecord *record, MetadataProperty property,
                                const void *bytes, size_t length);
void metadata_record_remove (MetadataRecord *record, MetadataProperty property);
unsigned metadata_record_count (const MetadataRecord *record, MetadataProperty property);
const MetadataValue *metadata_record_get (const MetadataRecord *record, MetadataProperty property,
                                          unsigned index);
/* The x-default text, else the first, else NULL. */
const char *metadata_record_text (const MetadataRecord *record, MetadataProperty property);
/* Moves over what `record` has no value of yet, and what was noted. */
void metadata_record_fill (MetadataRecord *record, MetadataRecord *from);
