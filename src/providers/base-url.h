/* Where a service is, as a configuration says it. */
#pragma once

#include "base/problems.h"
#include "document/node.h"

/* An https address without a query; http only on this machine. `map` holds 'base-url'. */
bool base_url_check (const char *url, const Node *map, Problems *problems);
/* The address with a path behind it, whatever slashes the first ends with. New string. */
char *base_url_join (const char *base, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* May keys that stand in the environment for the service itself be sent there? To the usual address
 * (`url` NULL) or to this machine: yes. */
bool base_url_takes_usual_keys (const char *url);
