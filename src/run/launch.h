/* Between a worker and a program that it runs (`peel launch FOLDER PROGRAM ARGUMENT…`).
 *
 * The program has a process group of its own, so that a Ctrl-C in the terminal does not reach it and
 * so that all it starts can be ended with it. When the worker closes its end of the socket, or dies
 * in whatever way, the group is ended: SIGTERM, and SIGKILL if that does not help soon. */
#pragma once

/* Descriptor of the socket. One line comes back over it: "exit CODE", "signal NUMBER", or "errno
 * NUMBER" when the program could not be started. */
enum { LAUNCH_FD = 3 };

int launch_main (const char *folder, char **program);
