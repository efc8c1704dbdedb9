/* Which original of the cache answers a request: of all who could be asked, in their order. */
#pragma once

#include "run/image-run.h"
#include "run/run.h"

typedef struct Run Run;

/* *out_found: `out_original` answers, and its choice has the turn. *out_is_lost: it was answered
 * before, but the bytes are gone. Sets image_run->cached_from. */
bool answers_find (Run *run, ImageRun *image_run, Digest *out_original, bool *out_found,
                   bool *out_is_lost, GError **error);
/* May this original of a request with this fingerprint be taken, and for which choice? -1: it may not,
 * or the fingerprint is none of the request's. */
int answers_choice_of (Run *run, const PlanRequest *request, const Digest *fingerprint,
                       const Digest *original);
/* Who drew the image's original for this request: of several who drew the same bytes the one whose turn it
 * is, or else the last; NULL: nobody wrote it down. Borrowed from the record. */
const char *answers_provider (const ImageRun *image_run);
