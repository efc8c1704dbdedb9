/* One line of JSON for every request: what came, without secrets and pictures, and what was sent. */
#pragma once

#include "simulator/simulator.h"

Log *log_open (const char *path, GError **error);
void log_close (Log *log);
void log_write (Log *log, Simulator *simulator, const Exchange *exchange);

/* A picture as the log has it: {"bytes":…,"sha256":…}. Caller deletes. */
cJSON *log_blob (const void *data, size_t length);
/* A credential as the log has it: "key:1" for one of the simulator's, else the beginning of its
 * SHA-256. New string. */
char *log_mask (const SimulatorOptions *options, const char *secret);
