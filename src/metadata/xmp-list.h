/* Every property of a foreign XMP packet, for people who look at it. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef struct {
  char *path;  /* "dc:title[x-default]", "dc:subject[2]", "xmpMM:History[1]/stEvt:action" */
  char *value; /* UTF-8, not empty */
} XmpLine;

enum {
  XMP_LIST_MOST_LINES = 2048,
  XMP_LIST_MOST_PATH_BYTES = 512,
  XMP_LIST_MOST_VALUE_BYTES = 65536,
};

typedef struct {
  GPtrArray *lines; /* XmpLine* */
  unsigned n_left_out;
} XmpList;

/* Prefixes are the usual ones of well-known namespaces, else the packet's own. What is not well-formed is
 * listed up to there: false then too, with *out_list set. */
bool xmp_list (GBytes *packet, XmpList *out_list, GError **error);
void xmp_list_clear (XmpList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmpList, xmp_list_clear)
