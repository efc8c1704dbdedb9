#include "metadata/compose-parts.h"

#include "metadata/vocabulary.h"

/* What was done to a capture changes what it is; nothing makes less of what says AI. A mark or a text
 * laid over a photograph would be "composite" to some and "humanEdits" to others, and neither is
 * certain of a logo: the term stays, and the action is told by Content Credentials. */
static int
rank_of_done (int rank, unsigned done)
{
  bool is_capture = rank == vocabulary_rank ("digitalCapture") ||
                    rank == vocabulary_rank ("computationalCapture");
  if (is_capture && (done & METADATA_DONE_ENHANCED) != 0)
    return vocabulary_rank ("algorithmicallyEnhanced");
  return rank;
}

/* The strongest of those found. */
static int
take_found (Composition *composition)
{
  MetadataRecord *record = &composition->record;
  int found = vocabulary_rank (composition->facts->found_type);
  for (unsigned i = 0; i < metadata_record_count (record, METADATA_SOURCE_TYPE); i++) {
    const char *value = metadata_record_get (record, METADATA_SOURCE_TYPE, i)->text;
    found = vocabulary_stronger (found, vocabulary_rank (value));
  }
  metadata_record_remove (record, METADATA_SOURCE_TYPE);
  return found;
}

/* What says AI stays under every policy; a harmless term is part of the provenance. */
bool
compose_label (Composition *composition, GError **error)
{
  const MetadataFacts *facts = composition->facts;
  const char *name = metadata_group_names[METADATA_GROUP_AI_LABEL];
  bool is_generated = facts->source_type != NULL && *facts->source_type != '\0';
  int made = vocabulary_rank (facts->source_type);
  if (is_generated && made == VOCABULARY_NONE) {
    g_set_error (error, METADATA_ERROR, METADATA_ERROR_FAILED,
                 "'%s' is not a term of the IPTC Digital Source Type vocabulary",
                 facts->source_type);
    return false;
  }
  int found = take_found (composition);
  int strongest = vocabulary_stronger (made, found);
  if (strongest == VOCABULARY_NONE)
    return true;

  int rank = rank_of_done (strongest, facts->done);
  unsigned bit = 1u << METADATA_GROUP_AI_LABEL;
  bool is_due = vocabulary_is_ai (rank) || made == strongest ||
                (composition->options->keep & bit) ||
                composition->options->policy >= METADATA_PROVENANCE;
  bool kept = is_due && compose_stays (composition, METADATA_GROUP_AI_LABEL);
  const char *why = found == VOCABULARY_NONE ? "the original was generated"
                                             : "the original says so";
  if (!kept)
    why = is_due ? "dropped by name" : "does not say AI";
  else if (rank != strongest)
    why = "the original was a capture, and has been enhanced since";
  compose_judge (composition, name, kept, "%s: %s", vocabulary_term (rank), why);
  if (kept) {
    g_autofree char *uri = vocabulary_uri (rank);
    metadata_record_add (&composition->record, METADATA_SOURCE_TYPE, NULL, uri);
  }
  return true;
}
