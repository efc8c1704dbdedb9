#include "stages/recall.h"

#include "base/clock.h"
#include "base/digest.h"
#include "stages/stage.h"

/* 32 bits: fewer would soon name several originals of a large cache, and a pipeline is written
 * once for all that will be in it. */
enum { LEAST_DIGITS = 8 };

static const Option rows[] = {
  { OPTION_TEXTS (RecallOptions, hash), .name = "hash", .value_name = "HASH",
    .help = "SHA-256 of the original, or its first digits, at least 8; of several any" },
  { OPTION_TEXT (RecallOptions, text), .name = "text", .value_name = "WORDS",
    .help = "Words in its prompt, tags, image, pipeline or file name: all of them, in any order; "
            "watch* is what begins so",
    .flags = OPTION_FREE_TEXT },
  { OPTION_TEXTS (RecallOptions, tag), .name = "tag", .help = "A tag it has; of several all" },
  { OPTION_TEXT (RecallOptions, provider), .name = "provider", .value_name = "NAME",
    .help = "Who made it; here and in the next three * and ? stand for any text and any sign" },
  { OPTION_TEXT (RecallOptions, model), .name = "model", .value_name = "NAME",
    .help = "The model that made it" },
  { OPTION_TEXT (RecallOptions, pipeline), .name = "pipeline", .value_name = "NAME",
    .help = "The pipeline that it was made or loaded for" },
  { OPTION_TEXT (RecallOptions, image), .name = "image", .value_name = "ID",
    .help = "The image that it was made or loaded for" },
  { OPTION_TEXT (RecallOptions, since), .name = "since", .value_name = "TIME",
    .help = "It came, or came again, not before this: 30d or 12h (ago), a date, or a time in "
            "ISO 8601" },
  { OPTION_TEXT (RecallOptions, until), .name = "until", .value_name = "TIME",
    .help = "And not after this; a date is its whole day" },
  { OPTION_INT (RecallOptions, limit), .name = "limit", .min = 1, .max = 1000 * 1000,
    .help = "No more than so many, the newest" },
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
check_hashes (char *const *hashes, const Node *node, Problems *problems)
{
  bool ok = true;
  for (unsigned i = 0; hashes != NULL && hashes[i] != NULL; i++)
    ok = check_hash (hashes[i], mark_of (node, "hash", i), problems) && ok;
  return ok;
}

static bool
check_moment (const char *text, const char *option, const Node *node, Problems *problems)
{
  int64_t moment_us;
  if (text == NULL || clock_parse_moment (text, false, &moment_us))
    return true;
  return problems_add (problems, mark_of (node, option, 0),
                       "'%s' takes a time that has passed, such as 30d or 12h, a date such as "
                       "2026-01-31, or a time in ISO 8601, not '%.80s'",
                       option, text);
}

/* What is given but says nothing was meant to say something: an empty variable, mostly. */
static bool
check_filled (const void *options, const Node *node, Problems *problems)
{
  bool ok = true;
  for (const Option *row = rows; row->name != NULL; row++) {
    const char *field = (const char *)options + row->offset;
    if (row->kind == OPTION_KIND_TEXT) {
      const char *text = *(char *const *)field;
      if (text != NULL && text[0] == '\0')
        ok = problems_add (problems, mark_of (node, row->name, 0), "'%s' is empty", row->name);
    } else if (row->kind == OPTION_KIND_TEXTS) {
      char *const *texts = *(char **const *)field;
      if (texts != NULL && texts[0] == NULL)
        ok = problems_add (problems, mark_of (node, row->name, 0), "'%s' is an empty list",
                           row->name);
    }
  }
  return ok;
}

static bool
is_given (const void *options)
{
  for (const Option *row = rows; row->name != NULL; row++)
    if (!option_is_default (row, options))
      return true;
  return false;
}

static bool
check (const void *given_options, const Node *node, Problems *problems)
{
  const RecallOptions *options = given_options;
  if (!check_filled (options, node, problems))
    return false;
  if (!is_given (options))
    return problems_add (problems, &node->mark,
                         "'recall' needs to know what: a hash, text, tag, provider, model, "
                         "pipeline, image, since, until or limit");
  bool ok = check_hashes (options->hash, node, problems);
  ok = check_moment (options->since, "since", node, problems) && ok;
  return check_moment (options->until, "until", node, problems) && ok;
}

const StageType stage_recall = {
  .name = "recall",
  .summary = "Starts from originals that are in the cache.",
  .role = STAGE_SOURCE,
  .revision = 1,
  .options = &recall_options,
  .check = check,
};
