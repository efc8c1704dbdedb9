#include "providers/pace.h"

#include "base/units.h"

enum {
  LEAST_WINDOW_MS = 1000, /* what is shorter is lost in the network's own delays */
  MOST_WINDOW_MS = 24 * 3600 * 1000,
};

/* "60/60s", "250/day": so many, or so much, within a window. */
static bool
read_limit (const char *text, PaceLimit *out)
{
  const char *slash = strchr (text, '/');
  if (slash == NULL)
    return false;
  g_autofree char *number = g_strndup (text, (size_t)(slash - text));
  PaceLimit limit = { 0 };
  if (!units_parse_number (number, &limit.most) || limit.most <= 0)
    return false;
  bool is_day = strcmp (slash + 1, "day") == 0;
  if (!is_day && (!units_parse_duration (slash + 1, &limit.window_ms) ||
                  limit.window_ms < LEAST_WINDOW_MS || limit.window_ms > MOST_WINDOW_MS))
    return false;
  *out = limit;
  return true;
}

static unsigned
read_limits (char **texts, PaceLimit *out)
{
  unsigned n = 0;
  for (char **text = texts; text != NULL && *text != NULL && n < PACE_MOST_LIMITS; text++)
    n += read_limit (*text, &out[n]);
  return n;
}

void
service_pace (const void *config, const Model *row, Pace *out)
{
  const ServiceConfig *service = config;
  *out = (Pace){
    .jobs = service->jobs,
    .is_shared = service->shared_quota,
    .backoff_ms = service->backoff_ms,
    .most_wait_ms = service->most_wait_ms,
    .retries = (unsigned)service->retries,
    .retries_billed = (unsigned)service->retries_billed,
  };
  out->n_requests = read_limits (service->requests, out->requests);
  out->n_spend = read_limits (service->spend, out->spend);
  if (out->n_requests == 0 && row != NULL && row->requests_per_minute > 0)
    out->requests[out->n_requests++] = (PaceLimit){ 60 * 1000, row->requests_per_minute };
  out->is_adaptive = out->n_requests == 0;
}

static bool
check_limits (char **texts, const Node *node, const char *name, const char *example,
              Problems *problems)
{
  const Node *own = node_get (node, name);
  bool ok = true;
  unsigned n = 0;
  for (char **text = texts; text != NULL && *text != NULL; text++, n++) {
    PaceLimit limit;
    if (!read_limit (*text, &limit))
      ok = problems_add (problems, own != NULL ? &own->mark : &node->mark,
                         "'%s' takes a number and a window of 1s to 24h or 'day', as in %s, not "
                         "'%s'",
                         name, example, *text);
  }
  if (n > PACE_MOST_LIMITS)
    ok = problems_add (problems, own != NULL ? &own->mark : &node->mark,
                       "'%s' takes %d limits at most, not %u", name, PACE_MOST_LIMITS, n);
  return ok;
}

bool
service_check_pace (const ServiceConfig *service, const Node *node, Problems *problems)
{
  bool ok = check_limits (service->requests, node, "requests", "60/60s or 250/day", problems);
  return check_limits (service->spend, node, "spend", "10/10m or 40/day", problems) && ok;
}
