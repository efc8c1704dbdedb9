/* What every reader of foreign XMP begins with: the packet as UTF-8, its elements one by one under
 * limits, and the namespaces in force. */
#pragma once

#include "metadata/xmp.h"

#define XMP_RDF_SPACE "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

/* Runs the parser over the packet. False: why it cannot be read, without a word of what stands in it. */
bool xmp_packet_parse (GBytes *packet, const GMarkupParser *parser, void *data, GError **error);
/* The parser's `passthrough`: refuses document types, and entities with them. */
void xmp_packet_refuse (GMarkupParseContext *context, const char *text, size_t length,
                        gpointer data, GError **error);

typedef struct {
  GArray *bindings; /* of prefixes, innermost last */
} XmpSpaces;

void xmp_spaces_init (XmpSpaces *spaces);
void xmp_spaces_clear (XmpSpaces *spaces);
/* An element opens below `depth` others. False: it is too deep, or has too many attributes. */
bool xmp_spaces_enter (XmpSpaces *spaces, unsigned depth, const char **names, const char **values,
                       GError **error);
/* It closes. */
void xmp_spaces_leave (XmpSpaces *spaces, unsigned depth);
/* The namespace of "prefix:name", and the name; NULL when the prefix is bound to nothing. */
const char *xmp_spaces_find (const XmpSpaces *spaces, const char *qualified, const char **out_name);
