/* The pixel worker: a loop that carries out tasks (task.h) from a socket, one after another. */
#pragma once

/* Reads tasks from `fd` and answers on it until the other side closes it. Returns 0. As a process
 * (`peel worker`) or as a thread of the run when isolation is off. */
int worker_serve (int fd);

/* What `peel worker PARENT` does: ends with its parent, whose process id it is given, keeps clear of
 * Ctrl-C, serves on descriptor 3. It is started with SIGINT and SIGTERM blocked. */
int worker_main (const char *parent);

enum { WORKER_FD = 3 };
