/* What all parts of the simulator share, for as long as it serves. */
#pragma once

#include "simulator/exchange.h"
#include "simulator/options.h"

typedef struct Log Log;
typedef struct Script Script;
typedef struct Tokens Tokens;
typedef struct Quotas Quotas;

typedef struct {
  const SimulatorOptions *options;
  char *url; /* "http://127.0.0.1:40001" */
  PictureStore *pictures;
  Log *log;       /* NULL: none */
  Script *script; /* NULL: none */
  Tokens *tokens;
  Quotas *quotas;
  int64_t begin_us; /* monotonic */
  int64_t least_latency_ms, most_latency_ms;

  GMutex mutex;
  GCond stopped;
  bool is_stopping;
  int n_requests;
  GRand *random;
} Simulator;

/* NULL and an error: an option names what cannot be read or is not. */
Simulator *simulator_new (const SimulatorOptions *options, GError **error);
void simulator_free (Simulator *simulator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Simulator, simulator_free)

/* Wakes all that pause. */
void simulator_stop (Simulator *simulator);
/* False: the simulator is to stop. */
bool simulator_pause (Simulator *simulator, int64_t ms);
/* From 0 up to 1. */
double simulator_random (Simulator *simulator);
int64_t simulator_latency_ms (Simulator *simulator);

/* Answers a request that has come whole. Any thread. */
void simulator_answer (Simulator *simulator, Exchange *exchange);
