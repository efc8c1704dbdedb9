#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/flight.h"
#include "support/scratch.h"

static const Digest watch = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 } };
static const Digest clock_face = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 1 } };

static Flight *
try (Scratch *scratch, const Digest *request)
{
  g_autoptr (GError) error = NULL;
  Flight *flight = NULL;
  assert_ok (flight_try (scratch->folder, request, &flight, &error), error);
  return flight;
}

static void
one_request_has_one_flight_even_in_one_process (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Flight *first = try (scratch, &watch);
  g_assert_nonnull (first);
  g_assert_null (try (scratch, &watch));
  flight_free (first);
  g_autoptr (Flight) second = try (scratch, &watch);
  g_assert_nonnull (second);
}

static void
other_requests_fly_beside_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (Flight) first = try (scratch, &watch);
  g_autoptr (Flight) other = try (scratch, &clock_face);
  g_assert_nonnull (first);
  g_assert_nonnull (other);
}

static void
anyone_can_ask_whether_it_is_busy (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_assert_false (flight_is_busy (scratch->folder, &watch));
  Flight *flight = try (scratch, &watch);
  g_assert_true (flight_is_busy (scratch->folder, &watch));
  g_assert_false (flight_is_busy (scratch->folder, &clock_face));
  flight_free (flight);
  g_assert_false (flight_is_busy (scratch->folder, &watch));
}

/* A process that takes the flight and holds it. */
static pid_t
start_holder (Scratch *scratch)
{
  int ready[2];
  g_assert_cmpint (pipe (ready), ==, 0);
  pid_t pid = fork ();
  if (pid == 0) {
    Flight *flight = NULL;
    bool ok = flight_try (scratch->folder, &watch, &flight, NULL) && flight != NULL;
    ok = write (ready[1], ok ? "y" : "n", 1) == 1 && ok;
    if (ok)
      pause ();
    _exit (ok ? 0 : 1);
  }
  char said = 'n';
  g_assert_cmpint (read (ready[0], &said, 1), ==, 1);
  g_assert_cmpint (said, ==, 'y');
  close (ready[0]);
  close (ready[1]);
  return pid;
}

static void
a_killed_holder_leaves_nothing_behind (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  pid_t holder = start_holder (scratch);
  g_assert_null (try (scratch, &watch));
  kill (holder, SIGKILL);
  g_assert_cmpint (waitpid (holder, NULL, 0), ==, holder);
  g_autoptr (Flight) flight = try (scratch, &watch);
  g_assert_nonnull (flight);
}

/* A worker that outlives the run must not keep its flights. */
static void
a_program_that_was_started_does_not_hold_it (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  Flight *flight = try (scratch, &watch);
  char *arguments[] = { (char *)"sleep", (char *)"1000", NULL };
  g_autoptr (GError) error = NULL;
  GPid child = 0;
  /* Without the flag GLib would close what we left open. */
  const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                            G_SPAWN_LEAVE_DESCRIPTORS_OPEN;
  assert_ok (g_spawn_async (NULL, arguments, NULL, flags, NULL, NULL, &child, &error), error);
  flight_free (flight);
  g_autoptr (Flight) again = try (scratch, &watch);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  g_assert_nonnull (again);
}

static void
a_home_that_is_not_there_is_an_error (void)
{
  g_autoptr (Scratch) scratch = scratch_new ();
  g_autoptr (GError) error = NULL;
  const char *home = scratch_path (scratch, "nowhere");
  Flight *flight = NULL;
  g_assert_false (flight_try (home, &watch, &flight, &error));
  g_assert_nonnull (strstr (error->message, "nowhere/flights"));
  g_assert_false (flight_is_busy (home, &watch));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CLAIM(name, function) g_test_add_func ("/cache/flight/" name, function)
  CLAIM ("one-request-has-one-flight-even-in-one-process",
         one_request_has_one_flight_even_in_one_process);
  CLAIM ("other-requests-fly-beside-it", other_requests_fly_beside_it);
  CLAIM ("anyone-can-ask-whether-it-is-busy", anyone_can_ask_whether_it_is_busy);
  CLAIM ("a-killed-holder-leaves-nothing-behind", a_killed_holder_leaves_nothing_behind);
  CLAIM ("a-program-that-was-started-does-not-hold-it",
         a_program_that_was_started_does_not_hold_it);
  CLAIM ("a-home-that-is-not-there-is-an-error", a_home_that_is_not_there_is_an_error);
#undef CLAIM
  return g_test_run ();
}
