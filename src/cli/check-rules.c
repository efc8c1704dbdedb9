#include "cli/check-rules.h"

#include <sys/stat.h>

#include "base/install.h"
#include "base/path.h"
#include "cache/cache.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "pipeline/preset.h"
#include "run/inspect.h"
#include "run/interrupt.h"
#include "run/rules-check.h"

/* A page of A2 in CMYK of 16 bit has 285 MB. */
static const int64_t most_file_bytes = INT64_C (1) << 30;

typedef struct {
  const Invocation *invocation;
  Preset *preset;
  char *home;
  State *state; /* NULL: nothing was made here yet */
  InspectSettings settings;
  Inspector *inspector;
  /* Files that were looked at or failed; broken ones may be unknown too. */
  unsigned n_files, n_broken, n_unknown, n_failed;
  int code; /* of the first that is not in order */
} Work;

static void
work_clear (Work *work)
{
  inspector_free (work->inspector);
  state_close (work->state);
  preset_free (work->preset);
  g_free (work->home);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* ---- the preset ---- */

/* "mail/hero, shop/shopify": those that could have been meant. New string. */
static char *
names_with_rules (const PresetPath *path, const char *folder)
{
  g_autoptr (GPtrArray) names = preset_list (path, folder);
  g_autoptr (GString) list = g_string_new (NULL);
  for (unsigned i = 0; i < names->len; i++) {
    g_autoptr (Problems) ignored = problems_new ();
    g_autoptr (Preset) preset = preset_load (path, folder, names->pdata[i], NULL, ignored);
    if (preset != NULL && preset->rules != NULL)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", preset->name);
  }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/* Presets beside a pipeline are looked for in the current folder, as `peel presets` does. */
static Preset *
load_preset (const char *name, GError **error)
{
  g_autofree char *installed = install_dup_preset_folder (NULL);
  g_autofree char *folder = g_get_current_dir ();
  g_autoptr (PresetPath) path = preset_path_new (installed);
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Preset) preset = preset_load (path, folder, name, NULL, problems);
  if (!problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error))
    return NULL;
  if (preset->rules != NULL)
    return g_steal_pointer (&preset);
  g_autofree char *names = names_with_rules (path, folder);
  run_fail (error, RUN_ERROR_INVALID, "the preset '%s' has no rules; these have some: %s", name,
            names);
  return NULL;
}

/* ---- telling ---- */

static const char *const state_words[] = {
  [RULE_HOLDS] = "ok",
  [RULE_BROKEN] = "broken",
  [RULE_UNKNOWN] = "unknown",
};

static void
print_event (const char *path, const RuleVerdict *verdict)
{
  cJSON *json = event_begin ("rule");
  cJSON_AddStringToObject (json, "path", path);
  cJSON_AddStringToObject (json, "rule", verdict->rule);
  cJSON_AddStringToObject (json, "state", state_words[verdict->state]);
  cJSON_AddStringToObject (json, "found", verdict->found);
  cJSON_AddStringToObject (json, "asked", verdict->asked);
  event_add_text (json, "advice", verdict->advice);
  event_print (json);
}

static void
add_row (Table *table, const char *path, const RuleVerdict *verdict)
{
  g_autofree char *words = verdict->state == RULE_BROKEN
                             ? g_strdup_printf ("%s; asked is %s: %s", verdict->found,
                                                verdict->asked, verdict->advice)
                             : g_strdup (verdict->found);
  table_add (table, state_words[verdict->state], path, verdict->rule, words);
}

/* -q leaves out what is in order. */
static void
tell_verdicts (Work *work, const char *path, const GPtrArray *verdicts)
{
  const GlobalOptions *global = work->invocation->global;
  g_autoptr (Table) table = table_new (4, "llll");
  bool is_broken = false, is_unknown = false;
  for (unsigned i = 0; i < verdicts->len; i++) {
    const RuleVerdict *verdict = verdicts->pdata[i];
    is_broken |= verdict->state == RULE_BROKEN;
    is_unknown |= verdict->state == RULE_UNKNOWN;
    if (global->json)
      print_event (path, verdict);
    else if (!global->quiet || verdict->state == RULE_BROKEN)
      add_row (table, path, verdict);
  }
  if (!global->json)
    table_print (table, false);
  work->n_unknown += is_unknown;
  work->n_broken += is_broken;
  if (is_broken && work->code == EXIT_OK)
    work->code = EXIT_TARGET;
}

/* What a file is cannot be a mistake of the command line: one that is none is a failure like any other. */
static void
tell_failure (Work *work, const char *path, const GError *error)
{
  RunErrorCode class = run_error_class (error);
  class = class == RUN_ERROR_INVALID ? RUN_ERROR_FAILED : class;
  g_autofree char *label = g_strconcat (path, ":", NULL);
  bool is_named = g_str_has_prefix (error->message, label);
  work->n_failed++;
  if (work->code == EXIT_OK)
    work->code = class == RUN_ERROR_FAILED ? EXIT_FAILED : (int)exit_code_of (error);
  if (work->invocation->global->json) {
    g_autofree char *valid = g_utf8_make_valid (path, -1);
    cJSON *json = event_begin ("failed");
    cJSON_AddStringToObject (json, "path", valid);
    event_add_failure (json, class, error->message);
    event_print (json);
  } else {
    terminal_error ("%s%s%s", is_named ? "" : path, is_named ? "" : ": ", error->message);
  }
}

/* ---- looking ---- */

/* What is no whole picture keeps to no rule: it is not judged. */
static bool
check_whole (const cJSON *facts, GError **error)
{
  const cJSON *pixels = cJSON_GetObjectItemCaseSensitive (facts, "pixels");
  const cJSON *whole = cJSON_GetObjectItemCaseSensitive (pixels, "whole");
  const cJSON *troubles = cJSON_GetObjectItemCaseSensitive (facts, "troubles");
  const char *trouble = cJSON_GetStringValue (cJSON_GetArrayItem (troubles, 0));
  if (pixels != NULL && !cJSON_IsFalse (whole))
    return true;
  return run_fail (error, RUN_ERROR_FAILED, "%s",
                   trouble != NULL ? trouble : "its pixels cannot be read");
}

static bool
judge (Work *work, const char *path, const cJSON *facts, GError **error)
{
  const char *hex = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (facts, "sha256"));
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *absolute = path_resolve (current, path);
  g_auto (Ancestry) ancestry = { .kind = ANCESTRY_UNKNOWN };
  Digest content;
  if (!check_whole (facts, error))
    return false;
  if (hex == NULL || !digest_from_hex (hex, &content))
    return run_fail (error, RUN_ERROR_FAILED, "the worker gave no answer");
  if (!ancestry_find (work->state, work->home, absolute, &content, &ancestry, error))
    return false;
  g_autoptr (GPtrArray) verdicts = rules_check (work->preset->rules, facts, &ancestry);
  tell_verdicts (work, path, verdicts);
  return true;
}

static bool
check_file (Work *work, const char *path, GError **error)
{
  const TaskInspect inspect = { .path = path, .name = path };
  g_autofree char *text = NULL;
  struct stat status;
  /* Before it is opened: a pipe would be waited for. */
  if (stat (path, &status) != 0)
    return run_fail (error, RUN_ERROR_FAILED, "there is no such file");
  if (!S_ISREG (status.st_mode))
    return run_fail (error, RUN_ERROR_FAILED, "it is no file that can be checked; name pictures");
  if (work->inspector == NULL)
    work->inspector = inspector_new (&work->settings);
  if (!inspector_look (work->inspector, &inspect, &text, error))
    return false;
  cJSON *facts = cJSON_Parse (text);
  bool ok = judge (work, path, facts, error);
  cJSON_Delete (facts);
  return ok;
}

/* Nothing is made where nothing is: a check leaves no cache behind. */
static bool
open_state (Work *work, GError **error)
{
  const char *home = work->invocation->global->home;
  work->home = home != NULL ? g_strdup (home) : cache_default_home ();
  g_autofree char *file = g_build_filename (work->home, "state.sqlite", NULL);
  if (!g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return true;
  work->state = state_open (work->home, error);
  return work->state != NULL;
}

static void
print_summary (const Work *work)
{
  g_autoptr (GError) error = NULL;
  cJSON *summary = event_begin ("summary");
  cJSON_AddStringToObject (summary, "preset", work->preset->name);
  cJSON_AddNumberToObject (summary, "files", work->n_files);
  cJSON_AddNumberToObject (summary, "broken", work->n_broken);
  cJSON_AddNumberToObject (summary, "unknown", work->n_unknown);
  cJSON_AddNumberToObject (summary, "failed", work->n_failed);
  if (work->n_broken > 0)
    run_fail (&error, RUN_ERROR_TARGET, "%u of %u files break rules of '%s'", work->n_broken,
              work->n_files, work->preset->name);
  event_print_summary (summary, error, work->code);
}

static void
tell_end (const Work *work)
{
  unsigned n_ok = work->n_files - work->n_broken - work->n_failed;
  g_autofree char *name = terminal_safe (work->preset->name, true);
  terminal_print ("%s: %u of %u file%s break%s no rule", name, n_ok, work->n_files,
                  work->n_files == 1 ? "" : "s", n_ok == 1 ? "s" : "");
}

int
check_rules (const Invocation *invocation, const char *preset_name)
{
  g_auto (Work) work = {
    .invocation = invocation,
    .settings = { .isolate = true, .most_bytes = most_file_bytes },
  };
  g_autoptr (GError) error = NULL;
  work.preset = load_preset (preset_name, &error);
  if (work.preset == NULL || !open_state (&work, &error))
    return event_end (invocation->global->json, event_begin ("summary"), error);
  signals_watch ();
  for (unsigned i = 0; i < invocation->n_arguments && interrupt_count () == 0; i++) {
    g_autoptr (GError) problem = NULL;
    bool is_judged = check_file (&work, invocation->arguments[i], &problem);
    if (!is_judged && interrupt_count () > 0)
      break;
    work.n_files++;
    if (!is_judged)
      tell_failure (&work, invocation->arguments[i], problem);
  }
  if (interrupt_count () > 0)
    work.code = EXIT_INTERRUPTED;
  if (invocation->global->json)
    print_summary (&work);
  else if (!invocation->global->quiet)
    tell_end (&work);
  return work.code;
}
