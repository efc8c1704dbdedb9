/* What a colour profile says of itself. */
#pragma once

#include <stdbool.h>
#include <glib.h>

typedef struct {
  char *description; /* "sRGB IEC61966-2.1", or NULL */
  char *copyright;   /* or NULL */
  char color_space[5],
    profile_class[5];    /* "RGB", "CMYK"; "mntr", "prtr": signatures without blanks */
  unsigned major, minor; /* of the version */
} IccFacts;

/* False: why it cannot be read. */
bool icc_read (GBytes *profile, IccFacts *out_facts, GError **error);
void icc_facts_clear (IccFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IccFacts, icc_facts_clear)
