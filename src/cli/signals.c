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

void
signals_watch (void)
{
  const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}
