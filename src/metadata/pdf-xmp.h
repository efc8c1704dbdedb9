/* The packet of a PDF: that of any picture, and what a document says of itself beside it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* `packet` (of metadata_compose; NULL: none) with a second description behind its own: title, dates, a name for
 * the document, that nothing is trapped and, `is_x4`, that it is a PDF/X-4. The title is `title` (UTF-8, not empty)
 * unless the packet has one; *out_title, new, is the one that it says in the end, and that the document's Info has to
 * say too.
 * The same arguments give the same bytes: the dates are no dates. */
GBytes *metadata_pdf_xmp (GBytes *packet, const char *title, const uint8_t id[16], bool is_x4,
                          char **out_title);
