#include "run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base-error.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/units.h"
#include "run/call-folder.h"
#include "run/ingest.h"
#include "run/launch.h"
#include "run/last-words.h"
#include "run/task.h"

enum { TICK_MS = 100 };

typedef struct {
  const char *program; /* its path, for messages */
  pid_t launcher;
  int control; /* the launcher's socket; closing it ends the program */
  int output;  /* what the program prints */
  GString *said;
  char status[64]; /* the launcher's line */
  size_t status_length;
  bool may_have_worked; /* it was ended in the middle, or ended well */
} Call;

#define CALL_INIT                                                                                  \
  {                                                                                                \
    .control = -1, .output = -1                                                                    \
  }

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* However it stands: the program ends, and the launcher is waited for. */
static void
call_clear (Call *call)
{
  close_fd (&call->control);
  close_fd (&call->output);
  if (call->launcher > 0)
    while (waitpid (call->launcher, NULL, 0) < 0 && errno == EINTR)
      continue;
  call->launcher = 0;
  if (call->said != NULL)
    g_string_free (call->said, TRUE);
  call->said = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static bool fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
static bool
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, RUN_ERROR, RUN_ERROR_PROVIDER, message);
  return false;
}

/* ---- starting ---- */

/* A file without a name: a pipe would be full at 64 KiB if the program does not read. */
static int
open_input (const char *text)
{
  int fd = memfd_create ("request", MFD_CLOEXEC);
  size_t length = strlen (text);
  bool ok = fd >= 0 && write (fd, text, length) == (ssize_t)length && lseek (fd, 0, SEEK_SET) == 0;
  if (!ok)
    close_fd (&fd);
  return fd;
}

/* ["peel", "launch", folder, program, …] */
static char **
launcher_arguments (const char *folder, const Node *program)
{
  GPtrArray *arguments = g_ptr_array_new ();
  g_ptr_array_add (arguments, g_strdup ("peel"));
  g_ptr_array_add (arguments, g_strdup ("launch"));
  g_ptr_array_add (arguments, g_strdup (folder));
  for (unsigned i = 0; i < node_length (program); i++)
    g_ptr_array_add (arguments, g_strdup (node_item (program, i)->text));
  g_ptr_array_add (arguments, NULL);
  return (char **)g_ptr_array_free (arguments, FALSE);
}

static int
start_launcher (Call *call, char **arguments, int input, int printed, int control)
{
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, printed, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, printed, STDERR_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, control, LAUNCH_FD);
  int why = posix_spawn (&call->launcher, "/proc/self/exe", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy (&actions);
  if (why != 0)
    call->launcher = 0;
  return why;
}

/* Above the descriptors that dup2 is to fill, so that none is closed before it was copied. */
static int
move_up (int fd)
{
  int moved = fd >= 0 && fd <= LAUNCH_FD ? fcntl (fd, F_DUPFD_CLOEXEC, LAUNCH_FD + 1) : fd;
  if (moved != fd)
    close (fd);
  return moved;
}

static bool
start (Call *call, const Node *task, const char *folder, GError **error)
{
  const Node *program = node_get (task, "program");
  g_auto (GStrv) arguments = launcher_arguments (folder, program);
  int printed[2] = { -1, -1 }, control[2] = { -1, -1 };
  int input = move_up (open_input (task_text (task, "input")));
  call->program = node_item (program, 0)->text;
  call->said = g_string_new (NULL);
  bool ok = input >= 0 && pipe2 (printed, O_CLOEXEC) == 0 &&
            socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0;
  int why = ok ? 0 : errno;
  call->output = move_up (printed[0]);
  call->control = move_up (control[0]);
  printed[1] = move_up (printed[1]);
  control[1] = move_up (control[1]);
  if (ok)
    why = start_launcher (call, arguments, input, printed[1], control[1]);
  close_fd (&input);
  close_fd (&printed[1]);
  close_fd (&control[1]);
  if (why != 0)
    return fail (error, "cannot start '%s': %s", call->program, g_strerror (why));
  fcntl (call->output, F_SETFL, O_NONBLOCK);
  return true;
}

/* ---- while it runs ---- */

static void
take_output (Call *call)
{
  char chunk[4096];
  ssize_t got;
  while ((got = read (call->output, chunk, sizeof chunk)) > 0)
    last_words_add (call->said, chunk, (size_t)got);
  if (got == 0)
    close_fd (&call->output);
}

/* True when the launcher has said how it ended, or is gone. */
static bool
take_status (Call *call)
{
  ssize_t got = recv (call->control, call->status + call->status_length,
                      sizeof call->status - 1 - call->status_length, MSG_DONTWAIT);
  if (got < 0)
    return errno != EAGAIN && errno != EINTR;
  call->status_length += (size_t)got;
  return got == 0 || memchr (call->status, '\n', call->status_length) != NULL;
}

/* One turn: true when the program has ended. */
static bool
wait_a_little (Call *call)
{
  struct pollfd polled[] = { { .fd = call->control, .events = POLLIN },
                             { .fd = call->output, .events = POLLIN } };
  if (poll (polled, 2, TICK_MS) <= 0)
    return false;
  if (polled[1].revents != 0)
    take_output (call);
  return polled[0].revents != 0 && take_status (call);
}

static bool
says (const Call *call, const char *word, int *out_number)
{
  if (!g_str_has_prefix (call->status, word))
    return false;
  *out_number = (int)g_ascii_strtoll (call->status + strlen (word), NULL, 10);
  return true;
}

/* "signal 9" as "was ended by signal 9 (Killed)"; NULL: in order. New string. */
static char *
describe_status (const Call *call)
{
  int number;
  if (says (call, "exit ", &number))
    return number == 0 ? NULL : g_strdup_printf ("ended with code %d", number);
  if (says (call, "signal ", &number))
    return g_strdup_printf ("was ended by signal %d (%s)", number, strsignal (number));
  return g_strdup ("ended with what had started it");
}

static bool
fail_with_words (const Call *call, const char *what, GError **error)
{
  g_autofree char *words = last_words_format (call->said);
  if (words[0] == '\0')
    return fail (error, "'%s' %s, and printed nothing", call->program, what);
  return fail (error, "'%s' %s\n  The last it printed:\n%s", call->program, what, words);
}

static bool
wait_for_end (Call *call, const Node *task, bool is_paid, bool (*is_stopped) (void *data),
              void *data, GError **error)
{
  int64_t timeout_ms = task_integer (task, "timeout");
  int64_t end_us = clock_monotonic_us () + timeout_ms * 1000;
  while (!wait_a_little (call)) {
    if (!is_paid && is_stopped (data)) {
      g_set_error_literal (error, RUN_ERROR, RUN_ERROR_INTERRUPTED, "interrupted");
      return false;
    }
    if (clock_monotonic_us () < end_us)
      continue;
    call->may_have_worked = true;
    g_autofree char *limit = units_format_duration (timeout_ms);
    g_autofree char *what = g_strdup_printf (
      "took longer than %s and was ended ('timeout' in your configuration allows more)", limit);
    return fail_with_words (call, what, error);
  }
  if (call->output >= 0)
    take_output (call);
  int why;
  if (says (call, "errno ", &why))
    return fail (error, "cannot start '%s', which your configuration names: %s", call->program,
                 g_strerror (why));
  g_autofree char *what = describe_status (call);
  call->may_have_worked = !says (call, "exit ", &why) || why == 0;
  return what == NULL || fail_with_words (call, what, error);
}

/* ---- what it wrote ---- */

static bool
read_output (const Call *call, const char *path, Cache *cache, const ImageLimits *limits,
             CacheRecord **out_record, GError **error)
{
  struct stat status;
  char *bytes = NULL;
  size_t length;
  if (lstat (path, &status) != 0)
    return fail_with_words (call, "ended well but wrote no file at {output}", error);
  if (!S_ISREG (status.st_mode))
    return fail_with_words (call, "left something at {output} that is no regular file", error);
  if (status.st_size == 0)
    return fail_with_words (call, "ended well but wrote an empty file", error);
  g_autoptr (GError) problem = NULL;
  bool ok = path_read_file (path, limits->most_bytes, &bytes, &length, &problem);
  g_autoptr (GBytes) content = ok ? g_bytes_new_take (bytes, length) : NULL;
  if (ok && ingest_bytes (content, "its output", cache, true, limits, out_record, &problem))
    return true;
  bool is_its_fault = problem->domain == IMAGE_ERROR ||
                      g_error_matches (problem, BASE_ERROR, BASE_ERROR_TOO_LARGE);
  if (!is_its_fault) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return false;
  }
  g_autofree char *what = g_strdup_printf ("wrote something else than a picture that is read: %s",
                                           problem->message);
  return fail_with_words (call, what, error);
}

/* The program got as far as to work, or to write something: then it may have paid for it. */
static void
tell_what_is_kept (CallFolder *folder, bool may_have_worked, GError **error)
{
  g_autofree char *kept = call_folder_keep_output (folder);
  if (kept != NULL)
    g_prefix_error (error, "what was paid for is kept as %s: ", kept);
  bool is_its_fault = error != NULL && g_error_matches (*error, RUN_ERROR, RUN_ERROR_PROVIDER);
  if (is_its_fault && (kept != NULL || may_have_worked))
    (*error)->code = RUN_ERROR_MAYBE_CHARGED;
}

bool
spawn_task (const Node *task, Cache *cache, const ImageLimits *limits,
            bool (*is_stopped) (void *data), void *data, CacheRecord **out_record, GError **error)
{
  const char *path = task_text (task, "folder");
  bool is_paid = task_flag (task, "paid");
  g_auto (CallFolder) folder = CALL_FOLDER_INIT;
  g_auto (Call) call = CALL_INIT;
  if (!call_folder_open (&folder, cache_home (cache), path, error) ||
      !start (&call, task, path, error))
    return false;
  g_autofree char *output = call_folder_output_path (path);
  bool ok = wait_for_end (&call, task, is_paid, is_stopped, data, error) &&
            read_output (&call, output, cache, limits, out_record, error);
  /* The program and all that it started are gone before their folder is. */
  call_clear (&call);
  if (!ok && is_paid)
    tell_what_is_kept (&folder, call.may_have_worked, error);
  return ok;
}
