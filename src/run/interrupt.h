/* Ctrl-C: the first lets no new work begin, the second ends the workers at once. Whoever works
 * in a loop asks how often it was pressed and polls the descriptor beside its own. One piece of
 * work at a time. */
#pragma once

#include <stdbool.h>
#include <glib.h>

/* For a signal handler. One that comes before interrupt_begin counts. */
void interrupt_raise (void);
int interrupt_count (void);
/* The count, for work that looks at it by itself now and then. */
const volatile int *interrupt_flag (void);

bool interrupt_begin (GError **error);
void interrupt_end (void);
/* Readable after an interrupt; -1 before interrupt_begin. */
int interrupt_fd (void);
/* Empties the descriptor; the count. */
int interrupt_take (void);
/* While nothing has begun, the second one may end the process on the spot. */
void interrupt_may_exit (bool may);
/* The work is done and has told of it. */
void interrupt_forget (void);
