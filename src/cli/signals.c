#include "cli/signals.h"

#include <signal.h>
#include <unistd.h>

#include "run/interrupt.h"

static void
on_signal (int number)
{
  static const char words[] =
    "\npeel: stopping; what is being made is finished first (again: stop at once)\n";
  static volatile sig_atomic_t n_told;
  if (n_told++ == 0) {
    ssize_t ignored = write (STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
  }
  interrupt_raise ();
}

/* A terminal that goes may tell it twice, by the kernel and by its shell: that is no second Ctrl-C, which
 * would give up what is being paid for. */
static void
on_hangup (int number)
{
  if (interrupt_count () == 0)
    on_signal (number);
}

/* Under nohup the run goes on. */
static void
watch_hangup (void)
{
  const struct sigaction action = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };
  struct sigaction before;
  if (sigaction (SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
    sigaction (SIGHUP, &action, NULL);
}

void
signals_watch (void)
{
  const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  watch_hangup ();
}
