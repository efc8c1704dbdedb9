/* How fast a service may be asked, and how often again: what its configuration says, else what the
 * models table knows of it. */
#pragma once

#include "providers/service.h"

typedef struct {
  int64_t window_ms; /* sliding; 0: a day of the service */
  double most;       /* requests, or USD */
} PaceLimit;

enum { PACE_MOST_LIMITS = 4 };

struct Pace {
  PaceLimit requests[PACE_MOST_LIMITS]; /* of each key and model */
  unsigned n_requests;
  PaceLimit spend[PACE_MOST_LIMITS]; /* USD, of each key */
  unsigned n_spend;
  int jobs;         /* under way at a time, for each key */
  bool is_adaptive; /* nobody published a quota: fewer at a time after throttles */
  bool is_shared;   /* all keys have one quota */
  int64_t backoff_ms, most_wait_ms;
  unsigned retries, retries_billed;
};

/* ProviderType.pace: `config` is a struct whose first member is a ServiceConfig. */
void service_pace (const void *config, const Model *row, Pace *out_pace);
/* The limits of a configuration can be read. */
bool service_check_pace (const ServiceConfig *service, const Node *node, Problems *problems);
