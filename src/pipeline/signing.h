/* Who signs Content Credentials: "signing: { certificate: chain.pem, key: { file: key.pem } }".
 *
 * Only the user's own configuration, and a project's that is trusted, may say so: it names a key and
 * perhaps a program. */
#pragma once

#include "option/option.h"

typedef struct {
  char *certificate;  /* absolute path of a PEM chain, the signer's own first; NULL: nobody signs */
  char *key;          /* "env:NAME" or "file:/path"; NULL: the program signs */
  char **command;     /* the program and its arguments; NULL: the key signs */
  int64_t timeout_ms; /* of the program */
} Signing;

extern const OptionTable signing_options;

/* Lays what a map says over it, option by option; a key goes in place of a program that stands below it, and the
 * other way round. Relative files start at `folder`. False after adding to `problems`. */
bool signing_read (Signing *signing, const Node *map, const char *folder, Problems *problems);
/* Is anything said? Whether all of it is, run/signer.h tells. */
bool signing_is_set (const Signing *signing);
