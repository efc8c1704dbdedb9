/* Does a finished file keep to the rules of the place that it is for? */
#pragma once

#include <cjson/cJSON.h>

#include "pipeline/rules.h"
#include "run/ancestry.h"

typedef enum {
  RULE_HOLDS,
  RULE_BROKEN,
  RULE_UNKNOWN, /* what would tell is not known here; `found` says what that is */
} RuleState;

typedef struct {
  const char *rule; /* its option's name */
  RuleState state;
  char *found;        /* "400 px" */
  char *asked;        /* "at least 500 px" */
  const char *advice; /* of one that is broken: what to do */
} RuleVerdict;

/* A verdict (RuleVerdict*) for each rule, in the order of the table. `facts` is what inspect.h tells of the
 * file. */
GPtrArray *rules_check (const PresetRules *rules, const cJSON *facts, const Ancestry *ancestry);
