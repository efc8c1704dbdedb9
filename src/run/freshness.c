#include "run/freshness.h"

#include <unistd.h>
#include <cjson/cJSON.h>

#include "run/credentials.h"
#include "run/recipe-line.h"

void
freshness_clear (Freshness *freshness)
{
  g_clear_pointer (&freshness->reason, g_free);
  g_clear_pointer (&freshness->facts, g_free);
}

/* ---- what changed ---- */

/* The line of a recipe that begins with `word `; lines of one word are told apart by their rank. */
static const char *
find_line (char **lines, const char *word, unsigned rank)
{
  size_t length = strcspn (word, " ");
  for (; *lines != NULL; lines++)
    if (strncmp (*lines, word, length) == 0 &&
        ((*lines)[length] == ' ' || (*lines)[length] == '\0') && rank-- == 0)
      return *lines;
  return NULL;
}

static int
compare_names (const void *left, const void *right)
{
  return strcmp (*(const char *const *)left, *(const char *const *)right);
}

/* Of both; the strings are the tables'. NULL-terminated. */
static const char **
sorted_names (GHashTable *before, GHashTable *now)
{
  g_autoptr (GHashTable) all = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTable *const sides[] = { before, now };
  for (unsigned i = 0; i < G_N_ELEMENTS (sides); i++) {
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init (&iter, sides[i]);
    while (g_hash_table_iter_next (&iter, &name, NULL))
      g_hash_table_add (all, name);
  }
  guint n;
  const char **names = (const char **)g_hash_table_get_keys_as_array (all, &n);
  qsort (names, n, sizeof *names, compare_names);
  return names;
}

/* "'resize' changed: width "640" is "800" now". An option that is not named has its default. */
static void
describe_step (GString *out, const char *before, const char *now)
{
  g_autoptr (GHashTable) old_options = recipe_line_options (before);
  g_autoptr (GHashTable) new_options = recipe_line_options (now);
  g_autofree const char **names = sorted_names (old_options, new_options);
  g_autoptr (GString) changes = g_string_new (NULL);
  for (const char **name = names; *name != NULL; name++) {
    const char *was = g_hash_table_lookup (old_options, *name);
    const char *is = g_hash_table_lookup (new_options, *name);
    if (g_strcmp0 (was, is) != 0)
      g_string_append_printf (changes, "%s%s %s is %s now", changes->len > 0 ? ", " : "", *name,
                              was != NULL ? was : "(default)", is != NULL ? is : "(default)");
  }
  int length = (int)strcspn (now, " ");
  if (changes->len > 0)
    g_string_append_printf (out, "'%.*s' changed: %s", length, now, changes->str);
  else
    g_string_append_printf (out, "was '%s', is '%s'", before, now);
}

static void
describe_line (GString *out, const char *before, const char *now)
{
  const char *named = before != NULL ? before : now;
  int length = (int)strcspn (named, " ");
  g_string_append_printf (out, "%s", out->len > 0 ? "; " : "");
  if (strncmp (named, "original ", 9) == 0)
    g_string_append (out, "the original is another one");
  else if (before == NULL)
    g_string_append_printf (out, "'%.*s' is new", length, named);
  else if (now == NULL)
    g_string_append_printf (out, "'%.*s' is gone", length, named);
  else
    describe_step (out, before, now);
}

char *
freshness_compare_recipes (const char *before, const char *now)
{
  g_auto (GStrv) old_lines = g_strsplit (before, "\n", -1);
  g_auto (GStrv) new_lines = g_strsplit (now, "\n", -1);
  GString *out = g_string_new (NULL);
  char **const sides[] = { old_lines, new_lines };
  for (unsigned side = 0; side < 2; side++)
    for (unsigned i = 0; sides[side][i] != NULL; i++) {
      const char *line = sides[side][i];
      unsigned rank = 0;
      for (unsigned k = 0; k < i; k++)
        rank += strncmp (sides[side][k], line, strcspn (line, " ") + 1) == 0;
      const char *other = find_line (sides[1 - side], line, rank);
      /* Lines that both have are compared once, from the new side. */
      if (side == 0 && other == NULL)
        describe_line (out, line, NULL);
      else if (side == 1 && (other == NULL || strcmp (other, line) != 0))
        describe_line (out, other, line);
    }
  if (out->len == 0)
    g_string_append (out, "the order of its stages changed");
  return g_string_free (out, FALSE);
}

/* ---- the verdict ---- */

/* Takes the file for what `known` says, if its bytes are the ones that were recorded. */
static bool
compare_bytes (State *state, const char *path, const FileStamp *stamp, StateOutput *known,
               bool *out_equal, GError **error)
{
  Digest now;
  if (!digest_of_file (path, &now, error))
    return false;
  *out_equal = digest_equal (&now, &known->content);
  if (!*out_equal || file_stamp_equal (stamp, &known->stamp))
    return true;
  known->stamp = *stamp;
  return state_put_output (state, path, known, error);
}

static void
settle (Freshness *freshness, FreshnessKind kind, char *reason)
{
  freshness->kind = kind;
  freshness->reason = reason;
}

static bool
is_as_made (const char *path, const cJSON *told, const FileStamp *stamp, bool looks)
{
  const char *hex = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (told, "sha256"));
  const cJSON *bytes = cJSON_GetObjectItemCaseSensitive (told, "bytes");
  Digest made, now;
  return hex != NULL && digest_from_hex (hex, &made) &&
         (double)stamp->size_bytes == cJSON_GetNumberValue (bytes) &&
         (!looks || (digest_of_file (path, &now, NULL) && digest_equal (&made, &now)));
}

/* What stands beside the output, as its facts tell: NULL when it is as it was made; else what is wrong with it. New
 * string. It is written just before its output: one that is newer was written by somebody else, or by a
 * run that was killed, and is looked into. `main` NULL: the output is gone. */
static char *
judge_sidecar (const char *path, const FileStamp *main, const char *facts, bool always_hash,
               bool *out_has_one)
{
  cJSON *json = cJSON_Parse (facts);
  const cJSON *told = cJSON_GetObjectItemCaseSensitive (json, "credentials");
  g_autofree char *beside = g_strconcat (path, CREDENTIALS_SUFFIX, NULL);
  g_autofree char *name = g_path_get_basename (beside);
  char *complaint = NULL;
  FileStamp stamp;
  *out_has_one = cJSON_HasObjectItem (told, "sha256");
  if (*out_has_one && !file_stamp_read (beside, &stamp))
    complaint = g_strdup_printf ("%s beside it is missing", name);
  else if (*out_has_one && main != NULL &&
           !is_as_made (beside, told, &stamp, always_hash || stamp.mtime_ns > main->mtime_ns))
    complaint = g_strdup_printf ("%s beside it was changed by something else", name);
  cJSON_Delete (json);
  return complaint;
}

static bool
is_drifted (const char *facts, const char *libraries)
{
  cJSON *json = cJSON_Parse (facts);
  const char *made_with = cJSON_GetStringValue (
    cJSON_GetObjectItemCaseSensitive (json, "made-with"));
  bool drifted = made_with != NULL && strcmp (made_with, libraries) != 0;
  cJSON_Delete (json);
  return drifted;
}

/* From the manifest: a machine that has the outputs but not the state. */
static bool
known_from_manifest (ManifestIndex *manifest, const Derivative *derivative, StateOutput *out_known)
{
  const ManifestEntry *entry = manifest != NULL ? manifest_index_find (manifest, derivative->shown)
                                                : NULL;
  if (entry == NULL)
    return false;
  *out_known = (StateOutput){
    .fingerprint = entry->fingerprint,
    .content = entry->content,
    .recipe = g_strdup (
      digest_equal (&entry->fingerprint, &derivative->fingerprint) ? derivative->recipe : ""),
    .facts = g_strdup (entry->facts),
  };
  return true;
}

bool
freshness_of (State *state, ManifestIndex *manifest, const Derivative *derivative,
              const char *libraries, bool always_hash, Freshness *out_freshness, GError **error)
{
  const char *path = derivative->path;
  FileStamp stamp;
  g_auto (Freshness) found = { .kind = FRESH_UP_TO_DATE };
  g_auto (StateOutput) known = { .recipe = NULL };
  g_autofree char *beside = NULL;
  bool from_state = false;
  if (!file_stamp_read (path, &stamp)) {
    if (state_get_output (state, path, &known))
      beside = judge_sidecar (path, NULL, known.facts, false, &found.has_sidecar);
    settle (&found, FRESH_MISSING,
            g_strdup (access (path, F_OK) == 0 ? "it is not a regular file" : "it is missing"));
  } else if (!(from_state = state_get_output (state, path, &known)) &&
             !known_from_manifest (manifest, derivative, &known)) {
    settle (&found, FRESH_NEW, g_strdup ("a file is there, but not one that was made here"));
  } else if (!digest_equal (&known.fingerprint, &derivative->fingerprint)) {
    beside = judge_sidecar (path, &stamp, known.facts, false, &found.has_sidecar);
    settle (&found, FRESH_CHANGED,
            known.recipe[0] != '\0' ? freshness_compare_recipes (known.recipe, derivative->recipe)
                                    : g_strdup ("its recipe is another than the manifest's"));
  } else {
    bool equal = from_state && !always_hash && file_stamp_equal (&stamp, &known.stamp);
    if (!equal && !compare_bytes (state, path, &stamp, &known, &equal, error))
      return false;
    beside = judge_sidecar (path, &stamp, known.facts, always_hash, &found.has_sidecar);
    if (equal && beside != NULL)
      settle (&found, FRESH_ALTERED, g_steal_pointer (&beside));
    else if (!equal)
      settle (&found, FRESH_ALTERED, g_strdup ("the file was changed by something else"));
    else if (is_drifted (known.facts, libraries))
      settle (&found, FRESH_DRIFTED,
              g_strdup_printf ("it was made with other library versions than %s", libraries));
    found.content = known.content;
    found.facts = g_steal_pointer (&known.facts);
  }
  *out_freshness = found;
  found = (Freshness){ .kind = FRESH_UP_TO_DATE };
  return true;
}
