/* How far a piece of work on originals or files is: how many of how many, bytes, pace, what is left. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

typedef struct WorkProgress WorkProgress;

/* `name`: of the command, for lines in a log; `what`: is counted ("files"). */
WorkProgress *work_progress_new (const char *name, const char *what, bool is_silent);
void work_progress_free (WorkProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WorkProgress, work_progress_free)

/* `all` 0: nobody knows. */
void work_progress_tick (WorkProgress *progress, uint64_t done, uint64_t all, int64_t bytes);
/* Before something else is printed. */
void work_progress_clear (WorkProgress *progress);
double work_progress_seconds (const WorkProgress *progress);
