/* Trusting a project's configuration: what it would allow is shown, and what was shown is remembered. */
#include "base/path.h"
#include "cli/event.h"
#include "cli/exit-code.h"
#include "cli/terminal.h"
#include "pipeline/grants.h"
#include "pipeline/project.h"
#include "pipeline/trust.h"

typedef struct {
  bool yes, list, forget;
} TrustOptions;

static const Option rows[] = {
  { OPTION_BOOL (TrustOptions, yes), .name = "yes", .letter = 'y',
    .help = "Trust it without being asked, as is needed where there is no terminal" },
  { OPTION_BOOL (TrustOptions, list), .name = "list",
    .help = "List what is trusted, and whether it still is what it was" },
  { OPTION_BOOL (TrustOptions, forget), .name = "forget", .help = "Trust it no longer" },
  { 0 },
};
static const OptionTable trust_options = { rows, sizeof (TrustOptions), NULL };

/* The folder that is meant: the working one, or that of a peel.yaml which was named itself. */
static char *
dup_folder (const Invocation *invocation)
{
  const char *given = invocation->n_arguments > 0 ? invocation->arguments[0] : ".";
  g_autofree char *current = g_get_current_dir ();
  g_autofree char *full = path_resolve (current, given);
  g_autofree char *name = g_path_get_basename (full);
  bool is_file = strcmp (name, PROJECT_NAME) == 0 && !g_file_test (full, G_FILE_TEST_IS_DIR);
  return is_file ? g_path_get_dirname (full) : g_steal_pointer (&full);
}

/* ---- list ---- */

static ProjectState
state_of (const TrustEntry *entry)
{
  g_autoptr (Project) project = project_open_file (entry->path);
  /* A link may have taken its place. */
  return strcmp (project->path, entry->path) == 0 ? project->state : PROJECT_NONE;
}

static void
print_entry (const TrustEntry *entry)
{
  cJSON *json = event_begin ("trusted");
  cJSON_AddStringToObject (json, "path", entry->path);
  cJSON_AddStringToObject (json, "sha256", digest_to_hex (&entry->digest).text);
  cJSON_AddStringToObject (json, "state", project_state_word (state_of (entry)));
  event_print (json);
}

static bool
list (const Invocation *invocation, unsigned *out_n, GError **error)
{
  g_autoptr (GPtrArray) entries = trust_load (error);
  g_autoptr (Table) table = table_new (3, "lll");
  table_add (table, "STATE", "SHA-256", "FILE");
  for (unsigned i = 0; entries != NULL && i < entries->len; i++) {
    const TrustEntry *entry = entries->pdata[i];
    g_autofree char *hash = g_strndup (digest_to_hex (&entry->digest).text, 12);
    if (invocation->global->json)
      print_entry (entry);
    else
      table_add (table, project_state_word (state_of (entry)), hash, entry->path);
  }
  if (entries == NULL)
    return false;
  *out_n = entries->len;
  if (!invocation->global->json && entries->len > 0)
    table_print (table, true);
  else if (!invocation->global->json)
    terminal_note ("no project is trusted");
  return true;
}

/* ---- forget ---- */

static bool
forget (const Invocation *invocation, unsigned *out_n, GError **error)
{
  g_autofree char *folder = dup_folder (invocation);
  g_autofree char *name = g_build_filename (folder, PROJECT_NAME, NULL);
  g_autofree char *path = path_real (name);
  bool was_known;
  if (!trust_forget (path, &was_known, error))
    return false;
  *out_n = was_known;
  g_autofree char *shown = terminal_safe (path, true);
  if (!invocation->global->json)
    terminal_note (was_known ? "%s is trusted no longer" : "%s was not trusted", shown);
  return true;
}

/* ---- trust ---- */

static void
print_grant (const Grant *grant)
{
  cJSON *json = event_begin ("allows");
  cJSON_AddStringToObject (json, "kind", grant_kind_name (grant->kind));
  if (grant->kind != GRANT_GENERATE && grant->kind != GRANT_BUDGET)
    cJSON_AddStringToObject (json, grant->kind == GRANT_MODEL ? "model" : "provider", grant->owner);
  event_add_text (json, "profile", grant->profile);
  cJSON_AddStringToObject (json, "value", grant->text);
  event_print (json);
}

static void
add_grant (Table *table, const Grant *grant)
{
  g_autofree char *owner = grant->profile != NULL
                             ? g_strdup_printf ("%s, --profile %s", grant->owner, grant->profile)
                             : g_strdup (grant->owner);
  table_add (table, owner, grant_words (grant->kind), grant->text);
}

static void
show (const Invocation *invocation, const Project *project, const GPtrArray *grants)
{
  g_autoptr (Table) table = table_new (3, "lll");
  for (unsigned i = 0; i < grants->len; i++) {
    const Grant *grant = grants->pdata[i];
    if (invocation->global->json)
      print_grant (grant);
    else
      add_grant (table, grant);
  }
  if (invocation->global->json)
    return;
  g_autofree char *shown = terminal_safe (project->path, true);
  if (grants->len == 0)
    terminal_print ("%s allows the pipelines beside it nothing new.", shown);
  else
    terminal_print ("This is what %s says for the pipelines beside it:", shown);
  table_print (table, false);
}

/* What is wrong in it is told as with any configuration: nobody trusts what will not work. */
static GPtrArray *
read_grants (const Project *project, GError **error)
{
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Config) config = config_load (NULL, problems);
  const Node *root = config != NULL ? project_add_to (project, config, problems) : NULL;
  if (problems_raise (problems, RUN_ERROR, RUN_ERROR_INVALID, error))
    return grants_of (config, root);
  return NULL;
}

static bool
ask (const TrustOptions *options, const Project *project, GError **error)
{
  if (options->yes)
    return true;
  if (!terminal_can_ask ())
    return run_fail (error, RUN_ERROR_INVALID,
                     "there is no terminal to ask at: read what %s allows, then add --yes",
                     project->path);
  if (terminal_ask ("Do you trust it?"))
    return true;
  g_set_error (error, RUN_ERROR, RUN_ERROR_FAILED, "%s is not trusted", project->path);
  return false;
}

static bool
trust (const Invocation *invocation, unsigned *out_n, GError **error)
{
  g_autofree char *folder = dup_folder (invocation);
  g_autoptr (Project) project = project_open (folder);
  if (project->state == PROJECT_NONE)
    return run_fail (error, RUN_ERROR_INVALID, "there is no " PROJECT_NAME " in %s", folder);
  if (project->state == PROJECT_REFUSED)
    return run_fail (error, RUN_ERROR_INVALID, "%s", project->problem);
  g_autoptr (GPtrArray) grants = read_grants (project, error);
  if (grants == NULL)
    return false;
  show (invocation, project, grants);
  bool is_known = project->state == PROJECT_TRUSTED;
  if (!is_known && (!ask (invocation->options, project, error) ||
                    !trust_remember (project->path, &project->digest, error)))
    return false;
  *out_n = 1;
  if (invocation->global->json)
    print_entry (&(TrustEntry){ project->path, project->digest });
  else
    terminal_note (is_known ? "It is trusted already." : "It is trusted until it changes.");
  return true;
}

/* ---- all ---- */

static bool
check_options (const Invocation *invocation, GError **error)
{
  const TrustOptions *options = invocation->options;
  const char *complaint = NULL;
  if (options->list && (options->forget || options->yes || invocation->n_arguments > 0))
    complaint = "--list takes no FOLDER and no other option: it lists everything that is trusted";
  else if (options->forget && options->yes)
    complaint = "--yes trusts and --forget does the opposite: say one";
  if (complaint == NULL)
    return true;
  g_set_error_literal (error, OPTION_ERROR, OPTION_ERROR_USAGE, complaint);
  return false;
}

static int
run (const Invocation *invocation)
{
  const TrustOptions *options = invocation->options;
  g_autoptr (GError) error = NULL;
  unsigned n = 0;
  if (check_options (invocation, &error))
    (void)(options->list     ? list (invocation, &n, &error)
           : options->forget ? forget (invocation, &n, &error)
                             : trust (invocation, &n, &error));
  return event_end_counted (invocation->global->json, options->forget ? "forgotten" : "trusted", n,
                            error);
}

extern const CommandType command_trust;
const CommandType command_trust = {
  .name = "trust",
  .synopsis = "[FOLDER]",
  .summary = "Trust a project's configuration",
  .details =
    "A pipeline comes from anywhere, so it can name no program to run, no address and no key. A "
    "file " PROJECT_NAME " beside it can, in the words of your own configuration, and is not even "
    "read until you trust it. FOLDER is the folder with that file, the working one if none is "
    "named. What the file would allow is shown, and you are asked. It is trusted as it was shown: "
    "once it has changed, it is not used until you trust it again. The programs and key files that "
    "it names are not looked at.",
  .example = "  peel trust shop\n"
             "  peel trust --list\n"
             "  peel trust --forget shop",
  .options = &trust_options,
  .most_arguments = 1,
  .run = run,
};
