/* The reference pictures of a request, as files that can be sent. */
#pragma once

#include "plan/plan.h"
#include "run/call-folder.h"

typedef struct {
  GArray *items;     /* ProviderReference */
  GPtrArray *paths;  /* char* */
  CallFolder folder; /* of originals that were taken out of the cache */
} References;

/* A zeroed one is to be cleared, too. RUN_ERROR_INVALID: one is too large or of the wrong kind for the
 * model. `home` is the cache's. */
bool references_open (References *references, const PlanRequest *request, const char *home,
                      GError **error);
void references_clear (References *references);
