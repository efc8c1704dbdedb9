/* What a project's configuration lets its pipelines do: what the user reads before trusting it. */
#pragma once

#include "pipeline/config.h"

/* The worst last: it stands nearest to the question, whatever was put before it. */
typedef enum {
  GRANT_MODEL,    /* a row of the models table, and so what is paid for it */
  GRANT_BUDGET,   /* lets less be spent than the user does */
  GRANT_GENERATE, /* an option of `generate`: who is asked for what */
  GRANT_OPTION,   /* is said otherwise */
  GRANT_KEY,      /* is read, to be sent away */
  GRANT_ADDRESS,  /* is sent prompts, pictures and keys */
  GRANT_PROGRAM,  /* is run */
} GrantKind;

typedef struct {
  GrantKind kind;
  char *profile; /* holds in runs with it alone; NULL: in all */
  char *owner;   /* the provider, the model, "generate" or "budget" */
  char *text;
} Grant;

/* Grant*, in order of kind; of a profile what it does not share with runs without one, also where the
 * profile is the user's and what it meets the project's. `config` is what holds once the project's is laid over the user's, so that a
 * key of the user's is told with the address that the project gives it; `root` is the project's tree, which
 * config_add gave. */
GPtrArray *grants_of (const Config *config, const Node *root);
/* "runs", "sends keys to", … */
const char *grant_words (GrantKind kind);
/* "program", "address", …: for JSON. */
const char *grant_kind_name (GrantKind kind);
