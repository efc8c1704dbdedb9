#include "cache/query.h"
#include "cache/tags.h"
#include "cli/cache-hash.h"
#include "cli/event.h"
#include "cli/tag-list.h"
#include "cli/terminal.h"

typedef struct {
  char **add, **remove;
} TagOptions;

static const Option rows[] = {
  { OPTION_TEXTS (TagOptions, add), .name = "add", .value_name = "TAGS", .flags = OPTION_REPEATED,
    .help = "Tags to put on, with commas between them" },
  { OPTION_TEXTS (TagOptions, remove), .name = "remove", .value_name = "TAGS",
    .flags = OPTION_REPEATED, .help = "Tags to take off" },
  { 0 },
};
static const OptionTable tag_options = { rows, sizeof (TagOptions), NULL };

static bool
tell (Cache *cache, const Digest *digest, bool is_json, GError **error)
{
  g_autoptr (CacheRecord) record = cache_record_get (cache, digest, error);
  if (record == NULL)
    return false;
  const DigestHex hex = digest_to_hex (digest);
  if (is_json) {
    cJSON *json = event_begin ("tagged");
    cJSON_AddStringToObject (json, "sha256", hex.text);
    event_add_tags (json, record->tags);
    event_print (json);
    return true;
  }
  g_autofree char *tags = tags_join (record->tags);
  g_autofree char *shown = terminal_safe (tags[0] != '\0' ? tags : "no tags", true);
  terminal_print ("%.12s  %s", hex.text, shown);
  return true;
}

/* All hashes are known before the first is changed. */
static bool
tag_all (const Invocation *invocation, unsigned *out_n, GError **error)
{
  const TagOptions *options = invocation->options;
  g_auto (GStrv) add = tag_list_read (options->add, error);
  g_auto (GStrv) remove = add != NULL ? tag_list_read (options->remove, error) : NULL;
  if (add == NULL || remove == NULL)
    return false;
  if (add[0] == NULL && remove[0] == NULL) {
    g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE,
                         "'peel cache tag' needs --add TAGS or --remove TAGS");
    return false;
  }
  g_autoptr (Cache) cache = cache_open (invocation->global->home, error);
  g_autoptr (GArray) digests = cache != NULL ? cache_hash_find_all (cache, invocation, 0, error)
                                             : NULL;
  bool ok = digests != NULL;
  for (unsigned i = 0; ok && i < digests->len; i++) {
    const Digest *digest = &g_array_index (digests, Digest, i);
    ok = cache_tag (cache, digest, add, remove, error) &&
         tell (cache, digest, invocation->global->json, error);
    *out_n += ok;
  }
  return ok;
}

static int
run (const Invocation *invocation)
{
  g_autoptr (GError) error = NULL;
  unsigned n = 0;
  (void)tag_all (invocation, &n, &error);
  return event_end_counted (invocation->global->json, "tagged", n, error);
}

extern const CommandType command_cache_tag;
const CommandType command_cache_tag = {
  .name = "cache tag",
  .synopsis = "HASH…",
  .summary = "Put tags on originals, or take them off",
  .details = "A tag is a word of at most 64 bytes without commas. It stands in the original's "
             "sidecar, so it survives a rebuilt index and travels in bundles.",
  .example = "  peel cache tag 3f9a17 --add hero,spring\n"
             "  peel cache tag --remove draft $(peel cache ls --tag draft | cut -f 1)",
  .options = &tag_options,
  .least_arguments = 1,
  .run = run,
};
