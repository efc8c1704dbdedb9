#include "stages/recall.h"

#include "base/digest.h"
#include "stages/stage.h"

/* 32 bits: fewer would soon name several originals of a large cache, and a pipeline is written
 * once for all that will be in it. */
enum { LEAST_DIGITS = 8 };

static const Option rows[] = {
  { OPTION_TEXTS (RecallOptions, hash), .name = "hash", .value_name = "HASH",
    .help = "SHA-256 of the original, or its first digits, at least 8; several are several images",
    .flags = OPTION_REQUIRED },
  { 0 },
};
const OptionTable recall_options = { rows, sizeof (RecallOptions), .shorthand = "hash" };

/* The place of one text of a list option, or of the option. */
static const Mark *
mark_of (const Node *node, const char *option, unsigned i)
{
  const Node *value = node->kind == NODE_MAP ? node_get (node, option) : node;
  if (value == NULL)
    return &node->mark;
  return value->kind == NODE_LIST && i < node_length (value) ? &node_item (value, i)->mark
                                                             : &value->mark;
}

static bool
check_hash (const char *text, const Mark *mark, Problems *problems)
{
  size_t length = strlen (text);
  bool is_hex = strspn (text, "0123456789abcdefABCDEF") == length;
  if (is_hex && length >= LEAST_DIGITS && length <= DIGEST_HEX_CHARACTERS)
    return true;
  return problems_add (problems, mark,
                       "'hash' takes %d to %d digits 0 to 9 and a to f, not '%.80s'", LEAST_DIGITS,
                       DIGEST_HEX_CHARACTERS, text);
}

static bool
check (const void *given_options, const Node *node, Problems *problems)
{
  const RecallOptions *options = given_options;
  bool ok = true;
  if (options->hash[0] == NULL)
    return problems_add (problems, mark_of (node, "hash", 0), "'hash' is an empty list");
  for (unsigned i = 0; options->hash[i] != NULL; i++)
    ok = check_hash (options->hash[i], mark_of (node, "hash", i), problems) && ok;
  return ok;
}

const StageType stage_recall = {
  .name = "recall",
  .summary = "Starts from originals that are in the cache.",
  .role = STAGE_SOURCE,
  .revision = 1,
  .options = &recall_options,
  .check = check,
};
