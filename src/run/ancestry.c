#include "run/ancestry.h"

#include "cache/sidecar.h"

void
ancestry_clear (Ancestry *ancestry)
{
  g_clear_pointer (&ancestry->recipe, g_free);
  g_clear_pointer (&ancestry->source_type, g_free);
}

/* The rest of the line that begins with `word`, up to its end. New string or NULL. */
static char *
dup_line (const char *recipe, const char *word)
{
  g_autofree char *start = g_strdup_printf ("\n%s ", word);
  const char *line = strstr (recipe, start);
  if (line == NULL)
    return NULL;
  line += strlen (start);
  return g_strndup (line, strcspn (line, "\n"));
}

static bool
take_original (const char *home, const Digest *digest, Ancestry *ancestry, GError **error)
{
  GError *problem = NULL;
  g_autoptr (CacheRecord) record = sidecar_read (home, digest, &problem);
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return false;
  }
  if (record == NULL)
    return true;
  ancestry->has_original = true;
  ancestry->width = record->width;
  ancestry->height = record->height;
  g_free (ancestry->source_type);
  ancestry->source_type = g_strdup (record->source_type);
  return true;
}

static bool
take_output (const char *home, StateOutput *output, Ancestry *ancestry, GError **error)
{
  g_autofree char *hex = dup_line (output->recipe, "original");
  Digest original;
  ancestry->kind = ANCESTRY_MADE;
  ancestry->source_type = dup_line (output->recipe, "source-type");
  ancestry->recipe = g_steal_pointer (&output->recipe);
  return hex == NULL || !digest_from_hex (hex, &original) ||
         take_original (home, &original, ancestry, error);
}

/* Whoever strips a file's metadata changes it. What was made under its name then tells whether it is
 * generated, though no more how its pixels came to be. */
static void
forget_making (Ancestry *ancestry)
{
  g_autofree char *source_type = g_steal_pointer (&ancestry->source_type);
  ancestry_clear (ancestry);
  *ancestry = (Ancestry){ .kind = ANCESTRY_CHANGED, .source_type = g_steal_pointer (&source_type) };
}

bool
ancestry_find (State *state, const char *home, const char *path, const Digest *content,
               Ancestry *out_ancestry, GError **error)
{
  g_auto (Ancestry) found = { .kind = ANCESTRY_UNKNOWN }, original = { .kind = ANCESTRY_UNKNOWN };
  g_auto (StateOutput) output = { .recipe = NULL };
  if (state != NULL && state_get_output (state, path, &output) &&
      !take_output (home, &output, &found, error))
    return false;
  if (found.kind == ANCESTRY_MADE && !digest_equal (&output.content, content))
    forget_making (&found);
  if (found.kind != ANCESTRY_MADE && !take_original (home, content, &original, error))
    return false;
  if (original.has_original) {
    ancestry_clear (&found);
    found = original;
    found.kind = ANCESTRY_ORIGINAL;
    original = (Ancestry){ .kind = ANCESTRY_UNKNOWN };
  }
  *out_ancestry = found;
  found = (Ancestry){ .kind = ANCESTRY_UNKNOWN };
  return true;
}
