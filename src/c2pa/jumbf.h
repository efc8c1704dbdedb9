/* JUMBF (ISO 19566-5): the boxes that a C2PA store is made of.
 *
 *     jumb  length(4) "jumb"
 *       jumd  length(4) "jumd" type-UUID(16) toggles(1) label NUL …
 *       content boxes: jumb again, or "cbor", "json", "bfdb", "bidb", "uuid" …
 *
 * Lengths of 1 (64 bits follow) and 0 (to the end, of the last box) are read too. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

enum { JUMBF_MOST_DEPTH = 8, JUMBF_MOST_BOXES = 4096 };

/* "c2pa", "c2ma", "c2um", "c2as", "c2cl", "c2cs", "cbor", "json" …: the first four bytes of the
 * type's UUID, whose others are 0011-0010-8000-00AA00389B71. */
typedef struct JumbfBox JumbfBox;
struct JumbfBox {
  char type[5]; /* of a superbox: of its description's UUID; "uuid" when it is of no such form */
  char *label;  /* "" when it has none */
  size_t at, length; /* of the whole box in the store */
  size_t content_at,
    content_length;    /* what follows the box's own header: this is what a hashed URI covers */
  GPtrArray *children; /* JumbfBox* (superboxes), in order */
  /* The first content box that is no superbox: its type, and where its data stand. */
  char data_type[5]; /* "cbor", "json", "bfdb"; "" when there is none */
  size_t data_at, data_length;
};

/* The superbox that fills the bytes, trailing zeros apart. NULL: why not. */
JumbfBox *jumbf_read (const void *bytes, size_t length, GError **error);
void jumbf_free (JumbfBox *box);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JumbfBox, jumbf_free)
/* The child of this label, or NULL. */
const JumbfBox *jumbf_child (const JumbfBox *box, const char *label);
/* The box that "self#jumbf=/c2pa/urn…/c2pa.assertions/…" names: absolute in `store`, or relative to
 * `manifest` (may be NULL). NULL: there is none. */
const JumbfBox *jumbf_find (const JumbfBox *store, const JumbfBox *manifest, const char *uri);

/* ---- writing ---- */

/* Begins a superbox of this type and label (requestable); returns where it began, for jumbf_end. */
size_t jumbf_begin (GByteArray *out, const char type[4], const char *label);
void jumbf_end (GByteArray *out, size_t began);
/* A content box. */
void jumbf_put (GByteArray *out, const char type[4], const void *bytes, size_t length);
