#include "pipeline/project.h"

#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/trust.h"
#include "providers/command.h"
#include "support/scratch.h"

#define TEXT "providers: { command: { program: [/bin/true], cost: 1 } }\n"

/* A project with that peel.yaml, and nothing that is trusted. */
static Scratch *
project_with (const char *text)
{
  Scratch *scratch = scratch_new ();
  g_setenv ("XDG_STATE_HOME", scratch_path (scratch, "state"), TRUE);
  if (text != NULL)
    scratch_write (scratch, PROJECT_NAME, text);
  return scratch;
}

static void
assert_state (Scratch *scratch, ProjectState state)
{
  g_autoptr (Project) project = project_open (scratch->folder);
  if (project->state != state)
    g_error ("%s, not %s: %s", project_state_word (project->state), project_state_word (state),
             project->problem);
  g_assert_true ((project->problem != NULL) == (state == PROJECT_REFUSED));
}

static void
trust_it (Scratch *scratch)
{
  g_autoptr (Project) project = project_open (scratch->folder);
  g_autoptr (GError) error = NULL;
  assert_ok (trust_remember (project->path, &project->digest, &error), error);
}

static void
it_is_trusted_as_it_was_seen (void)
{
  g_autoptr (Scratch) scratch = project_with (TEXT);
  assert_state (scratch, PROJECT_UNKNOWN);
  trust_it (scratch);
  assert_state (scratch, PROJECT_TRUSTED);
  scratch_write (scratch, PROJECT_NAME, TEXT "\n");
  assert_state (scratch, PROJECT_CHANGED);
  scratch_write (scratch, PROJECT_NAME, TEXT);
  assert_state (scratch, PROJECT_TRUSTED);
  g_assert_cmpint (unlink (scratch_path (scratch, PROJECT_NAME)), ==, 0);
  assert_state (scratch, PROJECT_NONE);
}

static void
another_file_with_the_same_words_is_another (void)
{
  g_autoptr (Scratch) scratch = project_with (TEXT);
  trust_it (scratch);
  g_assert_cmpint (mkdir (scratch_path (scratch, "other"), 0700), ==, 0);
  scratch_write (scratch, "other/" PROJECT_NAME, TEXT);
  g_autoptr (Project) other = project_open (scratch_path (scratch, "other"));
  g_assert_cmpint (other->state, ==, PROJECT_UNKNOWN);
}

static void
a_link_is_what_it_leads_to (void)
{
  g_autoptr (Scratch) scratch = project_with (NULL);
  const char *real = scratch_write (scratch, "shared.yaml", TEXT);
  const char *name = scratch_path (scratch, PROJECT_NAME);
  g_assert_cmpint (symlink (real, name), ==, 0);
  trust_it (scratch);
  assert_state (scratch, PROJECT_TRUSTED);
  g_autoptr (Project) project = project_open (scratch->folder);
  g_assert_true (g_str_has_suffix (project->path, "/shared.yaml"));
  scratch_write (scratch, "stranger.yaml", TEXT);
  g_assert_cmpint (unlink (name), ==, 0);
  g_assert_cmpint (symlink ("stranger.yaml", name), ==, 0);
  assert_state (scratch, PROJECT_UNKNOWN);
}

static void
what_others_can_write_is_refused_even_when_it_was_trusted (void)
{
  static const mode_t modes[] = { 0664, 0646, 0620, 0602 };
  g_autoptr (Scratch) scratch = project_with (TEXT);
  const char *path = scratch_path (scratch, PROJECT_NAME);
  trust_it (scratch);
  for (unsigned i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_assert_cmpint (chmod (path, modes[i]), ==, 0);
    assert_state (scratch, PROJECT_REFUSED);
  }
  g_assert_cmpint (chmod (path, 0644), ==, 0);
  assert_state (scratch, PROJECT_TRUSTED);
  if (geteuid () != 0 || chown (path, 12345, (gid_t)-1) != 0)
    return;
  assert_state (scratch, PROJECT_REFUSED);
}

static void
what_is_no_file_is_refused_without_waiting (void)
{
  g_autoptr (Scratch) scratch = project_with (NULL);
  const char *path = scratch_path (scratch, PROJECT_NAME);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_state (scratch, PROJECT_REFUSED);
  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (mkdir (path, 0700), ==, 0);
  assert_state (scratch, PROJECT_REFUSED);
}

static void
a_list_that_others_can_write_trusts_nothing (void)
{
  g_autoptr (Scratch) scratch = project_with (TEXT);
  trust_it (scratch);
  g_assert_cmpint (chmod (scratch_path (scratch, "state/peel/trusted"), 0666), ==, 0);
  assert_state (scratch, PROJECT_REFUSED);
}

static void
a_pipeline_of_the_name_is_no_configuration (void)
{
  g_autoptr (Scratch) scratch = project_with (TEXT);
  g_autoptr (Project) itself = project_open_beside (scratch_path (scratch, PROJECT_NAME));
  g_assert_cmpint (itself->state, ==, PROJECT_NONE);
  g_autoptr (Project) beside = project_open_beside (scratch_path (scratch, "p.yaml"));
  g_assert_cmpint (beside->state, ==, PROJECT_UNKNOWN);
}

static void
what_was_read_is_what_is_used (void)
{
  g_autoptr (Scratch) scratch = project_with (TEXT);
  g_autoptr (Project) project = project_open (scratch->folder);
  scratch_write (scratch, PROJECT_NAME, "providers: { command: { program: [/bin/rm] } }\n");
  g_autoptr (Problems) problems = problems_new ();
  g_autoptr (Config) config = config_read ("/c.yaml", NULL, "", 0, problems);
  g_assert_nonnull (project_add_to (project, config, problems));
  const CommandConfig *command = config_provider (config, provider_find ("command"));
  g_assert_cmpstr (command->program[0], ==, "/bin/true");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/pipeline/project/" name, function)
  CLAIM ("it-is-trusted-as-it-was-seen", it_is_trusted_as_it_was_seen);
  CLAIM ("another-file-with-the-same-words-is-another",
         another_file_with_the_same_words_is_another);
  CLAIM ("a-link-is-what-it-leads-to", a_link_is_what_it_leads_to);
  CLAIM ("what-others-can-write-is-refused-even-when-it-was-trusted",
         what_others_can_write_is_refused_even_when_it_was_trusted);
  CLAIM ("what-is-no-file-is-refused-without-waiting", what_is_no_file_is_refused_without_waiting);
  CLAIM ("a-list-that-others-can-write-trusts-nothing",
         a_list_that_others_can_write_trusts_nothing);
  CLAIM ("a-pipeline-of-the-name-is-no-configuration", a_pipeline_of_the_name_is_no_configuration);
  CLAIM ("what-was-read-is-what-is-used", what_was_read_is_what_is_used);
#undef CLAIM
  return g_test_run ();
}
