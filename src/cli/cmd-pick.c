/* Choosing among variants: the choice stands in peel.lock. */
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "pipeline/pipeline.h"
#include "run/pick.h"

typedef struct {
  char *lock, *pipeline;
  bool none;
} PickOptions;

static const Option rows[] = {
  { OPTION_TEXT (PickOptions, lock), .name = "lock", .value_name = "FILE",
    .help = "The lock to write; unset: " PIPELINE_LOCK_NAME " in the current folder" },
  { OPTION_TEXT (PickOptions, pipeline), .name = "pipeline", .value_name = "NAME",
    .help = "Of this pipeline's image, where several have one of that id" },
  { OPTION_BOOL (PickOptions, none), .name = "none",
    .help = "Take the choice back: all variants are made again" },
  { 0 },
};
static const OptionTable pick_options = { rows, sizeof (PickOptions), NULL };

typedef struct {
  const PickOptions *options;
  const char *image_id;
  const char *what; /* a variant or a hash; NULL: nothing is chosen */
  char *lock_path;  /* absolute */
  bool is_json;
} Pick;

static void
pick_clear (Pick *pick)
{
  g_free (pick->lock_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pick, pick_clear)

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_propagate_error (error,
                     g_error_new_valist (OPTION_ERROR, OPTION_ERROR_USAGE, format, arguments));
  va_end (arguments);
  return false;
}

/* ---- listing ---- */

/* "picked": alone of its image; "pinned": what a run makes its files of. */
static const char *
state_word (const PickCandidate *candidate)
{
  return candidate->is_picked ? "picked" : candidate->is_pinned ? "pinned" : "";
}

static void
add_candidate (Table *table, const PickCandidate *candidate)
{
  g_autofree char *variant = g_strdup_printf ("%d", candidate->variant);
  g_autofree char *cost = candidate->cost_usd > 0 ? g_strdup_printf ("$%.4g", candidate->cost_usd)
                                                  : g_strdup ("");
  g_autofree char *hash = g_strndup (digest_to_hex (&candidate->original).text, 12);
  table_add (table, variant, hash, candidate->at != NULL ? candidate->at : "",
             candidate->provider != NULL ? candidate->provider : "",
             candidate->pipeline != NULL ? candidate->pipeline : "", cost, state_word (candidate));
}

static void
print_json (const Pick *pick, const PickCandidate *candidate, bool is_chosen)
{
  cJSON *json = event_begin (is_chosen ? "picked" : "candidate");
  cJSON_AddStringToObject (json, "image", pick->image_id);
  event_add_text (json, "pipeline", candidate->pipeline);
  cJSON_AddNumberToObject (json, "variant", candidate->variant);
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&candidate->original).text);
  cJSON_AddStringToObject (json, "request", digest_to_hex (&candidate->request).text);
  event_add_text (json, "at", candidate->at);
  event_add_text (json, "provider", candidate->provider);
  event_add_text (json, "model", candidate->model);
  if (candidate->cost_usd > 0)
    cJSON_AddNumberToObject (json, "cost-usd", candidate->cost_usd);
  if (!is_chosen) {
    cJSON_AddBoolToObject (json, "pinned", candidate->is_pinned);
    cJSON_AddBoolToObject (json, "picked", candidate->is_picked);
  }
  event_print (json);
}

static void
list (const Pick *pick, const GPtrArray *candidates)
{
  g_autoptr (Table) table = table_new (7, "rlllcrl");
  table_add (table, "VARIANT", "ORIGINAL", "GOT", "PROVIDER", "PIPELINE", "COST", "");
  for (unsigned i = 0; i < candidates->len; i++)
    if (pick->is_json)
      print_json (pick, candidates->pdata[i], false);
    else
      add_candidate (table, candidates->pdata[i]);
  if (pick->is_json)
    (void)event_end_counted (true, "candidates", candidates->len, NULL);
  else
    table_print (table, true);
}

/* ---- choosing ---- */

static void
tell_end (const Pick *pick, const char *message)
{
  if (!pick->is_json) {
    terminal_note ("%s", message);
    return;
  }
  event_print_summary (event_begin ("summary"), NULL, EXIT_OK);
}

/* Whether the lock tells what is asked now, and it is not what the chosen one answers. */
static bool
is_outdated (const GPtrArray *candidates, const PickCandidate *chosen)
{
  bool is_any_asked = false;
  for (unsigned i = 0; i < candidates->len; i++)
    is_any_asked |= ((const PickCandidate *)candidates->pdata[i])->is_asked;
  return is_any_asked && !chosen->is_asked;
}

static bool
choose (const Pick *pick, const GPtrArray *candidates, GError **error)
{
  const PickCandidate *chosen = pick_choose (candidates, pick->image_id, pick->what, error);
  if (chosen == NULL || !pick_write (pick->lock_path, pick->image_id, chosen, error))
    return false;
  g_autofree char *message = g_strdup_printf (
    "%s: variant %d (%.12s) is picked in %s%s", pick->image_id, chosen->variant,
    digest_to_hex (&chosen->original).text, pick->lock_path,
    is_outdated (candidates, chosen) ? "; it answers what was asked before, and holds when that is "
                                       "asked again"
                                     : "");
  if (pick->is_json)
    print_json (pick, chosen, true);
  tell_end (pick, message);
  return true;
}

static bool
take_back (const Pick *pick, GError **error)
{
  unsigned n;
  if (!pick_forget (pick->lock_path, pick->image_id, pick->options->pipeline, &n, error))
    return false;
  g_autofree char *message = g_strdup_printf (
    n > 0 ? "%s: the choice is taken back, all variants are made" : "%s: no variant was picked",
    pick->image_id);
  tell_end (pick, message);
  return true;
}

/* The lock is a run's. One that is begun here would more often stand in a wrong folder than not. */
static bool
check_lock (const Pick *pick, GError **error)
{
  if (pick->options->lock != NULL || g_file_test (pick->lock_path, G_FILE_TEST_EXISTS))
    return true;
  return fail (
    error,
    "there is no %s: a run writes it beside its pipeline; go to that folder, or name the "
    "file with --lock",
    pick->lock_path);
}

static bool
carry_out (const Pick *pick, const char *home, GError **error)
{
  if (pick->what != NULL && pick->options->none)
    return fail (error, "--none takes the choice back: '%s' has no place beside it", pick->what);
  if ((pick->what != NULL || pick->options->none) && !check_lock (pick, error))
    return false;
  if (pick->options->none)
    return take_back (pick, error);
  g_autoptr (LockFile) lock = lock_file_load (pick->lock_path, error);
  g_autoptr (Cache) cache = lock != NULL ? cache_open (home, error) : NULL;
  if (cache == NULL)
    return false;
  g_autoptr (GPtrArray)
    candidates = pick_candidates (cache, lock, pick->image_id, pick->options->pipeline, error);
  if (candidates == NULL)
    return false;
  if (candidates->len == 0)
    return fail (error, "no original of an image '%s' is in the cache (%s)", pick->image_id,
                 cache_home (cache));
  if (pick->what != NULL)
    return choose (pick, candidates, error);
  list (pick, candidates);
  return true;
}

static int
run (const Invocation *invocation)
{
  const PickOptions *options = invocation->options;
  const char *path = options->lock != NULL ? options->lock : PIPELINE_LOCK_NAME;
  g_autoptr (GError) error = NULL;
  g_auto (Pick) pick = {
    .options = options,
    .image_id = invocation->arguments[0],
    .what = invocation->n_arguments > 1 ? invocation->arguments[1] : NULL,
    .lock_path = g_canonicalize_filename (path, NULL),
    .is_json = invocation->global->json,
  };
  if (carry_out (&pick, invocation->global->home, &error))
    return EXIT_OK;
  int code = (int)exit_code_of (error);
  if (pick.is_json)
    event_print_summary (event_begin ("summary"), error, code);
  else
    terminal_mistakes (error->message);
  return code;
}

extern const CommandType command_pick;
const CommandType command_pick = {
  .name = "pick",
  .synopsis = "IMAGE-ID [N|HASH]",
  .summary = "Choose among the variants of a generated image",
  .details =
    "Without N or HASH the originals that answer what was asked for the image are listed. "
    "N is the number of a variant, HASH the first digits of an original. The choice stands "
    "in peel.lock, which a run has written beside the pipeline. From then on a run makes "
    "the picked variant only, under the names it would have were it the only one, and "
    "neither generates nor makes the others. It holds while the pipeline asks the same. "
    "--none takes it back.",
  .example = "  peel pick watch@front\n"
             "  peel pick watch@front 2\n"
             "  peel pick watch@front --none",
  .options = &pick_options,
  .least_arguments = 1,
  .most_arguments = 2,
  .run = run,
};
