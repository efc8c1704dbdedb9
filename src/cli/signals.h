/* Ctrl-C, SIGTERM and the end of the terminal, for commands that work for a while (run/interrupt.h). */
#pragma once

void signals_watch (void);
