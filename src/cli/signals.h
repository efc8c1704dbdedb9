/* Ctrl-C and SIGTERM, for commands that work for a while (run/interrupt.h). */
#pragma once

void signals_watch (void);
