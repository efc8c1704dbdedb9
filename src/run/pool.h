/* The pixel workers of a run: processes that are started when there is work, used again, and
 * replaced when a codec takes one down. One thread drives the pool: it hands out tasks and polls. */
#pragma once

#include "image/image.h"
#include "run/task.h"

typedef struct Pool Pool;
typedef struct PoolTask PoolTask;

typedef struct {
  /* One answer of a task; ANSWER_ERROR, ANSWER_END and ANSWER_FACTS are the last of theirs. */
  void (*answered) (void *data, PoolTask *task, Answer *answer);
  /* The worker died on it; `how` says so: "was ended by signal 6". The task is over. */
  void (*crashed) (void *data, PoolTask *task, const char *how);
} PoolListener;

struct PoolTask {
  unsigned id;
  char *line;      /* owned; the pool sends it */
  void *owner;     /* the listener's */
  bool is_landing; /* of something that was paid for: done also when the run is to end */
  GArray *pending; /* unsigned: derivatives not answered yet (render tasks), kept by the owner */
};

void pool_task_free (PoolTask *task);

/* `isolate` false: workers are threads of this process. `data` goes to the listener. */
Pool *pool_new (const char *home, const ImageLimits *limits, int n_workers, int n_threads,
                bool isolate, const PoolListener *listener, void *data);
/* Ends the workers; one that is busy ends when its task does (see pool_kill). */
void pool_free (Pool *pool);

/* A worker without a task, or that could be started. */
bool pool_has_idle (const Pool *pool);
unsigned pool_n_busy (const Pool *pool);
/* Gives the task to an idle worker (starting one if need be) and takes it over; it is freed after its
 * last answer. False: no worker could be started, and the task stays the caller's. */
bool pool_give (Pool *pool, PoolTask *task, GError **error);
/* Waits up to `timeout_ms` for answers, or until one of `wake_fds` (-1: none) is readable, and
 * delivers them. */
void pool_wait (Pool *pool, const int *wake_fds, unsigned n_wake_fds, int timeout_ms);
/* Asks all workers to begin nothing new. */
void pool_stop (Pool *pool);
/* Ends all workers at once; their tasks are freed without an answer. Only for a process that ends
 * soon: a thread may go on in the background with the file it is at. */
void pool_kill (Pool *pool);
