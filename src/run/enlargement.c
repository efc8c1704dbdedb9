#include "run/enlargement.h"

#include <cjson/cJSON.h>

#include "run/recipe-line.h"
#include "stages/stage.h"

/* The option with which stages that enlarge only if asked are asked, and what makes them say so. */
#define WHEN_SMALLER "when-smaller"
#define WHEN_SMALLER_FAIL "fail"

/* False: no option of that name today, or not with that value. A file's value is its hash: it is left
 * out, and shapes no size. */
static bool
set_option (const OptionTable *table, void *options, const char *name, const char *json)
{
  const Option *row = option_find (table, name);
  g_autofree char *complaint = NULL;
  if (row == NULL)
    return false;
  if (row->kind == OPTION_KIND_FILE || row->kind == OPTION_KIND_TEXTS)
    return true;
  cJSON *value = cJSON_Parse (json);
  bool ok = cJSON_IsString (value) &&
            option_set_text (row, value->valuestring, options, &complaint);
  cJSON_Delete (value);
  return ok;
}

/* The options of a line; NULL: another version wrote it. */
static void *
options_of (const StageType *type, GHashTable *written)
{
  void *options = options_new (type->options);
  GHashTableIter iter;
  gpointer name, value;
  bool ok = true;
  g_hash_table_iter_init (&iter, written);
  while (g_hash_table_iter_next (&iter, &name, &value))
    ok = set_option (type->options, options, name, value) && ok;
  if (ok)
    return options;
  options_free (type->options, options);
  return NULL;
}

typedef struct {
  Shape shape;
  bool is_known; /* whether `shape` is what it was at that point */
} Replay;

/* What may enlarge is asked to fail instead: then it says whether it would have. */
static Enlargement
would_enlarge (const StageType *type, GHashTable *written, const Replay *replay)
{
  const char *said = g_hash_table_lookup (written, WHEN_SMALLER);
  g_autoptr (GError) error = NULL;
  Shape shape = replay->shape;
  if (g_strcmp0 (said, "\"enlarge\"") != 0)
    return ENLARGEMENT_NONE;
  void *options = replay->is_known ? options_of (type, written) : NULL;
  if (options == NULL)
    return ENLARGEMENT_UNKNOWN;
  bool ok = set_option (type->options, options, WHEN_SMALLER, "\"" WHEN_SMALLER_FAIL "\"") &&
            type->shape (options, &shape, &error);
  options_free (type->options, options);
  if (ok)
    return ENLARGEMENT_NONE;
  return g_error_matches (error, STAGE_ERROR, STAGE_ERROR_TARGET) ? ENLARGEMENT_SOME
                                                                  : ENLARGEMENT_UNKNOWN;
}

static void
go_on (Replay *replay, const StageType *type, GHashTable *written)
{
  void *options = replay->is_known ? options_of (type, written) : NULL;
  replay->is_known = options != NULL && type->shape (options, &replay->shape, NULL) &&
                     replay->shape.is_exact;
  options_free (type->options, options);
}

static Enlargement
replay_line (Replay *replay, const char *line, const char **out_stage)
{
  g_autofree char *word = g_strndup (line, strcspn (line, " "));
  const StageType *type = stage_find (word);
  if (type == NULL || type->role != STAGE_IMAGE || type->shape == NULL)
    return ENLARGEMENT_NONE;
  g_autoptr (GHashTable) written = recipe_line_options (line);
  *out_stage = type->name;
  int width = replay->shape.width, height = replay->shape.height;
  Enlargement verdict = would_enlarge (type, written, replay);
  go_on (replay, type, written);
  /* It is there for nothing else: only where it is known to have left the size alone did it not. */
  if (strcmp (type->name, "upscale") == 0 &&
      !(replay->is_known && replay->shape.width == width && replay->shape.height == height))
    return ENLARGEMENT_SOME;
  return verdict;
}

Enlargement
enlargement_of (const char *recipe, int width, int height, const char **out_stage)
{
  Replay replay = {
    .shape = { .width = width,
               .height = height,
               .is_exact = true,
               .bit_depth = 8,
               .n_channels = 3 },
    .is_known = width > 0 && height > 0,
  };
  g_auto (GStrv) lines = g_strsplit (recipe, "\n", -1);
  Enlargement found = ENLARGEMENT_NONE;
  *out_stage = NULL;
  for (char **line = lines; *line != NULL; line++) {
    const char *stage;
    Enlargement verdict = replay_line (&replay, *line, &stage);
    if (verdict == ENLARGEMENT_NONE)
      continue;
    *out_stage = stage;
    found = verdict;
    if (found == ENLARGEMENT_SOME)
      break;
  }
  return found;
}
