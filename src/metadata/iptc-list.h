/* Every dataset of an IPTC block, for people who look at it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct {
  uint8_t record, dataset;
  char *name;  /* "ObjectName"; "2:231" of what has none here */
  char *value; /* UTF-8; "12 bytes" of what is no text */
} IptcLine;

enum { IPTC_LIST_MOST_LINES = 1024, IPTC_LIST_MOST_VALUE_BYTES = 32768 };

typedef struct {
  GPtrArray *lines; /* IptcLine* */
  unsigned n_left_out;
  bool has_thumbnail;
} IptcList;

/* The forms of block are those of iptc.h. False: why it cannot be read. */
bool iptc_list (GBytes *block, IptcList *out_list, GError **error);
void iptc_list_clear (IptcList *list);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IptcList, iptc_list_clear)
